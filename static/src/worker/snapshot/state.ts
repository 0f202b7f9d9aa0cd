// What a snapshot holds besides the heap: the part of the interpreter that lives in JavaScript and in the engine.

import type { ImageIndex } from "../../protocol/messages";
import type { Place } from "../../protocol/snapshot";
import type { HiwireState } from "../emscripten";

/** One shared library, in the order in which they were loaded. */
export interface Library {
  /** Names it is known by; the first is its path. */
  names: string[];
  handles: number[];
  /** -1 stands for "never unloaded". */
  refcount: number;
  global: boolean;
  memoryBase: number;
  memorySize: number;
  tableBase: number;
  tableSize: number;
  /** Functions that it imports and that nobody has before it is there. */
  stubs: string[];
}

/**
 * A function in the table outside of the libraries' own ranges: an export of whom, or an import that is JavaScript's. A
 * main module that was split has its own in a segment.
 */
export type TableEntry = [index: number, owner: number | "main" | "script", name: string];

export interface SnapshotState {
  /** Pyodide's build and belljar's own code that lies in the heap: all must be the same at the restore. */
  build: string;
  harness: string;
  /** Pyodide's record of what is loaded: source by package name. */
  packages: Record<string, string>;
  hiwire: HiwireState;
  libraries: Library[];
  /** `own`: where the functions begin that JavaScript adds while it starts, by itself. */
  table: { length: number; free: number[]; entries: TableEntry[]; own: number };
  /** Global offset table, of what libraries import from it or export: names with blanks between them, their values. */
  got: [names: string, values: number[]];
  stack: number;
  /**
   * Bytes of the heap; what is kept of it; and what stays as it is, since the main module's data leave it so, or nobody
   * cares. All else is zero.
   */
  heap: number;
  runs: Range[];
  same: Range[];
  /** Open files: number, path, flags, position. */
  open: [fd: number, path: string, flags: number, position: number][];
  cwd: string;
  /** Files outside of the image, as text. */
  files: [path: string, text: string][];
  image: ImageIndex;
  /** Length of the image's parts in bytes; the rest lies behind them. */
  parts: { hot: number; cold: number };
  /** Where the cold half of each module lies in its part: the main one first. */
  cold: Place[];
}

/** Addresses: `to` is behind the last one. */
export type Range = [from: number, to: number];
