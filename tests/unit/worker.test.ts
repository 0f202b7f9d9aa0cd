// What the worker gives Emscripten's loader: the main module's symbols, and the files of an image.

import { describe, expect, test } from "vitest";
import { imageFiles, layOut, packFiles } from "../../static/src/capture/worker/image";
import { freeLibraryFiles } from "../../static/src/capture/worker/tidy";
import type { EmscriptenFs, EmscriptenModule } from "../../static/src/worker/emscripten";
import { ABSENT } from "../../static/src/worker/image";
import { linkLibraries } from "../../static/src/worker/snapshot/libraries";
import type { SnapshotState } from "../../static/src/worker/snapshot/state";
import { lendSymbols } from "../../static/src/worker/symbols";
import { assemble, KIND, SECTION } from "../../static/src/worker/wasm";

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

describe("an image", () => {
  const files: Record<string, string> = {
    "/lib/python314.zip": "zip",
    "/lib/python3.14/b.py": "bb",
    "/lib/python3.14/a/x.py": "x",
    "/lib/python3.14/a/y.py": "",
    "/elsewhere/c.py": "c",
  };
  const under = (path: string): string[] => Object.keys(files).filter((name) => name.startsWith(`${path}/`));
  const fs = {
    lstat: (path: string) => ({ mode: path in files ? 0o100666 : 0o40777 }),
    isDir: (mode: number) => mode === 0o40777,
    isFile: (mode: number) => mode === 0o100666,
    analyzePath: (path: string) => ({ exists: path in files || under(path).length > 0 }),
    readdir: (path: string) => [
      ...new Set([".", "..", ...under(path).map((name) => name.slice(path.length + 1).split("/")[0] ?? "")]),
    ],
    readFile: (path: string) => new TextEncoder().encode(files[path]),
  } as unknown as EmscriptenFs;

  test("has every file below its roots, each where its index says", async () => {
    const packed = packFiles(fs, ["/lib/python314.zip", "/lib/python3.14", "/none"]);
    const ahead = new TextEncoder().encode("code");
    const blobs = layOut(packed, [{ ahead: [ahead], paths: ["/lib/python3.14/a/x.py", "/lib/python3.14/none"] }]);
    const text = await new Blob(blobs).text();
    const found = [...imageFiles(packed.index)].map(([path, offset, length]) => [
      path,
      text.slice(offset, offset + length),
    ]);
    const wanted = Object.entries(files).filter(([path]) => path.startsWith("/lib"));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
    expect(found).toHaveLength(wanted.length);
    expect(await blobs[0]?.text()).toBe("codex");
  });

  test("lists what it was told to leave out, by its length and without a place", async () => {
    const packed = packFiles(fs, ["/lib/python314.zip", "/lib/python3.14"]);
    const blobs = layOut(packed, [], ["/lib/python3.14/b.py"]);
    const places = new Map([...imageFiles(packed.index)].map(([path, ...place]) => [path, place]));
    expect(places.get("/lib/python3.14/b.py")).toEqual([ABSENT, 2]);
    expect(await new Blob(blobs).text()).toBe("zipx");
  });
});

test("the file of a library that is loaded is freed once, and nothing else is", () => {
  const words = new Uint32Array(256);
  const library = (handle: number, file: number, magic: number): void => {
    words[(handle >>> 2) + 7] = file;
    words[(handle >>> 2) + 8] = 40;
    words[file >>> 2] = magic;
  };
  library(64, 512, 0x6d736100);
  library(128, 600, 0xffffffff); // another layout than is known here
  const freed: number[] = [];
  const module = {
    LDSO: { loadedLibsByHandle: { 0: {}, 64: {}, 128: {} } },
    HEAPU32: words,
  } as unknown as EmscriptenModule;
  const main = { free: (pointer: number) => freed.push(pointer) } as unknown as WebAssembly.Exports;
  freeLibraryFiles(module, main);
  freeLibraryFiles(module, main);
  expect(freed).toEqual([512]);
  expect([words[16 + 7], words[16 + 8]], "so that closing it frees nothing again").toEqual([0, 0]);
});
