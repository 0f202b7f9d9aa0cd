// Runs cells one after the other: the queue, what each cell shows meanwhile, and what is said when it ends.

import type { Execution, Result } from "../../host/index";
import type { Bundle, FileChange } from "../../protocol/results";
import { Emitter } from "./emitter";
import { plural } from "./format";
import type { Cell, Notebook } from "./notebook";
import { notes } from "./outcome";
import type { InputOutput } from "./outputs";

/** What the runner needs of a sandbox. */
export interface Engine {
  /** `cell`: the one whose code it is. */
  execute(code: string, hooks: RunHooks, cell: Cell): Promise<Execution>;
  interrupt(): Promise<void>;
  /** False while Python is still on its way. */
  readonly isReady: boolean;
  /** Counts restarts of Python: a different number means that variables are gone. */
  readonly generation: number;
}

export interface RunHooks {
  timeout: number;
  svg: boolean;
  onStdout(text: string): void;
  onStderr(text: string): void;
  onResult(result: Result): void;
  onDisplay(event: { result: Result; id?: string; update: boolean }): void;
  onClear(wait: boolean): void;
  onStart(): void;
  onLoading(packages: readonly { name: string; version: string }[]): void;
  onLoaded(): void;
  onInput(prompt: string, password: boolean): Promise<string | null>;
}

export interface RunnerSettings {
  /** Milliseconds a cell may run. */
  timeLimit(cell: Cell): number;
  /** Milliseconds that one may be given; undefined: no more than that. */
  most?(): number;
  svg(): boolean;
  now(): number;
  /** What was queued behind a failure runs all the same: cells that are no notebook. */
  goesOn?: boolean;
}

export class Runner {
  readonly #notebook: Notebook;
  readonly #engine: Engine;
  readonly #settings: RunnerSettings;
  #queue: string[] = [];
  #current: string | undefined;
  readonly #longer = new Map<string, number>();
  #loading: readonly string[] = [];
  /** Something about the queue changed. */
  readonly changed = new Emitter<void>();
  /** A cell has ended, and all that belongs to it is shown. */
  readonly ended = new Emitter<{ cell: Cell; execution: Execution }>();

  constructor(notebook: Notebook, engine: Engine, settings: RunnerSettings) {
    this.#notebook = notebook;
    this.#engine = engine;
    this.#settings = settings;
  }

  get busy(): boolean {
    return this.#current !== undefined;
  }

