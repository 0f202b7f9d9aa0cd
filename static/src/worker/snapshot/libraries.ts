// Links the libraries of a snapshot, each at its old place.
//
// Emscripten's own loader finds each of their 11,000 imports through a proxy, gives each library fresh memory and relocates
// its exports. Here the imports lie one behind the other as prototypes, where the engine finds them by itself, the memory
// follows with the heap, and neither relocations nor constructors run again: what they did is in the heap, too.

import type { EmscriptenModule } from "../emscripten";
import { EXPORTS, isOwn } from "../halves";
import type { Library, SnapshotState } from "./state";

/** Hears of a module that has been instantiated, before anything in it has run. */
export type Attach = (id: number, found: { exports: WebAssembly.Exports; imports: WebAssembly.Imports }) => void;

type Symbols = Record<string, unknown>;

/** What Emscripten's loader runs right after the instantiation. */
const ONCE: readonly string[] = ["__wasm_apply_data_relocs", "__wasm_call_ctors"];

/** Finds a function when it is first called: a library may use what only a later one brings, or it itself. */
function late(name: string, find: () => unknown): CallableFunction {
  let found: CallableFunction | undefined;
  return (...given: unknown[]) => {
    found ??= find() as CallableFunction | undefined;
    if (!found) throw new Error(`Dynamic linking error: cannot resolve symbol ${name}`);
    return found(...given);
  };
}

/** Exports as Emscripten keeps them: data by address. */
function relocated(exports: WebAssembly.Exports, memoryBase: number): Symbols {
  const found: Symbols = {};
  for (const [name, value] of Object.entries(exports)) {
    if (ONCE.includes(name) || isOwn(name)) continue;
    found[name] =
      value instanceof WebAssembly.Global
        ? new WebAssembly.Global({ value: "i32" }, (value.value as number) + memoryBase)
        : value;
  }
  return found;
}

/** Instantiates the libraries of a snapshot, in its order. `env` are the symbols that libraries are linked with. */
export function linkLibraries(
  module: EmscriptenModule,
  { libraries }: SnapshotState,
  codes: readonly WebAssembly.Module[],
  env: Symbols,
  attach: Attach,
): WebAssembly.Instance[] {
  const { wasmTable, LDSO, GOT } = module;
  /** What a library has from those that it needs, which are loaded for it alone. */
  const lent = (code: WebAssembly.Module, name: string): unknown => {
    const file = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
    const needed = new Set(module.getDylinkMetadata(code).neededDynlibs.map(file));
    const dsos = Object.entries(LDSO.loadedLibsByName).filter(([path]) => needed.has(file(path)));
    return dsos.map(([, dso]) => dso.exports[name]).find(Boolean);
  };
  const link = (library: Library, code: WebAssembly.Module): [WebAssembly.Instance, Symbols] => {
    const { memoryBase, memorySize, tableBase, tableSize, stubs } = library;
    if (wasmTable.length < tableBase + tableSize) wasmTable.grow(tableBase + tableSize - wasmTable.length);
    let exports: Symbols = {};
    const own: Symbols = Object.create(env);
    for (const name of stubs) own[name] = late(name, () => env[name] ?? exports[name] ?? lent(code, name));
    Object.assign(own, { __memory_base: memoryBase, __table_base: tableBase });
    const imports = { env: own, wasi_snapshot_preview1: own, "GOT.mem": GOT, "GOT.func": GOT } as WebAssembly.Imports;
    const instance = new WebAssembly.Instance(code, imports);
    exports = relocated(instance.exports, memoryBase);
    attach(libraries.indexOf(library) + 1, { exports: instance.exports, imports });
    // One that is whole has put its data there; what is not kept of the heap is zero.
    if (!(EXPORTS.table in instance.exports)) module.HEAPU8.fill(0, memoryBase, memoryBase + memorySize);
    return [instance, exports];
  };
  return libraries.map((library, position) => {
    const [path = ""] = library.names;
    const code = codes[position];
    if (!code) throw new Error(`the code of ${path} is missing`);
    const [instance, exports] = link(library, code);
    const dso = module.newDSO(path, undefined, exports);
    dso.global = library.global;
    dso.refcount = library.refcount < 0 ? Number.POSITIVE_INFINITY : library.refcount;
    if (library.global) module.mergeLibSymbols(exports, path);
    for (const name of library.names) LDSO.loadedLibsByName[name] = dso;
    for (const handle of library.handles) LDSO.loadedLibsByHandle[handle] = dso;
    return instance;
  });
}
