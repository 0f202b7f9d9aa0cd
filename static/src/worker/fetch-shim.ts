// fetch() as Pyodide sees it: answers from bytes the host has verified and transferred, and from nothing else.
// The real fetch could not reach anything either (connect-src 'none'); this keeps the loader working without it.

import { ASSETS_ORIGIN } from "../protocol/messages";
import { say } from "./channel";

const files = new Map<string, ArrayBuffer>();

/** Makes a file available under its name until `release`. */
export function provide(name: string, bytes: ArrayBuffer): void {
  files.set(name, bytes);
}

/** Forgets a file's bytes once they are unpacked: the worker need not hold them twice. */
export function release(name: string): void {
  files.delete(name);
}

export function installFetch(): void {
  const shim = async (input: RequestInfo | URL): Promise<Response> => {
    const url = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    const name = url.startsWith(ASSETS_ORIGIN) ? url.slice(ASSETS_ORIGIN.length) : undefined;
    const bytes = name === undefined ? undefined : files.get(name);
    if (!bytes) {
      say({ type: "blocked", by: "python", what: "fetch", target: url.slice(0, 500) });
      throw new TypeError(`The sandbox has no network: it can't fetch ${url}`);
    }
    const type = url.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(bytes, { headers: { "content-type": type } });
  };
  // The real one lies on the prototype, behind ours.
  for (let owner = Object.getPrototypeOf(self); owner; owner = Object.getPrototypeOf(owner)) {
    Reflect.deleteProperty(owner, "fetch");
  }
  Object.defineProperty(self, "fetch", { value: shim, writable: false, configurable: false });
}
