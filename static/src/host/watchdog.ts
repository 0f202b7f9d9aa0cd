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
