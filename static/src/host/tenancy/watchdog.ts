// The host's own clock. The frame stops what runs too long; this one stands behind it and notices when the frame
// itself no longer answers.
//
//   execute ──► loading ⇄ running ──► done        what the frame allows for each in the whole run, and a margin
//                  ▲         │
//                  └─ input ─┘                     a person may take as long as they like; the frame is asked meanwhile

import { Countdown } from "../../common/countdown";
import { GRACES } from "../../common/interrupt";
import type { RunEvent } from "../../protocol/from-frame";
import type { Limits } from "../../protocol/limits";

/** How much later than the frame's clocks this one strikes, in milliseconds. */
const MARGIN_MS = 3_000;

/** A frame that somebody waits for is asked whether it is still there, this long after each answer. */
const ASK_MS = 5_000;

/** Asks again and again, as long as somebody waits. Who does not answer is somebody else's to replace. */
export function attend(waited: () => boolean, ask: () => Promise<unknown>): void {
  const again = async (): Promise<void> => {
    while (waited()) {
      await ask();
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  };
  again().catch(() => {}); // whoever noticed does what there is to do
}

export class Watchdog {
  readonly #limits: Limits;
  readonly #bark: () => void;
  #timeout_ms = 0;
  /** What is left of both; undefined when nothing runs. */
  #loads: Countdown | undefined;
  #runs: Countdown | undefined;
  #begun = false;
  /** It has begun twice: once before all was here, and once when it was. */
  #again = false;
  #loading = false;
  /** No time is left for loading: it counts as running, as it may in the frame. */
  #loaded = false;
  /** Questions that nobody has answered yet. */
  #asked = 0;

  constructor(limits: Limits, bark: () => void) {
    this.#limits = limits;
    this.#bark = bark;
  }

  /** A run was handed to the frame. */
  execute(timeout_ms: number): void {
    this.done();
    this.#loads = new Countdown(this.#limits.load_timeout_ms, () => {
      this.#loaded = true;
      this.#count();
    });
    this.#timeout_ms = timeout_ms;
    this.#runs = this.#running();
    this.#count();
  }

  #running(): Countdown {
    return new Countdown(this.#timeout_ms + GRACES * this.#limits.grace_ms + MARGIN_MS, () => this.#end());
  }

  /** A run that begins a second time has its time once more, and no third time. */
  #start(): void {
    if (this.#begun && !this.#again && this.#runs) {
      this.#again = true;
      this.#runs.pause();
      this.#runs = this.#running();
    }
    this.#begun = true;
  }

  /** The frame was asked to stop the run. */
  stop(): void {
    if (!this.#runs) return;
    this.done();
    this.#runs = new Countdown(GRACES * this.#limits.grace_ms + MARGIN_MS, () => this.#end());
    this.#runs.resume();
  }

  heard({ type }: RunEvent): void {
    if (type === "started") this.#start();
    else if (type === "loading") this.#loading = true;
    else if (type === "loaded") this.#loading = false;
    else if (type === "input") this.#asked += 1;
    else return;
    this.#count();
  }

  /** A person has answered one question. */
  answered(): void {
    this.#asked = Math.max(0, this.#asked - 1);
    this.#count();
  }

  done(): void {
    this.#loads?.pause();
    this.#runs?.pause();
    this.#loads = undefined;
    this.#runs = undefined;
    this.#begun = false;
    this.#again = false;
    this.#loading = false;
    this.#loaded = false;
    this.#asked = 0;
  }

  #end(): void {
    this.done();
    this.#bark();
  }

  /** Lets count what counts now. */
  #count(): void {
    const [loads, runs] = [this.#loads, this.#runs];
    if (!loads || !runs) return; // nothing runs, or it is to stop
    loads.pause();
    runs.pause();
    if (this.#asked > 0) return;
    if ((this.#loading || !this.#begun) && !this.#loaded) loads.resume();
    else runs.resume();
  }
}
