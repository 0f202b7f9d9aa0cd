// What a cell of a file looks like: a number, a date, a truth, a text, or nothing.

export type Kind = "number" | "date" | "boolean" | "text" | "empty";

/** How files say that a value is missing. */
const MISSING = new Set([
  "",
  "-",
  "--",
  ".",
  "?",
  "n/a",
  "na",
  "#n/a",
  "nan",
  "null",
  "none",
  "nil",
  "missing",
  "unknown",
  "tbd",
  "inf",
  "-inf",
]);

const NUMBER = /^[+-]?(?:\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:e[+-]?\d{1,4})?%?$/i;
const GROUPED = /^[+-]?\d{1,3}(?:[,.' ]\d{3}){1,12}(?:[.,]\d{1,20})?$/;
const DATE =
  /^(?:\d{4}-\d{1,2}(?:-\d{1,2})?(?:[T ]\d{1,2}:\d{2}.{0,20})?|\d{1,4}[/.]\d{1,2}[/.]\d{1,4}.{0,12}|\d{1,2}:\d{2}(?::\d{2})?)$/;

export function kindOf(cell: string): Kind {
  const text = cell.trim();
  if (text.length > 80) return "text";
  const low = text.toLowerCase();
  if (MISSING.has(low)) return "empty";
  if (low === "true" || low === "false") return "boolean";
  if (NUMBER.test(text) || GROUPED.test(text)) return "number";
  return DATE.test(text) ? "date" : "text";
}

/** The number that a cell is; undefined where it is none. */
export function numberOf(cell: string): number | undefined {
  const text = cell.trim();
  if (text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
