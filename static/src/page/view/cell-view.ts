// One cell: gutter with run button and count, editor, tools, outputs.

import type { CompletionSource, Editor, EditorOptions, Found } from "../editor/editor";
import { loadFullEditor, makeEditor, upgrade } from "../editor/loader";
import { readOnly } from "../editor/readonly";
import { clock, duration } from "../model/format";
import { type Cell, isFolded } from "../model/notebook";
import { h, setText } from "./dom";
import { grip } from "./drag";
import { type IconName, icon } from "./icons";
import { inTurn } from "./in-turn";
import { markdownView } from "./markdown-view";
import { type OutputActions, OutputsView } from "./outputs-view";
import { roving } from "./roving";

export interface CellActions extends OutputActions {
  run(): void;
  stop(): void;
  select(): void;
  source(text: string): void;
  /** Undefined, as the three below, where a cell's place and kind are fixed. */
  move?(by: number): void;
  fold?(folded: boolean): void;
  remove?(): void;
  toggleKind?(): void;
  /** The caret leaves over the first or last line. */
  exit(direction: -1 | 1): boolean;
}

export class CellView {
  readonly dom: HTMLElement;
  readonly #cell: Cell;
  readonly #actions: CellActions;
  readonly #completion: CompletionSource;
  readonly #run = h("button", { type: "button", class: "run", "data-testid": "cell-run" });
  readonly #count = h("span", { class: "count" });
  readonly #time = h("span", { class: "time", "data-testid": "cell-time" });
  readonly #well = h("div", { class: "well" });
  readonly #outputs: OutputsView;
  readonly #fold = h("button", { type: "button", class: "fold-outputs", "data-testid": "cell-fold" }, icon("chevron"));
  readonly #folded = h("button", { type: "button", class: "link folded", "data-testid": "cell-folded", hidden: true });
  readonly #stop: (open: boolean) => void;
  readonly #off: () => void;
  #editor: Editor | undefined;
  #label = "";
  #shownIcon: IconName | undefined;
  #gone = false;

