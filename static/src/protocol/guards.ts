// What messages are made of, as the parsers that rebuild it. Each room reads messages with those of one direction:
//
//   host ──► frame     over one MessagePort, handed over once          to-frame.ts
//   frame ──► host                                                     from-frame.ts
//   worker ──► frame   only JSON text and file blobs, no live objects  from-worker.ts
//   frame ──► worker   postMessage, trusted                            WorkerCommand (messages.ts)
//
// The rule (MCP's): valid → deliver; foreign → ignore (null); ours but malformed → Malformed. The types of messages are
// what these let through. The directions are files of their own, so that nobody carries parsers that it has no use for.

import { isPlainPath } from "./paths";
import {
  type Bundle,
  type Cell,
  CHART_MIMES,
  type Chart,
  type ErrorInfo,
  type FileChange,
  type TableColumn,
  type TableData,
} from "./results";
import { amount, count, json, list, Malformed, oneOf, optional, orNull, type Parse, record, text } from "./shape";

export const NAME = 200;
export const SENTENCE = 4_000;
export const TEXT = 64_000_000;
/** Cells of a table. */
const CELLS = 1_000_000;

const kind = <T extends string>(name: T): Parse<T> => oneOf(name);

/**
 * A plain path relative to the working directory; see `isPlainPath`. One rule for both directions, so a file can neither
 * be written nor reported outside the session's folder, nor under a name that is hidden or stands for another one.
 */
export const path: Parse<string> = (value, at) => {
  const given = text(500)(value, at);
  if (!isPlainPath(given)) throw new Malformed(`${at} must be a file name or a path like "folder/file.csv"`);
  // Some systems hand letters over in parts (NFD), and nobody types them so: one name, one file.
  return given.normalize("NFC");
};

const base64 =
  (max: number): Parse<string> =>
  (value, at) => {
    const given = text(max)(value, at);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw new Malformed(`${at} must be base64`);
    return given;
  };

const cell: Parse<Cell> = (value, at) => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  throw new Malformed(`${at} must be a table cell`);
};

const column: Parse<TableColumn> = record<TableColumn>({
  name: text(SENTENCE),
  dtype: text(NAME),
  role: oneOf("index", "column"),
});

const columns = list(column, 2_000);

const pair: Parse<[number, number]> = (value, at) => {
  const [first, second, ...rest] = list(count(), 2)(value, at);
  if (first === undefined || second === undefined || rest.length > 0) throw new Malformed(`${at} must be a pair`);
  return [first, second];
};

export const table: Parse<TableData> = (value, at) => {
  const { columns: heads } = record<Pick<TableData, "columns">>({ columns })(value, at);
  const row: Parse<Cell[]> = (cells, where) => {
    if (!Array.isArray(cells) || cells.length !== heads.length) {
      throw new Malformed(`${at}.rows must be as wide as its columns`);
    }
    return list(cell, heads.length)(cells, where);
  };
  return record<TableData>({
    kind: kind("table"),
    columns: () => heads,
    // One row may have been sent a hundred thousand times at the price of one: the whole has a limit, too.
    rows: list(row, Math.min(100_000, Math.floor(CELLS / Math.max(1, heads.length)))),
    shape: pair,
    ref: optional(text(64)),
  })(value, at);
};

export const bundle: Parse<Bundle> = record<Bundle>({
  text: optional(text(TEXT)),
  html: optional(text(TEXT)),
  markdown: optional(text(TEXT)),
  svg: optional(text(TEXT)),
  png: optional(base64(TEXT)),
  jpeg: optional(base64(TEXT)),
  latex: optional(text(TEXT)),
  // A lone NaN is null, and null is no value.
  json: (value, at) => optional(json(40))(value, at) ?? undefined,
  data: optional(table),
  chart: optional(record<Chart>({ mime: oneOf(...CHART_MIMES), spec: text(TEXT) })),
  alt: optional(text(SENTENCE)),
  width: optional(amount),
  height: optional(amount),
  name: optional(text(NAME)),
});

export const errorInfo: Parse<ErrorInfo> = record<ErrorInfo>({
  name: text(NAME),
  value: text(200_000),
  traceback: text(1_000_000),
  line: optional(count()),
  hint: optional(text(SENTENCE)),
});

export const change: Parse<FileChange> = record<FileChange>({
  path,
  change: oneOf("created", "changed", "deleted"),
  size: count(),
});

export const blocked = { by: oneOf("csp", "python"), what: text(NAME), target: text(500) };
const pack = record({ name: text(NAME), version: text(NAME) });
export const packs = list(pack, 1_000);
export const names = list(text(NAME), 1_000);
export const truncated = orNull(record({ stream_chars: count(), displays: count() }));
export const id = text(64);
export const steps = list(record({ name: text(NAME), start: amount, ms: amount }), 100);
export const stream = oneOf("stdout", "stderr");
