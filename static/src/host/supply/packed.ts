// Compressed copies that lie beside files, for hosts that compress nothing themselves: fetched by name. One host has the
// browser undo them, of others the copies in gzip are undone here.

import type { AssetFile } from "../../protocol/policy";

/** What a gzip member begins with (RFC 1952, section 2.3.1). */
const MAGIC = [0x1f, 0x8b];

/** With the policy a host says by this header that it sends copies in Brotli as what they are. */
export const COPIES = "belljar-copies";

/** Folders of hosts that do. */
const trusted = new Set<string>();

const folderOf = (url: URL): string => new URL(".", url).href;

/** What a policy's answer says of the copies beside it. */
export function learn({ headers }: Response, policy: URL): void {
  if (/\bbr\b/.test(headers.get(COPIES) ?? "")) trusted.add(folderOf(policy));
  else trusted.delete(folderOf(policy));
}

/** A file of this machine costs no line: there the copy would only take time. */
const isNear = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

export interface PackedCopy {
  url: URL;
  /** Bytes that cross the line for it. */
  size: number;
  coding: "gzip" | "br";
}

const copyOf = (url: URL, suffix: string, size: number, coding: PackedCopy["coding"]): PackedCopy => {
  const packed = new URL(url);
  packed.pathname += suffix;
  return { url: packed, size, coding };
};

/** The copy of a file that helps here, if there is one. */
export function packedCopy({ gzip, br }: AssetFile, url: URL): PackedCopy | undefined {
  if (isNear(url)) return undefined;
  if (br !== undefined && trustedFolder(url)) return copyOf(url, ".br", br, "br");
  if (gzip === undefined || typeof DecompressionStream === "undefined") return undefined;
  return copyOf(url, ".gz", gzip, "gzip");
}

const trustedFolder = ({ href }: URL): string | undefined => [...trusted].find((folder) => href.startsWith(folder));

/** A copy in Brotli did not come as what it is: its host is asked for no more of them. False for every other copy. */
export function distrust(copy: PackedCopy | undefined): boolean {
  if (copy?.coding !== "br") return false;
  const folder = trustedFolder(copy.url);
  if (folder !== undefined) trusted.delete(folder);
  return true;
}

/** The answer with its content undone. Some hosts say that a `.gz` is an encoding, and then the browser has done it. */
export async function unpacked(response: Response, { coding }: PackedCopy): Promise<Response> {
  const reader = coding === "gzip" && response.ok ? response.body?.getReader() : undefined;
  if (!reader) return response;
  let first = new Uint8Array(0);
  while (first.length < MAGIC.length) {
    const { value, done } = await reader.read();
    if (done) break;
    const longer = new Uint8Array(first.length + value.length);
    longer.set(first);
    longer.set(value, first.length);
    first = longer;
  }
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first),
    pull: async (controller) => {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const isPacked = MAGIC.every((byte, at) => first[at] === byte);
  return new Response(isPacked ? whole.pipeThrough(new DecompressionStream("gzip")) : whole);
}
