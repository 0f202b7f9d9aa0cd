// Puts a captured interpreter into a fresh instance: libraries at their old places, the table entry by entry, then
// the heap, as it comes. What differs in any way throws, and the sandbox starts the long way.

import { letGo } from "../../protocol/buffers";
import { isOwn } from "../../split/shared";
import type { EmscriptenModule } from "../emscripten";
import { expectLoadedPackages } from "./capture";
import { fold, type Initial, takeInitial } from "./initial";
import { entryOf } from "./linking";
import { Runs } from "./runs";
import { isSide, type Library, type SnapshotState } from "./state";

/** What a restore needs; some of it may still be on its way. */
export interface RestoreSource {
  state: Promise<SnapshotState>;
  /** The kept runs of the heap, one behind the other, in pieces. */
  heap: readonly Promise<ArrayBuffer>[];
  /** The libraries, compiled, in the state's order. */
  libraries: Promise<readonly WebAssembly.Module[]>;
  /** All libraries are in their places. */
  linked: () => void;
  /** The memory before the main module's code has run. */
  initial: () => Initial;
  mountImage(module: EmscriptenModule): Promise<void>;
  /** A library has been instantiated; they are counted from 1, the main module is 0. */
  attach: Attach;
  lap(name: string): void;
}

/** Hears of a module that has been instantiated, before anything in it has run. */
export type Attach = (
  id: number,
  found: { module: WebAssembly.Module; exports: WebAssembly.Exports; imports: WebAssembly.Imports },
) => void;

type Settings = object;
type Factory = (settings: Settings) => Promise<EmscriptenModule>;

/**
 * Wraps Emscripten's factory so that `loadPyodide({ createPyodideModule, _loadSnapshot })` restores ours. Each step
 * begins when what it needs has come: on a first visit most of the work is done while the heap is on its way.
 */
export function restoring(factory: Factory, source: RestoreSource): Factory {
  return async (settings) => {
    const module = await factory(settings);
    const { lap } = source;
    lap("main module");
    expectLoadedPackages(module);
    const state = await source.state;
    if (module.API.config.BUILD_ID !== state.build) throw new Error("the snapshot is of another Pyodide");
    module.growMemory(state.heap);
    lap("memory");
    const libraries = await source.libraries;
    lap("waiting for the libraries");
    const initials = [source.initial()];
    const instances = loadLibraries(module, state, libraries, initials, source.attach);
    lap(`${libraries.length} libraries`);
    fillTable(module, state, instances);
    source.linked();
    lap("function table");
    await source.mountImage(module);
    lap("file system");
    await copyHeap(module, state, source, initials);
    // Tens of thousands of names that nobody asks for again.
    Object.assign(state, { got: ["", []], runs: [], libraries: [], table: { ...state.table, free: [], entries: [] } });
    module.API.restoreSnapshot = () => {
      reopenFiles(module, state);
      Object.assign(module.API.packageManager.loadedPackages, state.packages);
      module.stackRestore(state.stack);
      return state.hiwire;
    };
    return module;
  };
}

