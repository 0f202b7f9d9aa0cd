// What ran here: the code as the program sent it, and what came of it, newest last.

import type { ExecuteOptions, Execution, Result } from "../host/index";
import { clock, count, duration, plural } from "../page/model/format";
import { notes } from "../page/model/outcome";
import { Outputs } from "../page/model/outputs";
import { bundleOf } from "../page/model/runner";
import { h, setText } from "../page/view/dom";
import { OutputsView } from "../page/view/outputs-view";
import { toast } from "../page/view/toast";

/** Older runs are taken off the page: their figures would fill the tab's memory. */
const KEPT = 50;
/** Code beyond this is shown when it is asked for. */
const LINES = 16;
const CHARS = 2_000;

type State = "queued" | "loading" | "running" | "ok" | "error" | "stopped";

export interface Shown {
  /** Tell the view what happens, and then whoever listened before. */
  options: ExecuteOptions;
  ended(execution: Execution): void;
  /** It never ran: an option can't be. */
  refused(text: string): void;
}

export class RunsView {
  readonly #list: HTMLElement;
  readonly #readFile: (path: string) => Promise<Blob>;
  readonly #shown: { dom: HTMLElement; view: OutputsView }[] = [];
  #dropped = 0;
  readonly #earlier = h("li", { class: "runs-earlier" });

  constructor(list: HTMLElement, readFile: (path: string) => Promise<Blob>) {
    this.#list = list;
    this.#readFile = readFile;
    // Whoever has scrolled up reads something there; everybody else sees what comes.
    let following = true;
    let before = 0;
    addEventListener("scroll", () => {
      const near = document.documentElement.scrollHeight - innerHeight - scrollY < 160;
      // What grows takes the end away, too; only a person moves up.
      following = near || (following && scrollY >= before);
      before = scrollY;
    });
    new ResizeObserver(() => {
      if (following) scrollTo({ top: document.documentElement.scrollHeight });
    }).observe(list);
  }

  /** Shows a new run. */
  add(code: string, options: ExecuteOptions): Shown {
    const outputs = new Outputs();
    const view = new OutputsView(outputs, {
      readFile: this.#readFile,
      retry: () => {},
      runAbove: () => {},
      wantSvg: () => toast("Figures come as SVG when the program asks for them (svg=True)."),
    });
    const time = h("span", { class: "time", "data-testid": "run-time" }, "queued");
    const number = h("span", { class: "count" }, "[ ]");
    const dom = h(
      "li",
      { class: "cell", "data-kind": "code", "data-state": "queued", "data-testid": "run" },
      h("div", { class: "gutter" }, number),
      h("div", { class: "body" }, h("div", { class: "well" }, codeView(code)), time),
      view.dom,
    );
    this.#push(dom, view);
    let began = 0;
    let ticking: ReturnType<typeof setInterval> | undefined;
    const enter = (state: State, text: string) => {
      dom.dataset.state = state;
      setText(time, text);
    };
    const watched: ExecuteOptions = {
      ...options,
      onStart: () => {
        began = performance.now();
        enter("running", clock(0));
        ticking = setInterval(() => {
          if (dom.dataset.state === "running") setText(time, clock(performance.now() - began));
        }, 100);
        options.onStart?.();
      },
      onLoading: (packages) => {
        if (packages[0]) enter("loading", `loading ${packages[0].name}`);
        options.onLoading?.(packages);
      },
      onLoaded: (packages) => {
        if (ticking !== undefined) enter("running", clock(performance.now() - began));
        options.onLoaded?.(packages);
      },
      onStdout: (text) => {
        outputs.stream("stdout", text);
        options.onStdout?.(text);
      },
      onStderr: (text) => {
        outputs.stream("stderr", text);
        options.onStderr?.(text);
      },
      onResult: (result: Result) => {
        outputs.add({ kind: "bundle", bundle: bundleOf(result), id: undefined, main: true });
        options.onResult?.(result);
      },
      onDisplay: (shown) => {
        const { result, id, update } = shown;
        const bundle = bundleOf(result);
        if (!(update && id !== undefined && outputs.update(id, bundle))) {
          outputs.add({ kind: "bundle", bundle, id, main: false });
        }
        options.onDisplay?.(shown);
      },
      onClear: (wait) => {
        outputs.clear(wait);
        options.onClear?.(wait);
      },
    };
    const ended = (execution: Execution) => {
      clearInterval(ticking);
      const { status, error } = execution;
      const stopped = status === "timeout" || status === "interrupted" || status === "crashed";
      if (error && (status === "error" || status === "refused")) outputs.add({ kind: "error", error });
      // Nothing can be run from here, so there is nothing to press.
      const limit = options.timeout ?? execution.durationMs;
      for (const { action: _, ...note } of notes(execution, limit, false)) outputs.add(note);
      const made = execution.files.filter((file) => file.change !== "deleted");
      if (made.length > 0) outputs.add({ kind: "files", changes: made });
      if (execution.executionCount) setText(number, `[${execution.executionCount}]`);
      enter(status === "ok" ? "ok" : stopped ? "stopped" : "error", endText(execution));
    };
    const refused = (text: string) => {
      outputs.add({ kind: "note", tone: "bad", text });
      enter("error", "refused");
    };
    return { options: watched, ended, refused };
  }

  #push(dom: HTMLElement, view: OutputsView): void {
    this.#shown.push({ dom, view });
    this.#list.append(dom);
    while (this.#shown.length > KEPT) {
      const oldest = this.#shown.shift();
      oldest?.view.destroy();
      oldest?.dom.remove();
      this.#dropped += 1;
      setText(this.#earlier, `${plural(this.#dropped, "earlier run")} not shown any more`);
      if (!this.#earlier.isConnected) this.#list.prepend(this.#earlier);
    }
  }
}

function endText({ status, durationMs }: Execution): string {
  switch (status) {
    case "ok":
    case "error":
      return duration(durationMs);
    case "timeout":
      return "time was up";
    case "interrupted":
      return "stopped";
    default:
      return status;
  }
}

function codeView(code: string): HTMLElement {
  const lines = code.split("\n");
  const short = lines.slice(0, LINES).join("\n").slice(0, CHARS);
  const text = h("code", { dir: "ltr" }, short);
  const box = h(
    "pre",
    { class: "sent-code", tabindex: 0, role: "group", "aria-label": "Code", "data-testid": "run-code" },
    text,
  );
  if (short.length === code.length) return box;
  const more = h(
    "button",
    {
      type: "button",
      class: "fold",
      on: {
        click: () => {
          more.remove();
          setText(text, code);
        },
      },
    },
    lines.length > LINES ? `${count(lines.length - LINES)} more lines. Show all` : "Show all",
  );
  return h("div", {}, box, more);
}
