// Large buffers that have served.

/**
 * Frees a buffer's memory now: a collection would come much later, when what was made of it has long taken its own.
 * Whoever still has it sees no bytes any more.
 */
export function letGo(bytes: ArrayBuffer): void {
  structuredClone(bytes, { transfer: [bytes] });
}
