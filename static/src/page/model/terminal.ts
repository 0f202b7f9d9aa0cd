// What a stream of terminal text leaves on the screen: lines, their looks, and which lines changed since last asked.
//
//   write("10%\r20%\n")  →  line 0 = "20%"
//
// Understands newline, carriage return, backspace, tab, colours, erase in line, cursor up/down/column (progress bars).
// Everything else that steers a terminal is dropped; stray control characters become visible pictures of themselves.

import { Graphics, type Look, PLAIN } from "./ansi";

/** A stretch of one look. */
export interface Run {
  text: string;
  look: Look;
}

/** A line without looks is just its text: 100,000 printed lines should cost little more than their characters. */
export type Line = string | Run[];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are this module's subject
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are this module's subject
const ESCAPE = /^\u001b(?:\[([0-9:;<=>?]*)[ -/]*([@-~])|\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)|[ -/]*[0-Z\\^-~])/;
// An escape sequence that may still be completed by the next chunk.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are this module's subject
const PARTIAL = /^\u001b(?:\[[0-9:;<=>?]*[ -/]*|\][^\u0007\u001b]{0,4096}\u001b?|[ -/]*)?$/;

export class Screen {
  #lines: Line[] = [""];
  #row = 0;
  #column = 0;
  #pending = "";
  #graphics = new Graphics();
  #dirty = 0;

  /** Lines so far; the last may be unfinished, and is "" right after a newline. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Number of lines a person would count: an empty last line is none. */
  get length(): number {
    return this.#lines.length - (this.#lines.at(-1) === "" ? 1 : 0);
  }

  /** The first line changed since the last call; `lines.length` when none did. */
  takeDirty(): number {
    const from = this.#dirty;
    this.#dirty = this.#lines.length;
    return from;
  }

  write(text: string, stream: "stdout" | "stderr" = "stdout"): void {
    this.#graphics.stderr = stream === "stderr";
    const input = this.#pending + text;
    this.#pending = "";
    let at = 0;
    while (at < input.length) {
      CONTROL.lastIndex = at;
      const next = CONTROL.exec(input)?.index ?? input.length;
      if (next > at) this.#put(input.slice(at, next));
      if (next === input.length) break;
      at = next + 1;
      const char = input.charAt(next);
      if (char === "\n") this.#newline();
      else if (char === "\r") this.#column = 0;
      else if (char === "\b") this.#column = Math.max(0, this.#column - 1);
      else if (char === "\t") this.#put(" ".repeat(8 - (this.#column % 8)));
      else if (char === "\u001b") {
        const rest = input.slice(next, next + 4200);
        const match = ESCAPE.exec(rest);
        if (match) {
          if (match[2] !== undefined) this.#control(match[1] ?? "", match[2]);
          at = next + match[0].length;
        } else if (next + rest.length === input.length && PARTIAL.test(rest)) {
          this.#pending = rest;
          break;
        }
      } else if (char !== "\u0007") this.#put(picture(char));
    }
  }

  /** Plain text of everything, newline-separated, for copying and files. */
  get text(): string {
    return this.#lines.map(lineText).join("\n");
  }

  #touch(row: number): void {
    if (row < this.#dirty) this.#dirty = row;
  }

