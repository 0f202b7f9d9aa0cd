// The list of cells: keeps one view per cell, the selection, and the running clock. A stored notebook may hold a hundred
// thousand cells: the first are there at once, the others while the page answers.

import type { CompletionSource } from "../editor/editor";
import type { Cell, Change, Notebook } from "../model/notebook";
import type { Runner } from "../model/runner";
import { afterPaint } from "./after-paint";
import { CellView } from "./cell-view";
import type { OutputActions } from "./outputs-view";
import { toast } from "./toast";

export interface NotebookActions extends Pick<OutputActions, "readFile" | "askTable" | "wantSvg" | "retry"> {
  completion: CompletionSource;
}

const TICK_MS = 100;
/** Milliseconds of making cells before the page is let answer. */
const SLICE_MS = 40;

export class NotebookView {
  readonly #list: HTMLElement;
  readonly #notebook: Notebook;
  readonly #runner: Runner;
  readonly #actions: NotebookActions;
  readonly #views = new Map<string, CellView>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Cells before this one have their views. */
  #made = 0;
  #making: (() => void) | undefined;

  constructor(list: HTMLElement, notebook: Notebook, runner: Runner, actions: NotebookActions) {
    this.#list = list;
    this.#notebook = notebook;
    this.#runner = runner;
    this.#actions = actions;
    notebook.changed.on((change) => this.#change(change));
    this.#rebuild();
  }

  view(id: string | undefined): CellView | undefined {
    const cell = id === undefined ? undefined : this.#notebook.get(id);
    if (!cell) return undefined;
    return this.#views.get(cell.id) ?? this.#place(cell, this.#notebook.indexOf(cell.id));
  }

  get selected(): CellView | undefined {
    return this.view(this.#notebook.selected?.id);
  }

  removeCell(id: string): void {
    const had = this.selected?.dom.contains(document.activeElement) ?? false;
    if (this.#runner.current === id) void this.#runner.stop();
    this.#notebook.remove(id);
    if (had) this.selected?.focus();
    toast("Cell deleted.", { label: "Undo", run: () => this.#notebook.undoRemove() }, "deleted");
  }

  #change(change: Change): void {
    switch (change.type) {
      case "insert":
        this.#place(change.cell, change.index);
        break;
      case "remove":
        this.#views.get(change.cell.id)?.destroy();
        this.#views.delete(change.cell.id);
        break;
      case "move":
        this.#move(change.cell, change.index);
        break;
      case "source":
        this.#views.get(change.cell.id)?.setSource(change.cell.source);
        return;
      case "kind":
        this.#views.get(change.cell.id)?.changeKind();
        break;
      case "fold":
        this.#views.get(change.cell.id)?.fold();
        return;
      case "run":
        this.#views.get(change.cell.id)?.update();
        this.#tick();
        return;
      case "select":
        for (const [id, view] of this.#views) view.select(id === change.cell?.id);
        return;
      case "replace":
        this.#rebuild();
        return;
    }
    this.#number();
  }

  #rebuild(): void {
    for (const view of this.#views.values()) view.destroy();
    this.#views.clear();
    this.#made = 0;
    this.#fill();
  }

  /** Makes the views that are missing, for a while; then again, until there are none. */
  #fill(): void {
    this.#making?.();
    this.#making = undefined;
    const end = performance.now() + SLICE_MS;
    const { cells } = this.#notebook;
    for (; this.#made < cells.length; this.#made++) {
      const cell = cells[this.#made];
      if (!cell || this.#views.has(cell.id)) continue;
      if (performance.now() > end) {
        this.#making = afterPaint(() => this.#fill());
        return;
      }
      this.#place(cell, this.#made);
    }
  }

  #place(cell: Cell, index: number): CellView {
    const view = this.#make(cell);
    this.#insert(view, index);
    view.number(index + 1);
    view.select(cell.id === this.#notebook.selected?.id);
    return view;
  }

  /** Behind the nearest cell before it that is there. */
  #insert(view: CellView, index: number): void {
    const { cells } = this.#notebook;
    let before: CellView | undefined;
    for (let at = index - 1; at >= 0 && !before; at--) before = this.#views.get(cells[at]?.id ?? "");
    this.#list.insertBefore(view.dom, before ? before.dom.nextSibling : this.#list.firstChild);
  }

  // Moving an element blurs what is inside, so the caret is put back.
  #move(cell: Cell, index: number): void {
    const view = this.#views.get(cell.id);
    if (!view) return;
    const { editing } = view;
    const focused = view.dom.contains(document.activeElement) ? document.activeElement : null;
    view.dom.remove();
    this.#insert(view, index);
    if (editing) view.edit();
    else if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    view.dom.scrollIntoView({ block: "nearest" });
  }

  #number(): void {
    // Whatever has moved, the cells without views may be anywhere now.
    if (this.#making !== undefined) this.#made = 0;
    for (const [at, cell] of this.#notebook.cells.entries()) this.#views.get(cell.id)?.number(at + 1);
  }

  #tick(): void {
    const running = this.#notebook.cells.some((cell) => cell.since !== undefined);
    if (!running) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else
      this.#timer ??= setInterval(() => {
        const now = performance.now();
        for (const cell of this.#notebook.cells) if (cell.since !== undefined) this.#views.get(cell.id)?.tick(now);
      }, TICK_MS);
  }

  #make(cell: Cell): CellView {
    const { id } = cell;
    const notebook = this.#notebook;
    const view = new CellView(
      cell,
      {
        ...this.#actions,
        run: () => this.#runner.run(id),
        retry: () => {
          this.#actions.retry();
          this.#runner.run(id);
        },
        stop: () => void this.#runner.stop(),
        runLonger: (ms) => this.#runner.runLonger(id, ms),
        runAbove: () => this.#runner.runAbove(id),
        select: () => notebook.select(id),
        source: (text) => notebook.setSource(id, text),
        move: (by) => notebook.move(id, by),
        fold: (folded) => notebook.setFolded(id, folded),
        remove: () => this.removeCell(id),
        toggleKind: () => notebook.setKind(id, cell.kind === "code" ? "text" : "code"),
        exit: (direction) => {
          const next = notebook.cells[notebook.indexOf(id) + direction];
          if (!next) return false;
          view.leave();
          notebook.select(next.id);
          const target = this.#views.get(next.id);
          if (next.kind === "code") target?.edit(direction < 0);
          else target?.focus();
          return true;
        },
      },
      this.#actions.completion,
    );
    this.#views.set(id, view);
    return view;
  }
}
