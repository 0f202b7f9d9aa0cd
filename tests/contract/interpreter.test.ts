// What belljar knows of a running interpreter: Emscripten's loader and file system, CPython's memory, Pyodide's modules.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
import { isSide } from "../../static/src/capture/worker/record";
import { freeLibraryFiles, zeroFreeMemory } from "../../static/src/capture/worker/tidy";
import { mountImage } from "../../static/src/worker/image";
import { expectLoadedPackages, setTimeZone } from "../../static/src/worker/snapshot/restore";
import { contract } from "./contract";
import { interpreter, LIBRARY, type Watched } from "./interpreter";

let it: Watched;
beforeAll(async () => {
  it = await interpreter();
  const { py, module } = it;
  // Before anything is loaded, as nothing of JavaScript's may be held by Python then.
  before = { expected: module.API.getExpectedKeys(), own: module.API.packageManager.loadedPackages };
  await py.loadPackage([LIBRARY], { messageCallback: () => {} });
  py.runPython(`import ${LIBRARY}`);
});
let before: { expected: unknown[]; own: object };

const word = (address: number): number => it.module.HEAPU32[address >>> 2] ?? 0;
const python = (code: string): unknown => {
  const found = it.py.runPython(`import json\njson.dumps(${code})`) as string;
  return JSON.parse(found);
};
/** A function of the main module. */
const call = (name: string, ...given: number[]): number =>
  (it.exports[name] as (...all: number[]) => number)(...given) >>> 0;

contract(17, "Emscripten", "what its main module is instantiated with", () => {
  const { imports, module } = it;
  expect(Object.keys(imports).sort()).toEqual(["GOT.func", "GOT.mem", "env", "wasi_snapshot_preview1"]);
  expect(module.LDSO.loadedLibsByHandle[0]?.exports, "what libraries are linked with").toBe(imports.env);
});

contract(18, "Emscripten", "the names in its module object", () => {
  const kinds: Record<string, string[]> = {
    object: ["API", "FS", "HEAPU8", "HEAP32", "HEAPU32", "wasmTable", "freeTableIndexes", "GOT", "LDSO"],
    function: [
      ...["newDSO", "mergeLibSymbols", "getDylinkMetadata", "setWasmTableEntry", "growMemory"],
      ...["stackSave", "stackRestore", "__tzset_js"],
    ],
    number: ["__PyRuntime", "__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET", "___tzname", "___timezone", "___daylight"],
  };
  const module = it.module as unknown as Record<string, unknown>;
  for (const [kind, names] of Object.entries(kinds)) {
    for (const name of names) expect(typeof module[name], name).toBe(kind);
  }
  expect(it.module.wasmTable).toBeInstanceOf(WebAssembly.Table);
});

contract(19, "Emscripten", "its table of symbols' offsets (GOT)", () => {
  const { early, imports } = it;
  const table = early.GOT as Record<string, WebAssembly.Global>;
  expect(table, "it is there before the main module is").toBe(it.module.GOT);
  const fresh = (imports["GOT.mem"] as Record<string, WebAssembly.Global>).belljarNeverAsked;
  expect(table.belljarNeverAsked, "an offset is made when it is first asked for").toBe(fresh);
  expect(fresh).toBeInstanceOf(WebAssembly.Global);
  Reflect.deleteProperty(table, "belljarNeverAsked");
});

contract(20, "Emscripten", "how JavaScript's functions get into its table", () => {
  const signed = Object.values(it.imports.env as Record<string, { sig?: string }>).filter(({ sig }) => sig);
  expect(signed.length, "functions that have a type").toBeGreaterThan(300);
  for (const { sig } of signed) expect(sig).toMatch(/^[vijpfde]+$/);
  const wrapped = it.small.filter((length) => length <= 128);
  expect(wrapped.length / it.small.length, "a small module for each").toBeGreaterThan(0.95);
  expect(wrapped.length).toBeGreaterThan(100);
});

contract(21, "Emscripten", "how its dlsym finds a symbol", () => {
  const env = it.imports.env as Record<string, { sig?: string }>;
  expect(env._dlsym_js?.sig).toBe("pppp");
  const [handle] = Object.keys(it.module.LDSO.loadedLibsByHandle).filter((key) => key !== "0");
  expect(it.module.LDSO.loadedLibsByHandle[Number(handle)]?.exports).toHaveProperty("PyInit__cext");
});

