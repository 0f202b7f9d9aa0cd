// One run of one cell: its id, its two clocks, its quotas, and how it is brought to an end.
//
//   preparing ──started──► running ⇄ waiting (packages, input)      run clock counts only in `running`
//       │                     │                                      load clock only while packages load
//       └────────────stop─────┴──► stopping ──done──► ended
//                                     └──grace over──► kill

import type { BootSettings, RunOptions, RunOutcome } from "../protocol/messages";
import { Countdown } from "./countdown";
import { mint } from "./names";
import { Quota } from "./quota";

/** An interrupt is written again this often until the run ends: Pyodide may clear the buffer without having looked. */
const AGAIN_MS = 150;

export type StopCause = "timeout" | "interrupted";

export interface RunEnds {
  /** Ask politely. */
  interrupt(): void;
  /** Take the worker away. */
  kill(status: RunOutcome["status"], reason: string): void;
}

export class Run {
  readonly id = mint();
  readonly quota: Quota;
  cause: StopCause | undefined;
  #phase: "preparing" | "running" | "loading" | "input" = "preparing";
  readonly #loadClock: Countdown;
  readonly #runClock: Countdown;
  readonly #graceClock: Countdown;
  readonly #ends: RunEnds;
  #again: ReturnType<typeof setInterval> | undefined;
  readonly #started = performance.now();

  constructor(
    readonly request: number,
    readonly code: string,
    readonly options: RunOptions,
    { limits }: BootSettings,
    ends: RunEnds,
  ) {
    this.#ends = ends;
    this.quota = new Quota(limits);
    this.#loadClock = new Countdown(limits.load_timeout_ms, () => {
      ends.kill("timeout", `loading took longer than ${seconds(limits.load_timeout_ms)}`);
    });
    this.#runClock = new Countdown(options.timeout_ms, () => this.stop("timeout"));
    this.#graceClock = new Countdown(limits.grace_ms, () => this.deaf());
    this.#loadClock.resume();
  }

  /** Milliseconds since the run was asked for. */
  get elapsed(): number {
    return performance.now() - this.#started;
  }

  /** User code has started. */
  get begun(): boolean {
    return this.#phase !== "preparing";
  }

  /** Python reports that user code starts now. */
  begin(): void {
    if (this.#phase !== "preparing") return;
    this.#enter("running");
  }

  /** Packages are being loaded for the running code. Gives whether that is new. */
  loading(): boolean {
    if (this.#phase !== "running") return false;
    this.#enter("loading");
    return true;
  }

  loaded(): boolean {
    if (this.#phase !== "loading") return false;
    this.#enter("running");
    return true;
  }

  /** The person is being asked; their time is not the code's. Only the host's answer ends this. */
  asking(): void {
    if (this.#phase === "running") this.#enter("input");
  }

  answered(): void {
    if (this.#phase === "input") this.#enter("running");
  }

  /** First the interrupt, then, after the grace period, the kill. */
  stop(cause: StopCause): void {
    if (this.cause) return;
    this.cause = cause;
    this.#runClock.pause();
    this.#loadClock.pause();
    this.#graceClock.resume();
    this.#ends.interrupt();
    this.#again = setInterval(() => this.#ends.interrupt(), AGAIN_MS);
  }

  /** It was asked to stop and can't hear that, or takes too long over it. */
  deaf(): void {
    if (!this.cause) return;
    const { timeout_ms } = this.options;
    const why = this.cause === "timeout" ? `it ran longer than ${seconds(timeout_ms)}` : "it was asked to stop";
    this.#ends.kill(this.cause, why);
  }

  /** Stops every clock. */
  end(): void {
    this.#runClock.pause();
    this.#loadClock.pause();
    this.#graceClock.pause();
    clearInterval(this.#again);
  }

  #enter(phase: "running" | "loading" | "input"): void {
    this.#phase = phase;
    this.#loadClock.pause();
    this.#runClock.pause();
    if (this.cause) return;
    if (phase === "running") this.#runClock.resume();
    if (phase === "loading") this.#loadClock.resume();
  }
}

export function seconds(ms: number): string {
  return `${ms < 1000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}