function loadLibraries(
  module: EmscriptenModule,
  state: SnapshotState,
  libraries: readonly WebAssembly.Module[],
  initials: Initial[],
  attach: Attach,
): WebAssembly.Instance[] {
  const instances: WebAssembly.Instance[] = [];
  const { Instance } = WebAssembly;
  let current: Library | undefined;
  // Emscripten gives each library fresh memory. The old place is already in the heap that follows, so it gets that
  // one, and neither relocates its data nor runs its constructors again.
  const place = (code: WebAssembly.Module, imports: WebAssembly.Imports): object => {
    if (!isSide(imports) || !current) return new Instance(code, imports);
    const { memoryBase, memorySize, tableBase, tableSize, names } = current;
    const wrong = imports.env.__memory_base;
    if (tableSize > 0 && imports.env.__table_base !== tableBase) {
      throw new Error(`${names[0]} came to lie at ${imports.env.__table_base} of the table, not at ${tableBase}`);
    }
    const env = new Proxy(imports.env, {
      get: (target, name) => (name === "__memory_base" ? memoryBase : target[name as string]),
    });
    const given = { ...(imports as object), env } as unknown as WebAssembly.Imports;
    const instance = new Instance(code, given);
    instances.push(instance);
    attach(instances.length, { module: code, exports: instance.exports, imports: given });
    initials.push(takeInitial(imports.env.memory as WebAssembly.Memory, memoryBase, memorySize));
    module.HEAPU8.fill(0, memoryBase, memoryBase + memorySize); // what is not kept of the heap is zero
    const exports: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(instance.exports)) {
      if (name === "__wasm_apply_data_relocs" || name === "__wasm_call_ctors" || isOwn(name)) continue;
      exports[name] =
        value instanceof WebAssembly.Global
          ? new WebAssembly.Global({ value: "i32" }, (value.value as number) + memoryBase - wrong)
          : value;
    }
    return { exports };
  };
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (_, [code, imports]: [WebAssembly.Module, WebAssembly.Imports]) => place(code, imports),
  });
  try {
    state.libraries.forEach((library, position) => {
      current = library;
      const [path = ""] = library.names;
      const code = libraries[position];
      if (!code) throw new Error(`the code of ${path} is missing`);
      const { tableBase, tableSize, global } = library;
      if (tableSize > 0 && module.wasmTable.length < tableBase) {
        module.wasmTable.grow(tableBase - module.wasmTable.length);
      }
      const dso = module.newDSO(path, undefined, "loading");
      dso.global = false;
      dso.refcount = library.refcount < 0 ? Number.POSITIVE_INFINITY : library.refcount;
      const scope = {};
      const flags = { loadAsync: false, allowUndefined: true, global, nodelete: true };
      dso.exports = module.loadWebAssemblyModule(code, flags, path, scope);
      Object.assign(scope, dso.exports);
      if (global) {
        dso.global = true;
        module.mergeLibSymbols(dso.exports, path);
      }
      for (const name of library.names) module.LDSO.loadedLibsByName[name] = dso;
      for (const handle of library.handles) module.LDSO.loadedLibsByHandle[handle] = dso;
    });
  } finally {
    WebAssembly.Instance = Instance;
  }
  return instances;
}

/** The libraries' functions outside of their own ranges. */
function fillTable(module: EmscriptenModule, state: SnapshotState, instances: WebAssembly.Instance[]): void {
  const { wasmTable, freeTableIndexes } = module;
  const { length, entries, free } = state.table;
  if (wasmTable.length < length) wasmTable.grow(length - wasmTable.length);
  if (wasmTable.length !== length) throw new Error(`the table has ${wasmTable.length} entries, not ${length}`);
  for (const [index, owner, name] of entries) {
    if (typeof owner !== "number") continue;
    const wanted = instances[owner]?.exports[name];
    if (!wanted) throw new Error(`the function ${name} of the table is missing`);
    if (entryOf(wasmTable, index) !== wanted) module.setWasmTableEntry(index, wanted);
  }
  freeTableIndexes.splice(0, freeTableIndexes.length, ...free);
}

async function copyHeap(
  module: EmscriptenModule,
  { runs }: SnapshotState,
  source: RestoreSource,
  initials: Initial[],
): Promise<void> {
  // How C calls Python functions is this engine's business, not the builder's (0 on iOS): it stays as it is.
  const trampoline =
    (module.__PyRuntime + (module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >>> 2] ?? 0)) >>> 2;
  const mine = module.HEAP32[trampoline] ?? 0;
  const into = new Runs(module.HEAPU8, runs);
  for (const part of source.heap) {
    const bytes = await part;
    into.write(new Uint8Array(bytes));
    letGo(bytes);
  }
  source.lap("heap, as it comes");
  if (!into.whole) throw new Error("the snapshot's heap has another length than its state says");
  fold(module.HEAPU8, initials);
  for (const { bytes } of initials.splice(0)) letGo(bytes.buffer);
  module.HEAP32[trampoline] = mine;
}

/** Read and write flags stay; O_CREAT, O_EXCL and O_TRUNC have done their work. */
const ONLY_ONCE = 0o100 | 0o200 | 0o1000;

function reopenFiles({ FS }: EmscriptenModule, { open, files, cwd }: SnapshotState): void {
  for (const [path, text] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, new TextEncoder().encode(text));
  }
  for (const [fd, path, flags, position] of open) {
    const stream = FS.open(path, flags & ~ONLY_ONCE);
    if (stream.fd !== fd) {
      FS.createStream(stream, fd);
      FS.closeStream(stream.fd);
    }
    FS.getStream(fd).position = position;
  }
  if (FS.cwd() !== cwd) FS.chdir(cwd);
}

/** The time zone is this machine's, not the builder's. */
export function setTimeZone(module: EmscriptenModule): void {
  const names = module.___tzname >>> 2;
  const [standard, summer] = [module.HEAPU32[names] ?? 0, module.HEAPU32[names + 1] ?? 0];
  if (standard) module.__tzset_js(module.___timezone, module.___daylight, standard, summer);
}
