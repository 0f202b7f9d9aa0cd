// The packages that one worker asks for. Each is handed over once, one delivery at a time; what is here already, or on
// its way, costs the page around nothing.
//
//   need ─► waits for its turn ─► asked of the host ─► handed over ─► installed
//             │                        └─ could not be had: it may be asked for again, a few times a run
//             └─ all of it is here: answered at once

import type { Delivery } from "../protocol/messages";
import { mint } from "./names";

/** So many needs may wait for their turn; the harness has one at a time. */
const WAITING = 16;

/** So often a run may ask for a package that could not be had. */
const TRIES = 2;

export interface NeedEvents {
  /** The host is to deliver these. */
  ask(id: string, names: string[]): void;
  /** The worker gets what it needs, or a sentence. */
  hand(id: string, delivery: Delivery): void;
}

interface Need {
  /** The worker's own name for it. */
  id: string;
  names: string[];
}

const refusal = (error: string): Delivery => ({ files: [], images: [], error });

export class Needs {
  readonly #packages: object;
  readonly #events: NeedEvents;
  readonly #here = new Set<string>();
  readonly #installed = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #waiting: Need[] = [];
  /** What the host was asked for last, by a name that no worker can know. */
  #asked: { mine: string; need: Need; wanted: string[] } | undefined;
  /** Handed over, by the worker's name; not installed yet. */
  readonly #handed = new Map<string, string[]>();

  /** `packages`: the allowlist by name. */
  constructor(packages: object, events: NeedEvents) {
    this.#packages = packages;
    this.#events = events;
  }

  /** The host has been asked and has not answered yet. */
  get fetching(): boolean {
    return this.#asked !== undefined;
  }

  /** Some were handed over and are not installed yet. */
  get installing(): boolean {
    return this.#handed.size > 0;
  }

  /** What a worker has from its start. */
  begin(names: Iterable<string>): void {
    for (const name of names) {
      this.#here.add(name);
      this.#installed.add(name);
    }
  }

  /** A run begins: what could not be had may be asked for again. */
  again(): void {
    this.#failures.clear();
  }

  /** The worker needs packages. */
  need(id: string, names: readonly string[]): void {
    if (!names.every((name) => Object.hasOwn(this.#packages, name))) {
      return this.#events.hand(id, refusal("only packages on the allowlist can be loaded"));
    }
    if (this.#waiting.length >= WAITING) {
      return this.#events.hand(id, refusal("too many packages are being loaded at once"));
    }
    this.#waiting.push({ id, names: [...new Set(names)] });
    this.#next();
  }

  /** The host has answered; what it wasn't asked for is dropped. */
  deliver(mine: string, delivery: Delivery): void {
    const asked = this.#asked;
    if (asked?.mine !== mine) return;
    this.#asked = undefined;
    const { need, wanted } = asked;
    for (const name of wanted) {
      if (delivery.error === null) this.#here.add(name);
      else this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
    }
    if (delivery.error === null) this.#handed.set(need.id, need.names);
    this.#events.hand(need.id, delivery);
    this.#next();
  }

  /** The worker says what it has installed; gives what of it is true and new. */
  installed(id: string, names: readonly string[]): string[] {
    const handed = this.#handed.get(id);
    this.#handed.delete(id);
    const fresh = new Set(names.filter((name) => handed?.includes(name) && !this.#installed.has(name)));
    for (const name of fresh) this.#installed.add(name);
    return [...fresh];
  }

  #next(): void {
    while (!this.#asked) {
      const need = this.#waiting.shift();
      if (!need) return;
      const wanted = need.names.filter((name) => !this.#here.has(name));
      const lost = wanted.find((name) => (this.#failures.get(name) ?? 0) >= TRIES);
      if (lost !== undefined) {
        this.#events.hand(need.id, refusal(`${lost} could not be had ${TRIES} times in this run`));
      } else if (wanted.length === 0) {
        this.#handed.set(need.id, need.names);
        this.#events.hand(need.id, { files: [], images: [], error: null });
      } else {
        this.#asked = { mine: mint(), need, wanted };
        this.#events.ask(this.#asked.mine, wanted);
      }
    }
  }
}
