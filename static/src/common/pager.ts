// A mailbox in shared memory: a worker that runs a cell can't hear messages, yet needs a file that is still on its way.
//
//   worker: asks by message, waits here ──► frame: puts the bytes here, wakes it

/** What one letter can hold, in bytes; longer files take several. */
export const PAGE_BYTES = 1 << 20;

const HEAD_BYTES = 16;
const [STATE, LENGTH] = [0, 1];
const [WAITING, THERE, FAILED] = [0, 1, 2];

/** Memory can be shared with workers; in WebKitGTK being isolated is not enough. */
export const sharesMemory = (): boolean => self.crossOriginIsolated && typeof SharedArrayBuffer === "function";

export const makeMailbox = (): SharedArrayBuffer => new SharedArrayBuffer(HEAD_BYTES + PAGE_BYTES);

/** Puts a page into the mailbox, or null where there is none to be had, and wakes who waits for it. */
export function putPage(mailbox: SharedArrayBuffer, bytes: Uint8Array | null): void {
  const head = new Int32Array(mailbox, 0, 2);
  if (bytes) new Uint8Array(mailbox, HEAD_BYTES).set(bytes.subarray(0, PAGE_BYTES));
  Atomics.store(head, LENGTH, bytes?.length ?? 0);
  Atomics.store(head, STATE, bytes ? THERE : FAILED);
  Atomics.notify(head, STATE);
}

/** In a worker: reads [offset, offset + length) page by page. `ask` posts the request. Blocks; throws when it fails. */
export function pageReader(
  mailbox: SharedArrayBuffer,
  ask: (offset: number, length: number) => void,
): (offset: number, length: number) => Uint8Array<ArrayBuffer> {
  const head = new Int32Array(mailbox, 0, 2);
  const page = new Uint8Array(mailbox, HEAD_BYTES);
  // User code may put others in their place.
  const { wait, load, store } = Atomics;
  return (offset, length) => {
    const whole = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      store(head, STATE, WAITING);
      ask(offset + at, Math.min(PAGE_BYTES, length - at));
      while (load(head, STATE) === WAITING) wait(head, STATE, WAITING);
      const got = load(head, LENGTH);
      if (load(head, STATE) !== THERE || got === 0) throw new Error("a file of the image could not be had");
      whole.set(page.subarray(0, got), at);
      at += got;
    }
    return whole;
  };
}
