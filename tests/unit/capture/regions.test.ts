// Functions without what never ran of them: they do what they did, whatever that is taken to be.

import { describe, expect, test } from "vitest";
import { type Code, readCode } from "../../../static/src/capture/split/code";
import { places } from "../../../static/src/capture/split/flow";
import { hot } from "../../../static/src/capture/split/hot";
import { Ran } from "../../../static/src/capture/split/probe";
import { Regions } from "../../../static/src/capture/split/regions";
import { bitsOf } from "../../../static/src/capture/split/shared";
import { isOwn } from "../../../static/src/worker/halves";
import { type Bytes, KIND, SECTION, Writer } from "../../../static/src/worker/wasm";

const [I32, I64, F64, NONE] = [0x7f, 0x7e, 0x7c, 0x40];
const [BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN] = [2, 3, 4, 5, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f];
const [GET, SET, TEE, GLOBAL_GET, GLOBAL_SET, CONST] = [0x20, 0x21, 0x22, 0x23, 0x24, 0x41];

const vector = (...entries: number[][]): number[] => [entries.length, ...entries.flat()];
const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

interface Body {
  /** 0: (i32, i32) -> i32, 1: (i32, i32) -> (). */
  type: number;
  code: number[];
}

/** Numbers from 0 to 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Each function has two parameters, four local variables of i32 and one each of i64 and f64. */
const LOCALS = [3, 4, I32, 1, I64, 1, F64];
const [WHOLE_NUMBERS, LONG, DOUBLE] = [6, 6, 7];

/** Exports each function as f0, f1, …, the memory, and what they leave in their two variables: a trace and fuel. */
function module(bodies: readonly Body[]): Bytes {
  const sections: [number, number[]][] = [
    [SECTION.type, vector([0x60, 2, I32, I32, 1, I32], [0x60, 2, I32, I32, 0])],
    [SECTION.function, vector(...bodies.map(({ type }) => [type]))],
    [SECTION.table, vector([0x70, 0, 4])],
    [SECTION.memory, vector([0, 1])],
    [SECTION.global, vector([I32, 1, CONST, 0, END], [I32, 1, CONST, 0, END])],
    [
      SECTION.export,
      vector(
        ...bodies.map((_, position) => [...text(`f${position}`), KIND.function, position]),
        [...text("memory"), KIND.memory, 0],
        [...text("trace"), KIND.global, 0],
        [...text("fuel"), KIND.global, 1],
      ),
    ],
    [SECTION.element, vector([0, CONST, 0, END, 1, 0])],
    [
      SECTION.code,
      vector(
        ...bodies.map(({ code }) => {
          const length = new Writer().number(LOCALS.length + code.length + 1).done();
          return [...length, ...LOCALS, ...code, END];
        }),
      ),
    ],
  ];
  const whole = new Writer().bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const [section, content] of sections) {
    whole.bytes(section).number(content.length).piece(Uint8Array.from(content));
  }
  return whole.done().slice();
}

/** Without what `came` says that control never came to. */
function without(code: Code, came: (place: number) => boolean): Bytes {
  const all = bitsOf(new Uint8Array(code.bodies.length).fill(1), code.bodies.length);
  return hot(code, all, 0, new Map(), true, () => came);
}

/** So many functions were added, besides the two of each hot half. Where there are indirect calls, one is for those. */
const added = (code: Code, bytes: Bytes): number => readCode(bytes).bodies.length - code.bodies.length - 2;

type Call = (one: number, other: number) => number | undefined;

/** What all functions do with some numbers. */
function use(bytes: Bytes): unknown[] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { trace, fuel } = exports as Record<string, WebAssembly.Global>;
  const found: unknown[] = [];
  for (const name of Object.keys(exports).filter((name) => /^f\d+$/.test(name) && !isOwn(name))) {
    for (const [one, other] of [
      [0, 0],
      [1, 7],
      [-3, 2],
      [1_000_003, -1],
    ] as const) {
      (fuel as WebAssembly.Global).value = 60;
      let answer: unknown;
      try {
        answer = (exports[name] as Call)(one, other);
      } catch (error) {
        answer = (error as Error).message;
      }
      found.push(answer, trace?.value, fuel?.value);
    }
  }
  found.push(new Uint8Array((exports.memory as WebAssembly.Memory).buffer, 0, 64).join());
  return found;
}

/** Writes functions by chance: everything that control can do, over variables that all of it reads and writes. */
class Author {
  readonly #chance: () => number;
  readonly #position: number;
  /** How many values a branch to each open frame brings, the innermost last. */
  readonly #labels: number[];
  readonly #results: number;
  /** So many more values may be made of others. */
  #ink = 150;

  constructor(random: () => number, position: number, results: number) {
    this.#chance = random;
    this.#position = position;
    this.#results = results;
    this.#labels = [results];
  }

