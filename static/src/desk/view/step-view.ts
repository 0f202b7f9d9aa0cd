// One step: a line that says what it did, what it took and what of it was sent; below it the cell, folded once it has run.

import type { CompletionSource } from "../../page/editor/editor";
import { bytes, duration } from "../../page/model/format";
import type { Cell } from "../../page/model/notebook";
import { CellView } from "../../page/view/cell-view";
import { fill, h, setText } from "../../page/view/dom";
import { type IconName, icon } from "../../page/view/icons";
import type { OutputActions } from "../../page/view/outputs-view";
import { type Made, nameOfStep, type StepEntry } from "../model/entries";

export interface StepActions extends OutputActions {
  run(): void;
  stop(): void;
  source(text: string): void;
  /** Goes on from here in a conversation of its own. */
  branch(): void;
  /** What Python tells the editor. */
  help: CompletionSource;
}

const ICONS: Partial<Record<StepEntry["state"], IconName>> = {
  own: "edit",
  "output-available": "check",
  "output-error": "close",
  "output-denied": "blocked",
};

export class StepView {
  readonly dom: HTMLElement;
  readonly cell: CellView | undefined;
  readonly #entry: StepEntry;
  readonly #own: Cell | undefined;
  readonly #mark = h("span", { class: "step-mark", "aria-hidden": "true" });
  readonly #name = h("span", { class: "step-title", dir: "auto" });
  readonly #facts = h("span", { class: "step-facts", "data-testid": "step-facts" });
  readonly #line: HTMLButtonElement;
  readonly #more = h("div", { class: "step-more" });
  readonly #to: string | null;
  #shown = "";
  /** A person has folded or unfolded it: from then on it stays so. */
  #touched = false;
  #drawn = "";

