// The main module's symbols, as Emscripten's loader finds them.

import { describe, expect, test } from "vitest";
import type { EmscriptenModule } from "../../../static/src/worker/emscripten";
import { linkLibraries } from "../../../static/src/worker/snapshot/libraries";
import type { SnapshotState } from "../../../static/src/worker/snapshot/state";
import { lendSymbols } from "../../../static/src/worker/symbols";
import { assemble, KIND, SECTION } from "../../../static/src/worker/wasm";

describe("the main module's symbols", () => {
  const stub = Object.assign(() => "stub", { stub: true });
  const exports = Object.freeze({
    __proto__: null,
    one: 1,
    two: 2,
    mine: 3,
    maybe: 4,
    main: 5,
    "belljar:fill": 6,
  }) as unknown as WebAssembly.Exports;

  /** What the loader has, and what dlsym finds with it. */
  function loader() {
    const lookup = Object.assign(
      (handle: number, name: string) =>
        Object.keys(module.LDSO.loadedLibsByHandle[handle]?.exports ?? {}).includes(name),
      { sig: "pppp" },
    );
    const env: Record<string, unknown> = { mine: "script's", maybe: stub, _dlsym_js: lookup };
    const module = {
      LDSO: { loadedLibsByHandle: { 8: { exports: env }, 16: { exports: { PyInit_a: 1 } } } },
    } as unknown as EmscriptenModule;
    const lend = lendSymbols(env, () => module, ["two", "gone"]);
    const dlsym = env._dlsym_js as typeof lookup;
    return { env, lend, dlsym };
  }

  test("are found by whoever links against the imports; those of the script come first, unless they are stubs", () => {
    const { env, lend } = loader();
    expect(lend(exports)).toEqual({ two: 2, gone: undefined });
    expect([env.one, env.two, env.mine, env.maybe, "one" in env, "other" in env]).toEqual([
      1,
      2,
      "script's",
      4,
      true,
      false,
    ]);
    expect([env.main, env.__main_argc_argv]).toEqual([5, 5]);
    expect(Object.keys(env)).not.toContain("one");
  });

  test("are spelt out for who looks through the names of the main module, without what is nobody's business", () => {
    const { env, lend, dlsym } = loader();
    expect([dlsym(8, "one"), dlsym.sig]).toEqual([false, "pppp"]);
    lend(exports);
    expect(dlsym(16, "PyInit_a")).toBe(true);
    expect(Object.keys(env)).not.toContain("one");
    expect([dlsym(8, "one"), dlsym(8, "belljar:fill"), dlsym(8, "none")]).toEqual([true, false, false]);
    expect([env.mine, env.maybe]).toEqual(["script's", 4]);
  });
});

test("a library of a snapshot finds what only a library that it needs has, when it calls it", () => {
  const type = Uint8Array.of(1, 0x60, 0, 1, 0x7f);
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const answers = new WebAssembly.Module(
    assemble(
      new Map([
        [SECTION.type, type],
        [SECTION.function, Uint8Array.of(1, 0)],
        [SECTION.export, Uint8Array.of(1, ...name("answer"), KIND.function, 0)],
        [SECTION.code, Uint8Array.of(1, 4, 0, 0x41, 42, 0x0b)],
      ]),
      [],
    ),
  );
  const asks = new WebAssembly.Module(
    assemble(
      new Map([
        [SECTION.type, type],
        [SECTION.import, Uint8Array.of(1, ...name("env"), ...name("answer"), KIND.function, 0)],
        [SECTION.function, Uint8Array.of(1, 0)],
        [SECTION.export, Uint8Array.of(1, ...name("ask"), KIND.function, 1)],
        [SECTION.code, Uint8Array.of(1, 4, 0, 0x10, 0, 0x0b)],
      ]),
      [],
    ),
  );
  const asking = (needed: string): (() => number) => {
    const library = {
      handles: [],
      refcount: 1,
      global: false,
      memoryBase: 0,
      memorySize: 0,
      tableBase: 0,
      tableSize: 0,
    };
    const libraries = [
      { ...library, names: ["/lib/deep/asks.so"], stubs: ["answer"] },
      { ...library, names: ["/usr/lib/answers.so"], stubs: [] },
    ];
    const module = {
      wasmTable: new WebAssembly.Table({ element: "anyfunc", initial: 1 }),
      LDSO: { loadedLibsByName: {}, loadedLibsByHandle: {} },
      GOT: {},
      HEAPU8: new Uint8Array(),
      newDSO: (_path: string, _handle: unknown, exports: object) => ({ exports }),
      getDylinkMetadata: (code: WebAssembly.Module) => ({ neededDynlibs: code === asks ? [needed] : [] }),
    } as unknown as EmscriptenModule;
    const state = { libraries } as unknown as SnapshotState;
    const [instance] = linkLibraries(module, state, [asks, answers], {}, () => {});
    return instance?.exports.ask as () => number;
  };
  expect(asking("answers.so")()).toBe(42);
  expect(asking("others.so")).toThrow("Dynamic linking error: cannot resolve symbol answer");
});
