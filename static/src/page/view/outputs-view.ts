// The outputs of one cell: chooses a view for each and keeps them in step with the list.

import type { Bundle, Chart } from "../../protocol/results";
import { duration } from "../model/format";
import type { NoteOutput, Output, Outputs } from "../model/outputs";
import { dearness } from "../model/svgcost";
import type { TableAsk } from "../model/table-source";
import { h } from "./dom";
import { errorView } from "./error-view";
import { figureView } from "./figure-view";
import { filesView, type ReadFile } from "./files-view";
import { base64, download } from "./hand-out";
import { htmlView } from "./html-view";
import { icon } from "./icons";
import { inputView } from "./input-view";
import { markdownView } from "./markdown-view";
import { onDemand } from "./on-demand";
import { places } from "./places";
import { latexView, plainView } from "./plain-view";
import { tableView, tool } from "./table-view";
import { TextView } from "./text-view";
import { toast } from "./toast";

export interface OutputActions {
  readFile: ReadFile;
  /** Undefined where nobody can be asked for more of a table. */
  askTable?: TableAsk | undefined;
  wantSvg(): void;
  runAbove(): void;
  retry(): void;
  /** Undefined where no cell can be given more time. */
  runLonger?(ms: number): void;
}

/** HTML results, tables, long Markdown that one cell shows without being asked: each is dear to draw. */
const DEAR = 20;
/** Charts, each of which has its library in a frame of its own. */
const CHARTS = 8;
/** Markdown up to this length is never dear; beyond the other it is shown as text. */
const SHORT = 2_000;
const LONG = 200_000;
/** Milliseconds in which views are made at a time; then others have their turn, Stop among them. */
const TURN_MS = 40;
const CHEAP_MS = 4;

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
  #dear = new Set<Output>();
  #rest = 0;
  #turn: ReturnType<typeof setTimeout> | undefined;

  constructor(outputs: Outputs, actions: OutputActions) {
    this.#outputs = outputs;
    this.#actions = actions;
    this.#off = outputs.changed.on((news) => {
      if (news === "list") this.#soon();
      else for (const view of this.#views.values()) view.update?.();
    });
    this.#sync();
  }

  destroy(): void {
    this.#off();
    clearTimeout(this.#turn);
    for (const view of this.#views.values()) view.destroy?.();
    this.#views.clear();
  }

  /** At once, or when others have had their turn after what was dear. */
  #soon(): void {
    if (this.#turn !== undefined) return;
    const wait = this.#rest - performance.now();
    if (wait <= 0) this.#sync();
    else this.#turn = setTimeout(() => this.#sync(), wait);
  }

  #sync(): void {
    const began = performance.now();
    clearTimeout(this.#turn);
    this.#turn = undefined;
    this.#draw(began);
    const spent = performance.now() - began;
    if (spent > CHEAP_MS) this.#rest = performance.now() + Math.max(TURN_MS, 2 * spent);
  }

  #draw(began: number): void {
    const { items } = this.#outputs;
    const wanted = new Set(items);
    for (const [item, view] of this.#views) {
      if (wanted.has(item)) continue;
      view.destroy?.();
      this.#views.delete(item);
      this.#dear.delete(item);
      // Its successor takes the place in the loop below, before the page is painted.
      view.dom.remove();
    }
    let before: ChildNode | null = this.dom.firstChild;
    for (const item of items) {
      let view = this.#views.get(item);
      if (!view) {
        if (performance.now() - began > TURN_MS) {
          this.#turn = setTimeout(() => this.#sync(), TURN_MS);
          return;
        }
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
        return this.#bundle(output, output.bundle);
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
  #bundle(output: Output, bundle: Bundle): View {
    const { chart, data, html, markdown, svg, text } = bundle;
    if (chart !== undefined) return this.#within(output, "A chart.", () => this.#chart(output, bundle, chart), CHARTS);
    if (data !== undefined) {
      const { askTable: ask, readFile: read } = this.#actions;
      return this.#within(output, "A table.", () => ({ dom: tableView(data, { name: bundle.name, ask, read }) }));
    }
    if (bundle.png !== undefined || bundle.jpeg !== undefined) return this.#figure(bundle);
    if (svg !== undefined) {
      const why = dearness(svg);
      if (why === undefined) return this.#figure(bundle);
      // Another process draws it, where the browser has one for it.
      return onDemand(`This SVG is dear to draw: ${why}.`, () => ({ dom: htmlView(svg, text) }));
    }
    if (html !== undefined) return this.#within(output, "An HTML result.", () => ({ dom: htmlView(html, text) }));
    if (markdown !== undefined) {
      if (markdown.length > LONG) return { dom: plainView(markdown) };
      const make = () => ({ dom: h("div", { class: "output" }, markdownView(markdown)) });
      return markdown.length > SHORT ? this.#within(output, "A long text.", make) : make();
    }
    if (bundle.latex !== undefined) return { dom: latexView(bundle.latex, text) };
    if (text !== undefined) return { dom: plainView(text) };
    return { dom: plainView(bundle.json === undefined ? "" : jsonText(bundle.json)) };
  }

  #figure(bundle: Bundle): View {
    return figureView(bundle, { wantSvg: () => this.#actions.wantSvg() });
  }

  /** What shows charts comes with the first of them. */
  #chart(output: Output, bundle: Bundle, chart: Chart): View {
    const dom = h("div");
    let gone = false;
    let destroy = () => {
      gone = true;
    };
    void import("./chart-view").then(
      ({ chartView }) => {
        if (gone) return;
        const address = (kind: string) => places().chart(kind);
        const keep = (png: ArrayBuffer) => {
          // What a file said of an output is written as it was read.
          if (output.kind !== "bundle" || output.beside) return;
          bundle.png = base64(new Uint8Array(png));
          this.#outputs.changed.emit("text");
        };
        const view = chartView(bundle, chart, { h, tool, toast, download, figureView, address, keep });
        destroy = view.destroy;
        dom.append(view.dom);
      },
      () => dom.append(plainView(bundle.text ?? "")),
    );
    return { dom, destroy: () => destroy() };
  }

  /** Drawn at once while the cell has few that are dear. */
  #within(output: Output, what: string, make: () => View, most = DEAR): View {
    if (this.#dear.size >= most) return onDemand(`${what} This cell shows ${most} by itself.`, make);
    this.#dear.add(output);
    return make();
  }

  #note({ tone, text, action, longer }: NoteOutput): HTMLElement {
    const { runLonger } = this.#actions;
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
      longer !== undefined &&
        runLonger &&
        h(
          "button",
          { type: "button", class: "link", "data-testid": "run-longer", on: { click: () => runLonger(longer) } },
          `Run again with ${duration(longer)}`,
        ),
    );
  }
}

/** Indented, while that does not make much of little. */
function jsonText(json: unknown): string {
  const text = JSON.stringify(json) ?? "";
  return text.length > LONG ? text : JSON.stringify(json, null, 2);
}
