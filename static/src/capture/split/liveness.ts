// Which local variables of a function are read again: a value that nobody reads any more need not be handed on.

import type { Reader } from "./binary";
import { type Body, behindLocals, type Code } from "./code";
import { operands } from "./instructions";
import * as wasm from "./shared";

const { BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN, UNREACHABLE } = wasm;
const { LOCAL_GET, LOCAL_SET, LOCAL_TEE } = wasm;

/** A block and its like, by its number. The function has number 0. */
interface Frame {
  loop: boolean;
  /** What is live behind it, and at the beginning of a loop or of an else. */
  behind: Live;
  beginning: Live;
  otherwise: Live | undefined;
}

interface Operation {
  at: number;
  operation: number;
  /** The local variable, or the frames that it begins, ends or branches to. */
  given: readonly number[];
}

/** A set of local variables. */
export class Live {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array | number) {
    this.#words = typeof words === "number" ? new Uint32Array(words) : words;
  }

  has(local: number): boolean {
    return (((this.#words[local >> 5] ?? 0) >>> (local & 31)) & 1) === 1;
  }

  copy(): Live {
    return new Live(this.#words.slice());
  }

  add(local: number): void {
    this.#words[local >> 5] = (this.#words[local >> 5] ?? 0) | (1 << (local & 31));
  }

  drop(local: number): void {
    this.#words[local >> 5] = (this.#words[local >> 5] ?? 0) & ~(1 << (local & 31));
  }

  join(others: Live): void {
    const theirs = others.#words;
    for (let word = 0; word < theirs.length; word++)
      this.#words[word] = (this.#words[word] ?? 0) | (theirs[word] as number);
  }

  equals(other: Live): boolean {
    return this.#words.every((word, position) => word === other.#words[position]);
  }
}

/** What may be thrown away at some places of a function. */
export class Liveness {
  readonly #frames: Frame[] = [];
  readonly #operations: Operation[] = [];
  /** By place: what is live there, and the frames around it, the innermost first. */
  readonly #live = new Map<number, Live>();
  readonly #around = new Map<number, number[]>();
  readonly #words: number;

  /** `locals`: how many there are. For functions that `Flow` knows. */
  constructor(code: Code, body: Body, locals: number, places: ReadonlySet<number>) {
    this.#words = Math.ceil(locals / 32);
    this.#read(behindLocals(code.code, body.from, body.to), places);
    while (this.#backward(places)) {} // as long as a loop's beginning asks for more
  }

  /** What is live at one of the places. */
  at(place: number): Live {
    return this.#live.get(place) as Live;
  }

  /** What is live where a branch goes from one of the places. */
  behind(place: number, label: number): Live {
    return this.#target(this.#around.get(place)?.[label] ?? 0);
  }

  #target(frame: number): Live {
    const { loop, beginning, behind } = this.#frames[frame] as Frame;
    return loop ? beginning : behind;
  }

  #open(loop: boolean): number {
    const none = (): Live => new Live(this.#words);
    return this.#frames.push({ loop, behind: none(), beginning: none(), otherwise: undefined }) - 1;
  }

  #read(reader: Reader, places: ReadonlySet<number>): void {
    const around = [this.#open(false)];
    const frame = (label: number): number => around.at(-1 - label) ?? 0;
    while (reader.more) {
      const at = reader.at;
      if (places.has(at)) this.#around.set(at, around.toReversed());
      const operation = reader.byte();
      const note = (...given: number[]): void => void this.#operations.push({ at, operation, given });
      if (operation >= LOCAL_GET && operation <= LOCAL_TEE) note(reader.number());
      else if (operation === BR || operation === BR_IF) note(frame(reader.number()));
      else if (operation === BR_TABLE)
        note(...Array.from({ length: reader.number() + 1 }, () => frame(reader.number())));
      else if (operation === ELSE) note(frame(0));
      else if (operation === END) {
        note(frame(0));
        around.pop();
      } else if (operation === BLOCK || operation === LOOP || operation === IF) {
        operands(reader, operation);
        around.push(this.#open(operation === LOOP));
        note(frame(0));
      } else {
        operands(reader, operation);
        if (operation === RETURN || operation === UNREACHABLE || places.has(at)) note();
      }
    }
  }

  /** Goes through it once, from its end. Gives whether a loop's beginning has changed. */
  #backward(places: ReadonlySet<number>): boolean {
    let changed = false;
    let live = new Live(this.#words);
    for (let position = this.#operations.length - 1; position >= 0; position--) {
      const { at, operation, given } = this.#operations[position] as Operation;
      const first = given[0] as number;
      const frame = this.#frames[first] as Frame;
      if (operation === LOCAL_GET) live.add(first);
      else if (operation === LOCAL_SET || operation === LOCAL_TEE) live.drop(first);
      else if (operation === BR || operation === BR_TABLE || operation === RETURN || operation === UNREACHABLE) {
        live = new Live(this.#words);
        for (const to of given) live.join(this.#target(to));
      } else if (operation === BR_IF) live.join(this.#target(first));
      else if (operation === END) {
        frame.behind = live.copy();
        frame.otherwise = undefined;
      } else if (operation === ELSE) {
        frame.otherwise = live;
        live = frame.behind.copy();
      } else if (operation === IF) live.join(frame.otherwise ?? frame.behind);
      else if (operation === LOOP && !live.equals(frame.beginning)) {
        frame.beginning = live.copy();
        changed = true;
      }
      if (places.has(at)) this.#live.set(at, live.copy());
    }
    return changed;
  }
}
