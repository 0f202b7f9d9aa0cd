// One cell once somebody means to use it: its run, what is said of it meanwhile, its editor, its outputs.

import type { Execution } from "../../host/index";
import type { Editor, EditorOptions } from "../../page/editor/editor";
import { loadFullEditor, makeEditor, upgrade } from "../../page/editor/loader";
import { PlainEditor } from "../../page/editor/plain";
import { bytes, bytesOf, clock, duration } from "../../page/model/format";
import type { Cell, RunState } from "../../page/model/notebook";
import { setText } from "../../page/view/dom";
import { OutputsView } from "../../page/view/outputs-view";
import { toast } from "../../page/view/toast";
import type { Face, Live } from "../contract";
import { hasPrompts, matches, withoutPrompts } from "../doctest";
import { packedCode } from "../packed";
import type { Hub } from "./hub";
import type { Needs } from "./runtime";
import { adopt } from "./styles";

const TICK_MS = 100;

/** How a run has ended, before its time. */
const ENDS: Partial<Record<RunState, string>> = { ok: "done in ", error: "failed after ", stopped: "stopped after " };

export class LiveCell implements Live {
  readonly #face: Face;
  readonly #hub: Hub;
  readonly #cell: Cell;
  #editor: Editor | undefined;
  /** The code of the page was replaced. */
  #changed: boolean;
  #clock: ReturnType<typeof setInterval> | undefined;
  #page: string | undefined;
  /** Settles when what is asked of the server before anything runs is known. */
  readonly #known: Promise<void>;
  readonly #offs: (() => void)[] = [];
  /** Something about the size is known and nothing has run. */
  #size = "";

  constructor(face: Face, hub: Hub) {
    this.#face = face;
    this.#hub = hub;
    this.#changed = face.put !== undefined;
    const source = face.put ?? bare(face.given);
    this.#cell = hub.join(source, {
      element: face.element,
      needs: () => this.#needs(),
      timeout: () => face.settings.timeout,
      examples: () => (!this.#changed && hasPrompts(face.given) ? face.given : undefined),
    });
    const { outputs, reset, restore } = face.parts;
    adopt(outputs.getRootNode() as ShadowRoot);
    const view = new OutputsView(this.#cell.outputs, {
      readFile: (path) => hub.runtime.read(path),
      wantSvg: () => toast("Figures come as pictures here. The notebook page gives them as SVG, too."),
      runAbove: () => hub.runAbove(this.#cell),
      retry: () => void this.run(),
    });
    outputs.append(view.dom);
    this.#cell.outputs.changed.on((news) => this.#face.emit("output", { news }));
    this.#offs.push(
      hub.notebook.changed.on((change) => {
        if (change.type === "run" && change.cell.id === this.#cell.id) this.#draw();
      }),
      hub.runtime.progress.on(() => this.#draw()),
      () => view.destroy(),
    );
    // Seen from outside the keys are those of the element, which is no field: pages with shortcuts would take them.
    for (const type of ["keydown", "keypress", "keyup"] as const) {
      const keep = (event: KeyboardEvent) => isTyped(event) && event.stopPropagation();
      face.parts.root.addEventListener(type, keep);
      this.#offs.push(() => face.parts.root.removeEventListener(type, keep));
    }
    reset.hidden = true;
    restore.hidden = !this.#changed;
    this.#known = this.#ask();
  }

  // ------------------------------------------------------------ runs

  async run(): Promise<Execution> {
    const face = this.#face;
    face.complain("");
    face.markLine(undefined);
    face.showStored(false);
    face.emit("run", { code: this.text, session: face.settings.session });
    const execution = await this.#hub.run(this.#cell);
    this.#finish(execution);
    return execution;
  }

