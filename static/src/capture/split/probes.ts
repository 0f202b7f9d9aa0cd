// Finds out what of some modules runs, and splits them by that.

import type { Bytes } from "../../worker/wasm";
import { type Body, type Code, readCode } from "./code";
import { cold } from "./cold";
import { hot, type Placed } from "./hot";
import { probe, RAN, Ran } from "./probe";
import type { Came } from "./regions";

/**
 * Of longer functions, in bytes, only what a start uses stays in its place: they take the time. Of shorter ones, which may be
 * somebody's inner loop, all that ever ran does.
 */
const LONG = 1_000;

/**
 * So many modules are watched, the largest; smaller ones stay whole. Each that is has a memory of its own, and a process
 * can't have any number of them (Chromium 156: the 62 of `data` can be had, those of `science` could not).
 */
const MOST = 64;

/** A module in two; one that is whole has no cold half. */
export interface Split {
  hot: Bytes;
  cold: Bytes | null;
}

export class Probes {
  readonly originals: readonly Bytes[];
  /** To be instantiated in the originals' place. */
  readonly modules: Promise<WebAssembly.Module>[];
  readonly #codes: readonly (Code | null)[];
  readonly #ran = new Map<number, WebAssembly.Memory>();
  readonly #first = new Map<number, Uint8Array>();

  constructor(originals: readonly Bytes[]) {
    this.originals = originals;
    const watched = largest(originals, MOST);
    this.#codes = originals.map((bytes, id) => (watched.has(id) ? readable(bytes) : null));
    this.modules = originals.map((bytes, id) => {
      const code = this.#codes[id];
      return WebAssembly.compile(code ? probe(code) : bytes);
    });
  }

  /** One of them has been instantiated. */
  attach(id: number, exports: WebAssembly.Exports): void {
    const memory = exports[RAN] as WebAssembly.Memory | undefined;
    if (memory) this.#ran.set(id, memory);
  }

  /** What has run until now is what a start needs. */
  mark(): void {
    for (const [id, { buffer }] of this.#ran) this.#first.set(id, new Uint8Array(buffer).slice());
  }

  /**
   * Both halves of each, what has run until now in the hot one; modules that can't be split are whole. The first one
   * puts `placed` into its table.
   */
  halves(placed: Placed = new Map()): Split[] {
    return this.originals.map((bytes, id) => {
      const code = this.#codes[id];
      const ran = this.#ran.get(id);
      const whole = { hot: bytes, cold: null };
      if (!code || !ran) return whole;
      const noted = new Uint8Array(ran.buffer);
      return split(code, { noted, first: this.#first.get(id) ?? noted }, id, id === 0 ? placed : new Map()) ?? whole;
    });
  }
}

/** The positions of so many modules, none of which is smaller than one that is left out. */
export function largest(modules: readonly { length: number }[], many: number): Set<number> {
  const length = (id: number): number => modules[id]?.length ?? 0;
  return new Set([...modules.keys()].sort((one, other) => length(other) - length(one)).slice(0, many));
}

/** A module that can be watched, or null. Safari has no second memory. */
function readable(bytes: Bytes): Code | null {
  try {
    const code = readCode(bytes);
    return WebAssembly.validate(probe(code)) ? code : null;
  } catch {
    return null; // of a kind that is not known here
  }
}

/** What a probe had noted at the end, and after what a start needs. */
interface Noted {
  noted: Uint8Array;
  first: Uint8Array;
}

/** Both halves, or null where an engine would not take one of them. */
function split(code: Code, { noted, first }: Noted, id: number, placed: Placed): Split | null {
  try {
    const ran = new Ran(code, noted);
    const early = new Ran(code, first);
    const came = (position: number): Came => {
      const { from, to } = code.bodies[position] as Body;
      const soon = early.in(position);
      return to - from > LONG && soon(0) ? soon : ran.in(position);
    };
    const made = hot(code, ran.functions, id, placed, id === 0, came); // a library's data come with the heap
    const other = cold(code, ran.functions);
    return WebAssembly.validate(made) && WebAssembly.validate(other) ? { hot: made, cold: other } : null;
  } catch {
    return null;
  }
}
