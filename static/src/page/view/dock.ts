// The bar under the thumb: its Run names and runs the cell that is on the screen, and stops what runs.

import type { Cell, Notebook } from "../model/notebook";
import type { Runner } from "../model/runner";
import { byId, setText } from "./dom";
import type { NotebookView } from "./notebook-view";

const NARROW = "(max-width: 56rem)";

export class Dock {
  readonly #notebook: Notebook;
  readonly #runner: Runner;
  readonly #view: NotebookView;
  /** What a thumb has started is brought onto the screen with what it gave. */
  #shownAfter: string | undefined;

  constructor(notebook: Notebook, runner: Runner, view: NotebookView) {
    this.#notebook = notebook;
    this.#runner = runner;
    this.#view = view;
    byId("dock-run").addEventListener("click", () => this.#press());
    notebook.changed.on(({ type }) => {
      if (type === "select" || type === "move") this.draw();
    });
    runner.ended.on(({ cell }) => {
      if (this.#shownAfter !== cell.id) return;
      this.#shownAfter = undefined;
      view.view(cell.id)?.dom.querySelector(".outputs")?.scrollIntoView({ block: "nearest" });
    });
    this.#followScroll();
  }

  draw(): void {
    const cell = this.#onScreen();
    const label = cell?.kind === "code" ? `Run ${this.#notebook.indexOf(cell.id) + 1}` : "Run";
    setText(byId("dock-run-label"), this.#runner.busy ? "Stop" : label);
    byId("dock-run").dataset.busy = String(this.#runner.busy);
  }

  #press(): void {
    if (this.#runner.busy) return void this.#runner.stop();
    const cell = this.#onScreen();
    if (!cell) return;
    this.#notebook.select(cell.id);
    this.#runner.run(cell.id);
    this.#shownAfter = cell.id;
  }

  /** The code cell that a thumb means: the selected one while it is on the screen, else the one in its middle. */
  #onScreen(): Cell | undefined {
    const { selected } = this.#notebook;
    const box = this.#view.selected?.dom.getBoundingClientRect();
    if (selected?.kind === "code" && box && box.bottom > 60 && box.top < innerHeight - 60) return selected;
    for (const part of [0.4, 0.6, 0.25, 0.75, 0.1]) {
      const found = document.elementFromPoint(innerWidth / 2, innerHeight * part)?.closest(".cell[data-kind=code]");
      if (found) return this.#notebook.get(found.id);
    }
    return selected;
  }

  #followScroll(): void {
    const narrow = matchMedia(NARROW);
    let waiting = false;
    const follow = () => {
      if (waiting || !narrow.matches) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.draw();
      });
    };
    addEventListener("scroll", follow, { passive: true });
  }
}
