// Modules in two halves: whatever is hot of one, it does what the whole one did.

import { describe, expect, test } from "vitest";
import { Reader, Sections } from "../../../static/src/capture/split/binary";
import { readCode } from "../../../static/src/capture/split/code";
import { cold } from "../../../static/src/capture/split/cold";
import { hot } from "../../../static/src/capture/split/hot";
import { indirectCalls, operands } from "../../../static/src/capture/split/instructions";
import { largest, Probes } from "../../../static/src/capture/split/probes";
import { bitsOf } from "../../../static/src/capture/split/shared";
import { EXPORTS, Halves, isOwn, publicExports } from "../../../static/src/worker/halves";
import { type Bytes, KIND, SECTION, Writer } from "../../../static/src/worker/wasm";

const I32 = 0x7f;
const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
const vector = (...entries: number[][]): number[] => [entries.length, ...entries.flat()];

/** Bodies by export name, in their order; function 0 is imported. */
const FUNCTIONS: Record<string, { type: number; body: number[] }> = {
  add: { type: 0, body: [0x20, 0, 0x20, 1, 0x6a] },
  twice: { type: 1, body: [0x20, 0, 0x20, 0, 0x10, 1] },
  /** Calls what lies in the table. */
  through: { type: 0, body: [0x20, 0, 0x20, 1, 0x11, 1, 0] },
  count: { type: 2, body: [0x23, 1, 0x41, 1, 0x6a, 0x24, 1, 0x23, 1] },
  keep: { type: 1, body: [0x41, 8, 0x20, 0, 0x36, 2, 0, 0x41, 8, 0x28, 2, 0] },
  told: { type: 1, body: [0x20, 0, 0x10, 0] },
  factorial: {
    type: 1,
    body: [0x20, 0, 0x41, 2, 0x48, 0x04, I32, 0x41, 1, 0x05, 0x20, 0, 0x20, 0, 0x41, 1, 0x6b, 0x10, 7, 0x6c, 0x0b],
  },
  constant: { type: 2, body: [0x23, 2] },
  /** br_table, i64.const and f64.const: operands that look like other instructions. */
  pick: {
    type: 1,
    body: [
      ...[0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x41, 17, 0x0f, 0x0b],
      ...[0x44, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x3f, 0x1a, 0x42, 0x91, 0x22, 0x1a, 0x41, 0x91, 0],
    ],
  },
  /** Runs when it is instantiated, with a local variable. */
  begin: { type: 3, body: [0x41, 41, 0x22, 0, 0x24, 1] },
};
const NAMES = Object.keys(FUNCTIONS);

/** Imports a function and a global; has a table, a memory with text in it, a mutable global and a constant. */
function sample(): Bytes {
  const sections: [number, number[]][] = [
    [SECTION.type, vector([0x60, 2, I32, I32, 1, I32], [0x60, 1, I32, 1, I32], [0x60, 0, 1, I32], [0x60, 0, 0])],
    [
      SECTION.import,
      vector([...text("env"), ...text("tell"), 0, 1], [...text("env"), ...text("base"), KIND.global, I32, 0]),
    ],
    [SECTION.function, vector(...Object.values(FUNCTIONS).map(({ type }) => [type]))],
    [SECTION.table, vector([0x70, 0, 4])],
    [SECTION.memory, vector([1, 1, 2])],
    [SECTION.global, vector([I32, 1, 0x41, 0, 0x0b], [I32, 0, 0x23, 0, 0x0b])],
    [
      SECTION.export,
      vector(
        ...NAMES.map((name, position) => [...text(name), KIND.function, position + 1]),
        [...text("memory"), KIND.memory, 0],
        [...text("table"), KIND.table, 0],
      ),
    ],
    [SECTION.start, [NAMES.indexOf("begin") + 1]],
    [SECTION.element, vector([0, 0x41, 0, 0x0b, 3, 2, 7, 5])],
    [
      SECTION.code,
      vector(
        ...Object.entries(FUNCTIONS).map(([name, { body }]) => {
          const whole = [...(name === "begin" ? [1, 1, I32] : [0]), ...body, 0x0b];
          return [whole.length, ...whole];
        }),
      ),
    ],
    [SECTION.data, vector([0, 0x41, 16, 0x0b, ...text("hello")])],
  ];
  const module = new Writer().bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  module.bytes(SECTION.custom, 9 + 2).piece(Uint8Array.from([...text("dylink.0"), 1, 0]));
  for (const [section, content] of sections)
    module.bytes(section).number(content.length).piece(Uint8Array.from(content));
  return module.done().slice();
}

const original = sample();

interface Ran {
  exports: WebAssembly.Exports;
  told: number[];
  loaded: readonly number[];
}

