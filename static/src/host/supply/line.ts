// What crosses the line in a start: counted as the browser tells it, and while a file comes in proportion to what is there of it.

import type { AssetFile } from "../../protocol/policy";

/** Mbit/s below which a line is slow; bytes that tell how fast it is; and milliseconds that a start takes on no fast one. */
const SLOW_MBIT = 6;
const TELLING = 100_000;
const SLOW_MS = 1_500;

/** What is fetched: for the start, or later, when nobody waits for it. */
export type Stage = "runtime" | "packages" | "later";

export class Line {
  readonly #sent: (file: AssetFile) => number;
  readonly #began = performance.now();
  #received = 0;
  #spared = 0;

  /** `sent`: bytes that a file takes, as the policy tells it. */
  constructor(sent: (file: AssetFile) => number) {
    this.#sent = sent;
  }

  /** Bytes that have crossed it. */
  get received(): number {
    return Math.max(0, Math.round(this.#received));
  }

  /** Bytes that were expected and did not come: they were here. Less than 0 where more came. */
  get spared(): number {
    return Math.round(this.#spared);
  }

  /**
   * Whether what comes is to be counted piece by piece, which takes the page some 0.5 s of a processor for 70 MB. What has
   * come tells more than the browser's estimate: a new profile's is 1.5 Mbit/s on any line.
   */
  get slow(): boolean {
    const ms = performance.now() - this.#began;
    if (this.#received > TELLING && (this.#received * 8) / 1_000 / ms >= SLOW_MBIT) return false;
    const { connection } =
      (globalThis.navigator as (Navigator & { connection?: { downlink?: number } }) | undefined) ?? {};
    const mbit = connection?.downlink;
    return (mbit !== undefined && mbit > 0 && mbit < SLOW_MBIT) || ms > SLOW_MS;
  }

  /** So many bytes more of a file are here, unpacked; fewer where it starts over. */
  advance(file: AssetFile, bytes: number): void {
    if (file.size > 0) this.#received += (bytes * this.#sent(file)) / file.size;
  }

  /** A file is here: `received` bytes crossed the line for it, or as many as was said. */
  took(file: AssetFile, received: number | undefined, stage: Stage): void {
    if (received === undefined || stage === "later") return;
    const over = this.#sent(file) - received;
    this.#received -= over;
    this.#spared += over;
  }
}
