// The heap of a snapshot: the stretches of memory that were kept, one behind the other.

import type { Range, SnapshotState } from "./state";

const PAGE = 4096;

/** Writes bytes that come in pieces into the runs of a heap, and zeros between them where something else may stand. */
export class Runs {
  readonly #heap: Uint8Array;
  readonly #words: Uint32Array;
  readonly #runs: readonly Range[];
  readonly #same: readonly Range[];
  readonly #top: number;
  #run = -1;
  #at = 0;
  #end = 0;

  /** From `top` on the heap is zero everywhere. */
  constructor(heap: Uint8Array, { runs, same }: Pick<SnapshotState, "runs" | "same">, top: number) {
    this.#heap = heap;
    this.#words = new Uint32Array(heap.buffer, heap.byteOffset, heap.length >>> 2);
    this.#runs = runs;
    this.#same = same;
    this.#top = top;
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
    this.#clear(this.#end, from);
    this.#at = from;
    this.#end = to;
  }

  /** Zeros, without touching pages that have them: those that nobody has written take no memory. */
  #clear(from: number, to: number): void {
    let at = from;
    for (const [start, end] of this.#same) {
      if (start >= to) break;
      if (end <= at) continue;
      this.#zero(at, start);
      at = end;
    }
    this.#zero(at, to);
  }

  #zero(from: number, to: number): void {
    const last = Math.min(to, this.#top);
    for (let at = from; at < last; at += PAGE) {
      const end = Math.min(at + PAGE, last);
      if (!this.#empty(at, end)) this.#heap.fill(0, at, end);
    }
  }

  /** False where that can't be told in words. */
  #empty(from: number, to: number): boolean {
    if ((from | to) & 3) return false;
    const words = this.#words;
    for (let word = from >>> 2; word < to >>> 2; word++) if (words[word] !== 0) return false;
    return true;
  }
}
