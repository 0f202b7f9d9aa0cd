// The worker in use, one in reserve, and one that is held. The reserve boots when the page is quiet, imports what the
// profile is for, and takes over after a kill or a reset, so that nobody waits for a second start. Where a start is
// cheap (from a snapshot) the next reserve comes as soon as the cell that took the last one is over: out of the worker
// that is held with everything but the interpreter's memory.
//
//   quiet ─► reserve boots ─► ready ─► quiet ─► one is held
//   taken ─► the cell is over, or SOON ─► the held one is released ─► ready

import type { BootSettings, NamedBytes } from "../protocol/messages";
import { PythonWorker, type WorkerListener } from "./python-worker";
import type { Runtime } from "./runtime";

/** How long nothing must happen before the reserve starts to boot, so that it never competes with a cell. */
const QUIET_MS = 1_200;

/** After a reserve was taken: how long the cell that waited for it has the processor for itself. */
const SOON_MS = 200;

export interface PoolEvents {
  /** Whether a spare worker stands ready. */
  spare(ready: boolean): void;
}

export class Pool {
  active: PythonWorker;
  #spare: PythonWorker | undefined;
  #spareReady = false;
  #held: PythonWorker | undefined;
  #profile: { files: NamedBytes[]; error: string | null } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The next reserve is about to boot, whatever runs. */
  #soon = false;
  readonly #runtime: Runtime;
  readonly #settings: BootSettings;
  readonly #events: PoolEvents;

  /** `held`: the first worker waits for `release`. */
  constructor(runtime: Runtime, settings: BootSettings, events: PoolEvents, held = false) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#events = events;
    this.active = this.#spawn(held);
  }

  /** Lets the first worker boot, if it is held. */
  release(): void {
    this.active.release();
  }

  /** The profile's packages have come (or not). */
  deliverProfile(files: NamedBytes[], error: string | null): void {
    this.#profile = { files, error };
    for (const worker of [this.active, this.#spare, this.#held]) worker?.deliverProfile(files, error);
  }

  /** Call when nothing runs: the reserve may boot. */
  quiet(): void {
    if (this.#soon) return this.#bootSpare();
    this.#next(QUIET_MS);
  }

  /** Call when something starts to run. */
  busy(): void {
    if (!this.#soon) clearTimeout(this.#timer);
  }

  /** Ends the active worker; the spare, or a new one, takes its place. */
  replace(listener: WorkerListener): PythonWorker {
    clearTimeout(this.#timer);
    this.#soon = false;
    this.active.kill();
    const next = this.#spare && this.#spare.state !== "dead" ? this.#spare : this.#fresh();
    if (this.#spareReady) this.#events.spare(false);
    this.#spare = undefined;
    this.#spareReady = false;
    next.listener = listener;
    this.active = next;
    if (this.#runtime.snapshot && next.state === "ready" && this.#settings.spare) {
      this.#soon = true;
      this.#next(SOON_MS);
    }
    return next;
  }

  #next(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#settings.spare) return;
    if (!this.#spare) this.#timer = setTimeout(() => this.#bootSpare(), ms);
    else if (this.#spareReady && this.#runtime.snapshot && !this.#held) {
      this.#timer = setTimeout(() => this.#hold(), ms);
    }
  }

  #spawn(held = false): PythonWorker {
    const worker = new PythonWorker(this.#runtime, this.#settings, held);
    if (this.#profile) worker.deliverProfile(this.#profile.files, this.#profile.error);
    return worker;
  }

  /** One that boots: the one that was held, if there is one. */
  #fresh(): PythonWorker {
    const held = this.#held;
    this.#held = undefined;
    if (!held || held.state === "dead") return this.#spawn();
    held.release();
    return held;
  }

  #hold(): void {
    const held = this.#spawn(true);
    this.#held = held;
    held.listener = {
      ...unheard,
      died: () => {
        if (this.#held === held) this.#held = undefined;
      },
    };
  }

  #bootSpare(): void {
    clearTimeout(this.#timer);
    this.#soon = false;
    if (this.#spare) return;
    const spare = this.#fresh();
    this.#spare = spare;
    spare.listener = {
      ...unheard,
      message: ({ type }) => {
        // An interpreter out of a snapshot is warm.
        if (type === "ready" && !this.#runtime.snapshot) spare.post({ type: "warm" });
        if (type !== (this.#runtime.snapshot ? "ready" : "warmed") || this.#spare !== spare) return;
        this.#spareReady = true;
        this.#events.spare(true);
        this.#next(QUIET_MS);
      },
      died: () => {
        if (this.#spare === spare) this.#spare = undefined;
      },
    };
  }
}

/** No user code has been in it: whatever it says is welcome, and nobody's concern. */
const unheard: Omit<WorkerListener, "died"> = {
  admit: () => true,
  message: () => {},
  file: () => {},
  paged: () => {},
};
