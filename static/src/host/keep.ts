// Snapshots that this browser makes for itself where the server has none: captured when nothing runs, in a frame and
// workers that never see a line of user code, and kept in Cache Storage of the page's origin for the next visit.
//
//   first visit: start from the packages ─► ready ─► idle ─► capture ─► kept
//   next visit:  kept? ─► start from it

import type { AssetFile, Policy, PolicySnapshot } from "../protocol/policy";
import { list, type Parse, record, text } from "../protocol/shape";
import { checkAsset } from "./assets";
import { makeSnapshot } from "./capture";
import { able, CACHE, FOLDER, roomy } from "./kept";
import { closure } from "./policy";
import { fitting } from "./supply";
import { forgetUnpacked } from "./unpacked";

/** Bytes of one piece of the heap. */
const PIECE = 4 << 20;
/** About what one weighs, in bytes, before it is made. */
const TYPICAL = 200e6;

const asset: Parse<AssetFile> = checkAsset;
const parse: Parse<PolicySnapshot> = record<PolicySnapshot>({
  load: list(text(200), 2_000),
  script: asset,
  state: asset,
  heap: list(asset, 1_000),
  hot: asset,
  code: asset,
  rest: asset,
});

async function hex(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Names a snapshot by all that it is made from. */
async function keyOf({ stamp, core, packages }: Policy, load: string[]): Promise<string> {
  const files = load.map((name) => `${name} ${packages[name]?.file.sha256}`);
  const all = [stamp, ...core.map(({ sha256 }) => sha256), ...files];
  return (await hex(new TextEncoder().encode(all.join("\n")))).slice(0, 32);
}

/** What this browser has kept for a start with these packages, which the server has no snapshot of. Never rejects. */
export async function keptSnapshot(policy: Policy, base: URL, packages?: string[]): Promise<PolicySnapshot | null> {
  if (!able()) return null;
  try {
    const load = closure(policy, packages ?? policy.profile.load).map(({ name }) => name);
    if (fitting(policy.snapshots, load)?.load.length === load.length) return null; // the server has it
    const cache = await caches.open(CACHE);
    const index = await cache.match(new URL(`${FOLDER}${await keyOf(policy, load)}/index.json`, base));
    return index ? parse(await index.json(), "index") : null;
  } catch {
    return null; // storage may be off, full or spoiled: then there is none
  }
}

/** Away with what is kept. */
async function forgetOwn(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(CACHE);
}

/**
 * Makes a snapshot for the next visit and keeps it; what was kept for other versions goes. Gives its size in bytes,
 * or null when there is no room, or another tab is at it. Rejects with a sentence when it can't be made.
 */
export async function keepSnapshot(
  policy: Policy,
  base: URL,
  load: string[],
  signal: AbortSignal,
): Promise<number | null> {
  if (!able() || !navigator.locks || !(await roomy(TYPICAL))) return null;
  return navigator.locks.request(CACHE, { ifAvailable: true }, async (lock) => {
    if (!lock || (await keptSnapshot(policy, base, load))) return null;
    const { script, state, heap, hot, code, rest } = await makeSnapshot({ policy, base }, load, signal);
    const folder = `${FOLDER}${await keyOf(policy, load)}/`;
    const cache = await caches.open(CACHE);
    const put = async (name: string, blob: Blob): Promise<AssetFile> => {
      const url = `${folder}${name}`;
      const sha256 = await hex(await blob.arrayBuffer());
      signal.throwIfAborted();
      await cache.put(new URL(url, base), new Response(blob));
      return { name, url, size: blob.size, sha256 };
    };
    const pieces: AssetFile[] = [];
    for (let from = 0; from < heap.size; from += PIECE) {
      pieces.push(await put(`snapshot-heap-${pieces.length}.bin`, heap.slice(from, from + PIECE)));
    }
    const found: PolicySnapshot = {
      load,
      heap: pieces,
      script: await put("snapshot-script.js", script),
      state: await put("snapshot-state.json", state),
      hot: await put("snapshot-hot.bin", hot),
      code: await put("snapshot-code.bin", code),
      rest: await put("snapshot-rest.bin", rest),
    };
    // Last: without its index nothing of it is ever looked at.
    await cache.put(new URL(`${folder}index.json`, base), new Response(JSON.stringify(found)));
    const old = (await cache.keys()).filter(({ url }) => !url.includes(folder));
    await Promise.all(old.map((request) => cache.delete(request)));
    const { load: _, heap: __, ...others } = found;
    return [...Object.values(others), ...pieces].reduce((bytes, { size }) => bytes + size, 0);
  });
}

/** Away with all that is kept: what can't be restored would be tried at every visit. */
export async function forgetKept(): Promise<void> {
  await Promise.all([forgetOwn(), forgetUnpacked()]);
}