  get current(): string | undefined {
    return this.#current;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Packages the current cell is loading. */
  get loading(): readonly string[] {
    return this.#loading;
  }

  /** Queues cells; those already waiting keep their place. Text and empty cells are passed over. */
  run(...ids: string[]): void {
    for (const id of ids) {
      const cell = this.#notebook.get(id);
      if (cell?.kind !== "code" || this.#queue.includes(id) || this.#current === id) continue;
      if (cell.source.trim() === "") {
        cell.outputs.clear();
        this.#notebook.setRun(id, {
          state: "idle",
          count: undefined,
          ms: undefined,
          failedLine: undefined,
          old: undefined,
        });
        continue;
      }
      this.#queue.push(id);
      this.#notebook.setRun(id, {
        state: "queued",
        failedLine: undefined,
        waiting: this.#engine.isReady ? "queued" : "queued: runs when Python is ready",
      });
    }
    this.changed.emit();
    void this.#work();
  }

  /** Runs a cell once with another limit, in milliseconds. */
  runLonger(id: string, ms: number): void {
    this.#longer.set(id, ms);
    this.run(id);
  }

  runAll(): void {
    this.run(...this.#notebook.cells.map((cell) => cell.id));
  }

  /** The cells above this one: what a restarted Python has to be told again. */
  runAbove(id: string): void {
    this.run(...this.#notebook.cells.slice(0, this.#notebook.indexOf(id)).map((cell) => cell.id));
  }

  /** Stops the running cell and empties the queue. */
  async stop(): Promise<void> {
    this.#unqueue();
    if (this.#current !== undefined) await this.#engine.interrupt();
  }

  /** Stops this cell if it runs; takes it off the queue if it waits there. */
  async cancel(id: string): Promise<void> {
    if (this.#current === id) return this.#engine.interrupt();
    if (!this.#queue.includes(id)) return;
    this.#queue = this.#queue.filter((other) => other !== id);
    this.#notebook.setRun(id, { state: "idle", waiting: undefined });
    this.changed.emit();
  }

  #unqueue(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const id of waiting) this.#notebook.setRun(id, { state: "idle", waiting: undefined });
    this.changed.emit();
  }

  async #work(): Promise<void> {
    while (this.#current === undefined) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      const cell = this.#notebook.get(id);
      if (!cell) continue;
      this.#current = id;
      this.changed.emit();
      const ok = await this.#one(cell);
      this.#current = undefined;
      this.#loading = [];
      // As in Jupyter: what was queued behind a failure doesn't run on its ruins.
      if (!ok && !this.#settings.goesOn) this.#unqueue();
      this.changed.emit();
    }
  }

  async #one(cell: Cell): Promise<boolean> {
    const { outputs } = cell;
    const { generation } = this.#engine;
    const timeout = this.#longer.get(cell.id) ?? this.#settings.timeLimit(cell);
    this.#longer.delete(cell.id);
    outputs.clear();
    // Until the clock of user code starts the cell waits: for Python, or for packages.
    this.#notebook.setRun(cell.id, { ms: undefined, since: undefined, old: undefined, formerCount: undefined });
    let prompt: InputOutput | undefined;
    let began = false;
    const show = (result: Result, main: boolean, id?: string) =>
      outputs.add({ kind: "bundle", bundle: bundleOf(result), id, main });
    let execution: Execution;
    try {
      const hooks: RunHooks = {
        timeout,
        svg: this.#settings.svg(),
        onStdout: (text) => outputs.stream("stdout", text),
        onStderr: (text) => outputs.stream("stderr", text),
        onResult: (result) => {
          if (result.isMain) show(result, true);
        },
        onDisplay: ({ result, id, update }) => {
          const bundle = bundleOf(result);
          const found = update && id !== undefined && this.#update(id, bundle);
          if (!found) show(result, false, id);
        },
        onClear: (wait) => outputs.clear(wait),
        onStart: () => {
          began = true;
          this.#loading = [];
          this.#notebook.setRun(cell.id, { state: "running", since: this.#settings.now(), waiting: undefined });
          this.changed.emit();
        },
        onLoading: (packages) => {
          const [first, ...others] = packages.map(({ name }) => name);
          if (first === undefined) return; // more of one that is there takes a moment
          this.#loading = [first, ...others];
          const more = others.length > 0 ? ` and ${plural(others.length, "more", "more")}` : "";
          this.#notebook.setRun(cell.id, { state: "loading", waiting: `loading ${first}${more}` });
          this.changed.emit();
        },
        onLoaded: () => {
          this.#loading = [];
          if (began) this.#notebook.setRun(cell.id, { state: "running", waiting: undefined });
          this.changed.emit();
        },
        onInput: (text, password) =>
          new Promise((resolve) => {
            const item: InputOutput = {
              kind: "input",
              prompt: text,
              password,
              answer: (value) => {
                if (prompt !== item) return;
                prompt = undefined;
                // Python itself writes question and answer into the text, without the secret.
                outputs.remove(item);
                resolve(value);
              },
            };
            prompt = item;
            outputs.add(item);
          }),
      };
      execution = await this.#engine.execute(cell.source, hooks, cell);
    } catch (error) {
      // Only faults of ours or of the browser come here; the cell must still end.
      const text = `The cell could not be run: ${error instanceof Error ? error.message : String(error)}`;
      outputs.add({ kind: "note", tone: "bad", text, action: "retry" });
      this.#notebook.setRun(cell.id, { state: "error", since: undefined, waiting: undefined });
      return false;
    }
    prompt?.answer(null);
    this.#finish(cell, execution, timeout, this.#engine.generation !== generation);
    return execution.status === "ok";
  }

  #update(id: string, bundle: Bundle): boolean {
    let found = false;
    for (const cell of this.#notebook.cells) found = cell.outputs.update(id, bundle) || found;
    return found;
  }

  #finish(cell: Cell, execution: Execution, timeout: number, restarted: boolean): void {
    const { status, error } = execution;
    const stopped = status === "timeout" || status === "interrupted" || status === "crashed";
    // A KeyboardInterrupt's traceback tells nothing that "Stopped." doesn't.
    if (error && (status === "error" || status === "refused")) cell.outputs.add({ kind: "error", error });
    cell.outputs.dropNames();
    // A cell that was killed never got a number; the news of the restart may come after that of its end.
    const lost = restarted || (stopped && !execution.executionCount);
    for (const note of notes(execution, timeout, lost, this.#settings.most?.())) cell.outputs.add(note);
    const made = execution.files.filter((file: FileChange) => file.change !== "deleted");
    if (made.length > 0) cell.outputs.add({ kind: "files", changes: made });
    this.#notebook.setRun(cell.id, {
      state: status === "ok" ? "ok" : stopped ? "stopped" : "error",
      count: execution.executionCount || undefined,
      formerCount: execution.executionCount || undefined,
      ms: execution.durationMs,
      since: undefined,
      waiting: undefined,
      failedLine: error?.line,
    });
    this.ended.emit({ cell, execution });
  }
}

/** The fields of a Result that a view shows, without the class around them. */
export function bundleOf(result: Result): Bundle {
  const { text, html, markdown, svg, png, jpeg, latex, json, data, chart, alt, width, height, name } = result;
  const all = { text, html, markdown, svg, png, jpeg, latex, json, data, chart, alt, width, height, name };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null)) as Bundle;
}
