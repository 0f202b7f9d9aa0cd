// Packages on their way to one frame: what they need at once, and their deferred files afterwards (frame/deferred.ts draws
// the whole road of those).

import type { Supply } from "../supply/supply";
import { type FrameLink, send } from "./link";

/** So many deliveries may wait for their turn: the frame asks for one at a time. */
const WAITING = 8;

/** So often a package is delivered in a run: to the interpreter that it begins in, to a fresh one, and once more. */
const TIMES = 3;

/** What could not be had is fetched again this many milliseconds later, not sooner. */
const AGAIN_MS = 500;

export class PackageDelivery {
  readonly #link: FrameLink;
  /** Packages whose deferred files are not there yet, and who fetches them. */
  readonly #owed = new Map<string, Supply>();
  /** Of those, when the files of one can be fetched again. */
  readonly #again = new Map<string, number>();
  /** So often each was delivered, or tried to be, in this run. */
  readonly #times = new Map<string, number>();
  #waiting = 0;
  /** Ends with the last delivery. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: FrameLink) {
    this.#link = link;
  }

  /** A run begins. */
  begin(): void {
    this.#times.clear();
  }

  /**
   * Fetches packages and hands them over, one delivery after the other. Rejects with a sentence. What is asked for more
   * often than a frame of ours does is refused before anything is fetched.
   */
  give(supply: Supply, id: string, names: string[]): Promise<void> {
    const allowed = supply.policy.packages;
    if (!names.every((name) => Object.hasOwn(allowed, name))) {
      return Promise.reject(new Error("Only packages on the allowlist can be loaded."));
    }
    const often = names.find((name) => (this.#times.get(name) ?? 0) >= TIMES);
    if (often !== undefined) return Promise.reject(new Error(`${often} was asked for too often.`));
    if (this.#waiting >= WAITING) return Promise.reject(new Error("Too many packages are asked for at once."));
    for (const name of names) this.#times.set(name, (this.#times.get(name) ?? 0) + 1);
    this.#waiting += 1;
    const mine = this.#last.then(() => this.#deliver(supply, id, [...new Set(names)]));
    this.#last = mine
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
    return mine;
  }

  async #deliver(supply: Supply, id: string, names: string[]): Promise<void> {
    const delivery = await supply.packages.deliver(names);
    send(this.#link, { type: "packages", id, ...delivery });
    for (const { name, deferred } of delivery.images) if (deferred) this.#owed.set(name, supply);
  }

  /** Says why packages don't come. */
  refuse(id: string, error: string): void {
    send(this.#link, { type: "packages", id, files: [], images: [], error });
  }

  /** Fetches what is owed. Call when nothing runs, or when somebody waits for it. What can't be had stays owed. */
  complete(): void {
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const [name, supply] of owed) void this.#complete(name, supply);
  }

  async #complete(name: string, supply: Supply): Promise<void> {
    const wait = (this.#again.get(name) ?? 0) - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const blob = await supply.packages.deferred(name);
    if (!blob) {
      this.#owed.set(name, supply);
      this.#again.set(name, performance.now() + AGAIN_MS);
    }
    send(this.#link, { type: "deferred", name, blob });
  }
}
