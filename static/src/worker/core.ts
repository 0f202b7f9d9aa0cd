// What Pyodide starts from, out of what the frame hands over.

import type { Shelf } from "../common/shelf";
import { type Piece, RUNTIME } from "../protocol/messages";
import type { Core } from "./pyodide";

export function coreFrom(pieces: Shelf<Piece>): Core {
  const file = (name: string): Promise<Blob> => pieces.get(name) as Promise<Blob>;
  return {
    lock: file(RUNTIME.lock),
    stdlib: file(RUNTIME.stdlib),
    wasm: pieces.get(RUNTIME.wasm) as Promise<WebAssembly.Module>,
    harness: file(RUNTIME.harness),
  };
}
