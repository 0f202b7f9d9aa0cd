// Compressed copies that lie beside files, for hosts that compress nothing themselves: fetched by name, undone here.

import type { AssetFile } from "../../protocol/policy";

/** What a gzip member begins with (RFC 1952, section 2.3.1). */
const MAGIC = [0x1f, 0x8b];

/** A file of this machine costs no line: there the copy would only take time. */
const isNear = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** Where the copy of a file lies, if it has one that helps here. */
export function packedUrl({ gzip }: AssetFile, url: URL): URL | undefined {
  if (gzip === undefined || isNear(url) || typeof DecompressionStream === "undefined") return undefined;
  const packed = new URL(url);
  packed.pathname += ".gz";
  return packed;
}

/** The answer with its content undone. Some hosts say that a `.gz` is an encoding, and then the browser has done it. */
export async function unpacked(response: Response): Promise<Response> {
  const reader = response.body?.getReader();
  if (!response.ok || !reader) return response;
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
