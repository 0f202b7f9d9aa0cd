// Where a table's rows come from: all of them are here, or Python is asked for those that are wanted. What can only be
// answered for a part of the rows is not offered.

import type { Cell, TableData } from "../../protocol/results";
import { order, type Sorting, separated } from "./table";

export const CONDITIONS = ["contains", "=", "≠", "<", "≤", ">", "≥", "missing", "present"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Which rows of the whole table. Columns are counted with those of the index first. */
export interface Selection {
  sort?: Sorting | undefined;
  /** In any column, whatever the case. */
  search?: string | undefined;
  filter?: { column: number; by: Condition; value: string } | undefined;
}

export interface Asked extends Selection {
  from: number;
  rows: number;
  /** First column that is no index, and how many. */
  left: number;
  columns: number;
  /** Looks on and counts, where the rows themselves are here already. */
  on?: boolean | undefined;
}

/** A column, counted with those of the index first. */
export type Preparing = { sort: number } | { text: number };

/** Some rows; the shape is that of all that match, among those that were looked at so far. */
export interface Rows extends TableData {
  /** How many rows were looked at, where not yet all: asked again, Python looks on. */
  seen?: number | undefined;
}

/** What Python is asked; all reject with a sentence. */
export interface TableAsk {
  page(ref: string, asked: Asked): Promise<Rows>;
  /** Makes ready some of what a column is sorted or searched by, so that the question itself is short; whether some is left. */
  prepare(ref: string, what: Preparing): Promise<boolean>;
  /** Writes a CSV file of the rows and gives its name. */
  save(ref: string, selection: Selection, name: string): Promise<string>;
}

export interface TableSource {
  /** All rows can be sorted, searched, filtered. */
  readonly whole: boolean;
  page(asked: Asked): Rows | Promise<Rows>;
  /** Somebody is about to ask: it says nothing and never rejects. Absent where there is nothing to prepare. */
  prepare?(what: Preparing): Promise<void>;
  /** A CSV of all that match: its text, or the name of the file that it is in. */
  csv(selection: Selection, name: string): Promise<{ text: string } | { path: string }>;
}

export function indexColumns({ columns }: TableData): number {
  return columns.filter(({ role }) => role === "index").length;
}

/** The source of a table that was shown. */
export function sourceOf(data: TableData, ask: TableAsk | undefined): TableSource {
  const complete = data.rows.length === data.shape[0] && data.columns.length - indexColumns(data) === data.shape[1];
  const { ref } = data;
  if (complete || !ask || ref === undefined) return here(data, complete);
  const first = here(data, false);
  const prepared = new Set<string>();
  return {
    whole: true,
    prepare: async (what) => {
      const key = JSON.stringify(what);
      if (prepared.has(key)) return;
      prepared.add(key);
      try {
        while (await ask.prepare(ref, what));
      } catch {
        prepared.delete(key);
      }
    },
    page: (asked) => {
      const { sort, search, filter, from, rows, left, columns } = asked;
      const plain = !sort && !search && !filter;
      const shown = data.columns.length - indexColumns(data);
      const beside = from + rows <= data.rows.length && Math.min(left + columns, data.shape[1]) <= shown;
      return plain && beside ? first.page(asked) : ask.page(ref, asked);
    },
    csv: async (selection, name) => ({ path: await ask.save(ref, selection, name) }),
  };
}

/** The rows at hand. Of a table that was cut they are only shown in their order. */
function here(data: TableData, whole: boolean): TableSource {
  let known: { key: string; rows: number[] } | undefined;
  const select = (selection: Selection): number[] => {
    const { sort, search, filter } = selection;
    const key = JSON.stringify([sort, search, filter]);
    if (known?.key !== key) {
      const matching = data.rows.flatMap((row, i) => (matches(data, row, selection) ? [i] : []));
      known = { key, rows: order(data, sort, matching) };
    }
    return known.rows;
  };
  return {
    whole,
    page: (asked) => {
      const rows = select(asked);
      const index = indexColumns(data);
      const wanted = data.columns.flatMap((_, at) =>
        at < index || (at >= index + asked.left && at < index + asked.left + asked.columns) ? [at] : [],
      );
      return {
        kind: "table",
        columns: wanted.flatMap((at) => data.columns[at] ?? []),
        rows: rows
          .slice(asked.from, asked.from + asked.rows)
          .map((i) => wanted.map((at) => data.rows[i]?.[at] ?? null)),
        shape: [whole ? rows.length : data.shape[0], data.shape[1]],
      };
    },
    csv: async (selection) => ({ text: separated(data, select(selection), ",") }),
  };
}

function matches({ columns }: TableData, row: readonly Cell[], { search, filter }: Selection): boolean {
  if (search) {
    const wanted = search.toLowerCase();
    if (!row.some((cell) => cell !== null && text(cell).toLowerCase().includes(wanted))) return false;
  }
  return !filter || holds(row[filter.column] ?? null, columns[filter.column]?.dtype ?? "", filter.by, filter.value);
}

function holds(cell: Cell, dtype: string, by: Condition, value: string): boolean {
  if (by === "missing" || by === "present") return (cell === null) === (by === "missing");
  if (cell === null) return false;
  if (by === "contains") return text(cell).toLowerCase().includes(value.toLowerCase());
  const numeric = typeof cell === "number" || /^(u?int|float)/i.test(dtype);
  const [a, b] = numeric ? [Number(cell), Number(value)] : [text(cell), value];
  switch (by) {
    case "=":
      return a === b;
    case "≠":
      return a !== b;
    case "<":
      return a < b;
    case "≤":
      return a <= b;
    case ">":
      return a > b;
    case "≥":
      return a >= b;
  }
}

function text(cell: string | number | boolean): string {
  return typeof cell === "boolean" ? (cell ? "True" : "False") : String(cell);
}
