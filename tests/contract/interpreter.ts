// A Pyodide that runs in this process, with what its start did written down. No user code ever runs here: the tests
// ask it things.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EmscriptenModule } from "../../static/src/worker/emscripten";
import type { Pyodide } from "../../static/src/worker/pyodide";
import { folderWith } from "./runtime";

/** What of a package of the allowlist has native code and is small. */
export const LIBRARY = "kiwisolver";

export interface Watched {
  py: Pyodide & { loadPackage(names: string[], options?: object): Promise<unknown> };
  module: EmscriptenModule;
  /** Of the main module. */
  exports: WebAssembly.Exports;
  imports: WebAssembly.Imports;
  /** Its own module object as it was when the main module was about to be instantiated. */
  early: Partial<EmscriptenModule>;
  /** Lengths of the modules that were compiled out of bytes while it started. */
  small: number[];
  /** What the word of the signal clock held whenever Python looked for a signal. */
  clocks: number[];
  /** Names that were evaluated by Python while it started. */
  grown: number;
  /** Each side module that was instantiated, with its imports. */
  sides: { module: WebAssembly.Module; imports: WebAssembly.Imports; exports: WebAssembly.Exports }[];
}

type Factory = (settings: object) => Promise<EmscriptenModule>;

let booted: Promise<Watched> | undefined;

/** One for all tests of a file. */
export function interpreter(): Promise<Watched> {
  booted ??= boot();
  return booted;
}

async function boot(): Promise<Watched> {
  const { folder, lock } = folderWith([LIBRARY]);
  const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);
  const { loadPyodide } = await load("pyodide.mjs");
  const { default: factory } = (await load("pyodide.asm.mjs")) as { default: Factory };
  const found = { small: [], clocks: [], sides: [], grown: 0 } as unknown as Watched;
  const { Module, Instance, instantiate } = WebAssembly;
  let settings: Partial<EmscriptenModule> = {};
  const note = (module: WebAssembly.Module, imports: WebAssembly.Imports, { exports }: WebAssembly.Instance): void => {
    if (found.exports) found.sides.push({ module, imports, exports });
    else Object.assign(found, { exports, imports });
  };
  const watchClock = (imports: WebAssembly.Imports): WebAssembly.Imports => {
    const name = "_Py_CheckEmscriptenSignals_Helper";
    const look = imports.env?.[name] as (() => number) | undefined;
    if (!look) return imports;
    const watched = (): number => {
      const { HEAP32 } = settings as EmscriptenModule;
      found.clocks.push(HEAP32[(found.exports._Py_emscripten_signal_clock as WebAssembly.Global).value >>> 2] ?? -1);
      return look();
    };
    (imports.env as Record<string, unknown>)[name] = Object.assign(watched, { sig: "i" });
    return imports;
  };
  WebAssembly.instantiate = (async (source: BufferSource | WebAssembly.Module, imports: WebAssembly.Imports) => {
    if (!found.exports) found.early = { ...settings };
    const made = await instantiate(source as BufferSource, found.exports ? imports : watchClock(imports));
    const both = made as unknown as WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance;
    if ("instance" in both) note(both.module, imports, both.instance);
    else note(source as WebAssembly.Module, imports, both);
    return made;
  }) as typeof WebAssembly.instantiate;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
      const made = new target(module, imports);
      if (imports && "GOT.mem" in imports) note(module, imports, made);
      return made;
    },
  });
  WebAssembly.Module = new Proxy(Module, {
    construct(target, [source]: [Uint8Array<ArrayBuffer>]) {
      if (!found.py) found.small.push(source.length);
      return new target(source);
    },
  });
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    found.grown++;
    return grow.call(this, pages);
  };
  found.py = await loadPyodide({
    indexURL: folder,
    packageBaseUrl: folder,
    lockFileContents: lock,
    packages: [],
    env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
    // As when a snapshot is made.
    _makeSnapshot: true,
    createPyodideModule: (given: object) => {
      settings = given as EmscriptenModule;
      return factory(given);
    },
  });
  found.module = found.py._module;
  return found;
}
