// Everything that a run showed, as text that a model can use: cut to a length, its beginning and its end kept.

import type { Execution, Result } from "../../host/index";

/** Characters of a whole report, and of one part of it. */
const REPORT_CHARS = 8_000;
const PART_CHARS = 3_000;

/** Rows of a table that are shown. */
const ROWS = 30;

/** Figures of one report. */
const IMAGES = 4;

/** The report of a run. */
export function whole({ status, error, note, stdout, stderr, results, files }: Execution): string {
  const parts = [`status: ${status}`];
  if (error) parts.push(cut(error.traceback || `${error.name}: ${error.value}`));
  if (error?.hint) parts.push(error.hint);
  if (note && note !== error?.value) parts.push(note);
  if (stdout) parts.push(`printed:\n${cut(stdout)}`);
  if (stderr) parts.push(`printed to standard error:\n${cut(stderr)}`);
  parts.push(...results.map(resultText));
  if (files.length) parts.push(cut(`files: ${files.map(({ path, change }) => `${path} (${change})`).join(", ")}`));
  return cut(parts.join("\n\n"), REPORT_CHARS);
}

/** Its figures as base64 PNG. */
export const figures = ({ results }: Execution): string[] =>
  results.flatMap(({ png }) => (png === undefined ? [] : [png])).slice(0, IMAGES);

function resultText(result: Result): string {
  const name = result.isMain ? "value" : "shown";
  if (result.data) {
    const { columns, rows, shape } = result.data;
    const lines = [columns.map((column) => column.name), ...rows.slice(0, ROWS)].map((row) =>
      row.map(String).join("\t"),
    );
    return cut(`${name}: a table of ${shape[0]} rows and ${shape[1]} columns\n${lines.join("\n")}`);
  }
  if (result.png !== undefined || result.svg !== undefined)
    return `${name}: a figure${result.alt ? `: ${cut(result.alt)}` : ""}`;
  return `${name}: ${cut(result.text ?? result.markdown ?? result.latex ?? "")}`;
}

/** A text with its middle taken out where it is too long. */
export function cut(text: string, chars = PART_CHARS): string {
  if (text.length <= chars) return text;
  const head = Math.floor(chars * 0.7);
  const tail = chars - head;
  return `${text.slice(0, head)}\n[… ${text.length - chars} characters left out …]\n${text.slice(-tail)}`;
}
