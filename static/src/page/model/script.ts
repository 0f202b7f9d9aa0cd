// Notebooks as scripts: .py with "# %%" marks, to read and to write. What a mark says beside its kind stays with its cell.

import type { CellKind, CellSeed } from "./notebook";
import type { Beside } from "./outputs";

const MARK = /^# ?%%(.*)$/;
const KIND = /\[(markdown|md|raw)\]/i;

export type ScriptCell = CellSeed & { beside?: Beside };

/** Cells of a .py file. Without marks the whole file is one cell. */
export function fromPython(source: string): ScriptCell[] {
  const cells: { kind: CellKind; mark: string; lines: string[] }[] = [];
  for (const line of source.replace(/\r\n?/g, "\n").split("\n")) {
    const rest = MARK.exec(line)?.[1];
    if (rest !== undefined) cells.push({ kind: kindOf(rest), mark: rest.replace(KIND, "").trim(), lines: [] });
    else if (cells.length === 0) cells.push({ kind: "code", mark: "", lines: [line] });
    else cells.at(-1)?.lines.push(line);
  }
  return cells
    .map(({ kind, mark, lines }) => {
      const text = kind === "code" ? lines.join("\n") : uncommented(lines);
      const cell = { kind, source: text.replace(/^\n+/, "").trimEnd() };
      return mark === "" ? cell : { ...cell, beside: { mark } };
    })
    .filter((cell) => cell.source !== "");
}

function kindOf(mark: string): CellKind {
  const kind = KIND.exec(mark)?.[1]?.toLowerCase();
  return kind === undefined ? "code" : kind === "raw" ? "raw" : "text";
}

function uncommented(lines: readonly string[]): string {
  const text = lines
    .join("\n")
    .trim()
    .replace(/^r(?=["'])/i, "");
  // A text cell may be written as a string.
  for (const quote of ['"""', "'''"])
    if (text.length >= 6 && text.startsWith(quote) && text.endsWith(quote)) return text.slice(3, -3);
  return lines.map((line) => line.replace(/^# ?/, "")).join("\n");
}

/** True when a .py file says that it is a notebook. */
export function isMarked(source: string): boolean {
  return source.split("\n").some((line) => MARK.test(line.trimEnd()));
}

export function toPython(cells: readonly ScriptCell[]): string {
  const commented = (text: string) =>
    text
      .split("\n")
      .map((line) => `# ${line}`.trimEnd())
      .join("\n");
  return cells
    .map(({ kind, source, beside }) => {
      const said = typeof beside?.mark === "string" && beside.mark !== "" ? ` ${beside.mark}` : "";
      if (kind === "code") return `# %%${said}\n${source}\n`;
      return `# %%${said} [${kind === "raw" ? "raw" : "markdown"}]\n${commented(source)}\n`;
    })
    .join("\n");
}
