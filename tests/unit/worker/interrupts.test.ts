// How often Python looks for an interrupt: by time, not by the number of its jumps.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { ENDED } from "../../../static/src/common/interrupt";
import { Interrupts } from "../../../static/src/worker/interrupts";

const LOOK = "_Py_CheckEmscriptenSignals_Helper";
const CLOCK = 3;

describe("interrupts", () => {
  let memory: WebAssembly.Memory;
  let interrupts: Interrupts;
  let look: () => number;
  let time = 0;
  const clock = (): number | undefined => new Int32Array(memory.buffer)[CLOCK];
  /** As CPython does when its clock has run down. */
  const due = (after: number): number => {
    time += after;
    new Int32Array(memory.buffer)[CLOCK] = 50;
    return look();
  };

  beforeEach(() => {
    vi.spyOn(Date, "now").mockImplementation(() => Math.floor(time));
    memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    interrupts = new Interrupts();
    const given = { env: { [LOOK]: () => 7, other: () => 8 } };
    const { env } = interrupts.imports(given) as { env: Record<string, () => number> };
    look = env[LOOK] as () => number;
    expect(env.other).toBe(given.env.other);
    interrupts.watch({ memory, _Py_emscripten_signal_clock: new WebAssembly.Global({ value: "i32" }, 4 * CLOCK) });
  });

  test("gives a signal once", () => {
    const buffer = new Uint8Array(1);
    interrupts.arm(buffer);
    expect(due(1)).toBe(0);
    buffer[0] = 2;
    expect(due(1)).toBe(2);
    expect(due(1)).toBe(0);
  });

  test("gives none while it is not armed", () => {
    expect(due(1)).toBe(0);
    const buffer = new Uint8Array([2]);
    interrupts.arm(buffer);
    interrupts.arm(undefined);
    expect(due(1)).toBe(0);
    expect(buffer[0]).toBe(2);
  });

  test("ends all that runs in a worker that is being killed, and goes on doing so", () => {
    const buffer = new Uint8Array([ENDED]);
    interrupts.arm(buffer);
    expect(look).toThrow("ended");
    expect(look).toThrow("ended");
  });

  test("looks seldom where it is passed often, but never less often than CPython does", () => {
    interrupts.arm(new Uint8Array(1));
    const paces = Array.from({ length: 4 }, () => {
      due(0.01);
      return clock();
    });
    expect(paces).toEqual([16, 50, 50, 50]);
  });

  test("looks each time where steps are slow, from the start of a run on", () => {
    interrupts.arm(new Uint8Array(1));
    expect(clock()).toBe(2);
    due(300);
    expect(clock()).toBe(2);
    due(0.1);
    due(50);
    expect(clock()).toBe(2);
  });

  test("leaves the clock alone when something that takes long looks by itself", () => {
    interrupts.arm(new Uint8Array(1));
    look();
    expect(clock()).toBe(2);
  });

  test("finds the clock again when memory has grown", () => {
    interrupts.arm(new Uint8Array(1));
    memory.grow(1);
    due(0.01);
    expect(clock()).toBe(16);
  });
});
