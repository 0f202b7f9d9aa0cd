// What stands under a cell: an ordered list of outputs, as Jupyter's rules for streams, displays and clearing make it.

import type { Bundle, ErrorInfo, FileChange } from "../../protocol/results";
import { Emitter } from "./emitter";
import { Screen } from "./terminal";

/** Fields that an output of a notebook file has beside what is shown of it: they are written as they were read. */
export type Beside = Readonly<Record<string, unknown>>;

export interface TextOutput {
  readonly kind: "text";
  readonly screen: Screen;
  /** What was written there, in pieces of one stream each: files keep that. */
  readonly pieces: TextPiece[];
}
export interface TextPiece {
  readonly name: "stdout" | "stderr";
  text: string;
  readonly beside?: Beside | undefined;
}
export interface BundleOutput {
  readonly kind: "bundle";
  readonly beside?: Beside | undefined;
  readonly bundle: Bundle;
  /** Name by which `update_display` finds it again. */
  readonly id: string | undefined;
  /** True for the value of the cell's last expression. */
  readonly main: boolean;
}
export interface ErrorOutput {
  readonly kind: "error";
  readonly beside?: Beside | undefined;
  readonly error: ErrorInfo;
}
export interface NoteOutput {
  readonly kind: "note";
  readonly tone: "info" | "warn" | "bad";
  readonly text: string;
  /** Something to press at the end of the sentence. */
  readonly action?: "run-above" | "retry" | undefined;
  /** Milliseconds that the cell may be given when it is run again. */
  readonly longer?: number | undefined;
}
export interface InputOutput {
  readonly kind: "input";
  readonly prompt: string;
  readonly password: boolean;
  /** Called once; null means that nobody will answer. */
  readonly answer: (text: string | null) => void;
}
export interface FilesOutput {
  readonly kind: "files";
  readonly changes: readonly FileChange[];
}
/** An output as plain data: for storage, and for files. What only lives while a cell runs is none. */
export type SavedOutput =
  | { kind: "text"; pieces: readonly TextPiece[] }
  | BundleOutput
  | ErrorOutput
  | NoteOutput
  | FilesOutput;
export type Output = TextOutput | BundleOutput | ErrorOutput | NoteOutput | InputOutput | FilesOutput;

/** "list": outputs came, went or were replaced. "text": a screen already in the list has more to show. */
export type OutputNews = "list" | "text";

/** Milliseconds that text is read at a time, and between two of them. */
const TURN_MS = 30;
const PAUSE_MS = 5;

export class Outputs {
  #items: Output[] = [];
  #clearing = false;
  readonly #working = new Set<Screen>();
  readonly changed = new Emitter<OutputNews>();

  get items(): readonly Output[] {
    return this.#items;
  }

  /** Text joins the last output when that is text too, so one print loop is one block. */
  stream(name: "stdout" | "stderr", text: string): void {
    if (text === "") return;
    this.#settleClear();
    const last = this.#items.at(-1);
    if (last?.kind === "text") {
      const piece = last.pieces.at(-1);
      if (piece?.name === name && piece.beside === undefined) piece.text += text;
      else last.pieces.push({ name, text });
      last.screen.write(text, name);
      this.changed.emit("text");
      this.#work(last.screen);
      return;
    }
    const screen = new Screen();
    screen.write(text, name);
    this.#push({ kind: "text", screen, pieces: [{ name, text }] });
    this.#work(screen);
  }

  /** What stands here, as plain data. */
  save(): SavedOutput[] {
    return this.#items.flatMap((item): SavedOutput[] => {
      if (item.kind === "input") return [];
      // What a note offers to press belongs to the Python that wrote it.
      // And so does its name for a table: the rows that are here are what is left of that.
      if (item.kind === "bundle" && item.bundle.data?.ref !== undefined) {
        const { ref: _, ...data } = item.bundle.data;
        return [{ ...item, bundle: { ...item.bundle, data } }];
      }
      if (item.kind === "note") return [{ kind: "note", tone: item.tone, text: item.text }];
      return [item.kind === "text" ? { kind: "text", pieces: item.pieces.map((piece) => ({ ...piece })) } : item];
    });
  }

  /** Puts saved outputs in the place of what stands here. */
  restore(saved: readonly SavedOutput[]): void {
    this.#clearing = false;
    this.#drop(this.#items);
    this.#items = saved.map((item): Output => {
      if (item.kind !== "text") return item;
      const screen = new Screen();
      for (const { name, text } of item.pieces) screen.write(text, name);
      this.#work(screen);
      return { kind: "text", screen, pieces: item.pieces.map((piece) => ({ ...piece })) };
    });
    this.changed.emit("list");
  }

  /** Much text is read in turns, so that whoever presses Stop meanwhile is heard. */
  #work(screen: Screen): void {
    if (this.#working.has(screen) || !screen.work(0)) return;
    this.#working.add(screen);
    const turn = () => {
      const more = screen.work(TURN_MS);
      this.changed.emit("text");
      if (more && this.#items.some((item) => item.kind === "text" && item.screen === screen))
        setTimeout(turn, PAUSE_MS);
      else this.#working.delete(screen);
    };
    setTimeout(turn, PAUSE_MS);
  }

  add(output: Exclude<Output, TextOutput>): void {
    this.#settleClear();
    this.#push(output);
  }

  /** Replaces the displays of that id. False when there is none here. */
  update(id: string, bundle: Bundle): boolean {
    let found = false;
    this.#items = this.#items.map((item) => {
      if (item.kind !== "bundle" || item.id !== id) return item;
      found = true;
      return { ...item, bundle };
    });
    if (found) this.changed.emit("list");
    return found;
  }

  /** `wait`: keep what is shown until something new comes, so that an animation doesn't flicker. */
  clear(wait = false): void {
    if (wait) {
      this.#clearing = true;
      return;
    }
    this.#clearing = false;
    this.#drop(this.#items);
    this.#items = [];
    this.changed.emit("list");
  }

  /** Takes away a last value that only names parts of a figure that is shown: "[<matplotlib.lines.Line2D ...>]". */
  dropNames(): void {
    const figure = this.#items.some((item) => item.kind === "bundle" && item.bundle.png !== undefined);
    const kept = this.#items.filter((item) => !(item.kind === "bundle" && item.main && namesParts(item.bundle)));
    if (!figure || kept.length === this.#items.length) return;
    this.#items = kept;
    this.changed.emit("list");
  }

  remove(output: Output): void {
    this.#items = this.#items.filter((item) => item !== output);
    this.changed.emit("list");
  }

  #push(output: Output): void {
    this.#items = [...this.#items, output];
    this.changed.emit("list");
  }

  #settleClear(): void {
    if (!this.#clearing) return;
    this.#clearing = false;
    this.#drop(this.#items);
    this.#items = [];
  }

  // A prompt that vanishes unanswered would leave Python waiting for ever.
  #drop(items: readonly Output[]): void {
    for (const item of items) if (item.kind === "input") item.answer(null);
  }
}

const PARTS =
  /^(?:array\()?(?:[[({]\s{0,20}){0,4}(?:<(?:matplotlib\.|mpl_toolkits\.|Axes|BarContainer|ErrorbarContainer)|Text\(-?[\d.])/;

function namesParts({ text = "", ...others }: Bundle): boolean {
  return Object.keys(others).length === 0 && PARTS.test(text.slice(0, 200));
}
