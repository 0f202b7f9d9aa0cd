// Reads the schema of the person's own files: here, in the page, out of the bytes that the person gave, before any code of
// a model runs. Nothing that has been in the sandbox is asked, because code that ran there can answer whatever it likes.

import type { FileData } from "../../host/index";
import { Unreadable } from "./bytes";
import { delimiterOf, rowsOf } from "./delimited";
import { excelSheets, type Sheet } from "./excel";
import { type Kind, kindOf } from "./kinds";
import { parquetTable } from "./parquet";
import { sqliteTables } from "./sqlite";

/** A column as it was found. */
export interface Column {
  name: string;
  kind: Exclude<Kind, "empty"> | "mixed" | "empty";
}

/** A file as it was found; nothing of it has been let out. */
export interface Probed {
  path: string;
  bytes: number;
  /** Null for files that can't be read here, and for those with several tables. */
  table: Table | null;
  /** The tables of a database, or the sheets of a workbook that has several. */
  parts?: readonly Part[];
}

/** One of the tables in a file. */
export interface Part {
  name: string;
  table: Table;
}

/** A table in one of the person's files. */
export interface Table {
  columns: Column[];
  /** Whether the names are names, as far as can be told: `false` where they may be the first row of the data. */
  named: boolean;
  /** Rows without the line of the names. */
  count: number;
  /** Reads the rows anew; null where they are not read here. */
  rows: RowReader | null;
}

/** Rows of cells as texts, each in its column's place. */
export type Rows = Iterable<readonly string[]>;

/**
 * Reads the first `most` rows or a few more, in pieces. Cells of columns that are not among `wanted` may be "". Throws, or
 * ends with an error, where the file isn't as it should be.
 */
export type RowReader = (wanted: readonly number[], most: number) => Iterable<Rows> | AsyncIterable<Rows>;

/** Rows by which kinds and the first line are judged. */
const SAMPLE = 1_000;

/** Bytes of a file that is read here at most. */
const LARGEST = 64_000_000;

/** Columns that are told of. */
const COLUMNS = 200;

/** Longest name of a column, in characters. A longer one is text and no name. */
const NAME_CHARS = 80;

/** What is in a file. `header` says whether its first line has names, where the person has said so. */
export async function probe(path: string, data: FileData, header?: boolean): Promise<Probed> {
  const blob = data instanceof Blob ? data : new Blob([data as BlobPart]);
  const probed = { path, bytes: blob.size, table: null };
  if (blob.size === 0 || blob.size > LARGEST) return probed;
  const ending = /\.(csv|tsv|tab|txt|jsonl|ndjson|json|xlsx|xlsm|parquet|sqlite|sqlite3|db)$/i
    .exec(path)?.[1]
    ?.toLowerCase();
  if (!ending) return probed;
  if (BINARY.test(ending)) return { ...probed, ...(await ofBinary(blob, ending, header)) };
  const text = await blob.text();
  if (text.includes("\0")) return probed;
  const table = /json/.test(ending) ? ofRecords(text, ending) : ofText(text, header);
  return { ...probed, table };
}

/** Files whose bytes have their schema in them, or are packed. */
const BINARY = /^(?:xls|parquet|sqlite|db)/;

/** What is in a workbook, a Parquet file or a database; a file that isn't as it should be is unknown. */
async function ofBinary(blob: Blob, ending: string, header: boolean | undefined): Promise<Partial<Probed>> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  try {
    if (ending === "parquet") return { table: parquetTable(bytes) };
    const parts = ending.startsWith("xls") ? sheetsOf(await excelSheets(bytes), header) : sqliteTables(bytes);
    // One table is the file's.
    const [only, second] = parts;
    return only && !second ? { table: only.table } : parts.length ? { parts } : {};
  } catch (error) {
    if (error instanceof Unreadable) return {};
    throw error;
  }
}

