// A region of a function on its way to a function of its own (see regions.ts): what it takes and gives, and by which ways
// control leaves it.

import { type Bytes, Writer } from "../../worker/wasm";
import { Reader } from "./binary";
import type { Body, Code } from "./code";
import { operands } from "./instructions";
import type { Liveness } from "./liveness";
import * as wasm from "./shared";

const { BLOCK, LOOP, IF, END, BR, BR_IF, BR_TABLE, RETURN, I32_CONST, I32_EQ, NO_RESULT } = wasm;
const { LOCAL_GET, LOCAL_SET, LOCAL_TEE, CALL, RETURN_CALL, RETURN_CALL_INDIRECT, UNREACHABLE } = wasm;

/** Instructions [from, to) of one frame, which leave no values. */
export interface Region {
  from: number;
  to: number;
  /** How many values a branch to each frame brings: its own, the one around it, and so on; the last is the function. */
  labels: number[];
  /** Control doesn't come to its end. */
  leaves: boolean;
  /** Its end is the function's. */
  last: boolean;
}

/** A way out of a region: a frame around it, counted from its own, or out of the function. */
type Exit = number | "return";

/** A region on its way to a function of its own. */
export interface Outlined {
  /** Local variables by their number in the function that it was part of. */
  taken: number[];
  given: number[];
  exits: Exit[];
  /** Control may also come to its end. */
  passes: boolean;
  /** So it gives the number of an exit, from 1 on, or 0 for its end. */
  several: boolean;
  /** What the function gives back, if it can leave the function. */
  answer: number | undefined;
  body: Bytes;
}

function no(what: string): never {
  throw new TypeError(`a region with ${what} stays where it is`);
}

/** The local variables that some instructions use, each once. */
function localsOf(reader: Reader): number[] {
  const found = new Set<number>();
  while (reader.more) {
    const operation = reader.byte();
    if (operation >= LOCAL_GET && operation <= LOCAL_TEE) found.add(reader.number());
    else operands(reader, operation);
  }
  return [...found];
}

export class Outliner {
  readonly #region: Region;
  readonly #liveness: Liveness;
  readonly #reader: Reader;
  readonly #into = new Writer();
  /** Local variables by their number in the function that it is part of. */
  readonly #taken: number[];
  readonly #private: number[];
  readonly #positions: Map<number, number>;
  readonly #given = new Set<number>();
  readonly #exits: Exit[] = [];
  readonly #results: readonly number[];
  /** Frames of its own that are open. */
  #depth = 0;

  constructor(code: Code, body: Body, region: Region, liveness: Liveness) {
    this.#region = region;
    this.#liveness = liveness;
    this.#reader = new Reader(code.code, region.from, region.to);
    this.#results = [...(code.types[body.type]?.results ?? [])];
    if (this.#results.length > 1) no("several results");
    const used = localsOf(new Reader(code.code, region.from, region.to));
    const live = liveness.at(region.from);
    this.#taken = used.filter((local) => live.has(local));
    this.#private = used.filter((local) => !live.has(local));
    this.#positions = new Map([...this.#taken, ...this.#private].map((local, position) => [local, position]));
  }

  /** Where its answer is kept on the way out. */
  get #answer(): number {
    return this.#positions.size;
  }

