// Where this browser keeps snapshots of its own, and whether it has room for what makes the next visit fast.

export const CACHE = "belljar-snapshots";
/** Relative to the server's base, where nothing is ever served. */
export const FOLDER = "belljar-kept/";

/** The response of a kept file, or undefined for URLs that are none. */
export async function keptFile(url: URL): Promise<Response | undefined> {
  if (!url.pathname.includes(`/${FOLDER}`)) return undefined;
  return (await (await caches.open(CACHE)).match(url)) ?? Response.error();
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
