// The list of cells: keeps one view per cell, the selection, and the running clock.

import type { CompletionSource } from "../editor/editor";
import type { Cell, Change, Notebook } from "../model/notebook";
import type { Runner } from "../model/runner";
import { CellView } from "./cell-view";
import type { OutputActions } from "./outputs-view";
import { toast } from "./toast";

export interface NotebookActions extends Pick<OutputActions, "readFile" | "wantSvg" | "retry"> {
  completion: CompletionSource;
}

const TICK_MS = 100;

export class NotebookView {
  readonly #list: HTMLElement;
  readonly #notebook: Notebook;
  readonly #runner: Runner;
  readonly #actions: NotebookActions;
  readonly #views = new Map<string, CellView>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(list: HTMLElement, notebook: Notebook, runner: Runner, actions: NotebookActions) {
    this.#list = list;
    this.#notebook = notebook;
    this.#runner = runner;
    this.#actions = actions;
    notebook.changed.on((change) => this.#change(change));
    this.#rebuild();
  }

  view(id: string | undefined): CellView | undefined {
    return id === undefined ? undefined : this.#views.get(id);
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
        this.#list.insertBefore(this.#make(change.cell).dom, this.#list.children[change.index] ?? null);
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
    for (const cell of this.#notebook.cells) this.#list.append(this.#make(cell).dom);
    this.#number();
    for (const [id, view] of this.#views) view.select(id === this.#notebook.selected?.id);
  }

  // Moving an element blurs what is inside, so the caret is put back.
  #move(cell: Cell, index: number): void {
    const view = this.#views.get(cell.id);
    if (!view) return;
    const { editing } = view;
    const focused = view.dom.contains(document.activeElement) ? document.activeElement : null;
    view.dom.remove();
    this.#list.insertBefore(view.dom, this.#list.children[index] ?? null);
    if (editing) view.edit();
    else if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    view.dom.scrollIntoView({ block: "nearest" });
  }

  #number(): void {
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
        runAbove: () => this.#runner.runAbove(id),
        select: () => notebook.select(id),
        source: (text) => notebook.setSource(id, text),
        move: (by) => notebook.move(id, by),
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
