// Puts a captured interpreter into a fresh instance: libraries at their old places, the table entry by entry, then
// the heap, as it comes. What differs in any way throws, and the sandbox starts the long way.

import { letGo } from "../../common/buffers";
import type { EmscriptenModule } from "../emscripten";
import { type Attach, linkLibraries } from "./libraries";
import { entryOf } from "./linking";
import { Runs } from "./runs";
import type { SnapshotState } from "./state";

/** What a restore needs; some of it may still be on its way. */
export interface RestoreSource {
  state: Promise<SnapshotState>;
  /** The kept runs of the heap, one behind the other, in pieces. */
  heap: readonly Promise<ArrayBuffer>[];
  /** The libraries, compiled, in the state's order. */
  libraries: Promise<readonly WebAssembly.Module[]>;
  /** The symbols that libraries are linked with. */
  env: () => Record<string, unknown>;
  /** All libraries are in their places. */
  linked: () => void;
  /** Up to this address the main module may have put anything into its memory; behind it there are zeros. */
  top: () => number;
  mountImage(module: EmscriptenModule): Promise<void>;
  /** A library has been instantiated; they are counted from 1, the main module is 0. */
  attach: Attach;
  lap(name: string): void;
}

type Settings = object;
type Factory = (settings: Settings) => Promise<EmscriptenModule>;

/** Puts Pyodide's record of packages where its snapshot code expects an empty object (hiwire slot 6). */
export function expectLoadedPackages({ API }: EmscriptenModule): void {
  const expected = API.getExpectedKeys;
  API.getExpectedKeys = () => {
    const keys = expected();
    keys[6] = API.packageManager.loadedPackages;
    return keys;
  };
}

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
    const instances = linkLibraries(module, state, libraries, source.env(), source.attach);
    lap(`${libraries.length} libraries`);
    fillTable(module, state, instances);
    source.linked();
    lap("function table");
    await source.mountImage(module);
    lap("file system");
    await copyHeap(module, state, source);
    // Tens of thousands of names that nobody asks for again.
    Object.assign(state, {
      got: ["", []],
      runs: [],
      same: [],
      libraries: [],
      table: { ...state.table, free: [], entries: [] },
    });
    // What it would import has been, and the way there leads through C that nothing else needs.
    const { rawRun } = module.API;
    module.API.rawRun = () => {
      module.API.rawRun = rawRun;
      return [0, ""];
    };
    module.API.restoreSnapshot = () => {
      reopenFiles(module, state);
      Object.assign(module.API.packageManager.loadedPackages, state.packages);
      module.stackRestore(state.stack);
      return state.hiwire;
    };
    return module;
  };
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

async function copyHeap(module: EmscriptenModule, state: SnapshotState, source: RestoreSource): Promise<void> {
  // How C calls Python functions is this engine's business, not the builder's (0 on iOS): it stays as it is.
  const trampoline =
    (module.__PyRuntime + (module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >>> 2] ?? 0)) >>> 2;
  const mine = module.HEAP32[trampoline] ?? 0;
  const into = new Runs(module.HEAPU8, state, source.top());
  for (const part of source.heap) {
    const bytes = await part;
    into.write(new Uint8Array(bytes));
    letGo(bytes);
  }
  source.lap("heap, as it comes");
  if (!into.whole) throw new Error("the snapshot's heap has another length than its state says");
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