function imports(told: number[]): WebAssembly.Imports {
  const tell = (value: number): number => told.push(value);
  return { env: { tell, base: new WebAssembly.Global({ value: "i32" }, 7) } };
}

function whole(): Ran {
  const told: number[] = [];
  return {
    exports: new WebAssembly.Instance(new WebAssembly.Module(original), imports(told)).exports,
    told,
    loaded: [],
  };
}

/** Only the named functions are hot, besides the one that runs at the instantiation. */
function split(names: readonly string[], loop?: number): Ran {
  const code = readCode(original);
  const wanted = new Set([...names, "begin"]);
  const bits = bitsOf(
    Uint8Array.from(NAMES, (name) => (wanted.has(name) ? 1 : 0)),
    NAMES.length,
  );
  const module = new WebAssembly.Module(hot(code, bits, 3, new Map(), true, undefined, loop));
  const told: number[] = [];
  const given = imports(told);
  const halves = new Halves((id) => {
    expect(id).toBe(3);
    return cold(code, bits);
  });
  const instance = new WebAssembly.Instance(module, given);
  halves.attach(3, { exports: instance.exports, imports: given });
  return { exports: publicExports(instance.exports), told, loaded: halves.loaded };
}

type Call = (...values: number[]) => number;

/** Calls everything; what a function answers, or the kind of its error. */
function use({ exports, told }: Ran): unknown[] {
  const call = (name: string, ...values: number[]): unknown => {
    try {
      return (exports[name] as Call)(...values);
    } catch (error) {
      return (error as Error).constructor.name;
    }
  };
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  return [
    call("add", 1, 2),
    call("twice", 21),
    ...[0, 1, 2, 3, 9].map((slot) => call("through", 5, slot)),
    call("count"),
    call("count"),
    call("keep", 99),
    memory[8],
    new TextDecoder().decode(memory.subarray(16, 21)),
    call("told", 6),
    told,
    call("factorial", 10),
    call("constant"),
    [0, 1, 2].map((value) => call("pick", value)),
    ((exports.table as WebAssembly.Table).get(1) as Call)(4),
    Object.keys(exports).sort(),
  ];
}

test("a module in two halves does what the whole one does, whichever of its functions are hot", () => {
  const expected = use(whole());
  expect(expected.slice(0, 9)).toEqual([3, 42, 10, 120, 5, "RuntimeError", "RuntimeError", 42, 43]);
  const others = NAMES.filter((name) => name !== "begin");
  for (let subset = 0; subset < 1 << others.length; subset++) {
    const chosen = others.filter((_, position) => (subset >> position) & 1);
    // Long functions are those whose indirect calls others make.
    for (const loop of [undefined, 1]) {
      const ran = split(chosen, loop);
      expect(use(ran), chosen.join()).toEqual(expected);
      expect(ran.loaded, chosen.join()).toEqual(chosen.length === others.length ? [] : [3]);
    }
  }
});

test("a hot half puts functions into the table by itself, and has room for them", () => {
  const code = readCode(original);
  const placed = new Map([
    [7, "twice"],
    [9, "add"],
    [8, "factorial"],
    [40, "twice"],
  ]);
  for (const bit of [0xff, 0]) {
    const bits = new Uint8Array(Math.ceil(NAMES.length / 8)).fill(bit);
    if (bit === 0)
      bits.set(
        bitsOf(
          Uint8Array.from(NAMES, (name) => (name === "begin" ? 1 : 0)),
          NAMES.length,
        ),
      );
    const module = new WebAssembly.Module(hot(code, bits, 3, placed));
    const given = imports([]);
    const { exports } = new WebAssembly.Instance(module, given);
    const halves = new Halves(() => cold(code, bits));
    halves.attach(3, { exports, imports: given });
    const table = exports.table as WebAssembly.Table;
    const called = [7, 8, 9, 40].map((slot) => (table.get(slot) as Call)(4, 3));
    expect(called).toEqual([8, 24, 7, 8]);
    expect([table.get(10), table.length]).toEqual([null, 41]);
    expect((table.get(1) as Call)(4)).toBe(((whole().exports.table as WebAssembly.Table).get(1) as Call)(4));
  }
  expect(() => hot(code, new Uint8Array(9), 3, new Map([[7, "nothing"]]))).toThrow(/nothing is not exported/);
});

test("a hot half without data leaves its memory as it is", () => {
  const code = readCode(original);
  const bits = bitsOf(new Uint8Array(NAMES.length).fill(1), NAMES.length);
  const [bare, full] = [false, true].map((data) => {
    const module = new WebAssembly.Module(hot(code, bits, 3, new Map(), data));
    const { memory } = new WebAssembly.Instance(module, imports([])).exports;
    return new TextDecoder().decode(new Uint8Array((memory as WebAssembly.Memory).buffer, 17, 4));
  });
  expect([bare, full]).toEqual(["\0\0\0\0", "ello"]);
});