contract(22, "Emscripten", "how it links a library", () => {
  expect(it.sides).toHaveLength(1);
  const [{ module, imports, exports } = { module: undefined, imports: {}, exports: {} }] = it.sides;
  expect(isSide(imports), "a library's imports are told from others'").toBe(true);
  expect(isSide(it.imports)).toBe(false);
  expect(Object.keys(exports)).toContain("__wasm_call_ctors");
  expect(it.module.getDylinkMetadata(module as unknown as WebAssembly.Module)).toMatchObject({
    neededDynlibs: expect.any(Array),
    memorySize: expect.any(Number),
    tableSize: expect.any(Number),
  });
  const names = Object.keys(it.module.LDSO.loadedLibsByName);
  expect(names.filter((name) => name.endsWith(".so"))).toHaveLength(1);
  const { refcount, global } = Object.values(it.module.LDSO.loadedLibsByName)[1] ?? {};
  expect([typeof refcount, Boolean(global)]).toEqual(["number", false]);
});

contract(23, "Emscripten", "where a handle of dlopen holds its library's file (struct dso)", () => {
  const handle = Number(Object.keys(it.module.LDSO.loadedLibsByHandle).find((key) => key !== "0"));
  const [data, size] = [word(handle + 28), word(handle + 32)];
  expect(word(data), '"\\0asm"').toBe(0x6d736100);
  expect(size).toBeGreaterThan(10_000);
  freeLibraryFiles(it.module, it.exports);
  expect([word(handle + 28), word(handle + 32)]).toEqual([0, 0]);
});

contract(24, "CPython", "where its objects come from, and what its allocators do with what is free", () => {
  // Written nowhere but in the object that is freed.
  const marker = Buffer.from(Array.from({ length: 24 }, (_, position) => (position * 97 + 13) % 251));
  const there = (): boolean => Buffer.from(it.module.HEAPU8.buffer).includes(marker);
  it.py.runPython("_marked = [bytes((n * 97 + 13) % 251 for n in range(24)) * 20 for _ in range(50)]");
  expect(there()).toBe(true);
  it.py.runPython("del _marked");
  zeroFreeMemory(it.module, it.exports);
  expect(there(), "what was freed is overwritten").toBe(false);
  expect(python("[n * n for n in range(4)]"), "and nothing else is").toEqual([0, 1, 4, 9]);
});

contract(25, "Emscripten", "that the stack grows down, and where it ends", () => {
  expect(call("emscripten_stack_get_end")).toBeLessThan(it.module.stackSave());
  expect(it.module.stackSave()).toBeLessThan(call("sbrk", 0));
});

contract(26, "Emscripten", "how memory grows", () => {
  const { grown } = it;
  it.py.runPython("_much = bytearray(100_000_000)\ndel _much");
  expect(it.grown, "by the prototype's method, where the limit is").toBeGreaterThan(grown);
});

contract(27, "Pyodide", "the objects of JavaScript that every interpreter holds (hiwire's first keys)", () => {
  const { expected } = before;
  expect(expected).toHaveLength(7);
  expect(Object.keys(expected[6] as object), "the last one stands for what is loaded").toEqual([]);
  expectLoadedPackages(it.module);
  expect(it.module.API.getExpectedKeys()[6]).toBe(before.own);
  const others: unknown[] = [];
  const state = it.module.API.serializeHiwireState((object) => others.push(object));
  expect(state).toEqual({ hiwireKeys: expect.any(Array), immortalKeys: expect.any(Array) });
});

contract(28, "Pyodide", "its private API", () => {
  const { config, packageManager, rawRun, restoreSnapshot } = it.module.API;
  expect(config.BUILD_ID).toMatch(/^[0-9a-f]{64}$/);
  expect(packageManager.loadedPackages).toEqual({ [LIBRARY]: "default channel" });
  expect(it.py.loadedPackages).toBe(packageManager.loadedPackages);
  expect(rawRun("import sys")).toEqual([0, ""]);
  expect(restoreSnapshot).toBeTypeOf("function");
});

contract(29, "CPython", "where it keeps how C calls Python's functions", () => {
  const { __PyRuntime, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET } = it.module;
  const place = word(__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET);
  expect(place).toBeGreaterThan(0);
  expect(word(__PyRuntime + place), "an entry of the table, or 0").toBeLessThan(it.module.wasmTable.length);
});

