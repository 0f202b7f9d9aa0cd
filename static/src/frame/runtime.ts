// Builds what a worker starts from: one classic script (Pyodide's JavaScript, then ours) and a compiled module.
//
// Pyodide ships ES modules. An opaque origin can't start a module worker in Chromium, and importing them from blob:
// URLs would need `blob:` in script-src, that is, a way to run any text as a module. Joined into the worker's own
// source neither is needed: the CSP has no `blob:` but in worker-src.

import workerSource from "belljar:worker";
import { letGo } from "../protocol/buffers";
import { LIBRARIES, type LibraryPlaces, type Piece, RUNTIME, SNAPSHOT, type SnapshotShape } from "../protocol/messages";
import type { Shelf } from "../protocol/shelf";
import { Timeline } from "../protocol/timing";

/** A TrustedScriptURL where there are Trusted Types, a string elsewhere: what `new Worker` takes. */
type TrustedUrl = ConstructorParameters<typeof Worker>[0];

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

/**
 * The policy of the frame asks for Trusted Types and allows one name. It is used up here, for the one script that
 * this frame ever starts; every other URL is refused as a worker's, whoever asks.
 */
function trust(url: string): TrustedUrl {
  const factory = (self as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (!factory) return url;
  const only = (asked: string): string => {
    if (asked !== url) throw new TypeError("only the sandbox's own worker can be started");
    return asked;
  };
  return factory.createPolicy("belljar-worker", { createScriptURL: only }).createScriptURL(url);
}

/**
 * Around Pyodide's JavaScript, which tries `importScripts` to learn what kind of worker it is in. The policy refuses it,
 * but to say where it was tried, the engine reads the million characters around it once more.
 */
const NO_IMPORTS = "self.importScripts=()=>{throw 0};";
const AS_IT_WAS = "delete self.importScripts;\n";

/** Hears of the bytes of a piece; they may be let go of afterwards. */
export type Read = (name: string, bytes: ArrayBuffer) => void;

export interface Runtime {
  /** blob: URL of the worker's source, trusted where the engine has Trusted Types. */
  url: TrustedUrl;
  /** What workers start from, by name; some of it may still be on its way. Each can reject with a sentence. */
  pieces: ReadonlyMap<string, Promise<Piece>>;
  /** Call with the bytes of a piece that was read here. */
  read: Read;
  /** What they start from is a snapshot. */
  snapshot: SnapshotShape | null;
  timeline: Timeline;
}

/** Prepares the runtime: waits for the files that are JavaScript, compiles the others once for every worker. */
export async function prepareRuntime(parts: Shelf<Blob>, snapshot: SnapshotShape | null, read: Read): Promise<Runtime> {
  const timeline = new Timeline();
  const pieces = new Map<string, Promise<Piece>>();
  const add = (name: string, piece: Promise<Piece>): void => {
    piece.catch(() => {}); // each worker hears of it
    pieces.set(name, piece);
  };
  const compiled = async (): Promise<WebAssembly.Module> => {
    const bytes = await (await parts.get(RUNTIME.wasm)).arrayBuffer();
    const code = WebAssembly.compile(bytes);
    read(RUNTIME.wasm, bytes);
    letGo(bytes);
    return timeline.time("frame: the interpreter's code", code);
  };
  add(RUNTIME.lock, parts.get(RUNTIME.lock));
  add(RUNTIME.wasm, compiled());
  if (snapshot) {
    const state = parts.get(SNAPSHOT.state);
    const hot = parts.get(SNAPSHOT.hot);
    add(SNAPSHOT.state, state);
    add(SNAPSHOT.hot, hot);
    add(SNAPSHOT.rest, parts.get(SNAPSHOT.rest));
    for (let position = 0; position < snapshot.heap; position++) {
      const name = SNAPSHOT.heap(position);
      add(name, parts.get(name));
    }
    add(LIBRARIES, compileLibraries(state, hot, timeline, read));
  } else add(RUNTIME.stdlib, parts.get(RUNTIME.stdlib));

  const [loader, factory] = await Promise.all([parts.get(RUNTIME.loader), parts.get(RUNTIME.factory)]);
  const runtime = ["const belljarRuntime={createPyodideModule:", factory, ",loadPyodide:", loader, "};"];
  const blob = new Blob([NO_IMPORTS, ...runtime, AS_IT_WAS, workerSource], { type: "text/javascript" });
  timeline.lap("frame: the worker's source");
  return { url: trust(URL.createObjectURL(blob)), pieces, read, snapshot, timeline };
}

/** Each library takes this thread half a millisecond, and what a worker that has read its code waits for is behind it. */
const AT_A_TIME = 8;

const LINE_END = 10;

/** Lets everything go first that waits for this thread. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Compiles the libraries, once for every worker. They lie at the image's head. */
async function compileLibraries(
  state: Promise<Blob>,
  hot: Promise<Blob>,
  timeline: Timeline,
  read: Read,
): Promise<WebAssembly.Module[]> {
  const text = await (await state).arrayBuffer();
  read(SNAPSHOT.state, text);
  const lines = new Uint8Array(text);
  const places = JSON.parse(new TextDecoder().decode(lines.subarray(0, lines.indexOf(LINE_END)))) as LibraryPlaces;
  letGo(text);
  const bytes = await (await hot).arrayBuffer();
  const compiled: Promise<WebAssembly.Module>[] = [];
  for (const [offset, length] of places) {
    compiled.push(WebAssembly.compile(new Uint8Array(bytes, offset, length)));
    if (compiled.length % AT_A_TIME === 0) await breath();
  }
  read(SNAPSHOT.hot, bytes);
  letGo(bytes); // compiling has taken a copy
  return timeline.time("frame: the snapshot's libraries", Promise.all(compiled));
}
