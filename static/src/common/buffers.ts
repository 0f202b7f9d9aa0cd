// Large buffers that have served.

/**
 * Frees a buffer's memory now: a collection would come much later, when what was made of it has long taken its own.
 * Whoever still has it sees no bytes any more.
 */
export function letGo(bytes: ArrayBuffer): void {
  // Sent to nobody. A buffer that came from a blob or by message belongs to Blink's own object as well, which lets go
  // of it for messages alone; `structuredClone` makes one more that waits for a collection, `transfer(0)` frees
  // nothing (both measured in Chromium 156).
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(bytes, [bytes]);
  port1.close();
}
