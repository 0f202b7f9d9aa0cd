// Parts of a function that never ran, made functions of their own.
//
// An engine compiles whole functions, first quickly and, once they were called often, thoroughly. More than half of each is
// for cases that never come up in a start; all of it is compiled. Here what never ran becomes a call of a function that
// has it. Whoever comes to it finds it at hand: it lies in the same module.
//
//   f:  …  if (rare) { a }  …      f:  …  if (rare) { (next, x) = f'(x, y); if (next) break }  …
//                                  f': a, with every way out of it given back as a number
//
// A region takes the local variables that it may read before it writes them, and gives back those that it writes and
// that may be read behind it.

import { type Bytes, Writer } from "../../worker/wasm";
import { Reader } from "./binary";
import { type Body, type Code, FUNCTION_TYPE, instructions, localTypes } from "./code";
import { Flow } from "./flow";
import { Liveness } from "./liveness";
import { call, type Outlined, Outliner, type Region } from "./outlined";
import { I32 } from "./shared";

/** Tells of the places of a function (see `places`), by their number, whether control has come to them. */
export type Came = (place: number) => boolean;

/** Shorter ones stay where they are, for the call takes its place, too. */
const SHORTEST = 32;
/** A call of so many values costs too much, in code and in time. */
const MOST_VALUES = 24;

/** Finds the regions of a function that never ran. `ran` tells of its places, by their number. */
function regions(code: Code, body: Body, ran: Came): Region[] {
  const found: Region[] = [];
  let places = 0;
  let open: { from: number; depth: number; labels: number[] } | undefined;
  const close = (to: number, leaves: boolean): void => {
    const { from, depth, labels } = open as NonNullable<typeof open>;
    open = undefined;
    found.push({ from, to, labels, leaves, last: !leaves && depth === 1 && to === body.to - 1 });
  };
  const flow = new Flow(code, body, {
    place: (at, clean) => {
      const cold = !ran(places++);
      const depth = flow.frames.length;
      if (open) {
        if (cold || depth !== open.depth) return;
        if (clean) close(at, false);
        else open = undefined;
      } else if (cold && clean) {
        open = { from: at, depth, labels: flow.frames.map(({ label }) => label).reverse() };
      }
    },
    ends: (at, clean) => {
      const depth = flow.frames.length;
      if (open?.depth !== depth) return;
      if (clean || depth === 1) close(at, flow.frames.at(-1)?.dead === true);
      else open = undefined;
    },
  });
  flow.run();
  return found;
}

/** Null for what is not known here. */
function known<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Functions out of the regions of other ones. */
export class Regions {
  readonly #code: Code;
  readonly #first: number;
  readonly #firstType: number;
  readonly #types = new Map<string, number>();
  /** Their bodies, the local variables ahead of the instructions. */
  readonly bodies: Bytes[] = [];
  readonly typesOf: number[] = [];
  /** Types of theirs, which come behind the module's. */
  readonly types: Bytes[] = [];

  /** `first`, `firstType`: indices that the first function and the first type get. */
  constructor(code: Code, first: number, firstType: number) {
    this.#code = code;
    this.#first = first;
    this.#firstType = firstType;
  }

  /**
   * A function's body without what never ran. `ran` tells of its places (see `places`), by their number.
   */
  without(body: Body, ran: Came): Bytes {
    const { code } = this.#code;
    const all = known(() => regions(this.#code, body, ran)) ?? [];
    const found = all.filter(({ from, to }) => to - from >= SHORTEST);
    const whole = code.subarray(body.from, body.to);
    if (found.length === 0) return whole;
    const locals = localTypes(this.#code, body);
    const spare = { next: locals.length, answer: locals.length + 1 };
    const types = [...locals, I32, ...(this.#code.types[body.type]?.results ?? [])];
    const into = new Writer(body.to - body.from);
    const start = instructions(this.#code, body).at;
    const header = new Reader(code, body.from);
    const groups = header.number();
    const more = types.slice(locals.length);
    into.number(groups + more.length).piece(code.subarray(header.at, start));
    for (const type of more) into.bytes(1, type);
    let from = start;
    const ends = new Set(found.flatMap(({ from, to }) => [from, to]));
    const liveness = new Liveness(this.#code, body, locals.length, ends);
    for (const region of found) {
      const made = known(() => new Outliner(this.#code, body, region, liveness).done(types));
      if (!made || made.taken.length + made.given.length > MOST_VALUES) continue;
      into.piece(code.subarray(from, region.from));
      call(into, made, this.#first + this.bodies.length, spare);
      this.bodies.push(made.body);
      this.typesOf.push(this.#type(made, types));
      from = region.to;
    }
    if (from === start) return whole;
    return into.piece(code.subarray(from, body.to)).done().slice();
  }

  #type({ taken, given, several, answer }: Outlined, locals: readonly number[]): number {
    const of = (all: readonly number[]): number[] => all.map((local) => locals[local] as number);
    const results = [...(answer === undefined ? [] : [answer]), ...(several ? [I32] : []), ...of(given)];
    const type = new Writer()
      .bytes(FUNCTION_TYPE)
      .number(taken.length)
      .bytes(...of(taken));
    type.number(results.length).bytes(...results);
    const bytes = type.done();
    const key = bytes.join(" ");
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const index = this.#firstType + this.types.push(bytes) - 1;
    this.#types.set(key, index);
    return index;
  }
}
