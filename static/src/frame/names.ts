// Constants of the frame.

/** Where Pyodide believes its files lie; must equal the worker's fetch shim. `.invalid` never resolves (RFC 2606). */
export const ASSETS_ORIGIN = "https://assets.invalid/";

/** A fresh, unguessable id: run ids are minted here so that a worker can't name a run it wasn't given. */
export function mint(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
