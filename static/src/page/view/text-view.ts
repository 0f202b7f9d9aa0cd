// Streamed text. However much arrives, one frame does a bounded amount of work:
//
//   up to 240 lines     everything, appended in chunks
//   more                the first 40 and the last 40 lines; the middle is a button that says how many
//   unfolded            chunks of 1,000 lines that the browser lays out only when they come into view

import { PLAIN } from "../model/ansi";
import { count } from "../model/format";
import { type Line, type Run, runsOf } from "../model/line";
import type { TextOutput } from "../model/outputs";
import type { Screen } from "../model/terminal";
import { h, setText } from "./dom";
import { copyText, download } from "./hand-out";
import { icon } from "./icons";

const FOLD_AT = 240;
const EDGE = 40;
const CHUNK = 1000;
/** Characters of one line shown while folded: laying out a line of a megabyte would freeze the page. */
const LONGEST = 4000;
/** And unfolded. */
const LONGEST_UNFOLDED = 100_000;
/** Coloured stretches that one drawing makes elements of; what comes after them is plain. */
const LOOKS = 500;
/** So many of them are dear to lay out: then the next drawing waits, in milliseconds. */
const MANY = 200;
const WAIT_MS = 300;

interface Chunk {
  from: number;
  to: number;
  dom: HTMLElement;
}

export class TextView {
  readonly dom: HTMLElement;
  readonly #screen: Screen;
  readonly #pre = h("div", { class: "stream", "data-testid": "output-text", dir: "auto" });
  readonly #tools = h("div", { class: "output-tools" });
  #chunks: Chunk[] = [];
  #folded: { head: HTMLElement; gap: HTMLElement; tail: HTMLElement } | undefined;
  #unfolded = false;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ screen }: TextOutput) {
    this.#screen = screen;
    this.dom = h("div", { class: "output output-text" }, this.#pre);
    this.#draw();
  }

  /** More has come: draw it with the next frame, once, however often this is called. */
  update(): void {
    if (this.#frame !== 0 || this.#timer !== undefined) return;
    const draw = () => {
      this.#timer = undefined;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    };
    if (this.#pre.getElementsByTagName("span").length < MANY) draw();
    else this.#timer = setTimeout(draw, WAIT_MS);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.dom.remove();
  }

  #draw(): void {
    const { lines } = this.#screen;
    const dirty = this.#screen.takeDirty();
    if (dirty >= lines.length && this.#pre.firstChild) return;
    if (this.#unfolded || this.#screen.length <= FOLD_AT) this.#drawAll(lines, dirty);
    else this.#drawFolded(lines, dirty);
  }

  #drawAll(lines: readonly Line[], dirty: number): void {
    if (this.#folded) {
      this.#folded = undefined;
      this.#pre.replaceChildren();
    }
    // Chunks that hold a changed line go, and so does an unfinished last line.
    while ((this.#chunks.at(-1)?.to ?? 0) > dirty) this.#chunks.pop()?.dom.remove();
    let from = this.#chunks.at(-1)?.to ?? 0;
    const longest = this.#unfolded ? LONGEST_UNFOLDED : LONGEST;
    const last = this.#chunks.at(-1);
    // Small additions join the last chunk until it is full.
    if (last && last.to - last.from < CHUNK && from < lines.length - 1) {
      const to = Math.min(lines.length - 1, last.from + CHUNK);
      last.dom.append(paint(runsOf(lines, last.to, to, longest, this.#looks())));
      last.to = from = to;
      last.dom.classList.toggle("full", to - last.from === CHUNK);
    }
    while (from < lines.length - 1) {
      from = this.#addChunk(lines, from, Math.min(lines.length - 1, from + CHUNK), longest);
    }
    if (from < lines.length && (lines[from]?.length ?? 0) > 0) this.#addChunk(lines, from, lines.length, longest);
  }

  /** Stretches that may still be coloured in this text. */
  #looks(): number {
    return Math.max(0, 2 * LOOKS - this.#pre.getElementsByTagName("span").length + this.#chunks.length);
  }

  #addChunk(lines: readonly Line[], from: number, to: number, longest: number): number {
    const dom = h("span", { class: to - from === CHUNK ? "chunk full" : "chunk" });
    dom.append(paint(runsOf(lines, from, to, longest, this.#looks())));
    this.#pre.append(dom);
    this.#chunks.push({ from, to, dom });
    return to;
  }

  #drawFolded(lines: readonly Line[], dirty: number): void {
    const last = this.#screen.length;
    if (!this.#folded) {
      this.#chunks = [];
      const gap = h("button", {
        type: "button",
        class: "fold",
        "data-testid": "output-fold",
        on: { click: () => this.#unfold() },
      });
      this.#folded = { head: h("span", { class: "chunk" }), gap, tail: h("span", { class: "chunk" }) };
      this.#pre.replaceChildren(this.#folded.head, gap, this.#folded.tail);
      this.dom.append(this.#tools);
      this.#tools.replaceChildren(...this.#buttons());
      dirty = 0;
    }
    const { head, gap, tail } = this.#folded;
    if (dirty < EDGE) head.replaceChildren(paint(runsOf(lines, 0, EDGE, LONGEST, LOOKS)));
    setText(gap, `${count(last - 2 * EDGE)} more lines. Show all`);
    const runs = runsOf(lines, last - EDGE, last, LONGEST, LOOKS);
    const [only] = runs;
    // The common case, plain text, moves one text node's data and nothing else.
    if (runs.length === 1 && only?.look === PLAIN && tail.firstChild instanceof Text && tail.childNodes.length === 1) {
      tail.firstChild.data = only.text;
    } else tail.replaceChildren(paint(runs));
  }

  #unfold(): void {
    this.#unfolded = true;
    this.#pre.classList.add("unfolded");
    this.#pre.tabIndex = 0;
    this.#pre.setAttribute("role", "region");
    this.#pre.setAttribute("aria-label", "All printed text");
    this.#drawAll(this.#screen.lines, 0);
    this.#pre.focus({ preventScroll: true });
  }

  #buttons(): HTMLElement[] {
    return [
      h(
        "button",
        { type: "button", class: "tool", on: { click: () => void copyText(this.#screen.text) } },
        icon("copy"),
        "Copy",
      ),
      h(
        "button",
        {
          type: "button",
          class: "tool",
          on: { click: () => download("output.txt", new Blob([this.#screen.text], { type: "text/plain" })) },
        },
        icon("download"),
        "Text",
      ),
    ];
  }
}

/** Nodes for runs: bare text for the plain ones, spans for the others. */
export function paint(runs: readonly Run[]): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const { text, look } of runs) {
    if (look === PLAIN) {
      fragment.append(document.createTextNode(text));
      continue;
    }
    const span = h("span", { class: look.classes || undefined }, text);
    if (look.color !== undefined) span.style.setProperty("color", look.color);
    if (look.background !== undefined) span.style.setProperty("background-color", look.background);
    fragment.append(span);
  }
  return fragment;
}
