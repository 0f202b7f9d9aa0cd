// Fetches files with byte-accurate progress and lets none through whose SHA-256 isn't the policy's.

import { bytesOf } from "../../common/blobs";
import { sha256 } from "../../common/digest";
import type { NamedBytes } from "../../protocol/messages";
import type { AssetFile } from "../../protocol/policy";
import { count, Malformed, optional, type Parse, record, text } from "../../protocol/shape";
import { distrust, packedCopy, unpacked } from "./packed";

const hash: Parse<string> = (value, at) => {
  const given = text(64)(value, at);
  if (!/^[0-9a-f]{64}$/.test(given)) throw new Malformed(`${at} must be a SHA-256 in lower-case hex`);
  return given;
};

/** Checks the description of a file. Throws Malformed, naming the field. */
export const checkAsset: Parse<AssetFile> = record<AssetFile>({
  name: text(200),
  url: text(2_000),
  size: count(),
  sha256: hash,
  sent: optional(count()),
  gzip: optional(count()),
  br: optional(count()),
});

/** A file that was fetched from the server. */
export interface Fetched {
  url: string;
  /** Bytes of the file; what crossed the wire may be fewer (compression) or none (cache). */
  bytes: number;
  fromCache: boolean;
  /** Bytes that crossed the line for it, where the browser tells. */
  received?: number | undefined;
}

export interface AssetEvents {
  /** Bytes more than before. Negative when a file starts over. */
  advance(bytes: number): void;
  fetched(what: Fetched): void;
  /** Whether the line is so slow that people watch what comes. */
  slow(): boolean;
}

async function body(
  response: Response,
  size: number,
  advance: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(size);
  let at = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    if (at + part.value.length > size) throw new Error("it is longer than the policy says");
    whole.set(part.value, at);
    at += part.value.length;
    advance(part.value.length);
  }
  if (at !== size) throw new Error(`it ended after ${at} of ${size} bytes`);
  return whole;
}

/** Does the check where the browser offers no digest (plain http on another host). */
function integrity(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return `sha256-${btoa(bytes.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(""))}`;
}

async function get(file: AssetFile, url: URL, cache: RequestCache, signal: AbortSignal): Promise<Response> {
  const options: RequestInit = { credentials: "omit", cache, signal };
  // The browser compares what comes over the line, so without a digest of our own the copy is no help.
  if (!globalThis.crypto?.subtle) return fetch(url, { ...options, integrity: integrity(file.sha256) });
  const copy = packedCopy(file, url);
  return copy ? unpacked(await fetch(copy.url, options), copy) : fetch(url, options);
}

function tell(file: AssetFile, url: URL, bytes: number, events: AssetEvents): void {
  const { href } = packedCopy(file, url)?.url ?? url;
  const timing = performance.getEntriesByName(href).at(-1) as PerformanceResourceTiming | undefined;
  const fromCache = timing !== undefined && timing.transferSize === 0 && timing.decodedBodySize > 0;
  const received = fromCache ? 0 : timing?.encodedBodySize || undefined;
  events.fetched({ url: url.href, bytes, fromCache, received });
}

const WRONG = "its content is not what the policy names";

/** One file, verified. A spoiled copy in the browser's cache is fetched again once. Throws a sentence. */
export async function fetchAsset(
  file: AssetFile,
  base: URL,
  events: AssetEvents,
  signal: AbortSignal,
): Promise<NamedBytes> {
  const url = new URL(file.url, base);
  let problem = "";
  for (const cache of ["default", "reload"] as const) {
    let counted = 0;
    const copy = packedCopy(file, url);
    try {
      const response = await get(file, url, cache, signal);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const bytes = await body(response, file.size, (more) => {
        counted += more;
        events.advance(more);
      });
      const found = await sha256(bytes);
      if (found !== null && found !== file.sha256) throw new Error(WRONG);
      tell(file, url, file.size, events);
      return { name: file.name, bytes: bytes.buffer };
    } catch (error) {
      events.advance(-counted);
      signal.throwIfAborted();
      distrust(copy);
      problem = (error as Error).message;
    }
  }
  throw new Error(`${file.name} could not be loaded: ${problem}.`);
}

export interface AssetBlob {
  blob: Blob;
  /**
   * Checks it. Rejects with a sentence when its content is not what the policy names. `read` is the SHA-256 of what
   * somebody has found in it, who needs its bytes anyway; without, it is read here.
   */
  verify(read?: string | null): Promise<void>;
}

const failed = ({ name }: AssetFile, problem: string): Error => new Error(`${name} could not be loaded: ${problem}.`);

/** A blob that is to be this file. */
export function checked(file: AssetFile, blob: Blob): AssetBlob {
  const verify = async (read?: string | null): Promise<void> => {
    const found = read ?? (await sha256(await bytesOf(blob, file.name)));
    if (found !== null && found !== file.sha256) throw failed(file, WRONG);
  };
  return { blob, verify };
}

/** `advance`: told of the bytes as they come. To hear of them takes time, so only where the line is slow. */
async function whole(response: Response, advance: ((bytes: number) => void) | undefined): Promise<Blob> {
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  if (!advance || !response.body) return response.blob();
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (piece, out) => {
      advance(piece.length);
      out.enqueue(piece);
    },
  });
  return new Response(response.body.pipeThrough(counted)).blob();
}

/**
 * One file as a blob, which never comes into this page's memory but to be verified; that may go on while others
 * prepare with it what must not be used before. `local` is a copy that this browser has kept. Throws a sentence.
 */
export async function fetchBlob(
  file: AssetFile,
  base: URL,
  events: AssetEvents,
  signal: AbortSignal,
  local?: Blob,
): Promise<AssetBlob> {
  const url = new URL(file.url, base);
  const copy = local ? undefined : packedCopy(file, url);
  let blob: Blob;
  let counted = 0;
  const advance = (bytes: number): void => {
    counted += bytes;
    events.advance(bytes);
  };
  try {
    blob = local ?? (await whole(await get(file, url, "default", signal), events.slow() ? advance : undefined));
    if (blob.size !== file.size) throw new Error(`it has ${blob.size} bytes and not ${file.size}`);
  } catch (error) {
    events.advance(-counted);
    if (!signal.aborted && distrust(copy)) return fetchBlob(file, base, events, signal);
    throw failed(file, (error as Error).message);
  }
  events.advance(file.size - counted);
  if (local) events.fetched({ url: url.href, bytes: file.size, fromCache: true, received: 0 });
  else tell(file, url, file.size, events);
  return checked(file, blob);
}
