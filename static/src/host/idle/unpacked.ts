// The files of the server's snapshot as this browser unpacked them on the first visit, kept in one piece: reading them takes
// a fifth of what it takes to inflate the HTTP cache's copies. In IndexedDB, whose blobs are files that the browser reads
// for half of what those of Cache Storage cost it. They were verified before they were kept; the large ones are verified again
// when nothing runs (Supply.audit), the others before they are used.
//
//   first visit: fetched ─► verified ─► rest ─► kept
//   next visit:  kept? ─► read ─► in use ─► rest ─► verified

import type { AssetFile, PolicySnapshot } from "../../protocol/policy";

const DATABASE = "belljar-unpacked";
/** Snapshots that browsers made for themselves, up to belljar 0.1.1: 170 MB that nobody reads any more. */
const FORMER = "belljar-snapshots";
/** Blobs, or buffers where the browser keeps no Blob, by the hashes of the files that lie in them. There is never more than one. */
const STORE = "starts";

/** A database that doesn't answer within this time, in milliseconds, is done without. */
const ANSWER_MS = 1_000;

/** What the browser says of the person's line. Chromium only. */
interface Line {
  connection?: { saveData?: boolean };
}

/** So many times the size of what is kept must be free. */
const ROOM = 4;

/** Some browsers don't say how much room there is: they refuse what is too much. */
const storage = (): Pick<StorageManager, "estimate"> | undefined => navigator.storage;

/** Whether so many bytes may be kept here: there is plenty of room, and the person saves no data. */
async function roomy(bytes: number): Promise<boolean> {
  if ((navigator as Line).connection?.saveData) return false;
  const { quota = 0, usage = 0 } = (await storage()?.estimate?.()) ?? { quota: Number.POSITIVE_INFINITY };
  return quota - usage > ROOM * bytes;
}

export interface Unpacked {
  /** By SHA-256. */
  files: ReadonlyMap<string, Blob>;
  /** The heap in one piece. */
  heap: Blob;
}

const sum = (files: readonly AssetFile[]): number => files.reduce((bytes, { size }) => bytes + size, 0);
const keyOf = (files: readonly AssetFile[]): string => files.map(({ sha256 }) => sha256).join(" ");

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Does something with what is kept. Who only reads makes the empty store as well, once: to abort that leaves a database
 * without a version in WebKit.
 */
async function withStore<Result>(
  mode: "readonly" | "readwrite",
  act: (store: IDBObjectStore) => Promise<Result>,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
  const database = await done(opening);
  try {
    // A visit that ends in the midst of keeping finds nothing next time, and that is all.
    const transaction = database.transaction(STORE, mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    ended.catch(() => {}); // awaited below, if it gets there
    const result = await act(transaction.objectStore(STORE));
    if (mode === "readwrite") await ended;
    return result;
  } finally {
    database.close();
  }
}

/** What is kept of exactly these files; not verified yet. Never rejects. */
export async function unpacked(files: readonly AssetFile[], heap: readonly AssetFile[]): Promise<Unpacked | undefined> {
  try {
    if (!globalThis.crypto?.subtle) return undefined; // it could not be verified
    const all = [...files, ...heap];
    const reading = withStore("readonly", (store) => done<unknown>(store.get(keyOf(all))));
    reading.catch(() => {}); // it may fail when nobody waits any more
    const kept = await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, ANSWER_MS))]);
    const blob = kept instanceof ArrayBuffer ? new Blob([kept]) : kept;
    if (!(blob instanceof Blob) || blob.size !== sum(all)) return undefined;
    const found = new Map<string, Blob>();
    let at = 0;
    for (const { sha256, size } of files) {
      found.set(sha256, blob.slice(at, at + size));
      at += size;
    }
    return { files: found, heap: blob.slice(at) };
  } catch {
    return undefined; // storage may be off or spoiled: then everything is fetched
  }
}

/**
 * Keeps files for the next visit, and nothing else from then on. `blobs` has the verified ones by hash. Gives their
 * size in bytes, or null when they are kept already, some are missing, or there is no room.
 */
export async function keepUnpacked(
  files: readonly AssetFile[],
  { heap }: PolicySnapshot,
  blobs: ReadonlyMap<string, Blob>,
): Promise<number | null> {
  const all = [...files, ...heap];
  const pieces = all.flatMap(({ sha256 }) => blobs.get(sha256) ?? []);
  if (!globalThis.crypto?.subtle || pieces.length < all.length) return null;
  if ("caches" in globalThis) await caches.delete(FORMER);
  const key = keyOf(all);
  const bytes = sum(all);
  if ((await withStore("readonly", (store) => done(store.count(key)))) || !(await roomy(bytes))) return null;
  const put = (value: Blob | ArrayBuffer): Promise<void> =>
    withStore("readwrite", async (store) => {
      await done(store.clear());
      await done(store.put(value, key));
    });
  const whole = new Blob(pieces);
  await put(whole).catch(async (error: Error | null) => {
    if (error?.name === "QuotaExceededError") throw error;
    await put(await whole.arrayBuffer()); // WebKit keeps no Blob in some kinds of session
  });
  return bytes;
}

/** Away with what is kept. */
export async function forgetUnpacked(): Promise<void> {
  if ("indexedDB" in globalThis) await done(indexedDB.deleteDatabase(DATABASE));
}
