// Fetches files with byte-accurate progress and lets none through whose SHA-256 isn't the policy's.

import type { NamedBytes } from "../protocol/messages";
import type { AssetFile } from "../protocol/policy";

export interface Fetched {
  url: string;
  /** Bytes of the file; what crossed the wire may be fewer (compression) or none (cache). */
  bytes: number;
  fromCache: boolean;
}

export interface AssetEvents {
  /** Bytes more than before. Negative when a file starts over. */
  advance(bytes: number): void;
  fetched(what: Fetched): void;
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

/** Null where the browser offers no digest (plain http on another host): `integrity` then does the check. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function integrity(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return `sha256-${btoa(bytes.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(""))}`;
}

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
    try {
      const checks = globalThis.crypto?.subtle ? {} : { integrity: integrity(file.sha256) };
      const response = await fetch(url, { credentials: "omit", cache, signal, ...checks });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const bytes = await body(response, file.size, (more) => {
        counted += more;
        events.advance(more);
      });
      const found = await sha256(bytes);
      if (found !== null && found !== file.sha256) throw new Error("its content is not what the policy names");
      const timing = performance.getEntriesByName(url.href).at(-1) as PerformanceResourceTiming | undefined;
      const fromCache = timing !== undefined && timing.transferSize === 0 && timing.decodedBodySize > 0;
      events.fetched({ url: url.href, bytes: file.size, fromCache });
      return { name: file.name, bytes: bytes.buffer };
    } catch (error) {
      events.advance(-counted);
      signal.throwIfAborted();
      problem = (error as Error).message;
    }
  }
  throw new Error(`${file.name} could not be loaded: ${problem}.`);
}
