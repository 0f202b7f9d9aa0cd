// Notebooks as Jupyter's files (.ipynb, nbformat 4.5), to read and to write. What this page does not show of one is kept and
// written as it was read; a file that was written here once comes back byte by byte.

import { bundle as checkedBundle } from "../../protocol/bundle";
import { type Bundle, CHART_MIMES } from "../../protocol/results";
import { newKey } from "./keys";
import type { Cell, CellKind, SavedCell } from "./notebook";
import type { Beside, SavedOutput, TextPiece } from "./outputs";

/** A notebook as a file holds it. */
export interface NotebookFile {
  cells: SavedCell[];
  /** What is said of the whole notebook. */
  beside: Beside;
}

const KINDS: Record<string, CellKind> = { code: "code", markdown: "text", raw: "raw" };
const TYPES: Record<CellKind, string> = { code: "code", text: "markdown", raw: "raw" };
const ID = /^[\w-]{1,64}$/;
/** Our tables, so that they look the same when the file is opened again. */
const TABLE = "application/vnd.belljar.table+json";
/** Fields of a bundle by MIME type, the richest last. */
const FIELDS: readonly (readonly [string, keyof Bundle])[] = [
  ["text/plain", "text"],
  ["text/html", "html"],
  ["text/markdown", "markdown"],
  ["text/latex", "latex"],
  ["image/svg+xml", "svg"],
  ["image/png", "png"],
  ["image/jpeg", "jpeg"],
  ["application/json", "json"],
  [TABLE, "data"],
];

/**
 * The notebook in the text of an .ipynb file.
 * Throws an Error with a sentence for people when the text is none.
 */
export function fromIpynb(text: string): NotebookFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file is not a notebook: it doesn't hold JSON. Nothing was changed.");
  }
  const cells = field(file, "cells");
  if (!Array.isArray(cells)) {
    throw new Error("This notebook has no cells in the format of today (nbformat 4). Nothing was changed.");
  }
  const metadata = field(file, "metadata");
  return {
    cells: (cells as unknown[]).flatMap((cell) => cellOf(cell) ?? []),
    beside: isObject(metadata) ? { metadata } : {},
  };
}

function cellOf(cell: unknown): SavedCell | undefined {
  const source = joined(field(cell, "source"));
  const type = field(cell, "cell_type");
  const kind = typeof type === "string" && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (source === undefined || kind === undefined) return undefined;
  const id = field(cell, "id");
  const [metadata, attachments] = [field(cell, "metadata"), field(cell, "attachments")];
  const outputs = field(cell, "outputs");
  const count = field(cell, "execution_count");
  const shown = Array.isArray(outputs) ? outputsOf(outputs) : [];
  return {
    kind,
    source,
    key: typeof id === "string" && ID.test(id) ? id : newKey(),
    beside: { ...(isObject(metadata) && { metadata }), ...(isObject(attachments) && { attachments }) },
    run:
      kind === "code" && (shown.length > 0 || typeof count === "number")
        ? { outputs: shown, count: typeof count === "number" ? count : undefined, from: "file" }
        : undefined,
  };
}

function outputsOf(outputs: readonly unknown[]): SavedOutput[] {
  const saved: SavedOutput[] = [];
  for (const output of outputs) {
    if (!isObject(output)) continue;
    const beside = normal(output);
    const text = joined(output.text);
    if (output.output_type === "stream" && text !== undefined) {
      const piece: TextPiece = { name: output.name === "stderr" ? "stderr" : "stdout", text, beside };
      const last = saved.at(-1);
      // Streams that follow one another are one screen.
      if (last?.kind === "text") saved[saved.length - 1] = { kind: "text", pieces: [...last.pieces, piece] };
      else saved.push({ kind: "text", pieces: [piece] });
    } else if (output.output_type === "error") {
      const { ename, evalue, traceback } = output;
      const lines = Array.isArray(traceback) ? traceback.filter((line) => typeof line === "string") : [];
      saved.push({
        kind: "error",
        error: { name: String(ename ?? "Error"), value: String(evalue ?? ""), traceback: lines.join("\n") },
        beside,
      });
    } else {
      const main = output.output_type === "execute_result";
      saved.push({ kind: "bundle", bundle: bundleOf(output), id: undefined, main, beside });
    }
  }
  return saved;
}