  #finish(execution: Execution): void {
    const { status, error } = execution;
    if (!this.#changed && (status === "error" || status === "refused")) this.#face.markLine(error?.line);
    if (status === "unavailable" && !execution.ran) {
      // Nothing of the code has been seen: what stood there comes back, and one line says why. Run tries again.
      this.#cell.outputs.clear();
      this.#face.showStored(true);
      this.#face.complain(this.#face.refused() ?? error?.value ?? "Python is not available.");
    }
    if (status === "ok") this.#compare(execution);
    this.#face.parts.reset.hidden = false;
    this.#face.emit("result", execution);
  }

  /** With the output that the page says there should be; not once the code is another. */
  #compare(execution: Execution): void {
    const { expected } = this.#face;
    if (expected === undefined || this.#changed || hasPrompts(this.#face.given)) return;
    const got = [execution.stdout.replace(/\n$/, ""), execution.text ?? ""].filter((part) => part !== "").join("\n");
    if (matches(expected, got)) return;
    const text = `The page shows another output: ${expected.length > 300 ? `${expected.slice(0, 300)}…` : expected}`;
    this.#cell.outputs.add({ kind: "note", tone: "warn", text });
  }

  async stop(): Promise<void> {
    await this.#hub.runner.cancel(this.#cell.id);
  }

