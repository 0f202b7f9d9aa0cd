// Which notebook this tab had open, and the text of one that the page had no time to keep: in storage that answers at once.

import { filesOf } from "../model/content";
import { seedsOf } from "../model/notebook";
import { type Fresh, type NotebookRecord, recordOf } from "./record";

/** Of this tab, and of the last one that was used. */
const PLACES = "belljar.notebooks.open";
const PENDING = "belljar.notebooks.pending:";
/** Characters; local storage has five million for all of an origin. */
const LARGEST = 1_000_000;
/** Where belljar 0.1.1 kept the one notebook, and those that had made room for it. */
const FORMER = "belljar.notebook";
const FORMER_ASIDE = "belljar.notebooks.aside";

export interface Places {
  /** The notebook that is open, or was last. */
  current: string | undefined;
  /** The one before. */
  former: string | undefined;
}

/** A storage, or undefined where reading the very property throws. */
function storage(name: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}

function read(from: Storage | undefined, key: string): unknown {
  try {
    return JSON.parse(from?.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** The places of this tab, else those of the last one. Undefined on a first visit. */
export function places(): Places | undefined {
  for (const where of ["sessionStorage", "localStorage"] as const) {
    const found = read(storage(where), PLACES);
    if (typeof found !== "object" || found === null) continue;
    const { current, former } = found as Partial<Record<keyof Places, unknown>>;
    if (typeof current === "string") return { current, former: typeof former === "string" ? former : undefined };
  }
  return undefined;
}

export function remember(places: Places): void {
  for (const where of ["sessionStorage", "localStorage"] as const) {
    try {
      storage(where)?.setItem(PLACES, JSON.stringify(places));
    } catch {
      // Full: the newest notebook is opened the next time.
    }
  }
}

/** Takes away everything of notebooks. */
export function forgetPlaces(): void {
  for (const where of ["sessionStorage", "localStorage"] as const) {
    try {
      const found = storage(where);
      for (const key of Object.keys(found ?? {})) if (key.startsWith("belljar.notebook")) found?.removeItem(key);
    } catch {
      // There is nothing to take away, then.
    }
  }
}

/** Notes the text of a notebook whose keeping may not end before the page does. */
export function rememberPending(record: NotebookRecord): void {
  try {
    const text = JSON.stringify(record);
    if (text.length <= LARGEST) storage("localStorage")?.setItem(PENDING + record.id, text);
  } catch {
    // Full: the database has it, if it was in time.
  }
}

/** What was noted of this notebook, if it is newer than what is kept. It is noted no more. */
export function pendingOf(kept: NotebookRecord): NotebookRecord | undefined {
  const local = storage("localStorage");
  const found = recordOf(read(local, PENDING + kept.id));
  try {
    local?.removeItem(PENDING + kept.id);
  } catch {
    return undefined;
  }
  return found && found.seq > kept.seq ? found : undefined;
}

/** Notebooks that earlier versions kept, the last one first. They are taken from there once: `done` forgets them. */
export function former(): { notebooks: Fresh[]; done(): void } {
  const local = storage("localStorage");
  const aside = read(local, FORMER_ASIDE);
  const all = [read(local, FORMER), ...(Array.isArray(aside) ? (aside as unknown[]) : [])];
  const notebooks = all.flatMap((stored): Fresh[] => {
    if (typeof stored !== "object" || stored === null) return [];
    const { cells, example, files } = stored as Record<string, unknown>;
    const seeds = seedsOf(cells);
    if (!seeds) return [];
    return [
      { cells: seeds, example: typeof example === "string" ? example : undefined, files: filesOf(files), own: true },
    ];
  });
  return {
    notebooks,
    done: () => {
      for (const key of [FORMER, FORMER_ASIDE]) local?.removeItem(key);
    },
  };
}
