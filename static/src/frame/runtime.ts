// Builds what a worker starts from: one classic script (Pyodide's JavaScript, then ours) and a compiled module.
//
// Pyodide ships ES modules. An opaque origin can't start a module worker in Chromium, and importing them from blob:
// URLs would need `blob:` in script-src, that is, a way to run any text as a module. Joined into the worker's own
// source neither is needed: the CSP has no `blob:` but in worker-src.

import workerSource from "belljar:worker";
import { bytesOf } from "../common/blobs";
import { letGo } from "../common/buffers";
import { Gate } from "../common/gate";
import { sharesMemory } from "../common/pager";
import type { Shelf } from "../common/shelf";
import { Timeline } from "../common/timing";
import { type Piece, RUNTIME } from "../protocol/messages";
import {
  COLD,
  type CodePlaces,
  LATER_PARTS,
  LIBRARIES,
  type Place,
  SNAPSHOT,
  type SnapshotShape,
} from "../protocol/snapshot";

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

/** Hears of the bytes of pieces that nobody has looked into. */
export interface Read {
  /** Whether all of this piece has to be read, in one. */
  wants(name: string): boolean;
  /** The bytes of a piece; they may be let go of afterwards. */
  (name: string, bytes: ArrayBuffer): void;
}

export interface Runtime {
  /** Starts a worker out of the one source that there is. */
  spawn(): Worker;
  /** Memory can be shared with workers. */
  isolated: boolean;
  /** What workers start from, by name; some of it may still be on its way. Each can reject with a sentence. */
  pieces: ReadonlyMap<string, Promise<Piece>>;
  /** Call with the bytes of a piece that was read here. */
  read: Read;
  /** What they start from is a snapshot. */
  snapshot: SnapshotShape | null;
  /** Compiles what workers otherwise would in the middle of a cell. Call when nothing runs. */
  compileCold(): void;
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
    const bytes = await bytesOf(await parts.get(RUNTIME.wasm), RUNTIME.wasm);
    const code = WebAssembly.compile(bytes);
    read(RUNTIME.wasm, bytes);
    letGo(bytes);
    return timeline.time("frame: the interpreter's code", code);
  };
  const calm = new Gate();
  add(RUNTIME.lock, parts.get(RUNTIME.lock));
  if (snapshot) {
    const state = parts.get(SNAPSHOT.state);
    const hot = parts.get(SNAPSHOT.hot);
    add(SNAPSHOT.state, state);
    add(SNAPSHOT.hot, hot);
    for (const part of LATER_PARTS) add(SNAPSHOT[part], parts.get(SNAPSHOT[part]));
    for (let position = 0; position < snapshot.heap; position++) {
      const name = SNAPSHOT.heap(position);
      add(name, parts.get(name));
    }
    const code = compileHot(state, hot, timeline, read);
    add(
      RUNTIME.wasm,
      code.then(({ main }) => main),
    );
    add(
      LIBRARIES,
      code.then(({ libraries }) => libraries),
    );
    add(
      COLD,
      // Without them each worker compiles those that it needs.
      calm.opened.then(() => compileCold(code, parts.get(SNAPSHOT.cold))).catch(() => []),
    );
  } else {
    add(RUNTIME.wasm, compiled());
    add(RUNTIME.stdlib, parts.get(RUNTIME.stdlib));
    add(RUNTIME.harness, parts.get(RUNTIME.harness));
  }

  const script = parts.get(snapshot ? SNAPSHOT.script : RUNTIME.factory);
  const [loader, factory] = await Promise.all([parts.get(RUNTIME.loader), script]);
  const runtime = ["const belljarRuntime={createPyodideModule:", factory, ",loadPyodide:", loader, "};"];
  const blob = new Blob([NO_IMPORTS, ...runtime, AS_IT_WAS, workerSource], { type: "text/javascript" });
  timeline.lap("frame: the worker's source");
  const url = trust(URL.createObjectURL(blob));
  return {
    spawn: () => new Worker(url),
    isolated: sharesMemory(),
    pieces,
    read,
    snapshot,
    compileCold: () => calm.open(),
    timeline,
  };
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

/** The hot halves of all code, compiled once for every worker. */
interface HotCode {
  main: Promise<WebAssembly.Module>;
  libraries: Promise<WebAssembly.Module[]>;
  /** Where the cold half of each lies, in their part. */
  cold: Place[];
}

/** Compiles the hot halves. They lie at the image's head. */
async function compileHot(state: Promise<Blob>, hot: Promise<Blob>, timeline: Timeline, read: Read): Promise<HotCode> {
  const text = await bytesOf(await state, SNAPSHOT.state);
  read(SNAPSHOT.state, text);
  const lines = new Uint8Array(text);
  const places = JSON.parse(new TextDecoder().decode(lines.subarray(0, lines.indexOf(LINE_END)))) as CodePlaces;
  letGo(text);
  const [first, ...others] = places.hot;
  if (!first) throw new Error("the snapshot has no code");
  const blob = await hot;
  const whole = read.wants(SNAPSHOT.hot) ? await bytesOf(blob, SNAPSHOT.hot) : null;
  const stretch = async ([offset, length]: Place): Promise<Uint8Array<ArrayBuffer>> =>
    whole
      ? new Uint8Array(whole, offset, length)
      : new Uint8Array(await bytesOf(blob.slice(offset, offset + length), SNAPSHOT.hot));
  const main = stretch(first).then(async (bytes) => {
    const compiling = WebAssembly.compile(bytes); // takes a copy
    if (!whole) letGo(bytes.buffer);
    return compiling;
  });
  const compileLibraries = async (): Promise<WebAssembly.Module[]> => {
    await main; // which a worker waits for; the libraries' turn comes while it is instantiated
    const from = first[1];
    const bytes = await stretch([from, others.reduce((sum, [, length]) => sum + length, 0)]);
    const compiled: Promise<WebAssembly.Module>[] = [];
    for (const [offset, length] of others) {
      compiled.push(WebAssembly.compile(bytes.subarray(offset - from, offset - from + length)));
      if (compiled.length % AT_A_TIME === 0) await breath();
    }
    if (whole) read(SNAPSHOT.hot, whole);
    letGo(bytes.buffer);
    return Promise.all(compiled);
  };
  return {
    main: timeline.time("frame: the interpreter's code", main),
    libraries: timeline.time("frame: the libraries' code", compileLibraries()),
    cold: places.cold,
  };
}

/** Compiles the cold halves, one after the other: nobody waits for them. */
async function compileCold(hot: Promise<HotCode>, halves: Promise<Blob>): Promise<(WebAssembly.Module | null)[]> {
  const places = (await hot).cold;
  const all = await halves;
  const compiled: (WebAssembly.Module | null)[] = [];
  for (const [offset, length] of places) {
    if (length === 0) compiled.push(null);
    else {
      const bytes = await bytesOf(all.slice(offset, offset + length), SNAPSHOT.cold);
      const compiling = WebAssembly.compile(bytes); // takes a copy
      letGo(bytes);
      compiled.push(await compiling);
    }
  }
  return compiled;
}
