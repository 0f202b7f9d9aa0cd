// Find and replace over all cells: a bar over the notebook, and marks in its editors. Comes when it is first asked for.

import type { Found } from "../editor/editor";
import { find, MOST, replaced, type Wanted } from "../editor/find";
import { readOnly } from "../editor/readonly";
import { count } from "../model/format";
import type { Cell, Notebook } from "../model/notebook";
import { byId, h, setText } from "./dom";
import { type IconName, icon } from "./icons";
import type { NotebookView } from "./notebook-view";
import { toast } from "./toast";

interface Place extends Found {
  cell: Cell;
}

/** Milliseconds after a change before cells are searched again. */
const PAUSE_MS = 120;

export class FindBar {
  readonly dom: HTMLElement;
  readonly #notebook: Notebook;
  readonly #view: NotebookView;
  readonly #field = field("Find", "find-text");
  readonly #other = field("Replace with", "find-other");
  readonly #told = h("output", { class: "find-count", "aria-live": "polite", "data-testid": "find-count" });
  readonly #matchCase: HTMLElement;
  readonly #wholeWord: HTMLElement;
  readonly #within: HTMLElement;
  readonly #replacing: HTMLElement;
  #places: Place[] = [];
  #at: number | undefined;
  #marked = new Set<string>();
  /** The one cell that is searched, where it is only one. */
  #only: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(notebook: Notebook, view: NotebookView) {
    this.#notebook = notebook;
    this.#view = view;
    const search = () => this.#search();
    this.#matchCase = toggle("Aa", "Aa: match case", search);
    this.#wholeWord = toggle("Word", "Word: whole words", search);
    this.#within = toggle("Cell", "Cell: in the selected cell only", () => {
      this.#only = pressed(this.#within) ? notebook.selected?.id : undefined;
      search();
    });
    this.#replacing = h(
      "div",
      { class: "find-row", hidden: true },
      this.#other,
      button("Replace", "find-replace", () => this.#replace()),
      button("Replace all", "find-replace-all", () => this.#replaceAll()),
    );
    const more = tool("chevron", "Replace", () => this.#showReplacing(this.#replacing.hidden === true));
    more.hidden = readOnly();
    more.classList.add("find-more");
    this.dom = h(
      "div",
      { class: "find-bar", role: "search", "aria-label": "Find in the cells", "data-testid": "find-bar", hidden: true },
      h(
        "div",
        { class: "find-row" },
        more,
        this.#field,
        this.#told,
        this.#matchCase,
        this.#wholeWord,
        this.#within,
        tool("up", "Previous", () => this.#go(-1)),
        tool("down", "Next", () => this.#go(1)),
        tool("close", "Close", () => this.close()),
      ),
      this.#replacing,
    );
    this.#field.addEventListener("input", search);
    this.dom.addEventListener("keydown", (event) => this.#key(event));
    notebook.changed.on(({ type }) => {
      if (this.dom.hidden || type === "run" || type === "select" || type === "fold") return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(true), PAUSE_MS);
    });
    byId("notebook").prepend(this.dom);
  }

  /** Shows it with what is selected, and puts the caret into it. */
  open(replacing: boolean): void {
    const selected = this.#view.selected?.selection ?? "";
    this.dom.hidden = false;
    if (selected !== "" && !selected.includes("\n")) this.#field.value = selected;
    if (replacing && !readOnly()) this.#showReplacing(true);
    this.#search();
    this.#field.focus();
    this.#field.select();
  }

  close(): void {
    if (this.dom.hidden) return;
    this.dom.hidden = true;
    clearTimeout(this.#timer);
    const place = this.#current;
    this.#mark([]);
    // Where one has come to, one goes on.
    if (place) this.#view.view(place.cell.id)?.choose(place);
    else this.#view.selected?.focus();
  }

  get #wanted(): Wanted {
    return {
      text: this.#field.value,
      matchCase: pressed(this.#matchCase),
      wholeWord: pressed(this.#wholeWord),
    };
  }

  get #current(): Place | undefined {
    return this.#at === undefined ? undefined : this.#places[this.#at];
  }

  #key(event: KeyboardEvent): void {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    if (key === "Escape") this.close();
    else if (key === "Enter" && event.target === this.#field) this.#go(shiftKey ? -1 : 1);
    else if (key === "Enter" && event.target === this.#other) this.#replace();
    else if ((key === "f" || key === "h") && (ctrlKey || metaKey)) this.#field.select();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #showReplacing(shown: boolean): void {
    this.#replacing.hidden = !shown;
    this.dom.querySelector(".find-more")?.setAttribute("aria-expanded", String(shown));
  }

  /** Looks through the cells anew. `still`: what stands next stays where it is. */
  #search(still = false): void {
    const wanted = this.#wanted;
    const before = this.#current;
    const places: Place[] = [];
    for (const cell of this.#notebook.cells) {
      if (this.#only !== undefined && cell.id !== this.#only) continue;
      for (const range of find(cell.source, wanted, MOST - places.length)) places.push({ ...range, cell });
    }
    const selected = this.#notebook.indexOf(this.#notebook.selected?.id ?? "");
    const from = before ? this.#notebook.indexOf(before.cell.id) : selected;
    const next = places.findIndex(({ cell, from: at }) => {
      const index = this.#notebook.indexOf(cell.id);
      return index > from || (index === from && at >= (before?.from ?? 0));
    });
    this.#at = places.length === 0 ? undefined : Math.max(0, next);
    this.#mark(places);
    if (!still) this.#reveal();
  }

  #go(by: 1 | -1): void {
    const { length } = this.#places;
    if (length === 0) return;
    this.#at = ((this.#at ?? 0) + by + length) % length;
    this.#mark(this.#places);
    this.#reveal();
  }

  #mark(places: Place[]): void {
    this.#places = places;
    const { length } = places;
    const most = length === MOST ? "+" : "";
    const said =
      this.#field.value === ""
        ? ""
        : length === 0
          ? "none"
          : `${count((this.#at ?? 0) + 1)} of ${count(length)}${most}`;
    setText(this.#told, said);
    const current = this.#current;
    const now = byCell(places);
    for (const id of this.#marked) if (!now.has(id)) this.#view.view(id)?.markFound([], undefined);
    for (const [id, own] of now) {
      const at = current ? own.indexOf(current) : -1;
      this.#view.view(id)?.markFound(own, at < 0 ? undefined : at);
    }
    this.#marked = new Set(now.keys());
  }

  #reveal(): void {
    const place = this.#current;
    if (!place) return;
    this.#notebook.select(place.cell.id);
    this.#view.view(place.cell.id)?.reveal(place);
  }

  #replace(): void {
    const place = this.#current;
    if (!place || readOnly()) return;
    this.#notebook.setSource(place.cell.id, replaced(place.cell.source, [place], this.#other.value));
    // What was put there may hold what is looked for.
    const after = place.from + this.#other.value.length;
    clearTimeout(this.#timer);
    this.#search(true);
    const order = this.#notebook.indexOf(place.cell.id);
    const next = this.#places.findIndex(({ cell, from }) => {
      const index = this.#notebook.indexOf(cell.id);
      return index > order || (index === order && from >= after);
    });
    if (this.#places.length > 0) this.#at = Math.max(0, next);
    this.#mark(this.#places);
    this.#reveal();
  }

  #replaceAll(): void {
    if (this.#places.length === 0 || readOnly()) return;
    const { length } = this.#places;
    const before: [string, string, string][] = [];
    for (const [id, own] of byCell(this.#places)) {
      const { source } = own[0]?.cell ?? { source: "" };
      const after = replaced(source, own, this.#other.value);
      before.push([id, source, after]);
      this.#notebook.setSource(id, after);
    }
    clearTimeout(this.#timer);
    this.#search(true);
    const undo = () => {
      for (const [id, source, after] of before)
        if (this.#notebook.get(id)?.source === after) this.#notebook.setSource(id, source);
    };
    const cells = before.length === 1 ? "one cell" : `${count(before.length)} cells`;
    toast(`${count(length)} replaced in ${cells}.`, { label: "Undo", run: undo }, "replaced");
  }
}

function byCell(places: readonly Place[]): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const place of places) {
    const own = found.get(place.cell.id);
    if (own) own.push(place);
    else found.set(place.cell.id, [place]);
  }
  return found;
}

function field(label: string, id: string): HTMLInputElement {
  return h("input", {
    type: "text",
    class: "field",
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "data-testid": id,
  });
}

function tool(name: IconName, label: string, click: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click } },
    icon(name),
  );
}

function button(label: string, id: string, click: () => void): HTMLElement {
  return h("button", { type: "button", class: "tool", "data-testid": id, on: { click } }, label);
}

function toggle(text: string, label: string, change: () => void): HTMLElement {
  const made = h(
    "button",
    {
      type: "button",
      class: "tool find-toggle",
      "aria-label": label,
      "aria-pressed": "false",
      title: label,
      on: {
        click: () => {
          made.setAttribute("aria-pressed", String(!pressed(made)));
          change();
        },
      },
    },
    text,
  );
  return made;
}

function pressed(element: HTMLElement): boolean {
  return element.getAttribute("aria-pressed") === "true";
}