const sheetsOf = (sheets: readonly Sheet[], header: boolean | undefined): Part[] =>
  sheets.flatMap(({ name, rows }) => {
    const table = ofRows(() => rows, header);
    return table ? [{ name: name.slice(0, NAME_CHARS), table }] : [];
  });

/** A table of delimited text. */
function ofText(text: string, header: boolean | undefined): Table | null {
  const delimiter = delimiterOf(text);
  return ofRows(() => rowsOf(text, delimiter), header);
}

/** A table of rows of which the first may have names. */
function ofRows(read: () => Iterable<string[]>, header: boolean | undefined): Table | null {
  const sample: string[][] = [];
  let lines = 0;
  for (const row of read()) {
    if (sample.length <= SAMPLE) sample.push(row);
    lines++;
  }
  const [first, ...rest] = sample;
  if (!first) return null;
  const kinds = first.map((_, at) => kindOfColumn(rest.map((row) => row[at] ?? "")));
  const named = header ?? isHeader(first, kinds, rest);
  const columns = first.slice(0, COLUMNS).map((name, at) => ({
    name: name.trim().slice(0, NAME_CHARS),
    kind: named ? (kinds[at] as Column["kind"]) : kindOfColumn(sample.map((row) => row[at] ?? "")),
  }));
  const all = function* (): Generator<string[]> {
    let at = 0;
    for (const row of read()) if (at++ > 0 || !named) yield row;
  };
  return { columns, named, count: lines - (named ? 1 : 0), rows: () => [all()] };
}

/** The one kind that all cells with something in them have. */
function kindOfColumn(cells: readonly string[]): Column["kind"] {
  const kinds = new Set(cells.map(kindOf));
  kinds.delete("empty");
  const [only] = kinds;
  return kinds.size > 1 ? "mixed" : (only ?? "empty");
}

/**
 * Whether the first line has names. A file without such a line would give its first row away as names, so this is sure or
 * says no: every cell is a short text of its own, no cell comes again below it, and some column below is of one kind that
 * its first cell is not of. A file that is all text can't show that; the person may say it.
 */
function isHeader(first: readonly string[], kinds: readonly Column["kind"][], rest: readonly string[][]): boolean {
  const names = first.map((cell) => cell.trim());
  if (new Set(names).size < names.length) return false;
  if (names.some((name) => name.length > NAME_CHARS || kindOf(name) !== "text" || /[\r\n]/.test(name))) return false;
  if (rest.some((row) => row.some((cell, at) => cell.trim() === names[at]))) return false;
  return kinds.some((kind) => kind === "number" || kind === "date" || kind === "boolean");
}

/** A table of JSON records. A key that not half of them have is data and no name. */
function ofRecords(text: string, ending: string): Table | null {
  let records: unknown[];
  try {
    const value: unknown =
      ending === "json"
        ? JSON.parse(text)
        : text
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line) => JSON.parse(line) as unknown);
    if (!Array.isArray(value)) return null;
    records = value;
  } catch {
    return null;
  }
  const flat = records.filter((one): one is Record<string, unknown> => typeof one === "object" && one !== null);
  if (flat.length < records.length || flat.length === 0) return null;
  const counts = new Map<string, number>();
  for (const record of flat) for (const key of Object.keys(record)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const usual = [...counts].filter(([key, count]) => count * 2 > flat.length && key.length <= NAME_CHARS);
  const keys = usual.map(([key]) => key).slice(0, COLUMNS);
  const cells = (record: Record<string, unknown>): string[] => keys.map((key) => cellOf(record[key]));
  const sample = flat.slice(0, SAMPLE).map(cells);
  return {
    columns: keys.map((name, at) => ({ name, kind: kindOfColumn(sample.map((row) => row[at] ?? "")) })),
    // Of few records each key may be one's own.
    named: flat.length > 1,
    count: flat.length,
    rows: () => [flat.map(cells)],
  };
}

const cellOf = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "object" ? "{…}" : String(value);
