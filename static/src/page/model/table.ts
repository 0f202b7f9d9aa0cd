// Structured tables: sorting, paging, and how a cell reads. Rows are never changed, only their order is computed.

import type { Cell, TableColumn, TableData } from "../../protocol/results";

export const PAGE_ROWS = 50;

export type Direction = "ascending" | "descending";

export interface Sorting {
  column: number;
  direction: Direction;
}

/** Pressing a header: ascending, descending, as it came. */
export function nextSorting(now: Sorting | undefined, column: number): Sorting | undefined {
  if (now?.column !== column) return { column, direction: "ascending" };
  return now.direction === "ascending" ? { column, direction: "descending" } : undefined;
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers right-aligned: by dtype, and for object columns by what they hold. */
export function isNumeric(column: TableColumn, rows: readonly (readonly Cell[])[], at: number): boolean {
  if (/^(u?int|float|complex|decimal)/i.test(column.dtype)) return true;
  if (!/^object$/.test(column.dtype)) return false;
  const present = rows.map((row) => row[at]).filter((cell) => cell !== null && cell !== undefined);
  return present.length > 0 && present.every((cell) => typeof cell === "number");
}

/** Row numbers in shown order. Stable; missing values stay last in either direction, as in pandas. */
export function order(data: TableData, sorting: Sorting | undefined, rows = data.rows.map((_, i) => i)): number[] {
  if (!sorting) return rows;
  const { column, direction } = sorting;
  // Integers past 2^53 travel as strings.
  const numeric = /^u?int/i.test(data.columns[column]?.dtype ?? "");
  const sign = direction === "ascending" ? 1 : -1;
  const value = (i: number): Cell => data.rows[i]?.[column] ?? null;
  return [...rows].sort((a, b) => {
    const x = value(a);
    const y = value(b);
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    return sign * compare(x, y, numeric) || a - b;
  });
}

function compare(x: string | number | boolean, y: string | number | boolean, numeric: boolean): number {
  if (typeof x === "string" && typeof y === "string" && !numeric) return words.compare(x, y);
  const a = Number(x);
  const b = Number(y);
  if (Number.isNaN(a) || Number.isNaN(b)) return words.compare(String(x), String(y));
  return a - b;
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/**
 * How the numbers of one float column are written: the decimals its values need, at most four,
 * the same for all of them so that the points stand under one another.
 */
export function decimals(values: readonly Cell[]): number {
  let most = 0;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value) || Number.isInteger(value)) continue;
    const size = Math.abs(value);
    const fraction = (value.toPrecision(size >= 1 ? 12 : 5).split("e")[0] ?? "").split(".")[1] ?? "";
    most = Math.max(most, Math.min(4, fraction.replace(/0+$/, "").length));
  }
  return most;
}

/** A cell's text. `null` has none: the view shows an empty, marked cell. */
export function cellText(value: Cell, dtype: string, places: number): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return value;
  if (/^u?int/i.test(dtype)) return Math.abs(value) >= 10_000 ? grouped.format(value) : String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3);
  return value.toLocaleString("en-US", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    useGrouping: size >= 10_000,
  });
}

/** "4 rows × 3 columns"; where the others can't be had, "first 1,000 of 20,000 rows × 3 columns". */
export function shapeText(data: TableData, whole = data.rows.length === data.shape[0]): string {
  const [rows, columns] = data.shape;
  const n = (value: number) => grouped.format(value);
  const some = whole ? "" : `first ${n(data.rows.length)} of `;
  return `${some}${n(rows)} ${rows === 1 ? "row" : "rows"} × ${n(columns)} ${columns === 1 ? "column" : "columns"}`;
}

/** A separated-values file of the rows at hand: RFC 4180 quoting for ",", plain for tabs. */
export function separated(data: TableData, indices: readonly number[], separator: "," | "\t"): string {
  const field = (value: Cell): string => {
    const text = value === null ? "" : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
    if (separator === "\t") return text.replace(/[\t\r\n]+/g, " ");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [data.columns.map((column) => field(column.name)).join(separator)];
  for (const i of indices) lines.push((data.rows[i] ?? []).map(field).join(separator));
  return `${lines.join("\n")}\n`;
}
