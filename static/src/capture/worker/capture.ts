// Takes a snapshot of an interpreter: its heap, and what JavaScript and the engine hold of it.

import type { ImageIndex } from "../../protocol/messages";
import type { EmscriptenModule } from "../../worker/emscripten";
import type { Signed } from "../../worker/snapshot/linking";
import { expectLoadedPackages } from "../../worker/snapshot/restore";
import type { Library, Range, SnapshotState, TableEntry } from "../../worker/snapshot/state";
import type { Side } from "./record";

/** Granularity in which memory is left out, in bytes. */
const PAGE = 4096;

/** Of the main module so many bytes from 0 on are looked at; its data ends before (at 3.9 MB). */
const MAIN_BYTES = 4 * 1024 * 1024;

export interface Captured {
  state: SnapshotState;
  /** The kept runs of it, one behind the other. */
  heap: Uint8Array<ArrayBuffer>;
}

export interface CaptureSource {
  module: EmscriptenModule;
  /** The main module, its exports, and how long the table was when only it was there. */
  code: WebAssembly.Module;
  main: WebAssembly.Exports;
  mainTable: number;
  /** What the main module imports. */
  env: Record<string, unknown>;
  /** What `initialOf` gave. */
  initial: Uint8Array<ArrayBuffer>;
  sides: readonly Side[];
  harness: string;
  image: ImageIndex;
  /** Folders whose files are kept in the state. */
  folders: readonly string[];
}

/** A copy of memory as the main module's own data leave it. Call right after the instantiation. */
export function initialOf(main: WebAssembly.Exports): Uint8Array<ArrayBuffer> {
  return new Uint8Array((main.memory as WebAssembly.Memory).buffer, 0, MAIN_BYTES).slice();
}

/** Throws when something is in the interpreter that cannot be restored. */
export function capture(source: CaptureSource): Captured {
  const { module, sides } = source;
  expectLoadedPackages(module);
  const hiwire = module.API.serializeHiwireState((object) => {
    throw new Error(`a JavaScript object is held by Python: ${Object.prototype.toString.call(object)}`);
  });
  const owners = owning(sides);
  const libraries = librariesOf(module, sides, owners);
  const heap = module.HEAPU8.slice();
  const stack = module.stackSave();
  const { emscripten_stack_get_end } = source.main as unknown as { emscripten_stack_get_end(): number };
  const { runs, same } = pages(heap, source.initial, [emscripten_stack_get_end() >>> 0, stack]);
  const got = Object.entries(module.GOT).map(([name, { value }]): [string, number] => [name, value as number]);
  const wanted = linked(source.code, sides);
  const kept = got.filter(([name]) => wanted.has(name));
  const state: SnapshotState = {
    build: module.API.config.BUILD_ID,
    harness: source.harness,
    packages: { ...module.API.packageManager.loadedPackages },
    hiwire,
    libraries,
    table: {
      length: module.wasmTable.length,
      free: [...module.freeTableIndexes],
      ...looseEntries(source, libraries, owners, scripted(got, source.env)),
    },
    got: [kept.map(([name]) => name).join(" "), kept.map(([, value]) => value)],
    stack,
    heap: heap.length,
    runs,
    same,
    open: module.FS.streams
      .filter((stream) => stream != null && stream.fd > 2)
      .map((stream) => stream as NonNullable<typeof stream>)
      .map(({ fd, path, flags, position }) => [fd, path, flags, position]),
    cwd: module.FS.cwd(),
    files: source.folders.flatMap((folder) => texts(module, folder)),
    image: source.image,
    parts: { hot: 0, cold: 0 },
    cold: [],
  };
  return { state, heap: joined(heap, runs) };
}

/** The symbols that modules import from the offset table, and those of libraries. The others are looked up when asked for. */
function linked(main: WebAssembly.Module, sides: readonly Side[]): Set<string> {
  const names = new Set(sides.flatMap(({ instance }) => Object.keys(instance.exports)));
  for (const module of [main, ...sides.map(({ module }) => module)]) {
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      if (from.startsWith("GOT.")) names.add(name);
  }
  return names;
}

/** The symbols that are JavaScript's functions, by the place in the table that they had. */
function scripted(got: readonly [string, number][], env: Record<string, unknown>): Map<number, string> {
  const isSigned = (name: string): boolean => typeof env[name] === "function" && "sig" in (env[name] as Signed);
  return new Map(got.filter(([name]) => isSigned(name)).map(([name, index]) => [index, name]));
}

type Owners = Map<unknown, [side: number, name: string]>;

/** Which library's export a function is. */
function owning(sides: readonly Side[]): Owners {
  const owners: Owners = new Map();
  sides.forEach(({ instance }, side) => {
    for (const [name, value] of Object.entries(instance.exports)) {
      if (typeof value === "function" && !owners.has(value)) owners.set(value, [side, name]);
    }
  });
  return owners;
}

