// All cells of a page that have been loaded: they run one at a time, in the order in which people pressed.

import { type Context, Execution, type Policy } from "../../host/index";
import { Emitter } from "../../page/model/emitter";
import type { Cell } from "../../page/model/notebook";
import { Notebook } from "../../page/model/notebook";
import { type Engine, type RunHooks, Runner } from "../../page/model/runner";
import { runExamples } from "./examples";
import { type Needs, Runtime, Unprepared } from "./runtime";

/** What the hub has to know of a cell. */
export interface Member {
  element: Element;
  needs(): Needs;
  /** Milliseconds, where the page says so. */
  timeout(): number | undefined;
  /** The text with prompts, where that is what runs. */
  examples(): string | undefined;
}

const NORMAL_LIMIT_MS = 30_000;

/** The code of all cells of the page, of those that nobody has pointed at, too. */
function codeOfPage(): string {
  const cells = document.querySelectorAll<Element & { code?: unknown }>("bell-jar");
  return Array.from(cells, ({ code }) => (typeof code === "string" ? code : "")).join("\n");
}

export class Hub implements Engine {
  readonly notebook = new Notebook();
  readonly runtime: Runtime;
  readonly runner: Runner;
  readonly #members = new Map<string, Member>();
  readonly #ran = new Set<string>();
  /** Who waits for the end of a cell. */
  readonly #waiting = new Map<string, ((execution: Execution) => void)[]>();
  #limits = { normal: NORMAL_LIMIT_MS, most: NORMAL_LIMIT_MS };
  /** Somebody pressed Stop. */
  readonly #stops = new Emitter<void>();

  constructor(base: string) {
    this.runtime = new Runtime(base, codeOfPage);
    this.runner = new Runner(this.notebook, this, {
      timeLimit: ({ id }) => Math.min(this.#members.get(id)?.timeout() ?? this.#limits.normal, this.#limits.most),
      svg: () => false,
      now: () => performance.now(),
      goesOn: true,
    });
    this.runtime.policy().then(
      ({ limits }) => this.#limit(limits),
      () => undefined,
    );
    this.runner.ended.on(({ cell, execution }) => this.#settle(cell.id, execution));
    this.notebook.changed.on((change) => {
      if (change.type !== "run") return;
      const { state, id } = change.cell;
      if (state === "idle")
        this.#settle(id, Execution.without("interrupted", "Interrupted", "It was taken off the queue."));
      // Of a cell that ended as it should, the news of the end comes with this or right after it.
      if (state === "error")
        setTimeout(() =>
          this.#settle(id, Execution.without("unavailable", "Unavailable", "The cell could not be run.")),
        );
    });
  }

  get isReady(): boolean {
    return this.runtime.isReady;
  }

  get generation(): number {
    return this.runtime.generation;
  }

  join(source: string, member: Member): Cell {
    const cell = this.notebook.insert(this.notebook.cells.length, { kind: "code", source });
    this.#members.set(cell.id, member);
    return cell;
  }

  #limit({ timeout_ms, max_timeout_ms }: Policy["limits"]): void {
    this.#limits = { normal: timeout_ms, most: max_timeout_ms };
  }

  /** Runs again what had run of a cell's session above it in the page: what a Python that was replaced has to be told. */
  runAbove(cell: Cell): void {
    const own = this.#members.get(cell.id);
    if (!own) return;
    const { session } = own.needs();
    const above = [...this.#members].filter(
      ([id, { element, needs }]) =>
        this.#ran.has(id) &&
        needs().session === session &&
        element.compareDocumentPosition(own.element) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    const following = ([, a]: [string, Member], [, b]: [string, Member]) =>
      a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
    this.runner.run(...above.sort(following).map(([id]) => id));
  }

  /** A cell has gone from the page. */
  leave(cell: Cell): void {
    void this.runner.cancel(cell.id);
    this.#members.delete(cell.id);
    cell.outputs.clear();
  }

  /** Runs a cell when its turn comes; settles when it has ended, in whichever way. */
  run(cell: Cell): Promise<Execution> {
    const ended = new Promise<Execution>((resolve) => {
      this.#waiting.set(cell.id, [...(this.#waiting.get(cell.id) ?? []), resolve]);
    });
    this.#ran.add(cell.id);
    this.runner.run(cell.id);
    return ended;
  }

  #settle(id: string, execution: Execution): void {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const resolve of waiting) resolve(execution);
  }

  async interrupt(): Promise<void> {
    this.#stops.emit();
    await this.runtime.interrupt();
  }

  async execute(code: string, hooks: RunHooks, cell: Cell): Promise<Execution> {
    const member = this.#members.get(cell.id);
    if (!member) throw new Error("it is gone from the page");
    let off = () => {};
    // Python may be long on its way; whoever presses Stop meanwhile does not wait for it.
    const stopped = new Promise<"stopped">((resolve) => {
      off = this.#stops.on(() => resolve("stopped"));
    });
    try {
      const needs = member.needs();
      const ready = await Promise.race([this.#ready(code, needs, hooks, member), stopped]);
      off();
      if (ready === "stopped")
        return Execution.without("interrupted", "Interrupted", "It was stopped before it began.");
      const context = ready;
      const examples = member.examples();
      if (examples === undefined) return await context.execute(code, hooks);
      return await runExamples(examples, (source, own) => context.execute(source, own), hooks, cell.outputs);
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (error instanceof Unprepared && error.execution) {
        cell.outputs.add({ kind: "note", tone: "bad", text: sentence });
        return error.execution;
      }
      return Execution.without("unavailable", "Unavailable", sentence);
    } finally {
      off();
    }
  }

  /** The namespace to run in, with all that the cell needs. */
  async #ready(code: string, needs: Needs, hooks: RunHooks, member: Member): Promise<Context> {
    const sandbox = await this.runtime.open(this.#pending(code), needs);
    this.#limit((await sandbox.policy).limits);
    hooks.timeout = Math.min(member.timeout() ?? this.#limits.normal, this.#limits.most);
    return sandbox.context(await this.runtime.prepare(sandbox, needs));
  }

  /** The code of all that is about to run: what Python starts with is enough for it. */
  #pending(code: string): string {
    const queued = this.notebook.cells.filter(({ state }) => state === "queued");
    return [code, ...queued.map(({ source }) => source)].join("\n");
  }
}
