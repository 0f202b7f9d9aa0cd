// "Forget everything": what belljar keeps in this browser for this page's address, counted, and taken away.

import { bytes, plural } from "../model/format";
import type { Summary } from "./record";

/** What the SDK keeps of the runtime, unpacked, for the next visit. */
const RUNTIME = ["belljar-unpacked", "belljar-snapshots"];

/** Where the page that asks models keeps conversations, and choices. */
export const ASKING = { database: "belljar-asking", choices: "belljar.asking" };

/** Takes away conversations with their files and ledgers, and what was chosen: models, and a key that was to be kept. */
export async function forgetAsking(): Promise<void> {
  const going = indexedDB.deleteDatabase(ASKING.database);
  // Tabs that have it open let go of it; one that hangs has it until it is closed.
  const gone = new Promise<void>((done) => {
    going.onsuccess = going.onerror = going.onblocked = () => done();
  });
  try {
    for (const from of [localStorage, sessionStorage])
      for (const key of Object.keys(from)) if (key.startsWith(ASKING.choices)) from.removeItem(key);
  } catch {
    // There is nothing to take away, then.
  }
  await gone;
}

/** A sentence about what there is: "3 notebooks with 5 files (12 MB)". */
export function contents(notebooks: readonly Summary[], one = "notebook"): string {
  const files = notebooks.reduce((sum, { files }) => sum + files, 0);
  const size = notebooks.reduce((sum, { size }) => sum + size, 0);
  const what = plural(notebooks.length, one);
  return files === 0 ? what : `${what} with ${plural(files, "file")} (${bytes(size)})`;
}

/** Bytes that the browser counts for this page's address, and how many it allows; undefined where it doesn't tell. */
export async function room(): Promise<{ used: number; all: number } | undefined> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? undefined : { used: usage, all: quota };
  } catch {
    return undefined;
  }
}

/** Whether the browser has promised to take nothing away by itself. */
export async function promised(): Promise<boolean> {
  return (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
}

/** Asks it to. */
export async function askPromise(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

/** Takes away what the SDK keeps of the runtime. What is in use goes with the page. */
export function forgetRuntime(): void {
  for (const name of RUNTIME) indexedDB.deleteDatabase(name);
}
