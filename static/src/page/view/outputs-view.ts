// The outputs of one cell: chooses a view for each and keeps them in step with the list.

import type { Bundle } from "../../protocol/results";
import type { NoteOutput, Output, Outputs } from "../model/outputs";
import { h } from "./dom";
import { errorView } from "./error-view";
import { figureView } from "./figure-view";
import { filesView, type ReadFile } from "./files-view";
import { copyText } from "./hand-out";
import { htmlView } from "./html-view";
import { icon } from "./icons";
import { inputView } from "./input-view";
import { markdownView } from "./markdown-view";
import { tableView, tool } from "./table-view";
import { TextView } from "./text-view";

export interface OutputActions {
  readFile: ReadFile;
  wantSvg(): void;
  runAbove(): void;
  retry(): void;
}

interface View {
  dom: HTMLElement;
  update?: () => void;
  destroy?: () => void;
}

export class OutputsView {
  readonly dom = h("div", { class: "outputs", "data-testid": "outputs" });
  readonly #outputs: Outputs;
  readonly #actions: OutputActions;
  readonly #views = new Map<Output, View>();
  readonly #off: () => void;

  constructor(outputs: Outputs, actions: OutputActions) {
    this.#outputs = outputs;
    this.#actions = actions;
    this.#off = outputs.changed.on((news) => {
      if (news === "list") this.#sync();
      else this.#views.get(outputs.items.at(-1) as Output)?.update?.();
    });
    this.#sync();
  }

  destroy(): void {
    this.#off();
    for (const view of this.#views.values()) view.destroy?.();
    this.#views.clear();
  }

  #sync(): void {
    const { items } = this.#outputs;
    const wanted = new Set(items);
    for (const [item, view] of this.#views) {
      if (wanted.has(item)) continue;
      view.destroy?.();
      this.#views.delete(item);
      // Its successor takes the place in the loop below, before the page is painted.
      view.dom.remove();
    }
    let before: ChildNode | null = this.dom.firstChild;
    for (const item of items) {
      let view = this.#views.get(item);
      if (!view) {
        view = this.#make(item);
        this.#views.set(item, view);
      }
      if (view.dom !== before) this.dom.insertBefore(view.dom, before);
      else before = before.nextSibling;
    }
  }

  #make(output: Output): View {
    switch (output.kind) {
      case "text": {
        const view = new TextView(output);
        return { dom: view.dom, update: () => view.update(), destroy: () => view.destroy() };
      }
      case "bundle":
        return this.#bundle(output.bundle);
      case "error":
        return { dom: errorView(output.error) };
      case "note":
        return { dom: this.#note(output) };
      case "input":
        return { dom: inputView(output) };
      case "files":
        return filesView(output.changes, this.#actions.readFile);
    }
  }

  // Richest first; HTML only when there is no structured form of the same thing.
  #bundle(bundle: Bundle): View {
    if (bundle.data !== undefined) return { dom: tableView(bundle.data, bundle.name) };
    if (bundle.png !== undefined || bundle.svg !== undefined || bundle.jpeg !== undefined) {
      return figureView(bundle, { wantSvg: () => this.#actions.wantSvg() });
    }
    if (bundle.html !== undefined) return { dom: htmlView(bundle.html, bundle.text) };
    if (bundle.markdown !== undefined) return { dom: h("div", { class: "output" }, markdownView(bundle.markdown)) };
    if (bundle.latex !== undefined) return { dom: latexView(bundle.latex, bundle.text) };
    if (bundle.text !== undefined) return { dom: plainView(bundle.text) };
    return { dom: plainView(bundle.json === undefined ? "" : JSON.stringify(bundle.json, null, 2)) };
  }

  #note({ tone, text, action }: NoteOutput): HTMLElement {
    const press = action === "retry" ? () => this.#actions.retry() : () => this.#actions.runAbove();
    return h(
      "p",
      { class: `output note ${tone}`, "data-testid": "output-note" },
      icon(tone === "info" ? "text" : "warning"),
      h("span", { dir: "auto" }, text),
      action &&
        h(
          "button",
          { type: "button", class: "link", on: { click: press } },
          action === "retry" ? "Try again" : "Run the cells above again",
          action === "run-above" && icon("play"),
        ),
    );
  }
}

function plainView(text: string): HTMLElement {
  const LIMIT = 20_000;
  const body = h("div", {
    class: "plain-text",
    "data-testid": "output-text",
    dir: "auto",
    tabindex: 0,
    role: "region",
    "aria-label": "Result",
  });
  body.append(text.slice(0, LIMIT));
  if (text.length > LIMIT) {
    const more = h(
      "button",
      {
        type: "button",
        class: "fold",
        on: {
          click: () => {
            more.remove();
            body.append(text.slice(LIMIT));
          },
        },
      },
      `${(text.length - LIMIT).toLocaleString("en-US")} more characters. Show all`,
    );
    body.append(more);
  }
  return h("div", { class: "output output-plain" }, body);
}

/** The formula's source beside what Python would print; there is no typesetter aboard. */
function latexView(latex: string, text: string | undefined): HTMLElement {
  const formula = latex.replace(/^\s*(\$\$?|\\\[)(?:\\displaystyle)?\s*|\s*(\$\$?|\\\])\s*$/g, "");
  return h(
    "div",
    { class: "output output-latex" },
    h("div", { class: "plain-text", "data-testid": "output-text", dir: "auto" }, text ?? formula),
    h(
      "div",
      { class: "output-tools" },
      h("span", { class: "spring" }),
      tool("copy", "LaTeX", () => void copyText(formula)),
    ),
  );
}
