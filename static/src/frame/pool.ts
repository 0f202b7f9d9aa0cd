// The worker in use, those in reserve, and one that is held. Each reserve boots when the page is quiet, imports what the
// profile is for, and takes over after a kill or a reset, so that nobody waits for a second start. They boot one behind
// the other. Where a start is cheap (from a snapshot) the next reserve comes as soon as the cell that took one is over:
// out of the worker that is held with everything but the interpreter's memory.
//
//   quiet ─► a reserve boots ─► ready ─► … all are ready ─► quiet ─► one is held ─► quiet ─► the reserve rehearses
//   taken ─► the cell is over, or 1 s ─► the held one is released ─► ready
//
// Rehearsing is for the engine: it compiles a function when it is first called, and well when it was called often, for
// every worker of the process. What people do first is done some times before, so that nobody waits for that.

import { IDLE_MS, TAKEN_MS } from "../common/idle";
import type { FrameLimits } from "../protocol/limits";
import { type BootSettings, type Delivery, PROFILE } from "../protocol/messages";
import type { Deferred } from "./deferred";
import { PythonWorker, type WorkerListener, waitsForAll } from "./python-worker";
import { Quota } from "./quota";
import type { Runtime } from "./runtime";

/** How often it is rehearsed, in all: the first figure of a fresh session then takes as long as the tenth. */
const REHEARSALS = 5;

export interface PoolEvents {
  /** So many spare workers stand ready. */
  spares(count: number): void;
  /** A worker waits for all of its packages' images. */
  waits(): void;
}

export class Pool {
  active: PythonWorker;
  /** In reserve, the oldest first. */
  #spares: PythonWorker[] = [];
  /** Those of them that stand ready. */
  readonly #ready = new Set<PythonWorker>();
  #held: PythonWorker | undefined;
  #profile: Delivery | undefined;
  readonly #deferred: Deferred;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #rehearsals = 0;
  /** The next reserve is about to boot, whatever runs. */
  #soon = false;
  #running = false;
  readonly #runtime: Runtime;
  readonly #settings: BootSettings;
  readonly #events: PoolEvents;

  /** `held`: the first worker waits for `release`. */
  constructor(runtime: Runtime, settings: BootSettings, deferred: Deferred, events: PoolEvents, held = false) {
    this.#runtime = runtime;
    this.#deferred = deferred;
    this.#settings = settings;
    this.#events = events;
    this.active = this.#spawn(held);
  }

  /** Lets the first worker boot, if it is held. */
  release(): void {
    this.active.release();
  }

  /** The profile's packages have come (or not). */
  deliverProfile(profile: Delivery): void {
    this.#profile = profile;
    for (const worker of [this.active, ...this.#spares, this.#held]) if (worker) this.#deliver(worker, profile);
  }

  #deliver(worker: PythonWorker, profile: Delivery): void {
    if (waitsForAll(profile, worker)) this.#events.waits();
    void worker.deliver(PROFILE, profile, true);
  }

  /** Call when nothing runs: a reserve may boot. */
  quiet(): void {
    this.#running = false;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#runtime.compileCold(), IDLE_MS.spare);
    this.#next(this.#soon ? TAKEN_MS.settled : IDLE_MS.spare);
  }

  /** Call when something starts to run. */
  busy(): void {
    this.#running = true;
    clearTimeout(this.#resting);
    if (this.#soon) this.#next(TAKEN_MS.soon);
    else clearTimeout(this.#timer);
  }

  /** Ends the active worker; a spare, or a new one, takes its place, and has nobody yet who listens to it. */
  replace(): PythonWorker {
    clearTimeout(this.#timer);
    this.#soon = false;
    this.active.kill();
    const next = this.#spares.find((spare) => this.#ready.has(spare)) ?? this.#spares[0] ?? this.#fresh();
    this.#drop(next);
    this.active = next;
    if (this.#runtime.snapshot && next.state === "ready" && this.#wanting) {
      this.#soon = true;
      this.#next(TAKEN_MS.soon);
    }
    return next;
  }

  /** Another reserve is wanted, and none is on its way: two at once would only be late together. */
  get #wanting(): boolean {
    return this.#spares.length < this.#settings.pool && this.#spares.length === this.#ready.size;
  }

  #next(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#wanting) this.#timer = setTimeout(() => this.#bootSpare(), ms);
    else if (this.#ready.size > 0 && this.#runtime.snapshot) {
      if (!this.#held) this.#timer = setTimeout(() => this.#hold(), ms);
      else if (this.#rehearsals < REHEARSALS) this.#timer = setTimeout(() => this.#rehearse(), ms);
    }
  }

  #rehearse(): void {
    const [spare] = this.#ready;
    this.#rehearsals++;
    spare?.post({ type: "warm" });
  }

  /** It is in reserve no more: it was taken, or has died. */
  #drop(spare: PythonWorker): void {
    this.#spares = this.#spares.filter((one) => one !== spare);
    if (this.#ready.delete(spare)) this.#events.spares(this.#ready.size);
  }

  #spawn(held = false): PythonWorker {
    const worker = new PythonWorker(this.#runtime, this.#settings, this.#deferred, held);
    if (this.#profile) this.#deliver(worker, this.#profile);
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
    this.#next(IDLE_MS.spare);
    held.listener = unheard(held, this.#settings.limits, () => {
      if (this.#held === held) this.#held = undefined;
    });
  }

  #bootSpare(): void {
    clearTimeout(this.#timer);
    this.#soon = false;
    if (!this.#wanting) return;
    const spare = this.#fresh();
    this.#spares.push(spare);
    spare.listener = {
      ...unheard(spare, this.#settings.limits, () => this.#drop(spare)),
      message: ({ type }) => {
        const { snapshot } = this.#runtime;
        // One out of a snapshot has imported everything.
        if (type === "ready" && !snapshot) spare.post({ type: "warm" });
        if (type === (snapshot ? "ready" : "warmed")) {
          this.#ready.add(spare);
          this.#events.spares(this.#ready.size);
        } else if (type !== "warmed") return;
        if (!this.#running) this.#next(TAKEN_MS.settled);
      },
    };
  }
}

/**
 * No user code has been in it, but packages have, which the page around may have brought: what it may say and cause is
 * what a run may. Beyond that it is ended.
 */
function unheard(worker: PythonWorker, limits: FrameLimits, died: (reason: string) => void): WorkerListener {
  const quota = new Quota(limits);
  const within = (fits: boolean): boolean => {
    if (fits) return true;
    worker.kill();
    died("it sent more output than a page can take");
    return false;
  };
  return {
    admit: (size) => within(quota.admit(size)),
    caused: (bytes) => within(quota.caused(bytes)),
    message: () => {},
    file: () => {},
    paging: () => {},
    paged: () => {},
    lacking: () => {},
    died,
  };
}
