// One run of one cell: its id, its clocks, its quotas, and how it is brought to an end.
//
//   preparing ──started──► running ⇄ waiting      waits for        what counts
//       │                     │                   packages         load clock; run clock while the worker is silent
//       └────────stop─────────┴──► stopping       installing them  load clock; run clock once their time is used up
//                                     │           a page           load clock (the frame itself ends that)
//                                     │           a person         nothing; run clock while the worker is silent
//                                     ├──done──► ended
//                                     └──grace over──► kill
//
// A worker that waits answers when it is asked; one that says that it waits and computes is silent, and its time counts.

import { Countdown } from "../common/countdown";
import { GRACES } from "../common/interrupt";
import type { BootSettings, RunOptions, RunOutcome } from "../protocol/messages";
import { mint } from "./names";
import { Quota } from "./quota";

/** An interrupt is written again this often until the run ends: Pyodide may clear the buffer without having looked. */
const AGAIN_MS = 150;

/**
 * Installing packages may take so long, in which the worker hears nothing: once, and for each megabyte. Ten times what
 * it took where this was written.
 */
const INSTALL_MS = 2_000;
const INSTALL_MS_PER_MB = 300;
const MB = 1024 * 1024;

/**
 * A worker that has nothing to load and answers so often without starting the cell never will: what earlier cells left
 * in it keeps it from that. They are turns of its event loop, so a busy machine gets its time.
 */
const UNSTARTED = 24;

export type StopCause = "timeout" | "interrupted";

/** What a run that is to stop shows of it: nothing, that it has heard, that its code is over and its answer is made. */
export type Shown = "nothing" | "heard" | "over";

export interface RunEnds {
  /** Ask politely; for the first time, or again. */
  interrupt(first: boolean): void;
  /** What has become of that. */
  shown(): Shown;
  /** Take the worker away. */
  kill(status: RunOutcome["status"], reason: string): void;
}

/** What a run waits for in the worker's packages. */
export interface Loads {
  fetching: boolean;
  installing: boolean;
  paging: boolean;
}

const NONE: Loads = { fetching: false, installing: false, paging: false };

export class Run {
  readonly id = mint();
  readonly quota: Quota;
  cause: StopCause | undefined;
  #begun = false;
  #loads = NONE;
  /** Questions that nobody has answered yet. */
  readonly #asked = new Set<string>();
  #silent = false;
  /** Packages took longer to install than they may. */
  #late = false;
  /** It was told that packages are being loaded, and not yet that they are. */
  #telling = false;
  readonly #loadClock: Countdown;
  readonly #installClock: Countdown;
  readonly #runClock: Countdown;
  readonly #graceClock: Countdown;
  readonly #ends: RunEnds;
  #graces = 1;
  #installs = 0;
  #unstarted = 0;
  #again: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly request: number,
    readonly code: string,
    readonly options: RunOptions,
    { limits }: Pick<BootSettings, "limits">,
    ends: RunEnds,
  ) {
    this.#ends = ends;
    this.quota = new Quota(limits);
    this.#loadClock = new Countdown(limits.load_timeout_ms, () => {
      ends.kill("timeout", `loading took longer than ${seconds(limits.load_timeout_ms)}`);
    });
    this.#installClock = new Countdown(0, () => {
      this.#late = true;
      this.#count();
    });
    this.#runClock = new Countdown(options.timeout_ms, () => this.stop("timeout"));
    this.#graceClock = new Countdown(limits.grace_ms, () => this.#graceOver(limits.grace_ms));
    this.#count();
  }

  /** Milliseconds that its code had, as far as that is known here. */
  get spent(): number {
    return this.#begun ? this.#runClock.used + this.#graceClock.used : 0;
  }

  /** User code has started. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Its worker has answered once more and not started it; gives whether it never will. */
  unstarted(): boolean {
    return ++this.#unstarted >= UNSTARTED;
  }

  /** It says that it waits, and is asked whether it does. */
  get waits(): boolean {
    return !this.cause && (this.#loads.fetching || this.#asked.size > 0);
  }

  /** Python reports that user code starts now. Gives whether that is new. */
  begin(): boolean {
    if (this.#begun) return false;
    this.#begun = true;
    this.#count();
    return true;
  }

  /** What it waits for now. */
  loads(loads: Loads): void {
    this.#loads = loads;
    this.#count();
  }

  /** So many bytes of packages were handed over. */
  handed(bytes: number): void {
    if (bytes === 0) return;
    this.#late = false;
    this.#installClock.add((this.#installs++ === 0 ? INSTALL_MS : 0) + (bytes / MB) * INSTALL_MS_PER_MB);
    this.#count();
  }

  /** It is told that packages are being loaded, until `told`. */
  tell(): void {
    this.#telling = true;
  }

  /** Gives whether it was told that. */
  told(): boolean {
    const telling = this.#telling;
    this.#telling = false;
    return telling;
  }

  /** A person is being asked; their time is not the code's. Gives whether it is a new question and there is room for it. */
  asking(id: string, most: number): boolean {
    if (!this.#begun || this.#asked.size >= most || this.#asked.has(id)) return false;
    this.#asked.add(id);
    this.#count();
    return true;
  }

  /** Only the host's answer ends that. Gives whether it was asked for. */
  answered(id: string): boolean {
    const was = this.#asked.delete(id);
    if (was) this.#count();
    return was;
  }

  /** Whether the worker has given no answer although it says that it waits. */
  silence(silent: boolean): void {
    if (this.#silent === silent) return;
    this.#silent = silent;
    this.#count();
  }

  /** First the interrupt, then, after the grace period, the kill. */
  stop(cause: StopCause): void {
    if (this.cause) return;
    this.cause = cause;
    this.#pause();
    this.#graceClock.resume();
    this.#ends.interrupt(true);
    this.#again = setInterval(() => this.#ends.interrupt(false), AGAIN_MS);
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
    this.#pause();
    this.#graceClock.pause();
    clearInterval(this.#again);
  }

  /**
   * Beside others that take the processor, a cell that has heard may need more than the grace to say so. What it does
   * until its answer is there is ours as a rule, but not always: it has the time of some graces, and what has only heard
   * that of two.
   */
  #graceOver(grace_ms: number): void {
    const shown = this.#ends.shown();
    const most = shown === "over" ? GRACES : shown === "heard" ? 2 : 1;
    if (this.#graces >= most) return this.deaf();
    this.#graces += 1;
    this.#graceClock.pause();
    this.#graceClock.add(grace_ms);
    this.#graceClock.resume();
  }

  #pause(): void {
    for (const clock of [this.#loadClock, this.#installClock, this.#runClock]) clock.pause();
  }

  /** Lets count what counts now. */
  #count(): void {
    this.#pause();
    if (this.cause) return;
    const { fetching, installing, paging } = this.#loads;
    const load = (): void => this.#loadClock.resume();
    const run = (): void => this.#runClock.resume();
    if (paging) return load();
    if (installing) {
      load();
      return this.#late ? run() : this.#installClock.resume();
    }
    if (fetching) return this.#silent ? run() : load();
    if (this.#asked.size > 0) return this.#silent ? run() : undefined;
    return this.#begun ? run() : load();
  }
}

export function seconds(ms: number): string {
  return `${ms < 1000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}
