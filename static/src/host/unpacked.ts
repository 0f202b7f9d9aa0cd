// The files of the server's snapshot as this browser unpacked them on the first visit, kept in Cache Storage: reading
// them takes a fifth of what it takes to inflate the HTTP cache's copies. They were verified before they were kept; the
// large ones are verified again when nothing runs (Supply.audit), the others before they are used.
//
//   first visit: fetched ─► verified ─► rest ─► kept
//   next visit:  kept? ─► read ─► in use ─► rest ─► verified

import type { AssetFile, PolicySnapshot } from "../protocol/policy";
import { able, FOLDER, roomy, UNPACKED } from "./kept";

/** The heap's pieces lie in one file: one is read much faster than many. */
function heapName(heap: readonly AssetFile[]): string {
  return `heap-${heap.map(({ sha256 }) => sha256.slice(0, 8)).join("")}`;
}

const sum = (files: readonly AssetFile[]): number => files.reduce((bytes, { size }) => bytes + size, 0);

/** What is kept of these files, by hash; not verified yet. Never rejects. */
export async function unpacked(
  base: URL,
  files: readonly AssetFile[],
  heap: readonly AssetFile[],
): Promise<Map<string, Blob>> {
  const found = new Map<string, Blob>();
  try {
    if (!able() || !(await caches.has(UNPACKED))) return found;
    const cache = await caches.open(UNPACKED);
    const read = async (name: string, bytes: number): Promise<Blob | undefined> => {
      const blob = await (await cache.match(new URL(FOLDER + name, base)))?.blob();
      return blob?.size === bytes ? blob : undefined;
    };
    const whole = read(heapName(heap), sum(heap)).then((blob) => {
      let at = 0;
      for (const { sha256, size } of blob ? heap : []) {
        found.set(sha256, blob?.slice(at, at + size) as Blob);
        at += size;
      }
    });
    const single = files.map(async ({ sha256, size }) => {
      const blob = await read(sha256, size);
      if (blob) found.set(sha256, blob);
    });
    await Promise.all([whole, ...single]);
  } catch {
    // Storage may be off or spoiled: then everything is fetched.
  }
  return found;
}

/**
 * Keeps files for the next visit, and nothing else from then on. `blobs` has the verified ones by hash. Gives their
 * size in bytes, or null when they are kept already, some are missing, or there is no room.
 */
export async function keepUnpacked(
  base: URL,
  files: readonly AssetFile[],
  { heap }: PolicySnapshot,
  blobs: ReadonlyMap<string, Blob>,
): Promise<number | null> {
  const bytes = sum(files) + sum(heap);
  const blobsOf = (wanted: readonly AssetFile[]): Blob[] => wanted.flatMap(({ sha256 }) => blobs.get(sha256) ?? []);
  const pieces = blobsOf(heap);
  if (!able() || blobsOf(files).length < files.length || pieces.length < heap.length) return null;
  const cache = await caches.open(UNPACKED);
  const url = (name: string): string => new URL(FOLDER + name, base).href;
  const wanted = new Map(files.map(({ sha256 }) => [url(sha256), blobs.get(sha256) as Blob]));
  // Last: a visit that finds the heap finds all.
  wanted.set(url(heapName(heap)), new Blob(pieces));
  const there = new Set((await cache.keys()).map((request) => request.url));
  if ([...wanted.keys()].every((name) => there.has(name)) || !(await roomy(bytes))) return null;
  for (const [name, blob] of wanted) if (!there.has(name)) await cache.put(name, new Response(blob));
  await Promise.all([...there].filter((name) => !wanted.has(name)).map((name) => cache.delete(name)));
  return bytes;
}