test("the cold half is loaded when one of its functions is first called, and not before", () => {
  const ran = split(["twice", "add", "through"]);
  expect((ran.exports.twice as Call)(2)).toBe(4);
  expect((ran.exports.through as Call)(3, 0)).toBe(6);
  expect(ran.loaded).toEqual([]);
  expect((ran.exports.through as Call)(4, 1)).toBe(24);
  expect((ran.exports.constant as Call)()).toBe(7);
  expect(ran.loaded).toEqual([3]);
});

test("a half that somebody has compiled before is taken", () => {
  const code = readCode(original);
  const bits = bitsOf(new Uint8Array(), NAMES.length);
  const begin = NAMES.indexOf("begin");
  bits[begin >> 3] = 1 << (begin & 7);
  const module = new WebAssembly.Module(hot(code, bits, 0));
  const halves = new Halves(() => {
    throw new Error("nothing is to be read");
  });
  halves.give([new WebAssembly.Module(cold(code, bits))]);
  const given = imports([]);
  const { exports } = new WebAssembly.Instance(module, given);
  halves.attach(0, { exports, imports: given });
  expect((exports.factorial as Call)(5)).toBe(120);
});

test("a hot half keeps what Emscripten's loader looks for, and adds two functions of its own", () => {
  const code = readCode(original);
  const bits = bitsOf(new Uint8Array(NAMES.length).fill(1), NAMES.length);
  const made = hot(code, bits, 0);
  const module = new WebAssembly.Module(made);
  expect(WebAssembly.Module.customSections(module, "dylink.0")).toHaveLength(1);
  // ensure and fill
  expect(readCode(made).bodies).toHaveLength(NAMES.length + 2);
  const own = WebAssembly.Module.exports(module).filter(({ name }) => isOwn(name));
  expect(own.map(({ name }) => name)).toContain(EXPORTS.table);
});

test("a long function makes its indirect calls through one for each type, and short ones by themselves", () => {
  const code = readCode(original);
  const bits = bitsOf(new Uint8Array(NAMES.length).fill(1), NAMES.length);
  const made = (loop: number) => {
    const again = readCode(hot(code, bits, 0, new Map(), true, undefined, loop));
    return again.bodies.map(({ from, to }) => {
      const reader = new Reader(again.code, from, to);
      for (let groups = reader.number(); groups > 0; groups--) reader.skip(2);
      return indirectCalls(reader).length;
    });
  };
  const theirs = code.bodies.map(({ from, to }) => {
    const reader = new Reader(code.code, from, to);
    for (let groups = reader.number(); groups > 0; groups--) reader.skip(2);
    return indirectCalls(reader).length;
  });
  expect(Math.max(...theirs)).toBeGreaterThan(0);
  // ensure and fill; where all functions are long, one caller for the one type that is called
  expect(made(1_000_000)).toEqual([...theirs, 1, 0]);
  expect(made(1)).toEqual([...NAMES.map(() => 0), 1, 0, 1]);
});

describe("what can't be split stays whole", () => {
  test("the smaller ones of many modules", () => {
    const sizes = [5, 1, 9, 7, 1].map((length) => ({ length }));
    expect([...largest(sizes, 3)].sort()).toEqual([0, 2, 3]);
    expect(largest(sizes, 9).size).toBe(5);
  });

  const probed = (bytes: Bytes) => new Probes([bytes]).halves()[0];

  test("a module that nobody has instantiated", () => {
    expect(probed(original)).toEqual({ hot: original, cold: null });
  });

  test("a type that is no function's, an instruction that is not known", () => {
    const struct = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, SECTION.type, 3, 1, 0x5f, 0);
    expect(() => readCode(struct)).toThrow(/not known here/);
    expect(() => operands(new Reader(new Uint8Array()), 0x27)).toThrow(/not known here/);
  });

  test("what is no module, or is cut short anywhere", () => {
    expect(() => new Sections(new Uint8Array(8))).toThrow(/no module/);
    let refused = 0;
    for (let length = 9; length < original.length; length++) {
      try {
        readCode(original.slice(0, length));
      } catch (error) {
        expect([RangeError, TypeError]).toContain((error as Error).constructor);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(original.length / 2);
  });
});

test("numbers of any length are written as they are read", () => {
  for (const value of [0, 1, 63, 64, 127, 128, 300, 16_383, 16_384, 2 ** 21, 2 ** 31, 2 ** 32 - 1]) {
    expect(new Reader(new Writer().number(value).done()).number()).toBe(value);
  }
});
