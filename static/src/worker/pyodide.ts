// The part of Pyodide's API that the worker uses (pyodide.d.ts of the npm package), and how it boots here:
// from transferred bytes and a compiled module, never from the network.

import { ASSETS_ORIGIN, RUNTIME } from "../protocol/messages";
import type { EmscriptenModule } from "./emscripten";
import { provide, release } from "./fetch-shim";
import { finalizeBetweenCalls } from "./finalizers";
import { jsGlobals } from "./globals";
import { publicExports } from "./halves";
import { interrupts } from "./interrupts";
import { shareTrampolines } from "./trampolines";

/** A Python callable seen from JavaScript. */
export interface PyCallable {
  (...args: unknown[]): unknown;
  /** Calls with stack switching (JSPI), so that Python may wait inside. Throws where the engine has none. */
  callPromising(...args: unknown[]): Promise<unknown>;
  destroy(): void;
}

export interface PyFS {
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  mkdirTree(path: string): void;
  filesystems: object;
}

export interface Pyodide {
  version: string;
  FS: PyFS;
  loadedPackages: Record<string, string>;
  runPython(code: string): unknown;
  /** A module, whose functions can be called. */
  pyimport<Module extends Record<string, PyCallable>>(name: string): Module;
  loadPackage(
    names: string[],
    options: { checkIntegrity: boolean; messageCallback(text: string): void; errorCallback(text: string): void },
  ): Promise<unknown>;
  setInterruptBuffer(buffer: Uint8Array | undefined): void;
  setStdout(options: { write(bytes: Uint8Array): number }): void;
  setStderr(options: { write(bytes: Uint8Array): number }): void;
  setStdin(options: { stdin(): null }): void;
  /** Private to Pyodide; `on_fatal` is called when the interpreter is beyond help. */
  _api: { on_fatal?: (error: unknown) => void };
  /** Emscripten's module object. */
  _module: EmscriptenModule;
}

interface Runtime {
  loadPyodide(options: object): Promise<Pyodide>;
  /** `exports`: the names of the main module's exports that it asks for, where that is known. */
  createPyodideModule: { exports?: readonly string[] };
}

/** Pyodide's JavaScript; the frame puts it ahead of this bundle in the worker's source. */
declare const belljarRuntime: Runtime;

export const HOME = "/home/pyodide";

/** JavaScript Promise Integration (stack switching) is there. */
export const hasJspi = "Suspending" in WebAssembly;

/**
 * Calls a coroutine function and gives its outcome. Where the engine can switch stacks, what it calls may block; elsewhere
 * it can only await, and the harness says so.
 */
export const callWaiting = (callable: PyCallable, ...args: unknown[]): Promise<unknown> =>
  hasJspi ? callable.callPromising(...args) : Promise.resolve(callable(...args));

/** What Python finds in os.environ, besides what Pyodide puts there. */
export const ENVIRONMENT = {
  HOME,
  MPLBACKEND: "agg",
  PYTHONUNBUFFERED: "1",
  MPLCONFIGDIR: "/tmp/matplotlib",
};

/** What Pyodide starts from; some of it may still be on its way. */
export interface Core {
  lock: Promise<Blob>;
  stdlib: Promise<Blob>;
  wasm: Promise<WebAssembly.Module>;
  /** What is put into an interpreter that doesn't come from a snapshot. */
  harness: Promise<Blob>;
}

/** What differs between starting from nothing, for a capture, and from a snapshot. */
export interface BootHooks {
  /** The main module is about to be instantiated with these imports of Emscripten's. */
  before?(imports: WebAssembly.Imports): Promise<void>;
  /** Options of loadPyodide. */
  options?: object;
  /** Wraps Emscripten's factory. */
  factory?(original: unknown): unknown;
  /** The main module has been instantiated. Gives what Pyodide gets to see of its exports, if not all of them. */
  main?(
    instance: WebAssembly.Instance,
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ): WebAssembly.Exports | undefined;
}

/** The names of the main module's exports that Pyodide's script asks for; undefined where it may be all of them. */
export const askedExports = (): readonly string[] | undefined => belljarRuntime.createPyodideModule.exports;

/** Boots Python. Throws what Pyodide throws. */
export async function bootPyodide(
  { lock, stdlib, wasm }: Omit<Core, "harness">,
  hooks: BootHooks = {},
): Promise<Pyodide> {
  provide(RUNTIME.stdlib, await (await stdlib).arrayBuffer());
  const lockFileContents = await (await lock).text();

  // Pyodide streams its main module; ours is compiled already, once for every worker of the frame.
  const streaming = WebAssembly.instantiateStreaming;
  provide(RUNTIME.wasm, new ArrayBuffer(0));
  const instantiate = async (imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> => {
    const module = await wasm;
    await hooks.before?.(imports);
    const given = interrupts.imports(imports);
    const instance = await WebAssembly.instantiate(module, given);
    interrupts.watch(instance.exports);
    const exports = hooks.main?.(instance, module, given) ?? publicExports(instance.exports);
    return { module, instance: { exports } };
  };
  // Emscripten would try another way, and wait for ever.
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // awaited below
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    const instantiated = instantiate(imports ?? {});
    instantiated.catch(fail);
    return instantiated;
  };
  const { createPyodideModule, loadPyodide } = belljarRuntime;
  const unshare = shareTrampolines();
  const asEver = finalizeBetweenCalls();
  try {
    const loading = loadPyodide({
      createPyodideModule: hooks.factory?.(createPyodideModule) ?? createPyodideModule,
      indexURL: ASSETS_ORIGIN,
      packageBaseUrl: ASSETS_ORIGIN,
      lockFileContents,
      jsglobals: jsGlobals(),
      env: ENVIRONMENT,
      checkAPIVersion: true,
      ...hooks.options,
    });
    loading.catch(() => {}); // one of both is told
    return await Promise.race([loading, failed]);
  } finally {
    WebAssembly.instantiateStreaming = streaming;
    unshare();
    asEver();
    release(RUNTIME.wasm);
    release(RUNTIME.stdlib);
  }
}
