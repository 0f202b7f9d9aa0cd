// The parts of Emscripten's module object that images and snapshots need. Pyodide exposes all of them; their
// meaning is Emscripten's (libdylink.js, libmemfs.js, libaddfunction.js).

/** A node of MEMFS, the file system in memory. */
export interface FsNode {
  name: string;
  mode: number;
  mtime: number;
  ctime: number;
  atime: number;
  parent: FsNode;
  /** Of a file its bytes, of a folder its nodes by name. */
  contents: unknown;
  /** Length of a file. */
  usedBytes: number;
  node_ops: NodeOps;
}

export interface NodeOps {
  lookup(parent: FsNode, name: string): FsNode;
  mknod(parent: FsNode, name: string, mode: number, dev: number): FsNode;
  readdir(node: FsNode): string[];
  rmdir(parent: FsNode, name: string): void;
  rename(node: FsNode, folder: FsNode, name: string): void;
}

export interface FsStream {
  fd: number;
  path: string;
  flags: number;
  position: number;
}

export interface EmscriptenFs {
  root: FsNode;
  streams: (FsStream | null | undefined)[];
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  lstat(path: string): { mode: number; mtime: Date };
  readdir(path: string): string[];
  readFile(path: string): Uint8Array<ArrayBuffer>;
  writeFile(path: string, data: Uint8Array): void;
  mkdirTree(path: string): void;
  analyzePath(path: string): { exists: boolean };
  unlink(path: string): void;
  rmdir(path: string): void;
  symlink(target: string, path: string): void;
  lookupPath(path: string, options?: { follow: boolean }): { node: FsNode };
  lookupNode(parent: FsNode, name: string): FsNode;
  open(path: string, flags: number): FsStream;
  createStream(stream: FsStream, fd: number): FsStream;
  closeStream(fd: number): void;
  getStream(fd: number): FsStream;
  /** What system calls answer with; anything else that is thrown ends the interpreter. */
  ErrnoError: new (
    errno: number,
  ) => Error;
  cwd(): string;
  chdir(path: string): void;
}

/** A loaded shared library. */
export interface Dso {
  refcount: number;
  global: boolean;
  exports: Record<string, unknown>;
}

export interface DylinkMetadata {
  neededDynlibs: readonly string[];
  memorySize: number;
  tableSize: number;
}

export interface HiwireState {
  hiwireKeys: unknown[];
  immortalKeys: string[];
}

/** Pyodide's private API. */
export interface PyodideApi {
  config: { BUILD_ID: string };
  packageManager: { loadedPackages: Record<string, string> };
  getExpectedKeys(): unknown[];
  serializeHiwireState(serializer: (object: unknown) => unknown): HiwireState;
  restoreSnapshot(bytes: Uint8Array): HiwireState;
  /** Runs Python text; gives 0 and what it wrote to stderr. */
  rawRun(code: string): [failed: number, errors: string];
}

export interface EmscriptenModule {
  API: PyodideApi;
  FS: EmscriptenFs;
  HEAPU8: Uint8Array<ArrayBuffer>;
  HEAP32: Int32Array;
  HEAPU32: Uint32Array;
  wasmTable: WebAssembly.Table;
  freeTableIndexes: number[];
  /** Global offset table: address or table index by symbol. */
  GOT: Record<string, WebAssembly.Global>;
  LDSO: { loadedLibsByName: Record<string, Dso>; loadedLibsByHandle: Record<number, Dso> };
  newDSO(name: string, handle: number | undefined, symbols: unknown): Dso;
  mergeLibSymbols(exports: object, name: string): void;
  getDylinkMetadata(module: WebAssembly.Module): DylinkMetadata;
  setWasmTableEntry(index: number, func: unknown): void;
  growMemory(bytes: number): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  __PyRuntime: number;
  __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: number;
  ___tzname: number;
  ___timezone: number;
  ___daylight: number;
  __tzset_js(timezone: number, daylight: number, standard: number, summer: number): void;
}
