// The guards under fire: whatever arrives, they answer with null, Malformed, or a message made anew.
//
//   BELLJAR_FUZZ_RUNS=100000 BELLJAR_FUZZ_SEED=7 npx vitest run tests/unit/protocol/fuzz.test.ts
//
// A failure prints its seed and the shrunken message. What was worth keeping lies in tests/fixtures/corpus.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { parseFrameMessage } from "../../../static/src/protocol/from-frame";
import { Malformed } from "../../../static/src/protocol/shape";
import { parseHostMessage } from "../../../static/src/protocol/to-frame";
import { throughBoth } from "../fuzz/both";
import { notPlain, undocumented } from "../fuzz/describe";
import { FROM_FRAME, FROM_HOST, FROM_WORKER, type Messages } from "../fuzz/documented";
import { anything, messagesOf, plain, wounded } from "../fuzz/generate";

/** Messages per property; there are fourteen. */
const RUNS = Number(process.env.BELLJAR_FUZZ_RUNS ?? 3_000);
const SEED = process.env.BELLJAR_FUZZ_SEED ?? (process.env.CI ? "20260731" : undefined);
const SETTINGS = { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };
/** One message may take this long, on a busy machine. */
const BOUND_MS = 1_000;

type Parse = (value: unknown) => { type: string } | null;
const fromWorker: Parse = (text) => throughBoth(text as string);

interface Sample {
  why: string;
  expect: "foreign" | "malformed" | "message";
  text?: string;
  message?: unknown;
}

const GUARDS: [name: string, parse: Parse, messages: Messages][] = [
  ["worker", fromWorker, FROM_WORKER],
  ["host", parseHostMessage, FROM_HOST],
  ["frame", parseFrameMessage, FROM_FRAME],
];

/** What Object.prototype and Array.prototype hold, and must go on holding. */
const shared = [Object.prototype, Array.prototype].map((on) => ({ on, own: Reflect.ownKeys(on) }));

afterEach(() => {
  for (const { on, own } of shared) expect(Reflect.ownKeys(on)).toEqual(own);
});

/** Every object in a value, without calling a getter. */
function objects(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  for (const slot of Object.values(Object.getOwnPropertyDescriptors(value))) objects(slot.value, found);
  return found;
}

type Fate = Sample["expect"];

/** Parses and holds the result against every promise; says how the message fared. */
function fate(parse: Parse, messages: Messages, input: unknown): Fate {
  const began = performance.now();
  let message: { type: string } | null;
  try {
    message = parse(input);
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    return "malformed";
  }
  expect(performance.now() - began).toBeLessThan(BOUND_MS);
  if (message === null) return "foreign";
  expect(notPlain(message)).toBeNull();
  expect(undocumented(message, messages)).toBeNull();
  const given = objects(input);
  for (const one of objects(message)) {
    // Bytes and files can't be made anew without copying them; they hold nothing but data.
    if (!(one instanceof ArrayBuffer || one instanceof Blob)) expect(given.has(one)).toBe(false);
  }
  const again = parse === fromWorker ? JSON.stringify(message) : message;
  // Not by a matcher of vitest's: those ask `constructor`, which here is a field like any other.
  expect(isDeepStrictEqual(parse(again), parse === fromWorker ? positive(message) : message)).toBe(true);
  return "message";
}

/** JSON has no -0. */
const positive = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