/** What can be shown of an output. */
function bundleOf(output: Record<string, unknown>): Bundle {
  const data = isObject(output.data) ? output.data : {};
  const metadata = isObject(output.metadata) ? output.metadata : {};
  const found: Record<string, unknown> = {};
  for (const [mime, key] of FIELDS) {
    if (!Object.hasOwn(data, mime)) continue;
    const value = mime.endsWith("json") ? data[mime] : joined(data[mime]);
    found[key] = mime.startsWith("image/p") || mime.startsWith("image/j") ? String(value).replace(/\s+/g, "") : value;
  }
  for (const mime of ["image/png", "image/jpeg"]) {
    const size = metadata[mime];
    if (isObject(size) && Object.hasOwn(data, mime)) Object.assign(found, { width: size.width, height: size.height });
  }
  if (isObject(metadata.belljar)) Object.assign(found, { alt: metadata.belljar.alt, name: metadata.belljar.name });
  const chart = CHART_MIMES.find((mime) => Object.hasOwn(data, mime));
  if (chart !== undefined) found.chart = { mime: chart, spec: JSON.stringify(data[chart]) };
  const others = Object.keys(data).filter((mime) => !FIELDS.some(([known]) => known === mime));
  if (Object.keys(found).length === 0)
    found.text = `(${others.join(", ") || String(output.output_type)}: not shown here, and kept in the file)`;
  try {
    return checkedBundle(found, "output");
  } catch {
    return { text: typeof found.text === "string" ? found.text : "(an output that this page can't show)" };
  }
}

/** An .ipynb file with outputs. `python` is the version, e.g. "3.14", of a notebook that names none. */
export function toIpynb(cells: readonly Cell[], python: string, beside: Beside = {}): string {
  const metadata = isObject(beside.metadata) ? beside.metadata : {};
  const file = {
    cells: cells.map(written),
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { file_extension: ".py", mimetype: "text/x-python", name: "python", version: python },
      ...metadata,
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  // As Jupyter writes it: what did not change is no change for whoever compares.
  return `${JSON.stringify(sorted(file), null, 1)}\n`;
}

function written({ kind, key, source, beside, count, formerCount, outputs }: Cell): object {
  const { metadata = {}, attachments } = beside;
  const number = count ?? formerCount ?? null;
  const common = { cell_type: TYPES[kind], id: key, metadata, source: multiline(source) };
  if (kind !== "code") return attachments === undefined ? common : { ...common, attachments };
  return { ...common, execution_count: number, outputs: outputs.save().flatMap((output) => saved(output, number)) };
}

function saved(output: SavedOutput, count: number | null): object[] {
  if (output.kind === "text") {
    return output.pieces.map(
      ({ name, text, beside }) => beside ?? { name, output_type: "stream", text: multiline(text) },
    );
  }
  if (output.kind !== "error" && output.kind !== "bundle") return [];
  if (output.beside) return [output.beside];
  if (output.kind === "error") {
    const { name, value, traceback } = output.error;
    return [{ ename: name, evalue: value, output_type: "error", traceback: traceback.split("\n") }];
  }
  const { alt, name, width, height } = output.bundle;
  const data: Record<string, unknown> = {};
  for (const [mime, key] of FIELDS) {
    const value = output.bundle[key];
    if (value !== undefined) data[mime] = isLined(mime) && typeof value === "string" ? multiline(value) : value;
  }
  const { chart } = output.bundle;
  if (chart) data[chart.mime] = parsed(chart.spec);
  const picture = "image/png" in data ? "image/png" : "image/jpeg" in data ? "image/jpeg" : undefined;
  const metadata = {
    ...(picture && width !== undefined && { [picture]: { width, height } }),
    ...((alt !== undefined || name !== undefined) && { belljar: { alt, name } }),
  };
  return output.main
    ? [{ data, execution_count: count, metadata, output_type: "execute_result" }]
    : [{ data, metadata, output_type: "display_data" }];
}

/** An output as nbformat writes it: texts in lines. */
function normal(output: Record<string, unknown>): Beside {
  const lines = (value: unknown) => (typeof value === "string" ? multiline(value) : value);
  const all: Record<string, unknown> = { ...output };
  if (output.output_type === "stream") all.text = lines(output.text);
  if (isObject(output.data))
    all.data = Object.fromEntries(
      Object.entries(output.data).map(([mime, value]) => [mime, isLined(mime) ? lines(value) : value]),
    );
  return all;
}

function isLined(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
}

/** What a chart's library reads; null where a sandbox has called something JSON that is none. */
function parsed(spec: string): unknown {
  try {
    return JSON.parse(spec);
  } catch {
    return null;
  }
}

/** nbformat's multi-line strings: a list of lines that keep their newlines. */
function multiline(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The text of one; undefined for anything else. */
function joined(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.filter((part) => typeof part === "string").join("");
  return typeof value === "string" ? value : undefined;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function field(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
