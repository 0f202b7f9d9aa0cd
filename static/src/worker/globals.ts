// What Python sees of JavaScript, and what stays in the worker's realm.
//
// Neither is the wall: the wall is the frame's CSP and opaque origin, which hold for every object in here. But what
// isn't there can't be misused should a layer fail, and an empty `js` module makes errors clear.

/** ECMAScript's own (ECMA-262 and 402), without `eval`. `Function` is needed for `instanceof`; the policy refuses to build one. */
const LANGUAGE =
  "globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt " +
  "decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape " +
  "Object Function Boolean Symbol Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError " +
  "SuppressedError Number BigInt Math Date String RegExp Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry " +
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array " +
  "Float64Array BigInt64Array BigUint64Array ArrayBuffer SharedArrayBuffer DataView Atomics JSON Iterator Promise " +
  "Proxy Reflect Intl DisposableStack AsyncDisposableStack";

/** Of the platform's, what Pyodide, Emscripten and this worker look up after the boot. */
const PLATFORM =
  "self location WebAssembly console performance crypto " +
  "setTimeout clearTimeout setInterval clearInterval queueMicrotask " +
  "TextDecoder TextEncoder URL Blob FileReaderSync Response fetch atob btoa " +
  "MessageChannel MessagePort MessageEvent Event EventTarget AbortController AbortSignal DOMException " +
  "addEventListener removeEventListener dispatchEvent postMessage onmessage WorkerGlobalScope " +
  "DedicatedWorkerGlobalScope constructor";

const KEPT = new Set(`${LANGUAGE} ${PLATFORM}`.split(" "));

/**
 * Takes every other name out of the realm, off the global object and the whole chain behind it, once Pyodide has
 * loaded. An allowlist: what a browser adds next year is gone too. Gives the names that the engine pins.
 */
export function scrubGlobals(): string[] {
  const pinned: string[] = [];
  for (let owner: object | null = self; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (!KEPT.has(name) && !Reflect.deleteProperty(owner, name)) pinned.push(name);
    }
  }
  return pinned;
}

/** What stays of the platform's own objects: members of their prototypes, and statics. */
const MEMBERS: Record<string, { prototype?: string; statics?: string }> = {
  Blob: { prototype: "size type slice arrayBuffer" },
  Crypto: { prototype: "getRandomValues randomUUID" },
  FileReaderSync: { prototype: "readAsArrayBuffer" },
  Performance: { prototype: "now timeOrigin toJSON" },
  Response: { prototype: "ok status statusText headers url type redirected body bodyUsed arrayBuffer text json clone" },
  // No createObjectURL: a blob: URL is what a worker, a script or a module would be started from.
  URL: { statics: "canParse parse" },
};

/** Takes every other member off those objects. Call before `scrubGlobals`, which takes the names away. */
export function scrubPrototypes(): void {
  const keepOnly = (owner: object, kept: string): void => {
    const names = new Set(["constructor", "prototype", "length", "name", ...kept.split(" ")]);
    for (const name of Object.getOwnPropertyNames(owner)) if (!names.has(name)) Reflect.deleteProperty(owner, name);
  };
  for (const [name, { prototype, statics }] of Object.entries(MEMBERS)) {
    const owner = (self as unknown as Record<string, { prototype: object } | undefined>)[name];
    if (owner && prototype !== undefined) keepOnly(owner.prototype, prototype);
    if (owner && statics !== undefined) keepOnly(owner, statics);
  }
}

/** Emscripten's file systems that reach out of memory, or into a browser's storage. */
const FILE_SYSTEMS = ["IDBFS", "NODEFS", "NODERAWFS", "PROXYFS", "NATIVEFS_ASYNC", "OPFS", "WORKERFS"];

/** Takes away the file system types that no cell needs; ours have been captured before. */
export function dropFileSystems(filesystems: object): void {
  for (const name of FILE_SYSTEMS) Reflect.deleteProperty(filesystems, name);
}

/** Nobody reads a worker's console, but a flood of it slows the developer tools and the browser's log down. */
export function silenceConsole(): void {
  const methods = console as unknown as Record<string, unknown>;
  for (const name of Object.keys(methods)) if (typeof methods[name] === "function") methods[name] = () => {};
}

/** Uses up the one name for which the frame's policy allows a Trusted Types policy, so that nobody makes another. */
export function spendTrustedTypes(): void {
  const factory = (self as { trustedTypes?: { createPolicy(name: string, rules: object): unknown } }).trustedTypes;
  factory?.createPolicy("belljar-worker", {});
}

/**
 * The object behind Python's `js`: no prototype (Terrarium CVE-2026-5752 climbed from one to `constructor`), and
 * only what Pyodide itself looks up while it starts.
 */
export function jsGlobals(): object {
  const globals = Object.create(null) as Record<string, unknown>;
  // Called as plain functions: a timer of the platform calls back with the global object as `this`, and Python can
  // ask for `this`.
  const timers = { setTimeout, setInterval } as Record<string, (call: () => void, ms?: number) => number>;
  for (const [name, start] of Object.entries(timers)) {
    globals[name] = (callback: unknown, ms?: number, ...args: unknown[]): number => {
      if (typeof callback !== "function") throw new TypeError(`${name} takes a function`);
      return start(() => void callback(...args), ms);
    };
  }
  globals.clearTimeout = (id?: number): void => clearTimeout(id);
  globals.clearInterval = (id?: number): void => clearInterval(id);
  globals.queueMicrotask = (callback: () => void): void => queueMicrotask(() => callback());
  Object.assign(globals, { Object, Array, Map, Set, Error, Promise, Uint8Array, ArrayBuffer, AbortController });
  return globals;
}
