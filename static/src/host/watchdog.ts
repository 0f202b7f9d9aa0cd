// The host's own clock. The frame stops what runs too long; this one stands behind it and notices when the frame
// itself no longer answers.
//
//   execute ──► loading ⇄ running ──► done        each phase may take what the frame allows it, and a margin
//                  ▲         │
//                  └─ input ─┘                     a person may take as long as they like

import type { RunEvent } from "../protocol/messages";
import type { Limits } from "../protocol/policy";

/** How much later than the frame's clocks this one strikes, in milliseconds. */
const MARGIN_MS = 3_000;

export class Watchdog {
  readonly #limits: Limits;
  readonly #bark: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timeout = 0;

  constructor(limits: Limits, bark: () => void) {
    this.#limits = limits;
    this.#bark = bark;
  }

  /** A run was handed to the frame. */
  execute(timeout_ms: number): void {
    this.#timeout = timeout_ms;
    this.#expect(this.#limits.load_timeout_ms);
  }

  /** The frame was asked to stop the run. */
  stop(): void {
    if (this.#timer !== undefined) this.#expect(0);
  }

  heard({ type }: RunEvent): void {
    if (this.#timer === undefined && type !== "input") return;
    if (type === "started" || type === "loaded") this.#expect(this.#timeout);
    else if (type === "loading") this.#expect(this.#limits.load_timeout_ms + this.#timeout);
    else if (type === "input") this.done();
  }

  /** A person has answered. */
  answered(): void {
    this.#expect(this.#timeout);
  }

  done(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expect(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#bark();
      },
      ms + this.#limits.grace_ms + MARGIN_MS,
    );
  }
}
