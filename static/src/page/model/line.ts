// One line of a terminal that can be written anywhere. Each write costs what it writes, however long the line is:
//
//   text        plain and only ever added to: a string
//   runs        with looks, and only ever added to
//   cells       written in the middle: one place per character, until the end of the line's life

import { type Look, PLAIN } from "./ansi";

/** A stretch of one look. */
export interface Run {
  text: string;
  look: Look;
}

/** A line without looks is just its text: 100,000 printed lines should cost little more than their characters. */
export type Line = string | StyledLine;

/** Places of a line that can be written over. What would stand beyond is counted and left out. */
export const WIDTH = 1_000_000;
/** Changes of look in one line; what comes after them is plain. */
const LOOKS = 10_000;
/** Arguments that one call may have in every engine. */
const SLICE = 8_192;

export class StyledLine {
  #runs: Run[] = [];
  #cells: { codes: Uint16Array; looks: Look[] } | undefined;
  #length = 0;
  #beyond = 0;

  static of(text: string): StyledLine {
    const line = new StyledLine();
    line.put(0, text, PLAIN);
    return line;
  }

  /** Characters there are places for. */
  get length(): number {
    return this.#length;
  }

  /** Characters that were left out at the end. */
  get beyond(): number {
    return this.#beyond;
  }

  /** Writes over what stands at `column`, which is at most the line's length. */
  put(column: number, text: string, look: Look): void {
    if (!this.#cells) {
      if (column === this.#length) return this.#append(text, look);
      this.#cells = this.#spread();
      this.#runs = [];
    }
    const { codes, looks } = this.#room(Math.min(WIDTH, column + text.length));
    const fits = Math.max(0, Math.min(text.length, WIDTH - column));
    this.#beyond += text.length - fits;
    for (let i = 0; i < fits; i++) {
      codes[column + i] = text.charCodeAt(i);
      looks[column + i] = look;
    }
    this.#length = Math.max(this.#length, column + fits);
  }

  /** Ends the line at a length. */
  cut(length: number): void {
    if (length >= this.#length) return;
    this.#beyond = 0;
    if (!this.#cells) {
      this.#cells = this.#spread();
      this.#runs = [];
    }
    this.#length = length;
    this.#cells.looks.length = length;
  }

  /** The first `most` characters as runs. */
  runs(most = Number.POSITIVE_INFINITY): Run[] {
    const out: Run[] = [];
    if (!this.#cells) {
      let left = most;
      for (const { text, look } of this.#runs) {
        if (left <= 0) break;
        out.push({ text: text.length > left ? text.slice(0, left) : text, look });
        left -= text.length;
      }
      return out;
    }
    const { codes, looks } = this.#cells;
    const end = Math.min(most, this.#length);
    let from = 0;
    while (from < end) {
      const look = out.length < LOOKS ? (looks[from] ?? PLAIN) : PLAIN;
      let to = from + 1;
      while (to < end && (out.length >= LOOKS || looks[to] === look)) to++;
      out.push({ text: textOf(codes, from, to), look });
      from = to;
    }
    return out;
  }

  #append(text: string, look: Look): void {
    const last = this.#runs.at(-1);
    if (last && (last.look === look || this.#runs.length > LOOKS)) last.text += text;
    else this.#runs.push({ text, look: this.#runs.length < LOOKS ? look : PLAIN });
    this.#length += text.length;
  }

  #spread(): { codes: Uint16Array; looks: Look[] } {
    const length = Math.min(WIDTH, this.#length);
    const codes = new Uint16Array(Math.max(64, length));
    const looks: Look[] = [];
    let at = 0;
    for (const { text, look } of this.#runs) {
      const to = Math.min(length, at + text.length);
      for (let i = at; i < to; i++) {
        codes[i] = text.charCodeAt(i - at);
        looks.push(look);
      }
      at = to;
    }
    this.#beyond += this.#length - length;
    this.#length = length;
    return { codes, looks };
  }

  #room(length: number): { codes: Uint16Array; looks: Look[] } {
    const cells = this.#cells ?? this.#spread();
    if (length > cells.codes.length) {
      const codes = new Uint16Array(Math.min(WIDTH, 2 * length));
      codes.set(cells.codes);
      cells.codes = codes;
    }
    return cells;
  }
}

function textOf(codes: Uint16Array, from: number, to: number): string {
  if (to - from <= SLICE) return String.fromCharCode(...codes.subarray(from, to));
  const parts: string[] = [];
  for (let at = from; at < to; at += SLICE) {
    parts.push(String.fromCharCode(...codes.subarray(at, Math.min(to, at + SLICE))));
  }
  return parts.join("");
}

export function lineText(line: Line): string {
  if (typeof line === "string") return line;
  const text = line.runs().map((run) => run.text);
  return line.beyond > 0 ? `${text.join("")}${leftOut(line.beyond)}` : text.join("");
}

export function leftOut(characters: number): string {
  return ` … ${characters} more characters`;
}

/**
 * Lines as few runs with newlines inside: what one batch of DOM nodes is made from.
 * `longest`: characters of a line; `looks`: runs that are more than plain text, after which everything is.
 */
export function runsOf(
  lines: readonly Line[],
  from: number,
  to: number,
  longest = Number.POSITIVE_INFINITY,
  looks = Number.POSITIVE_INFINITY,
): Run[] {
  const runs: Run[] = [];
  let text: string[] = [];
  let look = PLAIN;
  let styled = 0;
  const add = (piece: string, wanted: Look) => {
    const its = styled < looks ? wanted : PLAIN;
    if (its !== look) {
      if (text.length > 0) runs.push({ text: text.join(""), look });
      if (its !== PLAIN) styled += 1;
      text = [];
      look = its;
    }
    text.push(piece);
  };
  for (let i = from; i < to; i++) {
    const line = lines[i] ?? "";
    if (typeof line === "string") {
      if (line !== "") add(line.length > longest ? line.slice(0, longest) : line, PLAIN);
    } else for (const run of line.runs(longest)) add(run.text, run.look);
    const more = Math.max(0, line.length - longest) + (typeof line === "string" ? 0 : line.beyond);
    if (more > 0) add(leftOut(more), PLAIN);
    if (i < lines.length - 1) add("\n", look);
  }
  if (text.length > 0) runs.push({ text: text.join(""), look });
  return runs.filter((run) => run.text !== "");
}
