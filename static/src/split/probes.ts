// Finds out which functions of some modules run, and splits them by that.

import type { Bytes } from "./binary";
import { type Code, readCode } from "./code";
import { cold } from "./cold";
import { hot, type Placed } from "./hot";
import { probe, RAN } from "./probe";
import { bitsOf } from "./shared";

export class Probes {
  readonly originals: readonly Bytes[];
  /** To be instantiated in the originals' place. */
  readonly modules: Promise<WebAssembly.Module>[];
  readonly #codes: readonly (Code | null)[];
  readonly #ran = new Map<number, WebAssembly.Memory>();

  constructor(originals: readonly Bytes[]) {
    this.originals = originals;
    this.#codes = originals.map(readable);
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

  /**
   * Hot halves, with what has run until now in them; modules that can't be split are whole. The first one puts `placed`
   * into its table.
   */
  hot(placed: Placed = new Map()): Bytes[] {
    return this.originals.map((bytes, id) => {
      const code = this.#codes[id];
      const ran = this.#ran.get(id);
      return (code && ran && half(code, new Uint8Array(ran.buffer), id, id === 0 ? placed : new Map())) || bytes;
    });
  }
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

/** The hot half, or null where an engine would not take one of the halves. */
function half(code: Code, ran: Uint8Array, id: number, placed: Placed): Bytes | null {
  const bits = bitsOf(ran, code.bodies.length);
  try {
    const made = hot(code, bits, id, placed, id === 0); // a library's data come with the heap
    return WebAssembly.validate(made) && WebAssembly.validate(cold(code, bits)) ? made : null;
  } catch {
    return null;
  }
}
