// Notebooks as files: Jupyter's .ipynb (nbformat 4.5) and .py with "# %%" marks, to read and to write.

import type { Bundle } from "../../protocol/results";
import type { Cell, CellSeed } from "./notebook";
import type { Output } from "./outputs";

const MARK = /^# ?%%(.*)$/;

/** Cells of a .py file. Without marks the whole file is one cell. */
export function fromPython(source: string): CellSeed[] {
  const cells: { kind: CellSeed["kind"]; lines: string[] }[] = [];
  for (const line of source.replace(/\r\n?/g, "\n").split("\n")) {
    const mark = MARK.exec(line);
    if (mark) cells.push({ kind: /\[(markdown|md)\]/i.test(mark[1] ?? "") ? "text" : "code", lines: [] });
    else if (cells.length === 0) cells.push({ kind: "code", lines: [line] });
    else cells.at(-1)?.lines.push(line);
  }
  return cells
    .map(({ kind, lines }) => ({
      kind,
      source: lines
        .map((line) => (kind === "text" ? line.replace(/^# ?/, "") : line))
        .join("\n")
        .replace(/^\n+/, "")
        .trimEnd(),
    }))
    .filter((cell) => cell.source !== "");
}

/** True when a .py file says that it is a notebook. */
export function isMarked(source: string): boolean {
  return source.split("\n").some((line) => MARK.test(line.trimEnd()));
}

export function toPython(cells: readonly CellSeed[]): string {
  return cells
    .map(({ kind, source }) =>
      kind === "code"
        ? `# %%\n${source}\n`
        : `# %% [markdown]\n${source
            .split("\n")
            .map((line) => `# ${line}`.trimEnd())
            .join("\n")}\n`,
    )
    .join("\n");
}

/**
 * Cells of an .ipynb file.
 * Throws an Error with a sentence for people when the text is no notebook.
 */
export function fromIpynb(text: string): CellSeed[] {
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
  const seeds: CellSeed[] = [];
  for (const cell of cells) {
    const raw = field(cell, "source");
    const source = Array.isArray(raw) ? raw.filter((part) => typeof part === "string").join("") : raw;
    if (typeof source !== "string") continue;
    const type = field(cell, "cell_type");
    if (type === "code" || type === "markdown") seeds.push({ kind: type === "code" ? "code" : "text", source });
  }
  return seeds;
}

/** An .ipynb file with outputs. `python` is the version, e.g. "3.14". */
export function toIpynb(cells: readonly Cell[], python: string): string {
  const file = {
    cells: cells.map((cell) =>
      cell.kind === "text"
        ? { cell_type: "markdown", id: cell.id, metadata: {}, source: multiline(cell.source) }
        : {
            cell_type: "code",
            execution_count: cell.count ?? null,
            id: cell.id,
            metadata: {},
            outputs: cell.outputs.items.flatMap((output) => saved(output, cell.count ?? null)),
            source: multiline(cell.source),
          },
    ),
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { file_extension: ".py", mimetype: "text/x-python", name: "python", version: python },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

function saved(output: Output, count: number | null): object[] {
  if (output.kind === "text") return [{ name: "stdout", output_type: "stream", text: multiline(output.screen.text) }];
  if (output.kind === "error") {
    const { name, value, traceback } = output.error;
    return [{ ename: name, evalue: value, output_type: "error", traceback: traceback.split("\n") }];
  }
  if (output.kind !== "bundle") return [];
  const data = mimeData(output.bundle);
  return output.main
    ? [{ data, execution_count: count, metadata: {}, output_type: "execute_result" }]
    : [{ data, metadata: {}, output_type: "display_data" }];
}

function mimeData(bundle: Bundle): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  const texts: [keyof Bundle, string][] = [
    ["text", "text/plain"],
    ["html", "text/html"],
    ["markdown", "text/markdown"],
    ["latex", "text/latex"],
    ["svg", "image/svg+xml"],
  ];
  for (const [key, mime] of texts) {
    const value = bundle[key];
    if (typeof value === "string") data[mime] = multiline(value);
  }
  if (bundle.png !== undefined) data["image/png"] = bundle.png;
  if (bundle.jpeg !== undefined) data["image/jpeg"] = bundle.jpeg;
  if (bundle.json !== undefined) data["application/json"] = bundle.json;
  if (bundle.chart) data[bundle.chart.mime] = parsed(bundle.chart.spec);
  return data;
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

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