function librariesOf(module: EmscriptenModule, sides: readonly Side[], owners: Owners): Library[] {
  const libraries = sides.map(({ module: code, memoryBase, tableBase, stubs }): Library => {
    const { memorySize, tableSize } = module.getDylinkMetadata(code);
    return {
      names: [],
      handles: [],
      refcount: 0,
      global: false,
      memoryBase,
      memorySize,
      tableBase,
      tableSize,
      stubs,
    };
  });
  const byDso = new Map<unknown, Library>();
  for (const [name, dso] of Object.entries(module.LDSO.loadedLibsByName)) {
    if (name === "__main__") continue;
    const owner = Object.values(dso.exports)
      .map((value) => owners.get(value))
      .find(Boolean);
    const library = owner && libraries[owner[0]];
    if (!library) throw new Error(`the library ${name} was not seen being loaded`);
    byDso.set(dso, library);
    library.names.push(name);
    library.refcount = dso.refcount === Number.POSITIVE_INFINITY ? -1 : dso.refcount;
    library.global = Boolean(dso.global);
  }
  for (const [handle, dso] of Object.entries(module.LDSO.loadedLibsByHandle)) {
    if (handle === "0") continue;
    const library = byDso.get(dso);
    if (!library) throw new Error(`the library with handle ${handle} has no name`);
    library.handles.push(Number(handle));
  }
  return libraries;
}

/** Functions that were put into the table one by one, outside of every library's own range. */
function looseEntries(
  { module, main, mainTable }: CaptureSource,
  libraries: Library[],
  owners: Owners,
  scripts: Map<number, string>,
): Pick<SnapshotState["table"], "entries" | "own"> {
  const inLibrary = new Set<number>();
  for (const { tableBase, tableSize } of libraries) {
    for (let index = tableBase; index < tableBase + tableSize; index++) inLibrary.add(index);
  }
  const mains = new Map(Object.entries(main).map(([name, value]) => [value as unknown, name]));
  const entries: TableEntry[] = [];
  let own: number | undefined;
  for (let index = mainTable; index < module.wasmTable.length; index++) {
    const value: unknown = inLibrary.has(index) ? null : module.wasmTable.get(index);
    if (!value) continue;
    const name = mains.get(value);
    const owner = owners.get(value);
    const script = scripts.get(index);
    if (name !== undefined) entries.push([index, "main", name]);
    else if (owner) entries.push([index, ...owner]);
    else if (script !== undefined) entries.push([index, "script", script]);
    else own ??= index; // made by JavaScript at run time, and made again by it
  }
  const behind = Math.min(module.wasmTable.length, ...libraries.map(({ tableBase }) => tableBase || Infinity));
  return { entries, own: own ?? behind };
}

/**
 * The pages to keep: neither zero, nor as the main module's data leave them in each instance anyway. Nor the part of the
 * stack that is not in use, whose end and pointer are given: nobody cares what stands there.
 */
function pages(
  heap: Uint8Array<ArrayBuffer>,
  initial: Uint8Array<ArrayBuffer>,
  [end, pointer]: Range,
): Pick<SnapshotState, "runs" | "same"> {
  const words = new BigUint64Array(heap.buffer, heap.byteOffset, heap.length >> 3);
  const before = new BigUint64Array(initial.buffer, initial.byteOffset, initial.length >> 3);
  const perPage = PAGE >> 3;
  const runs: Range[] = [];
  const same: Range[] = [];
  for (let page = 0; page * PAGE < heap.length; page++) {
    const from = page * perPage;
    const found = words.subarray(from, from + perPage);
    const unused = page * PAGE >= end && (page + 1) * PAGE <= pointer;
    if (!unused && found.every((word) => word === 0n)) continue;
    const into = unused || found.every((word, at) => word === before[from + at]) ? same : runs;
    const last = into.at(-1);
    if (last && last[1] === page * PAGE) last[1] += PAGE;
    else into.push([page * PAGE, (page + 1) * PAGE]);
  }
  return { runs, same };
}

function joined(heap: Uint8Array, runs: readonly Range[]): Uint8Array<ArrayBuffer> {
  const kept = new Uint8Array(runs.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of runs) {
    kept.set(heap.subarray(from, to), at);
    at += to - from;
  }
  return kept;
}

function texts({ FS }: EmscriptenModule, folder: string): [string, string][] {
  if (!FS.analyzePath(folder).exists) return [];
  return FS.readdir(folder).flatMap((name): [string, string][] => {
    if (name === "." || name === "..") return [];
    const path = `${folder}/${name}`;
    const { mode } = FS.lstat(path);
    if (FS.isDir(mode)) return texts({ FS } as EmscriptenModule, path);
    return FS.isFile(mode) ? [[path, new TextDecoder().decode(FS.readFile(path))]] : [];
  });
}