  leave(): void {
    for (const off of this.#offs.splice(0)) off();
    clearInterval(this.#clock);
    this.#hub.leave(this.#cell);
    this.#editor?.destroy();
    this.#face.parts.outputs.replaceChildren();
  }

  refused(): void {
    if (!this.#hub.isReady) this.#hub.runtime.abandon();
  }

  async asked(): Promise<boolean> {
    await this.#known;
    const { runtime } = this.#hub;
    if (!runtime.untouched || this.#size === "") return false;
    setText(this.#face.parts.status, `${this.#size}, and this connection saves data: press again to load it`);
    return true;
  }

  async reset(): Promise<void> {
    await this.stop();
    const { session } = this.#face.settings;
    try {
      const sentence = await this.#hub.runtime.reset(session);
      if (sentence) toast(sentence);
    } catch (error) {
      this.#face.complain(error instanceof Error ? error.message : String(error));
    }
    this.#cell.outputs.clear();
    this.#hub.notebook.setRun(this.#cell.id, { state: "idle", count: undefined, ms: undefined, failedLine: undefined });
    this.#face.markLine(undefined);
    this.#face.showStored(true);
    this.#face.parts.reset.hidden = true;
  }

  #needs(): Needs {
    const { session, setup, files, packages } = this.#face.settings;
    return { session, setup: setup === undefined ? undefined : hidden(setup), files, packages };
  }

  /** How much a start would fetch, and whether there is a page to open the code in. */
  async #ask(): Promise<void> {
    const { runtime } = this.#hub;
    try {
      const policy = await runtime.policy();
      this.#page = policy.page;
      this.#face.parts.open.hidden = this.#page === undefined;
      if (!runtime.untouched) return;
      this.#size = `about ${bytes(await runtime.size(this.text, this.#needs()))}`;
    } catch {
      // A run says it in a sentence.
      return;
    }
    this.#draw();
  }

  #draw(): void {
    const { parts } = this.#face;
    const { state, since, ms, waiting } = this.#cell;
    const busy = state === "queued" || state === "loading" || state === "running";
    parts.root.dataset.state = state;
    parts.root.dataset.busy = String(busy);
    setText(parts.runLabel, busy ? "Stop" : "Run");
    if (!this.#editor) parts.well.removeAttribute("aria-busy");
    this.#editor?.markLine(this.#cell.failedLine);
    const ticking = state === "running" && since !== undefined;
    if (ticking && this.#clock === undefined) this.#clock = setInterval(() => this.#draw(), TICK_MS);
    if (!ticking && this.#clock !== undefined) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
    const { runtime } = this.#hub;
    let text = "";
    if (ticking) text = clock(performance.now() - since);
    else if (busy && this.#hub.runner.current === this.#cell.id && !runtime.isReady) text = this.#loading();
    else if (busy) text = waiting ?? "waiting";
    else if (ms !== undefined && state !== "idle") text = `${ENDS[state] ?? ""}${duration(ms)}`;
    else if (runtime.untouched) text = this.#size;
    // Ends are said to who can't see them; a clock that ticks is not.
    parts.status.setAttribute("aria-live", busy ? "off" : "polite");
    setText(parts.status, text);
  }

  #loading(): string {
    const { last } = this.#hub.runtime;
    if (!last) return this.#size ? `loading Python, ${this.#size}` : "loading Python";
    if (last.stage === "starting" || last.total === 0) return "starting Python";
    return `loading Python: ${bytesOf(last.received, last.wire)}`;
  }

  // ------------------------------------------------------------ the code

  get text(): string {
    return this.#editor?.text ?? this.#cell.source;
  }

  set text(text: string) {
    this.#setSource(text);
    if (this.#editor) this.#editor.text = text;
    else this.#show();
  }

  #setSource(text: string): void {
    this.#hub.notebook.setSource(this.#cell.id, text);
    this.#changed = text !== bare(this.#face.given);
    this.#face.parts.restore.hidden = !this.#changed;
    this.#face.markLine(undefined);
  }

  edit(): void {
    if (!this.#editor) this.#show();
    this.#editor?.focus();
  }

  /** The editor in place of the code of the page. */
  #show(): void {
    const { parts, settings } = this.#face;
    const options: EditorOptions = {
      text: this.#cell.source,
      label: `${settings.label ?? "Python code"}. Escape leaves the editor`,
      language: "python",
      events: {
        change: (text) => this.#setSource(text),
        focus: () => undefined,
        exit: () => false,
      },
      completion: this.#completion,
    };
    const editor = settings.editor === "plain" ? new PlainEditor(options) : makeEditor(options);
    this.#editor = editor;
    parts.well.replaceChildren(editor.dom);
    parts.well.addEventListener("keydown", this.#key);
    this.#face.showGiven(false);
    if (settings.editor === "plain") return;
    void loadFullEditor().then((make) => {
      if (!make || this.#editor !== editor || editor.dom.localName !== "textarea") return;
      this.#editor = upgrade(editor, make, options);
    });
  }

  get #completion(): EditorOptions["completion"] {
    const { runtime } = this.#hub;
    return {
      get complete() {
        return runtime.mayComplete ? (code: string, cursor: number) => runtime.complete(code, cursor) : undefined;
      },
      get inspect() {
        return runtime.mayComplete ? (code: string, cursor: number) => runtime.inspect(code, cursor) : undefined;
      },
    };
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !this.#editor?.choosing) {
      event.preventDefault();
      this.#face.parts.run.focus();
      if (!this.#changed) this.#leave();
    } else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.run();
    }
  };

  #leave(): void {
    this.#editor?.destroy();
    this.#editor = undefined;
    this.#face.parts.well.replaceChildren();
    this.#face.showGiven(true);
  }

  restore(): void {
    this.#setSource(bare(this.#face.given));
    this.#leave();
    this.#face.parts.run.focus();
  }

  async openPage(): Promise<void> {
    if (this.#page === undefined) return;
    const address = new URL(this.#page, this.#face.base);
    address.hash = `code=${await packedCode(this.text)}`;
    window.open(address, "_blank", "noopener");
  }
}

/** Whether a key goes into a field or an editor. */
function isTyped(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

const bare = (text: string): string => (hasPrompts(text) ? withoutPrompts(text) : text);

/** Hidden code: the text itself, or that of the element with this id. */
function hidden(setup: string): string {
  if (!/^#[^\s]+$/.test(setup)) return setup;
  const found = document.getElementById(setup.slice(1));
  if (!found) throw new Error(`setup="${setup}" names no element of this page.`);
  return (found instanceof HTMLTemplateElement ? found.content : found).textContent ?? "";
}
