// What belljar knows of Pyodide's main module, as WebAssembly: its exports and imports, its data, what the splitter meets.

import { expect } from "vitest";
import { type Body, type Code, readCode } from "../../static/src/capture/split/code";
import { cold } from "../../static/src/capture/split/cold";
import { Flow } from "../../static/src/capture/split/flow";
import { hot } from "../../static/src/capture/split/hot";
import { initialOf } from "../../static/src/capture/worker/capture";
import { RUNTIME } from "../../static/src/protocol/messages";
import { SECTION } from "../../static/src/worker/wasm";
import { contract } from "./contract";
import { bytesOf } from "./runtime";

const module = (() => {
  let compiled: WebAssembly.Module | undefined;
  return (): WebAssembly.Module => {
    compiled ??= new WebAssembly.Module(bytesOf(RUNTIME.wasm));
    return compiled;
  };
})();

contract(13, "Pyodide", "what its main module exports", () => {
  const kinds = new Map(WebAssembly.Module.exports(module()).map(({ name, kind }) => [name, kind]));
  const wanted: Record<string, string[]> = {
    memory: ["memory"],
    table: ["__indirect_function_table"],
    global: ["_Py_emscripten_signal_clock"],
    function: ["sbrk", "malloc", "free", "PyObject_Malloc", "PyObject_Free", "emscripten_stack_get_end"],
  };
  for (const [kind, names] of Object.entries(wanted)) {
    for (const name of names) expect(kinds.get(name), name).toBe(kind);
  }
  expect(kinds.has("main") || kinds.has("__main_argc_argv"), "C's main").toBe(true);
});

contract(14, "CPython", "how it looks for signals", () => {
  const look = WebAssembly.Module.imports(module()).find(({ name }) => name === "_Py_CheckEmscriptenSignals_Helper");
  expect(look).toMatchObject({ module: "env", kind: "function" });
});

contract(15, "Pyodide", "how much memory its main module's own data take", () => {
  // What is looked at of a fresh instance; what lies behind would be stored as if it had changed.
  const memory = new WebAssembly.Memory({ initial: 100 });
  const looked = initialOf({ memory }).length;
  const { sections } = readCode(bytesOf(RUNTIME.wasm));
  expect(endOfData(sections.get(SECTION.data))).toBeLessThanOrEqual(looked);
});

/** Where the last active segment at a constant place ends. */
function endOfData(content: Uint8Array | undefined): number {
  expect(content).toBeDefined();
  const bytes = content as Uint8Array;
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  let end = 0;
  for (let left = number(); left > 0; left--) {
    expect(number(), "an active segment of memory 0").toBe(0);
    expect(bytes[at++], "at a constant place").toBe(0x41);
    const from = number();
    expect(bytes[at++]).toBe(0x0b);
    const length = number();
    at += length;
    end = Math.max(end, from + length);
  }
  return end;
}

contract(16, "Emscripten", "the WebAssembly that it writes, of which the splitter does not know all", () => {
  const original = bytesOf(RUNTIME.wasm);
  const code = readCode(original);
  expect(code.bodies.length).toBeGreaterThan(10_000);
  const unknown = code.bodies.filter((body) => !followed(code, body));
  expect(unknown.length / code.bodies.length, "functions whose control can't be followed").toBeLessThan(0.05);
  const bits = new Uint8Array(Math.ceil(code.bodies.length / 8)).fill(0b01010101);
  const half = hot(code, bits, 0);
  expect([WebAssembly.validate(half), WebAssembly.validate(cold(original, bits))]).toEqual([true, true]);
});

function followed(code: Code, body: Body): boolean {
  try {
    new Flow(code, body, { place: () => {}, ends: () => {} }).run();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