  #position(local: number): number {
    return this.#positions.get(local) as number;
  }

  #exit(exit: Exit): number {
    const known = this.#exits.indexOf(exit);
    return known >= 0 ? known : this.#exits.push(exit) - 1;
  }

  /** Where a branch goes from within the function that this becomes. */
  #target(label: number): number {
    if (label < this.#depth) return label;
    const outer = label - this.#depth;
    const { labels } = this.#region;
    if (outer === labels.length - 1 && this.#results.length === 0) return this.#depth + this.#exit("return");
    if (outer >= labels.length || labels[outer] !== 0) no("a branch that brings values");
    return this.#depth + this.#exit(outer);
  }

  #leave(): void {
    if (this.#results.length > 0) this.#into.bytes(LOCAL_SET).number(this.#answer);
    this.#into.bytes(BR).number(this.#depth + this.#exit("return"));
  }

  #step(): void {
    const reader = this.#reader;
    const into = this.#into;
    const from = reader.at;
    const operation = reader.byte();
    if (operation >= LOCAL_GET && operation <= LOCAL_TEE) {
      const local = reader.number();
      if (operation !== LOCAL_GET) this.#given.add(local);
      into.bytes(operation).number(this.#position(local));
    } else if (operation === BR || operation === BR_IF) {
      const label = reader.number();
      const out = label - this.#depth === this.#region.labels.length - 1;
      if (operation === BR && out) this.#leave();
      else into.bytes(operation).number(this.#target(label));
    } else if (operation === BR_TABLE) {
      const count = reader.number();
      into.bytes(operation).number(count);
      for (let left = count; left >= 0; left--) into.number(this.#target(reader.number()));
    } else if (operation === RETURN) this.#leave();
    else if (operation === RETURN_CALL || operation === RETURN_CALL_INDIRECT) no("a call that leaves");
    else {
      if (operation === END) this.#depth--;
      else if (operation === BLOCK || operation === LOOP || operation === IF) this.#depth++;
      operands(reader, operation);
      into.piece(reader.since(from));
    }
  }

  /** `types`: of the local variables of the function that it is part of. */
  done(types: readonly number[]): Outlined {
    const { from, to, leaves, last } = this.#region;
    while (this.#reader.more) this.#step();
    if (last) this.#leave();
    const passes = !leaves && !last;
    const exits = this.#exits;
    const several = exits.length + (passes ? 1 : 0) > 1;
    const answer = exits.includes("return") ? this.#results[0] : undefined;
    const behind = exits.map((exit) => (exit === "return" ? undefined : this.#liveness.behind(from, exit)));
    if (passes) behind.push(this.#liveness.at(to));
    const given = [...this.#given].filter((local) => behind.some((live) => live?.has(local)));
    const body = new Writer();
    const own = [...this.#private.map((local) => types[local] as number), ...this.#results];
    body.number(own.length);
    for (const type of own) body.bytes(1, type);
    for (const _ of exits) body.bytes(BLOCK, NO_RESULT);
    body.piece(this.#into.done());
    const tell = (next: number): void => {
      if (answer !== undefined) body.bytes(LOCAL_GET).number(this.#answer);
      if (several) body.bytes(I32_CONST).signed(next);
      for (const local of given) body.bytes(LOCAL_GET).number(this.#position(local));
      body.bytes(RETURN);
    };
    if (passes) tell(0);
    else body.bytes(UNREACHABLE);
    exits.forEach((_, position) => {
      body.bytes(END);
      tell(position + 1);
    });
    body.bytes(END);
    return { taken: this.#taken, given, exits, passes, several, answer, body: body.done().slice() };
  }
}

/** Writes what stands in a region's place: the call, and where to go then. */
export function call(into: Writer, made: Outlined, index: number, spare: { next: number; answer: number }): void {
  const { taken, given, exits, passes, several, answer } = made;
  for (const local of taken) into.bytes(LOCAL_GET).number(local);
  into.bytes(CALL).number(index);
  for (const local of given.toReversed()) into.bytes(LOCAL_SET).number(local);
  if (several) into.bytes(LOCAL_SET).number(spare.next);
  if (answer !== undefined) into.bytes(LOCAL_SET).number(spare.answer);
  if (exits.length === 0 && !passes) into.bytes(UNREACHABLE);
  exits.forEach((exit, position) => {
    const surely = !passes && position === exits.length - 1;
    if (!surely)
      into
        .bytes(LOCAL_GET)
        .number(spare.next)
        .bytes(I32_CONST)
        .signed(position + 1)
        .bytes(I32_EQ);
    if (exit !== "return") into.bytes(surely ? BR : BR_IF).number(exit);
    else {
      if (!surely) into.bytes(IF, NO_RESULT);
      if (answer !== undefined) into.bytes(LOCAL_GET).number(spare.answer);
      into.bytes(RETURN);
      if (!surely) into.bytes(END);
    }
  });
}
