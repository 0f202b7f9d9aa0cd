// What a stream of terminal text leaves on the screen: lines, their looks, and which lines changed since last asked.
//
//   write("10%\r20%\n")  →  line 0 = "20%"
//
// Understands newline, carriage return, backspace, tab, colours, erase in line, cursor up/down/column (progress bars).
// Everything else that steers a terminal is dropped; stray control characters become visible pictures of themselves.
// Time is in proportion to the text, whatever it steers: no write looks at more of a line than it changes.

import { Graphics, PLAIN } from "./ansi";
import { Escapes } from "./escapes";
import { type Line, lineText, StyledLine } from "./line";

/** Columns that one movement or one gap may bridge. */
const COLUMNS = 1000;
/** Blanks that nobody printed: those that gaps, tabs and erasing make, of all lines together. */
const BLANKS = 4_000_000;
/** A string up to this length may be copied for one change. */
const COPIED = 256;

/** Characters that are read at a time. */
const PIECE = 100_000;

type Stream = "stdout" | "stderr";

export class Screen {
  #waiting: [string, Stream][] = [];
  #lines: Line[] = [""];
  #row = 0;
  #column = 0;
  #blanks = BLANKS;
  #graphics = new Graphics();
  #dirty = 0;
  readonly #escapes = new Escapes({
    print: (text) => this.#put(text),
    control: (char) => this.#steer(char),
    sequence: (parameters, final) => this.#control(parameters, final),
  });

  /** Lines so far; the last may be unfinished, and is "" right after a newline. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Number of lines a person would count: an empty last line is none. */
  get length(): number {
    return this.#lines.length - (this.#lines.at(-1)?.length === 0 ? 1 : 0);
  }

  /** The first line changed since the last call; `lines.length` when none did. */
  takeDirty(): number {
    const from = this.#dirty;
    this.#dirty = this.#lines.length;
    return from;
  }

  /** Takes text; what is more than some hundred thousand characters waits for `work`. */
  write(text: string, stream: Stream = "stdout"): void {
    if (this.#waiting.length === 0 && text.length <= PIECE) this.#take(text, stream);
    else for (let at = 0; at < text.length; at += PIECE) this.#waiting.push([text.slice(at, at + PIECE), stream]);
  }

  /** Goes on with what waits, for about so many milliseconds. False when nothing waits any more. */
  work(ms: number): boolean {
    const end = performance.now() + ms;
    let done = 0;
    for (const [text, stream] of this.#waiting) {
      if (done > 0 && performance.now() > end) break;
      this.#take(text, stream);
      done += 1;
    }
    this.#waiting.splice(0, done);
    return this.#waiting.length > 0;
  }

  #take(text: string, stream: Stream): void {
    this.#graphics.stderr = stream === "stderr";
    this.#escapes.write(text);
  }

  /** Plain text of everything, newline-separated, for copying and files. */
  get text(): string {
    this.work(Number.POSITIVE_INFINITY);
    return this.#lines.map(lineText).join("\n");
  }

  #steer(char: string): void {
    if (char === "\n") this.#newline();
    else if (char === "\r") this.#column = 0;
    else if (char === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (char === "\t") this.#put(" ".repeat(Math.max(1, this.#blank(8 - (this.#column % 8)))));
    else if (char !== "\u0007") this.#put(picture(char));
  }

  /** How many of so many blanks there may be. */
  #blank(wanted: number): number {
    const given = Math.min(wanted, this.#blanks);
    this.#blanks -= given;
    return given;
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
    const row = this.#row;
    const { look } = this.#graphics;
    this.#touch(row);
    let line = this.#lines[row] ?? "";
    if (this.#column > line.length) {
      const full = typeof line !== "string" && line.beyond > 0;
      const gap = full ? 0 : this.#blank(Math.min(COLUMNS, this.#column - line.length));
      this.#column = line.length + gap;
      if (typeof line === "string") line += " ".repeat(gap);
      else line.put(line.length, " ".repeat(gap), PLAIN);
    }
    // A bar that is drawn over and over stays a string.
    const over = this.#column === 0 && text.length >= line.length;
    if (look === PLAIN && over) line = text;
    else if (look === PLAIN && typeof line === "string" && this.#column === line.length) line += text;
    else {
      if (over) line = new StyledLine();
      else if (typeof line === "string") line = StyledLine.of(line);
      // Where too long a line has no places any more.
      this.#column = Math.min(this.#column, line.length);
      line.put(this.#column, text, look);
    }
    this.#lines[row] = line;
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
    else if (final === "C") this.#column = Math.min(COLUMNS, this.#column + n);
    else if (final === "D") this.#column = Math.max(0, this.#column - n);
    else if (final === "G") this.#column = Math.min(COLUMNS, n - 1);
    else if (final === "K") this.#erase(parameters[0] ?? 0);
    else if (final === "J" && parameters[0] === 2) this.#clear();
  }

  #erase(mode: number): void {
    const line = this.#lines[this.#row] ?? "";
    this.#touch(this.#row);
    if (mode === 2 || (mode !== 1 && this.#column === 0)) this.#lines[this.#row] = "";
    else if (mode !== 1) {
      // A string is copied whole, so a long one gets places first.
      if (typeof line === "string" && line.length <= COPIED) this.#lines[this.#row] = line.slice(0, this.#column);
      else this.#styled(line).cut(this.#column);
    } else if (this.#column > 0) {
      const column = this.#column;
      this.#column = 0;
      this.#plain(" ".repeat(this.#blank(Math.min(column, Math.max(COLUMNS, line.length)))));
      this.#column = column;
    }
  }

  #plain(text: string): void {
    const line = this.#lines[this.#row] ?? "";
    if (text.length >= line.length) this.#lines[this.#row] = text;
    else this.#styled(line).put(0, text, PLAIN);
  }

  #styled(line: Line): StyledLine {
    const styled = typeof line === "string" ? StyledLine.of(line) : line;
    this.#lines[this.#row] = styled;
    return styled;
  }

  #clear(): void {
    this.#lines = [""];
    this.#row = this.#column = this.#dirty = 0;
  }
}

/** U+2400 and on draw the control characters: NUL shows as ␀ and can steer nothing. */
function picture(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