  #one(...choices: (() => number[])[]): number[] {
    return (choices[Math.floor(this.#chance() * choices.length)] as () => number[])();
  }

  #below(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }

  value(depth = 2): number[] {
    if (depth === 0 || --this.#ink < 0)
      return this.#one(
        () => [CONST, this.#below(64)],
        () => [GET, this.#below(WHOLE_NUMBERS)],
      );
    const inner = (): number[] => this.value(depth - 1);
    return this.#one(
      inner,
      // add, sub, mul, and, or, xor, shl, lt_s, eq
      () => [...inner(), ...inner(), [0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x48, 0x46][this.#below(9)] as number],
      () => [...inner(), TEE, this.#below(WHOLE_NUMBERS)],
      () => [...inner(), IF, I32, ...this.#within(1, inner), ELSE, ...this.#within(1, inner), END],
      () => [BLOCK, I32, ...this.#within(1, () => [...inner(), ...inner(), BR_IF, 0]), END],
      () => [BLOCK, I32, ...this.#within(1, () => [...this.some(1), ...inner(), BR, 0]), END],
      () => [...inner(), CONST, 60, 0x71, 0x28, 2, 0], // i32.load of one of the first words
      () => [GET, LONG, 0xa7], // i32.wrap_i64
      () => [GET, DOUBLE, 0xfc, 2], // i32.trunc_sat_f64_s
      () => [...inner(), ...inner(), ...inner(), 0x1b], // select
    );
  }

  #within(label: number, write: () => number[]): number[] {
    this.#labels.push(label);
    const written = write();
    this.#labels.pop();
    return written;
  }

  /** Labels that can be branched to without a value. */
  #open(): number[] {
    const all = this.#labels.toReversed();
    return all.flatMap((brings, label) => (brings === 0 ? [label] : []));
  }

  #label(): number {
    const open = this.#open();
    return open[this.#below(open.length)] as number;
  }

  #leave(): number[] {
    const answer = this.#results > 0 ? this.value() : [];
    const out = [...answer, RETURN];
    const through = [...answer, BR, this.#labels.length - 1];
    if (this.#open().length === 0)
      return this.#one(
        () => out,
        () => through,
      );
    return this.#one(
      () => out,
      () => through,
      () => [BR, this.#label()],
      () => [...this.value(), BR_TABLE, 2, this.#label(), this.#label(), this.#label()],
    );
  }

  statement(depth: number): number[] {
    const some = (): number[] => this.some(depth - 1);
    const flat = [
      () => [...this.value(), SET, this.#below(WHOLE_NUMBERS)],
      () => [...this.value(), 0xac, SET, LONG], // i64.extend_i32_s
      () => [...this.value(), 0xb7, GET, DOUBLE, 0xa0, SET, DOUBLE], // f64.convert_i32_s, added
      () => [GLOBAL_GET, 0, CONST, 31, 0x6c, ...this.value(), 0x6a, GLOBAL_SET, 0], // the trace
      () => [CONST, this.#below(16) * 4, ...this.value(), 0x36, 2, 0], // i32.store
    ];
    if (this.#position > 0) {
      flat.push(() => [...this.value(), ...this.value(), 0x10, 0, SET, this.#below(WHOLE_NUMBERS)]);
      flat.push(() => [...this.value(), ...this.value(), CONST, 0, 0x11, 0, 0, SET, this.#below(WHOLE_NUMBERS)]);
    }
    if (depth === 0) return this.#one(...flat);
    return this.#one(
      ...flat,
      () => (this.#open().length > 0 ? [...this.value(), BR_IF, this.#label()] : some()),
      () => [...this.value(), IF, NONE, ...this.#within(0, some), END],
      () => [...this.value(), IF, NONE, ...this.#within(0, some), ELSE, ...this.#within(0, some), END],
      () => [...this.value(), IF, NONE, ...this.#within(0, () => [...some(), ...this.#leave()]), END],
      () => [BLOCK, NONE, ...this.#within(0, some), END],
      () => [
        BLOCK,
        NONE,
        ...this.#within(0, () => [...some(), ...this.value(), BR_IF, 0, ...some(), ...this.#leave()]),
        END,
      ],
      () => this.#loop(some),
    );
  }

  /** One that ends when there is no fuel left. */
  #loop(some: () => number[]): number[] {
    const burn = [GLOBAL_GET, 1, CONST, 1, 0x6b, GLOBAL_SET, 1];
    const inside = this.#within(0, () =>
      this.#within(0, () => [...burn, GLOBAL_GET, 1, CONST, 0, 0x48, BR_IF, 1, ...some(), ...this.value(), BR_IF, 0]),
    );
    return [BLOCK, NONE, LOOP, NONE, ...inside, END, END];
  }

  some(depth: number): number[] {
    return Array.from({ length: 1 + this.#below(4) }, () => this.statement(depth)).flat();
  }

  body(): Body {
    const code = Array.from({ length: 4 }, () => this.statement(3)).flat();
    return { type: this.#results > 0 ? 0 : 1, code: this.#results > 0 ? [...code, ...this.value()] : code };
  }
}

describe("functions without what never ran of them", () => {
  test("do what they did, whatever is taken for that: 150 modules written by chance, five ways each", () => {
    let all = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = chance(seed);
      const bodies = [0, 1, 2, 3].map((position) => new Author(random, position, position % 2 === 0 ? 1 : 0).body());
      const original = module(bodies);
      const wanted = use(original);
      const code = readCode(original);
      for (const share of [0, 0.3, 0.6, 0.9, 0.97]) {
        const made = without(code, () => random() < share);
        all += added(code, made);
        expect(use(made), `seed ${seed}, ${share}`).toEqual(wanted);
      }
    }
    expect(all).toBeGreaterThan(3_000);
  }, 60_000);

  /** A loop with a part that is rare, long enough to be worth a call; `rare` follows what it does. */
  const counting = (...rare: number[]): Body => ({
    type: 0,
    code: [
      ...[BLOCK, NONE, LOOP, NONE],
      ...[GET, 0, GET, 2, 0x46, BR_IF, 1], // until local 2 is the first parameter
      ...[GET, 2, CONST, 1, 0x6a, SET, 2],
      ...[GET, 2, GET, 1, 0x46, IF, NONE],
      ...Array.from({ length: 8 }, () => [GET, 3, CONST, 3, 0x6a, SET, 3]).flat(),
      ...rare,
      ...[END, BR, 0, END, END, GET, 3],
    ],
  });

  const ways: [string, number[], number][] = [
    ["its end", [], 24],
    ["the next turn of a loop", [BR, 1], 24],
    ["behind the loop", [BR, 2], 24],
    ["out of the function", [CONST, 9, RETURN], 9],
    ["one of several places", [GET, 1, BR_TABLE, 1, 1, 2], 24],
    ["nowhere", [0x00], Number.NaN],
  ];
  test.each(ways)("a rare part that goes to %s is called in its place", (_, rare, answer) => {
    const original = module([counting(...rare)]);
    const code = readCode(original);
    const found = places(code, code.bodies[0] as Code["bodies"][0]);
    const came = (place: number): boolean => place !== 2; // its beginning, behind br_if, in the rare part, and so on
    expect(found.length).toBeGreaterThan(3);
    const made = without(code, came);
    expect(added(code, made)).toBe(1);
    for (const bytes of [original, made]) {
      const { f0 } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Record<string, Call>;
      expect(f0?.(5, 9)).toBe(0); // which doesn't come to it
      if (Number.isNaN(answer)) expect(() => f0?.(5, 3)).toThrow(WebAssembly.RuntimeError);
      else expect(f0?.(5, 3)).toBe(answer);
    }
  });

  test("keep what is short, what all has run, and what only values on the stack could be told of", () => {
    const short = readCode(module([{ type: 0, code: [GET, 0, IF, NONE, CONST, 1, SET, 1, END, GET, 1] }]));
    expect(
      added(
        short,
        without(short, (place) => place === 0),
      ),
    ).toBe(0);
    const long = readCode(module([counting()]));
    expect(
      added(
        long,
        without(long, () => true),
      ),
    ).toBe(0);
    const many = Array.from({ length: 20 }, () => [CONST, 1, 0x6a]).flat();
    const valued = [CONST, 1, CONST, 2, GET, 0, IF, I32, GET, 1, ...many, ELSE, CONST, 3, END, 0x6a, 0x6a];
    const code = readCode(module([{ type: 0, code: valued }]));
    expect(
      added(
        code,
        without(code, (place) => place === 0),
      ),
    ).toBe(0);
  });

  test("a function in which something is caught stays as it is", () => {
    const [TRY, CATCH_ALL] = [0x06, 0x19];
    const guarded = [TRY, NONE, ...counting().code, 0x1a, CATCH_ALL, END, GET, 3];
    const code = readCode(module([{ type: 0, code: guarded }]));
    expect(
      added(
        code,
        without(code, () => false),
      ),
    ).toBe(0);
  });
});

test("what a probe has noted tells which functions ran, and where control came to in each", () => {
  const code = readCode(
    module([
      { type: 0, code: [GET, 0] },
      { type: 0, code: [GET, 0, IF, NONE, END, GET, 1] },
    ]),
  );
  const [first, second] = code.bodies.map((body) => places(code, body).length);
  expect([first, second]).toEqual([1, 3]); // each one's beginning; the arm, and what follows it
  const ran = new Ran(code, Uint8Array.of(0, 1, 0, 1));
  expect([...ran.functions]).toEqual([0b10]);
  expect([0, 1, 2].map(ran.in(1))).toEqual([true, false, true]);
});

test("a function with what is not known has its beginning for its only place", () => {
  const code = readCode(module([{ type: 0, code: [0x27, GET, 0] }]));
  const body = code.bodies[0] as Code["bodies"][0];
  expect(places(code, body)).toHaveLength(1);
  expect(new Regions(code, 0, 0).without(body, () => false)).toEqual(code.code.subarray(body.from, body.to));
});
