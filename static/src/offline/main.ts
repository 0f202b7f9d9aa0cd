// The service worker of an export: answers for the export's own files from what it has kept, where the network does not.
//
//   install ──► keeps what every visit needs      message "fetched" ──► keeps what this visit has needed besides
//   fetch   ──► a file by its content: kept, else the network, and kept then
//               any other: the network, else kept
//
// It answers for files that the export names, keeps only content with the hash that the export has of them, and keeps the
// headers that came with them: a document's policy is half of its wall. The sandbox's frame never asks it (browsers ask none
// for a frame of an opaque origin), and works without.

/** What the export writes before this script: SHA-256 and bytes of its files by path. */
declare const belljarExport: { version: string; files: Record<string, [sha256: string, size: number]> };

interface Extended extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface Asked extends Extended {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  registration: ServiceWorkerRegistration;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extended) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent & Extended) => void): void;
}

const scope = self as unknown as Scope;
const { version, files } = belljarExport;
const base = new URL(scope.registration.scope);
const PREFIX = `belljar-offline:${base.pathname}:`;
const NAME = PREFIX + version;

/** Their names carry their content, so they never change. */
const NAMED = /^(?:assets|static|output)\//;
/** How names of compressed copies end. */
const PACKED = /\.(?:gz|br)$/;
/** What a network may take for a file that is kept. */
const PATIENCE_MS = 3_000;
/** Part of what the browser gives this site that is left to others. */
const SPARE = 0.2;
const AT_A_TIME = 6;
/** Headers of ours on what is kept. */
const KEPT = "belljar-kept";

/** The browser has no room for more. */
let full = false;
/** A person has switched it off; pages that are open are answered for a little longer. */
let over = false;

/** Path of a file of the export; undefined for every other address. */
function pathOf(address: string): string | undefined {
  const { origin, pathname, search } = new URL(address, base);
  if (origin !== base.origin || search !== "" || !pathname.startsWith(base.pathname)) return undefined;
  const path = pathname.slice(base.pathname.length) || "index.html";
  return Object.hasOwn(files, path) ? path : undefined;
}

const key = (path: string) => new URL(path, base).href;
const kept = async (path: string) => (await caches.open(NAME)).match(key(path));

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function room(size: number): Promise<boolean> {
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = (await navigator.storage?.estimate?.()) ?? {};
  return usage + size < quota * (1 - SPARE);
}

/** Keeps an answer if it is the export's file and there is room. Never rejects. */
async function keep(path: string, response: Response): Promise<void> {
  const [expected, size] = files[path] ?? [];
  if (full || over || response.status !== 200 || size === undefined) return;
  try {
    if (!(await room(size))) {
      full = true;
      return;
    }
    const bytes = await response.arrayBuffer();
    // A host that calls a copy an encoding has had it undone on the way here; the SDK takes it so, too.
    const undone = PACKED.test(path) ? files[path.replace(PACKED, "")]?.[0] : undefined;
    const found = await sha256(bytes);
    if (found !== expected && found !== undone) return;
    const headers = new Headers(response.headers);
    // Of the way it came.
    headers.delete("content-encoding");
    headers.delete("content-length");
    headers.set(KEPT, expected ?? "");
    await (await caches.open(NAME)).put(key(path), new Response(bytes, { headers }));
  } catch (error) {
    full = error instanceof DOMException && error.name === "QuotaExceededError";
  }
}

async function answer(path: string, event: Asked): Promise<Response> {
  const own = await kept(path);
  if (own && NAMED.test(path)) return own;
  try {
    const signal = own ? AbortSignal.timeout(PATIENCE_MS) : null;
    const response = await Promise.race([fetch(event.request), ...(signal ? [aborted(signal)] : [])]);
    if (own && response.status >= 500) return own;
    event.waitUntil(keep(path, response.clone()));
    return response;
  } catch (error) {
    if (own) return own;
    throw error;
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** Fetches files that are not kept yet, some at a time. Never rejects. */
async function fetchAll(paths: readonly string[], cache: RequestCache): Promise<void> {
  const waiting = [...paths];
  const work = async () => {
    for (let path = waiting.pop(); path !== undefined && !full; path = waiting.pop()) {
      if (await kept(path)) continue;
      const response = await fetch(key(path), { cache }).catch(() => undefined);
      if (response) await keep(path, response);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

/** What an earlier version has kept and this one would keep is taken over; the rest goes. */
async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    const before = await caches.open(name);
    for (const request of await before.keys()) {
      const path = pathOf(request.url);
      const response = path === undefined ? undefined : await before.match(request);
      if (path !== undefined && response && response.headers.get(KEPT) === files[path]?.[0]) await keep(path, response);
    }
    await caches.delete(name);
  }
}

/** What of a policy says what a start takes. */
interface Policy {
  core: unknown;
  profile: { load: string[] };
  snapshots: { load: string[] }[];
}

/**
 * Paths of all that a start may take: the runtime, and the snapshot of the profile. A visit fetches some of it late or not at
 * all, and the next start may need it. `suffix`: of the compressed copies that this visit has asked for by name, if it has.
 */
async function startPaths(suffix: string): Promise<string[]> {
  const response = await kept("policy.json");
  if (!response) return [];
  const { core, profile, snapshots } = (await response.json()) as Policy;
  const whole = snapshots.filter(({ load }) => load.join() === profile.load.join());
  return addressesIn([core, ...whole])
    .map((path) => (Object.hasOwn(files, path + suffix) ? path + suffix : path))
    .filter((path) => Object.hasOwn(files, path));
}

/** Every `url` in plain data. */
function addressesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "url" && typeof inner === "string" ? [inner] : addressesIn(inner),
  );
}

/** Bytes that are kept. */
async function size(): Promise<number> {
  const requests = await (await caches.open(NAME)).keys();
  return requests.reduce((sum, { url }) => sum + (files[pathOf(url) ?? ""]?.[1] ?? 0), 0);
}

scope.addEventListener("install", (event) => {
  // A page that is open goes on with the version that it began with.
  if (!scope.registration.active) void scope.skipWaiting();
  event.waitUntil(
    fetchAll(
      Object.keys(files).filter((path) => !path.startsWith("assets/")),
      "no-cache",
    ),
  );
});
scope.addEventListener("activate", (event) => {
  event.waitUntil(takeOver().then(() => scope.clients.claim()));
});
scope.addEventListener("fetch", (event) => {
  const { method, headers, url } = event.request;
  const path = method === "GET" && !headers.has("range") ? pathOf(url) : undefined;
  if (path !== undefined) event.respondWith(answer(path, event));
});
scope.addEventListener("message", (event) => {
  const { type, addresses } = (event.data ?? {}) as { type?: unknown; addresses?: unknown };
  const [port] = event.ports;
  if (type === "forget") {
    over = true;
    event.waitUntil(caches.delete(NAME).then(() => port?.postMessage({})));
    return;
  }
  if (type !== "fetched" || !Array.isArray(addresses)) return;
  const told = addresses.filter((address) => typeof address === "string").map(pathOf);
  const paths = [...new Set(told.filter((path) => path !== undefined))];
  const suffix = paths.map((path) => PACKED.exec(path)?.[0]).find(Boolean) ?? "";
  const done = startPaths(suffix)
    .catch(() => [])
    // Most of it is in the browser's own cache still.
    .then((start) => fetchAll([...new Set([...paths, ...start])], "force-cache"));
  event.waitUntil(done.then(async () => port?.postMessage({ size: await size(), full })));
});