describe.each(GUARDS)("the guard of what a %s sends", (name, parse, messages) => {
  const asSent = (value: unknown) => (name === "worker" ? json(value) : value);
  const samples = JSON.parse(
    readFileSync(new URL(`../../fixtures/corpus/${name}.json`, import.meta.url), "utf8"),
  ) as Sample[];

  test.each(samples.map((sample) => [sample.why, sample] as const))("corpus: %s", (_why, sample) => {
    expect(fate(parse, messages, "text" in sample ? sample.text : sample.message)).toBe(sample.expect);
  });

  test("lets every documented message through", () => {
    fc.assert(
      fc.property(messagesOf(messages), (message) => fate(parse, messages, asSent(message)) === "message"),
      SETTINGS,
    );
  });

  test("is not impressed by documented messages with wounds", () => {
    const fates: Record<Fate, number> = { foreign: 0, malformed: 0, message: 0 };
    const hurt = wounded(messagesOf(messages));
    fc.assert(
      fc.property(hurt, (message) => {
        fates[fate(parse, messages, asSent(message))] += 1;
      }),
      SETTINGS,
    );
    // Else the fuzzer only knocks on a closed door.
    expect(fates.malformed).toBeGreaterThan(RUNS / 10);
    expect(fates.message).toBeGreaterThan(RUNS / 10);
  });

  test("is not impressed by anything at all", () => {
    fc.assert(
      fc.property(anything, (value) => void fate(parse, messages, asSent(value))),
      SETTINGS,
    );
    const typed = fc.tuple(fc.constantFrom(...Object.keys(messages)), anything).map(([type, rest]) => {
      return Object.assign({}, rest as object, { type });
    });
    fc.assert(
      fc.property(typed, (value) => void fate(parse, messages, asSent(value))),
      SETTINGS,
    );
  });
});

/** As a worker would send it; what JSON can't say is sent as far as it can. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "[]";
  }
}

describe("the guard of what a worker sends", () => {
  test("is not impressed by texts with wounds", () => {
    const cut = fc.tuple(messagesOf(FROM_WORKER), fc.nat(), fc.nat({ max: 9 }), fc.string({ maxLength: 6 }));
    const texts = cut.map(([message, at, length, put]) => {
      const text = JSON.stringify(message);
      const start = at % text.length;
      return text.slice(0, start) + put + text.slice(start + length);
    });
    fc.assert(
      fc.property(texts, (text) => void fate(fromWorker, FROM_WORKER, text)),
      SETTINGS,
    );
  });
});

describe("what the fuzzer found", () => {
  const reply = (value: unknown) => ({ type: "reply", request: 1, value, error: null });

  test("a list that holds itself a hundred times over costs no more than its limit", () => {
    const list: unknown[] = [];
    for (let i = 0; i < 100; i++) list.push(list);
    expect(fate(parseFrameMessage, FROM_FRAME, reply(list))).toBe("malformed");
    let doubled: unknown = "x".repeat(10);
    for (let i = 0; i < 12; i++) doubled = Array(100).fill(doubled);
    const began = performance.now();
    expect(() => parseFrameMessage(reply(doubled))).toThrow("among at most 1000000 values");
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("one row sent as a hundred thousand is a table too large", () => {
    const columns = Array.from({ length: 2_000 }, () => ({ name: "a", dtype: "int64", role: "column" }));
    const data = { kind: "table", columns, rows: Array(100_000).fill(Array(2_000).fill(1)), shape: [1, 1] };
    const event = { type: "result", data: { data }, execution_count: 1 };
    expect(fate(parseFrameMessage, FROM_FRAME, { type: "event", request: 1, event })).toBe("malformed");
  });

  test("bytes in place of an object are refused before anything lists them", () => {
    expect(fate(parseFrameMessage, FROM_FRAME, reply(new Uint8Array(200_000_000)))).toBe("malformed");
  });

  test("a list's own iterator is never asked", () => {
    const endless = Object.defineProperty(["numpy"], Symbol.iterator, {
      value: () => ({ next: () => ({ value: "" }) }),
    });
    expect(parseFrameMessage({ type: "packages_loaded", names: endless })).toEqual({
      type: "packages_loaded",
      names: ["numpy"],
    });
  });
});

test("random JSON never changes what all objects share", () => {
  fc.assert(
    fc.property(plain, (value) => {
      fate(parseFrameMessage, FROM_FRAME, { type: "reply", request: 1, value, error: null });
      return !("polluted" in {});
    }),
    SETTINGS,
  );
});
