// The conversation that is open: entries in their order, and a notebook with the cells of its steps. Knows no DOM.

import type { Message, Mode } from "../../ask/index";
import { Emitter } from "../../page/model/emitter";
import { newKey } from "../../page/model/keys";
import { type Cell, Notebook, type SavedCell, type SavedRun } from "../../page/model/notebook";
import { type Apart, type Entry, entryOf, metaOf, type QuestionEntry, type StepEntry, type Thread } from "./entries";

export type EntryNews = { type: "add" | "change" | "remove"; entry: Entry };

/** Why the cell of a step can't take part in what the model is told any more. */
type Given<T extends Entry> = Omit<T, "key" | "type">;

export class Conversation {
  readonly notebook = new Notebook();
  readonly changed = new Emitter<EntryNews>();
  /** The person's own, else the first question. */
  name: string | undefined;
  /** Whether a file's first line has the names of its columns, by path, where the person has said so. */
  headers: Record<string, boolean> = {};
  #entries: Entry[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get title(): string {
    const [first] = this.questions;
    return this.name ?? (first ? first.text.trim().replace(/\s+/g, " ").slice(0, 80) : "New conversation");
  }

  get questions(): QuestionEntry[] {
    return this.#entries.filter((entry) => entry.type === "question");
  }

  /** Adds an entry at the end. */
  add<T extends Entry>(type: T["type"], fields: Given<T>): T {
    const entry = { ...fields, type, key: newKey() } as unknown as T;
    this.#entries.push(entry);
    this.changed.emit({ type: "add", entry });
    return entry;
  }

  /** Adds a step with a cell, where it runs code. */
  step(fields: Partial<Given<StepEntry>>): StepEntry {
    const key = newKey();
    const { code = "", tool = "execute_python" } = fields;
    const first = {
      number: 0,
      title: "",
      state: "own" as const,
      ms: 0,
      sent: undefined,
      sentBytes: 0,
      made: undefined,
    };
    const entry: StepEntry = { ...first, ...fields, tool, code, type: "step", key };
    this.#entries.push(entry);
    if (tool === "execute_python")
      this.notebook.insert(this.notebook.cells.length, { kind: "code", source: code, key });
    this.changed.emit({ type: "add", entry });
    return entry;
  }

  change<T extends Entry>(entry: T, part: Partial<T>): void {
    Object.assign(entry, part);
    this.changed.emit({ type: "change", entry });
  }

  remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.changed.emit({ type: "remove", entry });
  }

  cellOf(entry: Entry): Cell | undefined {
    return this.notebook.cells.find(({ key }) => key === entry.key);
  }

  /** The question that an entry belongs to; undefined above the first one. */
  questionOf(entry: Entry): QuestionEntry | undefined {
    const at = this.#entries.indexOf(entry);
    return this.#entries.slice(0, at + 1).findLast((one) => one.type === "question");
  }

  /** The steps of a question. */
  stepsOf(question: QuestionEntry): StepEntry[] {
    return this.#entries.filter(
      (entry): entry is StepEntry => entry.type === "step" && entry.number > 0 && this.questionOf(entry) === question,
    );
  }

  /** Everything that a model would be reminded of by the next question: the last question and those it goes on from. */
  thread(): { thread: Thread; told: Record<string, string> } | undefined {
    const chain: QuestionEntry[] = [];
    for (const question of this.questions.reverse()) {
      if (!question.thread) {
        // It ended before anything was said, and those before it still stand.
        if (question.follows) continue;
        break;
      }
      chain.unshift(question);
      if (!question.follows) break;
    }
    const last = chain.at(-1)?.thread;
    if (!last) return undefined;
    const messages: Message[] = chain.flatMap(({ thread }) => thread?.messages ?? []);
    const told = Object.assign({}, ...chain.map((question) => question.told)) as Record<string, string>;
    return { thread: { ...last, messages }, told };
  }

  /**
   * A new conversation with all that stands here down to a step. What the model is reminded of ends with the last of its
   * answers that was complete by then.
   */
  until(step: StepEntry): Conversation {
    const branch = new Conversation();
    branch.headers = { ...this.headers };
    branch.name = `${this.title} (from ${step.number > 0 ? `step ${step.number}` : "a cell"})`.slice(0, 120);
    const question = this.questionOf(step);
    for (const entry of this.#entries.slice(0, this.#entries.indexOf(step) + 1)) {
      const copy = structuredClone(entry);
      if (copy.type === "question" && copy.key === question?.key && copy.thread)
        copy.thread = { ...copy.thread, messages: untilCall(copy.thread.messages, step.number) };
      branch.#entries.push(copy);
      const cell = this.cellOf(entry);
      if (cell)
        branch.notebook.insert(branch.notebook.cells.length, { kind: "code", source: cell.source, key: cell.key });
    }
    return branch;
  }

  /** Entries as cells, for storage and for files. */
  saved(): SavedCell[] {
    const cells = this.#entries.map((entry): SavedCell => {
      const cell = this.cellOf(entry);
      const beside = { metadata: { belljar: metaOf(entry) } };
      if (cell) return { kind: "code", source: cell.source, key: entry.key, beside };
      return { kind: entry.type === "step" ? "raw" : "text", source: textOf(entry), key: entry.key, beside };
    });
    // A record without cells is none.
    return cells.length > 0 ? cells : [{ kind: "raw", source: "", key: newKey() }];
  }

  /** Threads and ledgers. */
  apart(): Apart {
    return Object.fromEntries(this.questions.map(({ key, thread, ledger }) => [key, { thread, ledger }]));
  }

  /** Out of storage. */
  static of(cells: readonly SavedCell[], runs: ReadonlyMap<string, SavedRun>, apart: Apart): Conversation {
    const made = new Conversation();
    for (const cell of cells) {
      const entry = entryOf(cell, apart);
      if (!entry) continue;
      made.#entries.push(entry);
      if (cell.kind === "code") {
        const run = runs.get(cell.key);
        made.notebook.insert(made.notebook.cells.length, {
          ...cell,
          beside: {},
          ...(run && { run: { ...run, from: "visit" as const } }),
        });
      }
    }
    return made;
  }
}

const textOf = (entry: Entry): string => (entry.type === "step" ? entry.code : entry.text);

/** The messages of one question up to the result of its nth call. */
export function untilCall(messages: readonly Message[], nth: number): Message[] {
  let calls = 0;
  const kept: Message[] = [];
  for (const message of messages) {
    if (message.role === "assistant") {
      // An answer that ends it, or one whose calls come later.
      if (message.calls.length === 0 || calls >= nth) break;
      calls += message.calls.length;
    }
    kept.push(message);
  }
  // Of several calls at once some may come later; a conversation can't be cut between a call and its result.
  return calls > nth ? kept.slice(0, -2) : kept;
}

/** Whether what was said may be said again under another mode or to another server, as `ask` sees it; else why not. */
export function cannotFollow(
  thread: Thread,
  modes: readonly Mode[],
  mode: Mode,
  to: string | null,
): string | undefined {
  if (modes.indexOf(mode) < modes.indexOf(thread.mode))
    return "What stands above was said under a looser choice, so this model is not told of it. Variables are still there.";
  if (thread.to !== to && thread.mode !== "schema")
    return "What stands above was said to another model, so this one is not told of it. Variables are still there.";
  return undefined;
}