  #newline(): void {
    this.#column = 0;
    this.#row += 1;
    if (this.#row === this.#lines.length) {
      this.#lines.push("");
      this.#touch(this.#row);
    }
  }

  #put(text: string): void {
    const line = this.#lines[this.#row] ?? "";
    const look = this.#graphics.look;
    const length = lineLength(line);
    this.#touch(this.#row);
    if (this.#column === length) {
      this.#lines[this.#row] = append(line, text, look);
    } else {
      const before = slice(line, 0, this.#column);
      const gap = this.#column > length ? [{ text: " ".repeat(this.#column - length), look: PLAIN }] : [];
      const after = slice(line, this.#column + text.length);
      this.#lines[this.#row] = simplify([...before, ...gap, { text, look }, ...after]);
    }
    this.#column += text.length;
  }

  #control(raw: string, final: string): void {
    if (/[<=>?]/.test(raw)) return;
    const parameters = raw === "" ? [0] : raw.split(/[;:]/).map((p) => Number.parseInt(p, 10) || 0);
    const n = Math.max(1, parameters[0] ?? 1);
    if (final === "m") this.#graphics.apply(parameters);
    else if (final === "A") this.#row = Math.max(0, this.#row - n);
    else if (final === "B") this.#row = Math.min(this.#lines.length - 1, this.#row + n);
    // Columns are capped so that one sequence can't ask for a gigabyte of blanks.
    else if (final === "C") this.#column = Math.min(1000, this.#column + n);
    else if (final === "D") this.#column = Math.max(0, this.#column - n);
    else if (final === "G") this.#column = Math.min(1000, n - 1);
    else if (final === "K") this.#erase(parameters[0] ?? 0);
    else if (final === "J" && parameters[0] === 2) this.#clear();
  }

  #erase(mode: number): void {
    const line = this.#lines[this.#row] ?? "";
    const kept =
      mode === 2
        ? []
        : mode === 1
          ? [{ text: " ".repeat(this.#column), look: PLAIN }, ...slice(line, this.#column)]
          : slice(line, 0, this.#column);
    this.#lines[this.#row] = simplify(kept);
    this.#touch(this.#row);
  }

  #clear(): void {
    this.#lines = [""];
    this.#row = this.#column = this.#dirty = 0;
  }
}

export function lineText(line: Line): string {
  return typeof line === "string" ? line : line.map((run) => run.text).join("");
}

export function lineLength(line: Line): number {
  return typeof line === "string" ? line.length : line.reduce((sum, run) => sum + run.text.length, 0);
}

/** The lines as few runs with newlines inside: what one batch of DOM nodes is made from. */
export function runsOf(lines: readonly Line[], from: number, to: number, longest = Number.POSITIVE_INFINITY): Run[] {
  const runs: Run[] = [];
  let text: string[] = [];
  let look = PLAIN;
  const add = (piece: string, its: Look) => {
    if (its !== look) {
      if (text.length > 0) runs.push({ text: text.join(""), look });
      text = [];
      look = its;
    }
    text.push(piece);
  };
  for (let i = from; i < to; i++) {
    const line = lines[i] ?? "";
    const length = lineLength(line);
    for (const run of length > longest ? slice(line, 0, longest) : asRuns(line)) add(run.text, run.look);
    if (length > longest) add(` … ${length - longest} more characters`, PLAIN);
    if (i < lines.length - 1) add("\n", look);
  }
  if (text.length > 0) runs.push({ text: text.join(""), look });
  return runs.filter((run) => run.text !== "");
}

function asRuns(line: Line): Run[] {
  return typeof line === "string" ? (line === "" ? [] : [{ text: line, look: PLAIN }]) : line;
}

function append(line: Line, text: string, look: Look): Line {
  if (typeof line === "string" && look === PLAIN) return line + text;
  const runs = asRuns(line);
  const last = runs.at(-1);
  if (last?.look === look) {
    last.text += text;
    return runs;
  }
  runs.push({ text, look });
  return runs;
}

function slice(line: Line, from: number, to = Number.POSITIVE_INFINITY): Run[] {
  const out: Run[] = [];
  let at = 0;
  for (const run of asRuns(line)) {
    const piece = run.text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (piece !== "") out.push({ text: piece, look: run.look });
    at += run.text.length;
  }
  return out;
}

function simplify(runs: Run[]): Line {
  let line: Line = "";
  for (const run of runs) line = append(line, run.text, run.look);
  return line;
}

/** U+2400 and on draw the control characters: NUL shows as ␀ and can steer nothing. */
function picture(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
