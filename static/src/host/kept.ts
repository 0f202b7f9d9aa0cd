// Where this browser keeps the snapshots that it made for itself.

export const CACHE = "belljar-snapshots";
/** Relative to the server's base, where nothing is ever served. */
export const FOLDER = "belljar-kept/";

/** The response of a kept file, or undefined for URLs that are none. */
export async function keptFile(url: URL): Promise<Response | undefined> {
  if (!url.pathname.includes(`/${FOLDER}`)) return undefined;
  return (await (await caches.open(CACHE)).match(url)) ?? Response.error();
}

/** Away with all of them: one that can't be restored would be tried at every visit. */
export async function forget(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(CACHE);
}
