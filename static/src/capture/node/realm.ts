// A thread of Node as a worker's script finds a browser's: messages, blobs whose bytes can be read at once, a place, a name. Nothing
// of Node's own is left to find. What runs in it are the runtime's and the packages' files, whose hashes were checked, and no
// cell of anybody: as a wall this would be none.

import { runInThisContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";

type Bytes = Uint8Array<ArrayBuffer>;
/** A blob on its way from or to this thread, where it is its bytes. */
type Sent = { blob: Bytes };

const port = parentPort;
if (!port) throw new Error("this is a thread's");

const bytesOf = (part: unknown): Bytes => {
  if (part instanceof RealmBlob) return part.bytes;
  if (typeof part === "string") return new TextEncoder().encode(part);
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  const { buffer, byteOffset, byteLength } = part as Bytes;
  return new Uint8Array(buffer, byteOffset, byteLength);
};

class RealmBlob {
  readonly bytes: Bytes;
  readonly type = "";

  constructor(parts: readonly unknown[] = []) {
    const all = parts.map(bytesOf);
    this.bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const one of all) {
      this.bytes.set(one, at);
      at += one.length;
    }
  }

  static of(bytes: Bytes): RealmBlob {
    const blob = Object.create(RealmBlob.prototype) as RealmBlob;
    return Object.assign(blob, { bytes, type: "" });
  }

  get size(): number {
    return this.bytes.length;
  }

  slice(from = 0, to = this.size): RealmBlob {
    return RealmBlob.of(this.bytes.subarray(from, to));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.bytes.slice().buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.bytes);
  }
}

class RealmReader {
  readAsArrayBuffer(blob: RealmBlob): ArrayBuffer {
    return blob.bytes.slice().buffer;
  }
}

/** As much of an answer as is made of bytes that are here. */
class RealmResponse {
  readonly ok = true;
  readonly status = 200;
  readonly statusText = "OK";
  readonly url = "";
  readonly #bytes: Bytes;

  constructor(body: ArrayBuffer) {
    this.#bytes = bytesOf(body);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

class WorkerGlobalScope {}
class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** A message with each of some things in it replaced. */
function replaced(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value || !isPlain(value)) return changed;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, change)]));
}

const sent = (value: unknown): unknown => (value instanceof RealmBlob ? ({ blob: value.bytes } satisfies Sent) : value);
const received = (value: unknown): unknown =>
  isPlain(value) && value.blob instanceof Uint8Array ? RealmBlob.of(value.blob as Bytes) : value;

type Listener = (event: { data: unknown }) => void;
const listeners: Listener[] = [];
/** As long as a browser's: traces of errors name it. */
const PLACE = "blob:null/00000000-0000-4000-8000-000000000000";

const { setTimeout: once, setInterval: again } = globalThis;
type Call = (...args: unknown[]) => void;

const GLOBALS: Record<string, unknown> = {
  // By number: Node's own are objects, which would lie in Python's memory.
  setTimeout: (call: Call, ms?: number, ...args: unknown[]) => Number(once(call, ms, ...args)),
  setInterval: (call: Call, ms?: number, ...args: unknown[]) => Number(again(call, ms, ...args)),
  self: globalThis,
  Blob: RealmBlob,
  FileReaderSync: RealmReader,
  Response: RealmResponse,
  WorkerGlobalScope,
  DedicatedWorkerGlobalScope,
  crossOriginIsolated: false,
  location: { href: PLACE, origin: "null", protocol: "blob:", pathname: PLACE.slice(5), toString: () => PLACE },
  navigator: { userAgent: "Mozilla/5.0", language: "en-US", hardwareConcurrency: 2 },
  importScripts: () => {
    throw new Error("there is nothing to import");
  },
  postMessage: (message: unknown) => port.postMessage(replaced(message, sent)),
  addEventListener: (type: string, listener: Listener) => {
    if (type === "message") listeners.push(listener);
  },
  removeEventListener: () => {},
};

/** What is Node's alone. What a promise that was given up means is for whoever started the thread. */
const NODES =
  "process Buffer global require module exports __filename __dirname setImmediate clearImmediate fetch WebSocket EventSource " +
  "localStorage sessionStorage Storage";

process.on("unhandledRejection", (reason) => {
  port.postMessage(JSON.stringify({ type: "failed", reason: String((reason as Error)?.message ?? reason) }));
});
port.on("message", (message: unknown) => {
  const event = { data: replaced(message, received) };
  for (const listener of listeners) listener(event);
});
// Node makes some of its globals when they are first asked for, of what is about to go.
for (const name of Object.getOwnPropertyNames(globalThis)) Reflect.get(globalThis, name);
for (const name of NODES.split(" ")) Reflect.deleteProperty(globalThis, name);
Object.setPrototypeOf(globalThis, Object.create(DedicatedWorkerGlobalScope.prototype));
for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
runInThisContext((workerData as { script: string }).script, { filename: PLACE });
