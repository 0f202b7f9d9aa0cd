// The part of Pyodide 314.0.3's API that the worker uses (pyodide.d.ts of the npm package), and how it boots here:
// from transferred bytes and a compiled module, never from the network.

import type { NamedBytes } from "../protocol/messages";
import { ASSETS, provide, release } from "./fetch-shim";
import { jsGlobals } from "./globals";

/** A Python callable seen from JavaScript. */
export interface PyCallable {
  (...args: unknown[]): unknown;
  /** Calls with stack switching (JSPI), so that Python may wait inside. */
  callPromising(...args: unknown[]): Promise<unknown>;
  destroy(): void;
}

export interface PyFS {
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  mkdirTree(path: string): void;
  unlink(path: string): void;
  symlink(target: string, path: string): void;
  mount(type: unknown, options: object, path: string): void;
  unmount(path: string): void;
  analyzePath(path: string): { exists: boolean };
  readlink(path: string): string;
  filesystems: { WORKERFS: unknown };
}

export interface Pyodide {
  version: string;
  FS: PyFS;
  loadedPackages: Record<string, string>;
  runPython(code: string): unknown;
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
}

interface Runtime {
  loadPyodide(options: object): Promise<Pyodide>;
  createPyodideModule: unknown;
}

/** Pyodide's JavaScript; the frame puts it ahead of this bundle in the worker's source. */
declare const belljarRuntime: Runtime;

export const HOME = "/home/pyodide";

/** JavaScript Promise Integration (stack switching) is there. */
export const hasJspi = "Suspending" in WebAssembly;

const decoder = new TextDecoder();

/** Boots Python. Throws what Pyodide throws. */
export async function bootPyodide(core: NamedBytes[], wasm: WebAssembly.Module): Promise<Pyodide> {
  const byName = new Map(core.map((file) => [file.name, file.bytes]));
  const stdlib = byName.get("python_stdlib.zip");
  const lock = byName.get("pyodide-lock.json");
  if (!stdlib || !lock) throw new Error("python_stdlib.zip and pyodide-lock.json are needed to boot");
  provide("python_stdlib.zip", stdlib);

  // Pyodide streams its main module; ours is compiled already, once for every worker of the frame.
  const streaming = WebAssembly.instantiateStreaming;
  provide("pyodide.asm.wasm", new ArrayBuffer(0));
  WebAssembly.instantiateStreaming = async (_source, imports) => ({
    module: wasm,
    instance: await WebAssembly.instantiate(wasm, imports),
  });
  try {
    return await belljarRuntime.loadPyodide({
      createPyodideModule: belljarRuntime.createPyodideModule,
      indexURL: ASSETS,
      packageBaseUrl: ASSETS,
      lockFileContents: decoder.decode(lock),
      jsglobals: jsGlobals(),
      env: { HOME, MPLBACKEND: "agg", PYTHONUNBUFFERED: "1", MPLCONFIGDIR: "/tmp/matplotlib" },
      checkAPIVersion: true,
    });
  } finally {
    WebAssembly.instantiateStreaming = streaming;
    release("pyodide.asm.wasm");
    release("python_stdlib.zip");
  }
}
