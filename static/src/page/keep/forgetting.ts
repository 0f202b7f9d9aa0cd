// "Forget everything": what belljar keeps in this browser for this page's address, counted, and taken away.

import { bytes, plural } from "../model/format";
import type { Summary } from "./record";

/** What the SDK keeps of the runtime, unpacked, for the next visit. */
const RUNTIME = ["belljar-unpacked", "belljar-snapshots"];

/** A sentence about what there is: "3 notebooks with 5 files (12 MB)". */
export function contents(notebooks: readonly Summary[]): string {
  const files = notebooks.reduce((sum, one) => sum + one.files, 0);
  const size = notebooks.reduce((sum, one) => sum + one.size, 0);
  const what = plural(notebooks.length, "notebook");
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
