// The heap of a snapshot: the stretches of memory that were not zero, one behind the other.

import { FRESH_BYTES } from "./state";

/** Writes bytes that come in pieces into the runs of a heap, and zeros between them where something may stand. */
export class Runs {
  readonly #heap: Uint8Array;
  readonly #runs: readonly [from: number, to: number][];
  #run = -1;
  #at = 0;
  #end = 0;

  constructor(heap: Uint8Array, runs: readonly [from: number, to: number][]) {
    this.#heap = heap;
    this.#runs = runs;
  }

  get whole(): boolean {
    return this.#at === this.#end && this.#run === this.#runs.length - 1;
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      if (this.#at === this.#end) this.#next();
      const piece = bytes.subarray(done, done + this.#end - this.#at);
      this.#heap.set(piece, this.#at);
      this.#at += piece.length;
      done += piece.length;
    }
  }

  #next(): void {
    const run = this.#runs[++this.#run];
    if (!run) throw new Error("the snapshot's heap is longer than its state says");
    const [from, to] = run;
    if (this.#end < FRESH_BYTES) this.#heap.fill(0, this.#end, Math.min(from, FRESH_BYTES));
    this.#at = from;
    this.#end = to;
  }
}
