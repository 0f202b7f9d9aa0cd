// What CPython's code costs where it runs for long: looks for signals, and stubs that the engine inlines for.

import { expect, test } from "vitest";
import { readCode } from "../../../static/src/capture/split/code";
import { cold } from "../../../static/src/capture/split/cold";
import { hot } from "../../../static/src/capture/split/hot";
import { INTERVAL, LOOK } from "../../../static/src/worker/interrupts";
import { type Bytes, KIND, SECTION, Writer } from "../../../static/src/worker/wasm";

const I32 = 0x7f;
const CLOCK = 8;
const NOP = 0x01;

/** Imports a look; exports a function that looks, its memory, and where the clock is. Its other functions have so many bytes. */
function module(name: string, ...lengths: number[]): Bytes {
  const sized = (...body: number[]): Writer => new Writer().number(body.length + 2).bytes(0, ...body, 0x0b);
  const out = new Writer().bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (number: number, content: Writer): void => {
    out.bytes(number).sized(content);
  };
  section(SECTION.type, new Writer().bytes(2, 0x60, 0, 1, I32, 0x60, 0, 0));
  section(SECTION.import, new Writer().bytes(1).text("env").text(name).bytes(KIND.function, 0));
  section(SECTION.function, new Writer().number(1 + lengths.length).bytes(0, ...lengths.map(() => 1)));
  section(SECTION.table, new Writer().bytes(1, 0x70, 0, 1));
  section(SECTION.memory, new Writer().bytes(1, 0, 1));
  section(SECTION.global, new Writer().bytes(1, I32, 0, 0x41, CLOCK, 0x0b));
  const exports = new Writer().bytes(3).text("check").bytes(KIND.function, 1).text("memory").bytes(KIND.memory, 0);
  section(SECTION.export, exports.text("_Py_emscripten_signal_clock").bytes(KIND.global, 0));
  const bodies = new Writer().number(1 + lengths.length).piece(sized(0x10, 0).done());
  for (const length of lengths) bodies.piece(sized(...new Array<number>(length - 2).fill(NOP)).done());
  section(SECTION.code, bodies);
  return out.done();
}

const ALL = Uint8Array.of(0xff, 0xff);

async function looking(name: string) {
  let looks = 0;
  const look = (): number => ++looks;
  const half = hot(readCode(module(name)), ALL, 0);
  const { instance } = await WebAssembly.instantiate(half, { env: { [name]: look } });
  const { check, memory } = instance.exports as { check: () => number; memory: WebAssembly.Memory };
  const clock = new Int32Array(memory.buffer, CLOCK, 1);
  return {
    /** Looks of so many calls while the clock stands so. */
    of(calls: number, at: number): number {
      clock[0] = at;
      const before = looks;
      for (let call = 0; call < calls; call++) check();
      return looks - before;
    },
    check,
    clock,
  };
}

test("when it is the clock's turn each look is made, out of turn one of 64", async () => {
  const { of, check, clock } = await looking(LOOK);
  expect(of(10, INTERVAL)).toBe(10);
  expect(of(6_400, INTERVAL - 1)).toBe(100);
  expect(of(640, 0)).toBe(10);
  expect(of(10, INTERVAL)).toBe(10);
  // What was found comes through.
  clock[0] = INTERVAL;
  expect(check()).toBe(131);
});

test("what isn't the look stays as it is", async () => {
  const { of } = await looking("something_else");
  expect(of(640, 0)).toBe(640);
});

/** Lengths of the functions of a half. */
const lengths = (half: Bytes): number[] => readCode(half).bodies.map(({ from, to }) => to - from);

test.each([
  ["long", new Array<number>(16).fill(60), true],
  ["short", [...new Array<number>(11).fill(60), ...new Array<number>(5).fill(20)], false],
])("stubs of a module of %s functions are such, too: the engine inlines by the share of short ones", (_, all, long) => {
  const code = readCode(module(LOOK, ...all));
  const bits = Uint8Array.of(1, 0, 0);
  const stubs = lengths(hot(code, bits, 0)).slice(1, 1 + all.length);
  stubs.push(lengths(cold(code, bits))[0] ?? 0);
  expect(stubs.map((length) => length >= 50)).toEqual(stubs.map(() => long));
});
