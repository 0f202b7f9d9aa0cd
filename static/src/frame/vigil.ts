// Whether the worker in use hears. It is asked when a run is to stop, while a run says that it waits, and after each run
// until the next one starts: what an earlier cell left there may compute for ever.

import { Ping } from "./ping";
import type { Run } from "./run";

/** An idle worker must answer a ping within this time, or something still computes in it. */
const PING_MS = 3_000;
/** Until the next cell starts it is asked again, this long after each answer. */
const AGAIN_MS = 250;
/** A character of a cell may take so long to be parsed and compiled, in milliseconds: ten times what it did where this was written. */
const PARSE_MS = 0.05;
/** A worker that has nothing to compute answers a ping within this time. */
const HEARING_MS = 150;
/** A worker that waits answers a ping within this time, also beside others that take the processor. */
const WAITING_MS = 500;

export interface VigilEvents {
  /** Sends the question to the worker. */
  ask(nonce: string): void;
  /** The run that there is. */
  run(): Run | undefined;
  /** The worker waits for something that it was promised. */
  waits(): boolean;
  /** The worker is of no use any more, for a reason in a sentence. */
  useless(reason: string): void;
}

export class Vigil {
  readonly #events: VigilEvents;
  /** Asks a run that is to stop whether it can hear. */
  readonly #hearing: Ping;
  /** Asks a run that says that it waits whether it does. */
  readonly #waiting: Ping;
  /** Asks a worker that has nothing to compute, as far as anybody knows. */
  readonly #idleness: Ping;

  constructor(events: VigilEvents) {
    this.#events = events;
    const { ask, run, useless } = events;
    this.#hearing = new Ping(HEARING_MS, ask, () => run()?.deaf());
    this.#waiting = new Ping(WAITING_MS, ask, () => run()?.silence(true));
    this.#idleness = new Ping(PING_MS, ask, () => {
      if (!run()?.begun) useless("Python was stopped: something went on computing after the cell had ended.");
    });
  }

  /** The run is to stop, and only code that waits can hear of that. */
  stop(): void {
    if (!this.#hearing.asked) this.#hearing.ask();
  }

  /** What the run waits for may have changed: one that says that it waits is asked, again and again. */
  attend(): void {
    const run = this.#events.run();
    if (!run?.waits) {
      this.#waiting.drop();
      run?.silence(false);
    } else if (!this.#waiting.asked) this.#waiting.ask();
  }

  /** From now on the worker has nothing to compute until it starts the next run. */
  idle(): void {
    this.#idleness.ask();
  }

  /** It is given something to do, in which it hears nothing. */
  busy(): void {
    this.#idleness.drop();
  }

  /** As long as a run waits to be started by the worker. */
  watchStart(ms = 0): void {
    const run = this.#events.run();
    if (run && !run.begun) this.#idleness.askIn(ms, run.code.length * PARSE_MS);
  }

  /** The worker has answered. */
  heard(nonce: string): void {
    this.#hearing.heard(nonce);
    if (this.#waiting.heard(nonce)) {
      this.#events.run()?.silence(false);
      this.#waiting.askIn(AGAIN_MS, 0);
    }
    if (this.#idleness.heard(nonce)) this.#answered();
  }

  /** It hears and has nothing to wait for; one that never starts the cell is no use to the cell. */
  #answered(): void {
    const { run, waits, useless } = this.#events;
    const waiting = run();
    if (waiting && !waiting.begun && !waits() && waiting.unstarted()) {
      return useless("Python was stopped: after an earlier cell it started no other.");
    }
    this.watchStart(AGAIN_MS);
  }

  /** The run is over. */
  finish(): void {
    this.#hearing.drop();
    this.#waiting.drop();
  }

  /** Nobody is to be asked any more. */
  end(): void {
    this.finish();
    this.#idleness.drop();
  }
}