contract(30, "CPython", "how often it looks for a signal, and where it counts", () => {
  it.py.setInterruptBuffer(new Uint8Array(1));
  it.py.runPython("for _ in range(100_000): pass");
  it.py.setInterruptBuffer(undefined);
  expect(it.clocks.length).toBeGreaterThan(500);
  expect([...new Set(it.clocks)], "it is set before each look").toEqual([50]);
});

contract(31, "Emscripten", "its file system in memory (MEMFS)", () => {
  const { FS } = it.module;
  const text = new TextEncoder().encode("first\nsecond\n");
  const reads: [number, number][] = [];
  mountImage(
    FS,
    [
      ["/contract", "a.txt/b.txt", [0, 6, 6, 7]],
      ["/contract/deep", "c.txt", [0, 13]],
    ],
    (offset, length) => {
      reads.push([offset, length]);
      return text.slice(offset, offset + length);
    },
  );
  expect(python('sorted(__import__("os").listdir("/contract"))')).toEqual(["a.txt", "b.txt", "deep"]);
  expect(python('__import__("os").stat("/contract/deep/c.txt").st_size')).toBe(13);
  expect(reads, "nothing is read before it is asked for").toEqual([]);
  expect(python('open("/contract/b.txt").read()')).toBe("second\n");
  expect(reads).toEqual([[6, 7]]);
  python('__import__("os").rename("/contract/deep", "/contract/moved")');
  expect(python('open("/contract/moved/c.txt").read()')).toBe("first\nsecond\n");
  expect(python('__import__("shutil").rmtree("/contract")')).toBe(null);
});

contract(32, "Emscripten", "its numbers of errors", () => {
  mountImage(it.module.FS, [["/broken", "a", [0, 5]]], () => {
    throw new Error("it did not come");
  });
  it.py.runPython(`
try: open("/broken/a").read()
except OSError as error: found = [error.errno, error.strerror]`);
  expect(python("found")).toEqual([29, "I/O error"]);
});

contract(33, "Emscripten", "where C keeps the time zone", () => {
  it.py.runPython("import time; time.localtime()");
  const names = it.module.___tzname;
  expect([word(names), word(names + 4)].every((pointer) => pointer > 0)).toBe(true);
  it.module.HEAPU8.fill(0, word(names), word(names) + 3);
  setTimeZone(it.module);
  expect(it.module.HEAPU8[word(names)], "the name is written again").not.toBe(0);
});

contract(34, "Pyodide", "what it notes of a package that it has installed, and where packages lie", () => {
  const { FS } = it.module;
  const site = "/lib/python3.14/site-packages";
  const [metadata = ""] = FS.readdir(site).filter((name) => name.endsWith(".dist-info"));
  const images = readFileSync(
    join(new URL("../..", import.meta.url).pathname, "server/belljar/assets/images.py"),
    "utf8",
  );
  const [, noted = ""] = /^INSTALLED = (\{.*\})$/m.exec(images) ?? [];
  for (const [, name, text] of noted.matchAll(/"(\w+)": b"([\w.]+)"/g)) {
    expect(new TextDecoder().decode(FS.readFile(`${site}/${metadata}/${name}`)), name).toBe(text);
  }
  expect(noted.match(/b"/g)).toHaveLength(2);
  expect(FS.analyzePath("/lib/python314.zip").exists).toBe(true);
});

contract(35, "Pyodide", "the names of its Python modules", () => {
  it.py.runPython(`
import _pyodide._base, pyodide._package_loader, pyodide.ffi, pyodide.http, pyodide.webloop
missing = [f"{owner}.{name}" for owner, names in {
    "_pyodide._base": ["eval_code"],
    "pyodide._package_loader": ["init_loaded_packages"],
    "pyodide.ffi": ["can_run_sync", "run_sync"],
    "pyodide.http": ["open_url", "pyfetch", "pyxhr"],
    "pyodide.webloop": ["WebLoop"],
}.items() for name in names if not hasattr(sys.modules[owner], name)]
missing += [name for name in ("create_connection", "run_until_complete") if not hasattr(pyodide.webloop.WebLoop, name)]
import asyncio, inspect
loop = asyncio.get_event_loop()
missing += [] if hasattr(loop, "_keyboard_interrupt_handler") else ["WebLoop._keyboard_interrupt_handler"]`);
  expect(python("missing")).toEqual([]);
});
