// The worker in use and one in reserve. The reserve boots when the page is quiet, imports what the profile is for,
// and takes over after a kill or a reset, so that nobody waits for a second start. Where a start is cheap (from a
// snapshot) the next reserve boots as soon as one is taken.

import type { BootSettings, NamedBytes } from "../protocol/messages";
import { PythonWorker, type WorkerListener } from "./python-worker";
import type { Runtime } from "./runtime";

/** How long nothing must happen before the reserve starts to boot, so that it never competes with a cell. */
const QUIET_MS = 1_200;

/** The same after a reserve was taken: the cell that waited for it has begun by then. */
const SOON_MS = 20;

export interface PoolEvents {
  /** Whether a spare worker stands ready. */
  spare(ready: boolean): void;
}

export class Pool {
  active: PythonWorker;
  #spare: PythonWorker | undefined;
  #spareReady = false;
  #profile: { files: NamedBytes[]; error: string | null } | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  /** The next reserve is about to boot, whatever runs. */
  #soon = false;
  readonly #runtime: Runtime;
  readonly #settings: BootSettings;
  readonly #events: PoolEvents;

  constructor(runtime: Runtime, settings: BootSettings, events: PoolEvents) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#events = events;
    this.active = this.#spawn();
  }

  /** The profile's packages have come (or not). */
  deliverProfile(files: NamedBytes[], error: string | null): void {
    this.#profile = { files, error };
    this.active.deliverProfile(files, error);
    this.#spare?.deliverProfile(files, error);
  }

  /** Call when nothing runs: the reserve may boot. */
  quiet(): void {
    if (!this.#soon) this.#spareIn(QUIET_MS);
  }

  #spareIn(ms: number): void {
    clearTimeout(this.#quiet);
    if (!this.#settings.spare || this.#spare) return;
    this.#quiet = setTimeout(() => this.#bootSpare(), ms);
  }

  /** Call when something starts to run. */
  busy(): void {
    if (!this.#soon) clearTimeout(this.#quiet);
  }

  /** Ends the active worker; the spare, or a new one, takes its place. */
  replace(listener: WorkerListener): PythonWorker {
    this.busy();
    this.active.kill();
    const next = this.#spare && this.#spare.state !== "dead" ? this.#spare : this.#spawn();
    if (this.#spareReady) this.#events.spare(false);
    this.#spare = undefined;
    this.#spareReady = false;
    next.listener = listener;
    this.active = next;
    if (this.#runtime.snapshot && next.state === "ready") {
      this.#soon = true;
      this.#spareIn(SOON_MS);
    }
    return next;
  }

  #spawn(): PythonWorker {
    const worker = new PythonWorker(this.#runtime, this.#settings);
    if (this.#profile) worker.deliverProfile(this.#profile.files, this.#profile.error);
    return worker;
  }

  #bootSpare(): void {
    this.#soon = false;
    const spare = this.#spawn();
    this.#spare = spare;
    spare.listener = {
      admit: () => true, // no user code has been in it
      message: ({ type }) => {
        // An interpreter out of a snapshot is warm.
        if (type === "ready" && !this.#runtime.snapshot) spare.post({ type: "warm" });
        if (type !== (this.#runtime.snapshot ? "ready" : "warmed") || this.#spare !== spare) return;
        this.#spareReady = true;
        this.#events.spare(true);
      },
      file: () => {},
      paged: () => {},
      died: () => {
        if (this.#spare === spare) this.#spare = undefined;
      },
    };
  }
}
