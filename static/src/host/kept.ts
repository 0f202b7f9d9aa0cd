// Where this browser keeps what makes the next visit fast, and whether it has the room.

export const CACHE = "belljar-snapshots";
/** The same for the files of the server's snapshot, unpacked. */
export const UNPACKED = "belljar-unpacked";
/** Relative to the server's base, where nothing is ever served. */
export const FOLDER = "belljar-kept/";

/** The response of a kept file, or undefined for URLs that are none. */
export async function keptFile(url: URL): Promise<Response | undefined> {
  if (!url.pathname.includes(`/${FOLDER}`)) return undefined;
  return (await (await caches.open(CACHE)).match(url)) ?? Response.error();
}

/** Away with everything: what can't be restored would be tried at every visit. */
export async function forget(): Promise<void> {
  if ("caches" in globalThis) await Promise.all([CACHE, UNPACKED].map((name) => caches.delete(name)));
}

/** Whether this browser can keep anything here: Cache Storage and digests need a secure origin. */
export function able(): boolean {
  return "caches" in globalThis && globalThis.crypto?.subtle !== undefined;
}

/** What the browser says of the person's line. Chromium only. */
interface Line {
  connection?: { saveData?: boolean };
}

/** So many times the size of what is kept must be free. */
const ROOM = 4;

/** Whether so many bytes may be kept here: there is plenty of room, and the person saves no data. */
export async function roomy(bytes: number): Promise<boolean> {
  if ((navigator as Line).connection?.saveData) return false;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return quota - usage > ROOM * bytes;
}