  constructor(cell: Cell, actions: CellActions, completion: CompletionSource) {
    this.#cell = cell;
    this.#actions = actions;
    this.#completion = completion;
    this.#outputs = new OutputsView(cell.outputs, actions);
    for (const button of [this.#fold, this.#folded])
      button.addEventListener("click", () => {
        actions.fold?.(!isFolded(cell));
        (isFolded(cell) ? this.#folded : this.#fold).focus();
      });
    const tools = this.#tools();
    this.#stop = tools ? roving(tools) : () => undefined;
    this.#off = cell.outputs.changed.on(() => this.#showFold());
    this.#run.addEventListener("click", () => (isActive(cell) ? actions.stop() : actions.run()));
    this.dom = h(
      "li",
      {
        class: "cell",
        id: cell.id,
        tabindex: -1,
        "aria-keyshortcuts": "Enter",
        "data-testid": "cell",
        on: {
          pointerdown: () => actions.select(),
          focusin: () => actions.select(),
          dblclick: () => {
            if (cell.kind !== "code" && !this.#editor) this.edit();
          },
        },
      },
      h(
        "div",
        { class: "gutter" },
        this.#run,
        this.#count,
        !readOnly() && actions.move && grip(() => this.dom, actions.move),
      ),
      h("div", { class: "body" }, this.#well, this.#time, tools),
      this.#fold,
      this.#folded,
      this.#outputs.dom,
    );
    this.#fillWell();
    this.select(false);
    this.#showFold();
    this.update();
  }

  get editing(): boolean {
    return this.#editor?.focused ?? false;
  }

  /** No text is selected in the editor. */
  get selectionEmpty(): boolean {
    const caret = this.#editor?.caret;
    return caret === undefined || caret.anchor === caret.head;
  }

  /** The text that is selected in the editor. */
  get selection(): string {
    const { anchor, head } = this.#editor?.caret ?? { anchor: 0, head: 0 };
    return this.#editor?.text.slice(Math.min(anchor, head), Math.max(anchor, head)) ?? "";
  }

  /** Where the caret stands in the source. */
  get caret(): number {
    return this.#editor?.caret.head ?? this.#cell.source.length;
  }

  get choosing(): boolean {
    return this.#editor?.choosing ?? false;
  }

  /** Puts the caret into the editor, opening it for a text cell. `end`: coming from below. */
  edit(end?: boolean): void {
    if (!this.#editor) {
      this.#openEditor();
      end ??= true;
    }
    if (end !== undefined && this.#editor) {
      const at = end ? this.#editor.text.length : 0;
      this.#editor.caret = { anchor: at, head: at };
    }
    this.#editor?.focus();
  }

  /** Out of the editor; a text cell shows itself rendered. */
  leave(): void {
    if (this.editing) this.focus();
    if (this.#cell.kind !== "code" && this.#cell.source.trim() !== "") this.#fillWell();
  }

  /** Marks what was looked for in the source. */
  markFound(ranges: readonly Found[], current: number | undefined): void {
    // A typeset text becomes source where one has come to it.
    if (!this.#editor && current !== undefined) this.#openEditor();
    this.#editor?.markFound(ranges, current);
  }

  /** Brings a place of the source onto the screen; the focus stays where it is. */
  reveal({ from }: Found): void {
    const line = this.#cell.source.slice(0, from).split("\n").length;
    const height = this.#well.getBoundingClientRect().height / Math.max(1, this.#cell.source.split("\n").length);
    const top = this.#well.getBoundingClientRect().top + line * height;
    if (top < 110 || top > innerHeight - 110) scrollBy({ top: top - innerHeight / 2 });
  }

  /** Selects a stretch of the source, and puts the caret there. */
  choose({ from, to }: Found): void {
    if (!this.#editor) this.#openEditor();
    if (!this.#editor) return;
    this.#editor.focus();
    this.#editor.caret = { anchor: from, head: to };
  }

  focus(): void {
    this.dom.focus({ preventScroll: true });
    this.dom.scrollIntoView({ block: "nearest" });
  }

  select(selected: boolean): void {
    this.dom.classList.toggle("selected", selected);
    // One tab stop for the list: the selected cell.
    this.dom.tabIndex = selected ? 0 : -1;
    // And what can be done with it: three more. Where cells are fixed nobody selects them.
    this.#run.tabIndex = this.#fold.tabIndex = selected || !this.#actions.fold ? 0 : -1;
    this.#stop(selected);
    if (selected) this.dom.setAttribute("aria-current", "true");
    else this.dom.removeAttribute("aria-current");
  }

  /** The cell's number in the notebook, for its labels. */
  number(n: number): void {
    this.#label = `Cell ${n}`;
    this.dom.setAttribute(
      "aria-label",
      `${this.#label}, ${{ code: "Python", text: "text", raw: "raw text" }[this.#cell.kind]}`,
    );
    this.#run.setAttribute("aria-label", this.#runLabel());
    this.#showFold();
  }

  /** The cell became code or text. */
  changeKind(): void {
    this.#editor?.destroy();
    this.#editor = undefined;
    this.#fillWell();
    this.update();
  }

  /** The source was changed elsewhere. */
  setSource(text: string): void {
    if (this.#editor) {
      if (this.#editor.text !== text) this.#editor.text = text;
    } else this.#fillWell();
  }

  /** Draws what a run changed. */
  update(): void {
    const { state, count, failedLine, kind, old } = this.#cell;
    this.dom.dataset.state = state;
    this.dom.classList.toggle("old", old !== undefined);
    this.dom.dataset.kind = kind;
    const name: IconName = isActive(this.#cell) ? "stop" : "play";
    if (name !== this.#shownIcon) {
      this.#shownIcon = name;
      this.#run.replaceChildren(icon(name));
    }
    this.#run.setAttribute("aria-label", this.#runLabel());
    this.#run.hidden = kind !== "code";
    setText(this.#count, kind !== "code" ? "" : count === undefined ? "[ ]" : `[${count}]`);
    this.#editor?.markLine(failedLine);
    this.dom.setAttribute("aria-busy", String(state === "running" || state === "loading"));
    this.tick(performance.now());
  }

  /** The running clock, at `now` of performance.now(). */
  tick(now: number): void {
    const { state, since, ms, waiting, old } = this.#cell;
    const text =
      state === "running" && since !== undefined
        ? clock(now - since)
        : state === "queued" || state === "loading"
          ? (waiting ?? "")
          : old !== undefined
            ? OLD[old]
            : ms !== undefined
              ? duration(ms)
              : "";
    setText(this.#time, text);
  }

  #showFold(): void {
    const { items } = this.#cell.outputs;
    const folded = items.length > 0 && isFolded(this.#cell);
    this.#outputs.dom.hidden = folded;
    this.#folded.hidden = !folded;
    this.#fold.hidden = items.length === 0 || !this.#actions.fold;
    this.#fold.setAttribute("aria-expanded", String(!folded));
    this.#fold.setAttribute("aria-label", `${folded ? "Show" : "Fold"} the outputs of ${this.#label}`);
    this.#fold.title = folded ? "Show the outputs (O)" : "Fold the outputs (O)";
    if (folded) setText(this.#folded, `${items.length === 1 ? "One output" : `${items.length} outputs`} folded. Show`);
  }

  /** Its outputs were folded or unfolded. */
  fold(): void {
    this.#showFold();
  }

  destroy(): void {
    this.#gone = true;
    this.#off();
    this.#editor?.destroy();
    this.#outputs.destroy();
    this.dom.remove();
  }

  #runLabel(): string {
    return isActive(this.#cell) ? `Stop ${this.#label}` : `Run ${this.#label}`;
  }

  #fillWell(): void {
    if (this.#cell.kind === "code") {
      if (!this.#editor) this.#openEditor();
      return;
    }
    this.#editor?.destroy();
    this.#editor = undefined;
    if (this.#cell.source.trim() === "") this.#openEditor();
    else if (this.#cell.kind === "raw") this.#well.replaceChildren(h("pre", { class: "raw" }, this.#cell.source));
    else this.#well.replaceChildren(markdownView(this.#cell.source, attachmentsOf(this.#cell)));
  }

  #openEditor(): void {
    const options: EditorOptions = {
      text: this.#cell.source,
      label: this.#cell.kind === "code" ? "Python code. Escape leaves the editor" : "Text. Escape leaves the editor",
      language: this.#cell.kind === "code" ? "python" : "text",
      events: {
        change: (text) => this.#actions.source(text),
        focus: () => this.#actions.select(),
        exit: (direction) => this.#actions.exit(direction),
      },
      completion: this.#completion,
    };
    const editor = makeEditor(options);
    this.#editor = editor;
    this.#well.replaceChildren(editor.dom);
    void loadFullEditor().then((make) => {
      inTurn(() => {
        // The cell may have been closed, or its editor be the full one already.
        if (!make || this.#gone || this.#editor !== editor || editor.dom.localName !== "textarea") return;
        this.#editor = upgrade(editor, make, options);
        this.#editor.markLine(this.#cell.failedLine);
      });
    });
  }

  #tools(): HTMLElement | undefined {
    const { move, toggleKind, remove } = this.#actions;
    if (!move && !toggleKind && !remove) return undefined;
    const button = (name: IconName, label: string, click: () => void) =>
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click } },
        icon(name),
      );
    return h(
      "div",
      { class: "cell-tools", role: "toolbar", "aria-label": "Cell" },
      move && button("up", "Move up", () => move(-1)),
      move && button("down", "Move down", () => move(1)),
      toggleKind && button("text", "Code or text", toggleKind),
      remove && button("trash", "Delete cell", remove),
    );
  }
}

/** Outputs that this Python did not make. */
const OLD = { visit: "from last time", file: "from the file" };

function attachmentsOf({ beside }: Cell): Record<string, unknown> {
  const { attachments } = beside;
  return typeof attachments === "object" && attachments !== null ? (attachments as Record<string, unknown>) : {};
}

function isActive({ state }: Cell): boolean {
  return state === "running" || state === "loading" || state === "queued";
}