  /** `to`: where its model is; null in this page. */
  constructor(entry: StepEntry, cell: Cell | undefined, to: string | null, actions: StepActions) {
    this.#entry = entry;
    this.#own = cell;
    this.#to = to;
    this.#line = h(
      "button",
      {
        type: "button",
        class: "step-line",
        "data-testid": "step-line",
        on: {
          click: () => {
            this.#touched = true;
            this.#fold(this.#shown === "all" ? this.#rest() : "all");
          },
        },
      },
      this.#mark,
      this.#name,
      this.#facts,
    );
    const branch = h(
      "button",
      {
        type: "button",
        class: "tool step-branch",
        title: "Go on from here, in a conversation of its own; the code may have been changed",
        "data-testid": "step-branch",
        on: { click: () => actions.branch() },
      },
      icon("out"),
      "Go on from here",
    );
    if (cell) {
      const { run, stop, source } = actions;
      this.cell = new CellView(
        cell,
        { ...actions, run, stop, source, select: () => undefined, exit: () => false },
        actions.help,
      );
    }
    this.dom = h(
      "section",
      { class: "step", "data-testid": "step", "aria-label": `Step ${entry.number}` },
      h("div", { class: "step-head" }, this.#line, entry.number > 0 && branch),
      this.cell
        ? h("ol", { class: "cells", role: "list" }, this.cell.dom)
        : h("pre", { class: "step-arguments" }, entry.code),
      this.#more,
    );
    // Before the editor: there a line end would come of it.
    const keys = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey) || !this.cell?.editing) return;
      event.preventDefault();
      event.stopPropagation();
      actions.run();
    };
    this.dom.addEventListener("keydown", keys, { capture: true });
    this.cell?.number(entry.number || 1);
    this.update();
  }

  /** Shows all of it, and brings it onto the screen. */
  show(): void {
    this.#fold(this.#shown === "all" ? "all" : this.#entry.state === "output-error" ? "all" : "code");
    this.dom.scrollIntoView({ block: "center" });
    this.#line.focus({ preventScroll: true });
    this.dom.classList.remove("pointed");
    // The animation begins anew.
    void this.dom.offsetWidth;
    this.dom.classList.add("pointed");
  }

  update(): void {
    const { state, number } = this.#entry;
    this.dom.dataset.state = state;
    const shown = ICONS[state];
    if (this.#mark.dataset.icon !== (shown ?? "spinner")) {
      this.#mark.dataset.icon = shown ?? "spinner";
      fill(this.#mark, shown ? icon(shown) : h("span", { class: "spinner" }));
    }
    setText(this.#name, `${number > 0 ? `${number} · ` : ""}${nameOfStep(this.#entry)}`);
    setText(this.#facts, this.#says().join(" · "));
    const arguments_ = this.dom.querySelector(".step-arguments");
    if (arguments_) setText(arguments_, this.#entry.code);
    if (!this.#touched) this.#fold(this.#rest());
    this.#drawMore();
  }

  destroy(): void {
    this.cell?.destroy();
    this.dom.remove();
  }

  /** How it lies when nobody has touched it: open while it is written and runs; then what it gave; of an error the line. */
  #rest(): string {
    const { state } = this.#entry;
    if (state === "output-error" && this.#own) return this.dom.dataset.repaired === "true" ? "line" : "all";
    if (state === "output-available" || state === "output-denied" || state.startsWith("approval")) return "code";
    return "all";
  }

  /** A later step has mended it. */
  repaired(): void {
    if (this.dom.dataset.repaired === "true") return;
    this.dom.dataset.repaired = "true";
    this.update();
  }

  #fold(to: string): void {
    this.#shown = to;
    this.dom.dataset.shown = to;
    this.#line.setAttribute("aria-expanded", String(to === "all"));
  }

  #says(): string[] {
    const { state, ms, sent, sentBytes, tool } = this.#entry;
    const error = this.#own?.outputs.items.findLast((item) => item.kind === "error");
    const what = error?.kind === "error" ? error.error.name : "it failed";
    const took = ms > 0 ? [duration(ms)] : [];
    switch (state) {
      case "own":
        return ["nothing of it is sent"];
      case "input-streaming":
        return ["being written"];
      case "input-available":
        return [tool === "execute_python" ? "runs" : "computed"];
      case "approval-requested":
        return [...took, "waits for your yes"];
      case "output-denied":
        return [...took, "nothing sent"];
      default: {
        const failed = state === "output-error" ? [what] : [];
        const mended = this.dom.dataset.repaired === "true" ? ["repaired below"] : [];
        const changed = this.#own && this.#own.source !== this.#entry.code ? ["changed by you"] : [];
        const told =
          sent === undefined
            ? "nothing sent"
            : this.#to === null
              ? `${bytes(sentBytes)} told`
              : `${bytes(sentBytes)} sent`;
        return [...failed, ...mended, ...took, told, ...changed];
      }
    }
  }

  /** What was sent of it, and what it was made with. */
  #drawMore(): void {
    const { sent, made } = this.#entry;
    const key = JSON.stringify([sent, made]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    fill(
      this.#more,
      sent !== undefined &&
        h(
          "details",
          { "data-testid": "step-sent" },
          h("summary", {}, this.#to === null ? "what the demo was told" : "what was sent of it"),
          h("pre", { class: "as-sent" }, sent),
        ),
      made && madeView(made),
    );
  }
}

function madeView({ files, packages, python }: Made): HTMLElement {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return h(
    "details",
    { "data-testid": "step-made" },
    h("summary", {}, "what it was made with"),
    h(
      "ul",
      { class: "made" },
      files.map(({ path, bytes: size, sha256 }) =>
        h("li", {}, h("bdi", {}, path), ` · ${bytes(size)}`, sha256 && h("code", {}, `sha256 ${sha256.slice(0, 16)}…`)),
      ),
      python && h("li", {}, `Python ${python}`),
      versions.length > 0 && h("li", {}, versions.join(", ")),
    ),
  );
}
