// What is kept of a notebook, as it lies in the browser's storage; and how it is read back, whoever wrote it.

import { type FileContent, filesOf } from "../model/content";
import type { CellSeed, SavedCell, SavedRun } from "../model/notebook";
import { seedsOf } from "../model/notebook";
import type { Beside } from "../model/outputs";

/** A notebook without its outputs and files, which are records of their own: typing a letter rewrites neither. */
export interface NotebookRecord {
  id: string;
  /** Counts what was kept: who finds another number than they left wrote over somebody's work. */
  seq: number;
  /** Undefined: it is called after its first heading. */
  name: string | undefined;
  /** `Date.now()` of the last change. */
  changed: number;
  /** The example that it came from: its data belong to it. */
  example: string | undefined;
  /** Small files that came with a link. */
  files: Record<string, FileContent>;
  /** What a notebook file says beside its cells. */
  beside: Beside;
  cells: readonly SavedCell[];
}

/** What a notebook says of itself. */
export type Head = Pick<NotebookRecord, "name" | "example" | "files" | "beside">;

/** A notebook that is not kept yet. */
export interface Fresh {
  cells: readonly (CellSeed & Partial<SavedCell>)[];
  name?: string | undefined;
  example?: string | undefined;
  files?: NotebookRecord["files"] | undefined;
  beside?: Beside | undefined;
  /** From whose hands: of a stranger's cells nothing is kept before a person has changed one. */
  guest?: boolean | undefined;
  /** It is a person's own already. */
  own?: boolean | undefined;
}

/** All that is kept of one notebook. */
export interface Kept {
  record: NotebookRecord;
  /** By the key of a cell. */
  runs: ReadonlyMap<string, SavedRun>;
  /** By path. */
  files: ReadonlyMap<string, Blob>;
}

/** A line about a notebook for lists. */
export interface Summary {
  id: string;
  name: string;
  changed: number;
  cells: number;
  files: number;
  /** Bytes of its files. */
  size: number;
}

/** A notebook's name: its own, else its first heading. */
export function nameOf(name: string | undefined, cells: readonly CellSeed[]): string {
  if (name !== undefined && name.trim() !== "") return name;
  for (const { kind, source } of cells) {
    if (kind !== "text") continue;
    const heading = /^#{1,6} +(\S.{0,79})/m.exec(source.slice(0, 2_000));
    if (heading?.[1] !== undefined) return heading[1].replace(/[*_`#]/g, "").trim();
  }
  return "Untitled";
}

/** A record out of storage; undefined where it is none of ours. */
export function recordOf(value: unknown): NotebookRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, seq, name, changed, example, files, beside, cells } = value as Partial<
    Record<keyof NotebookRecord, unknown>
  >;
  if (typeof id !== "string" || !seedsOf(cells)) return undefined;
  return {
    id,
    seq: typeof seq === "number" ? seq : 0,
    name: typeof name === "string" ? name : undefined,
    changed: typeof changed === "number" ? changed : 0,
    example: typeof example === "string" ? example : undefined,
    files: filesOf(files),
    beside: objectOf(beside),
    cells: (cells as (CellSeed & Partial<SavedCell>)[]).map(({ kind, source, key, beside }) => ({
      kind,
      source,
      key: typeof key === "string" ? key : "",
      beside: objectOf(beside),
    })),
  };
}

function objectOf(value: unknown): Beside {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Beside) : {};
}
