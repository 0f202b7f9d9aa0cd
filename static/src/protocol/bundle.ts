// What a run shows, as the page around the frame accepts it. The frame hands it on as plain data (from-worker.ts).

import { NAME, SENTENCE, TEXT } from "./guards";
import { type Bundle, type Cell, CHART_MIMES, type Chart, type TableColumn, type TableData } from "./results";
import { amount, count, json, list, Malformed, oneOf, optional, type Parse, record, text } from "./shape";

/** Cells of a table. */
const CELLS = 1_000_000;

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
    kind: oneOf("table"),
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
