// Memory as the main module's own data segments leave it, before any of its code has run.
//
// Both sides have it: the heap of a snapshot is stored as what differs from it (by exclusive or). 3 MB of tables and
// texts are thus not sent a second time beside the code that brings them. A library's data are in the heap, and not
// in what is left of its code.

/** Of the main module so many bytes from 0 on are looked at; its data ends before (Pyodide 314.0.3: at 3.8 MB). */
export const MAIN_BYTES = 4 * 1024 * 1024;

export interface Initial {
  /** Address; a multiple of 4. */
  at: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Takes a copy. Call right after the instantiation. */
export function takeInitial(memory: WebAssembly.Memory, at: number, length: number): Initial {
  return { at, bytes: new Uint8Array(memory.buffer, at, length).slice() };
}

/** Turns a heap into what differs from the initial memory, or back. */
export function fold(heap: Uint8Array, { at, bytes }: Initial): void {
  const words = bytes.length >>> 2;
  const into = new Uint32Array(heap.buffer, heap.byteOffset + at, words);
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, words);
  for (let word = 0; word < words; word++) into[word] = (into[word] ?? 0) ^ (from[word] ?? 0);
  for (let byte = words << 2; byte < bytes.length; byte++)
    heap[at + byte] = (heap[at + byte] ?? 0) ^ (bytes[byte] ?? 0);
}
