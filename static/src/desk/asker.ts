// Asks: one question after the other goes to the model, and what comes of it becomes entries of the conversation. Questions
// that come meanwhile wait; Stop ends the one that is under way.

import {
  type Answer,
  type AskLimits,
  ask,
  type LedgerEntry,
  LIMITS,
  MODES,
  type Mode,
  type Model,
  type Proposed,
  type Step,
} from "../ask/index";
import { probe } from "../ask/schema/probe";
import { sha256 } from "../common/digest";
import type { Execution, Policy } from "../host/index";
import { Emitter } from "../page/model/emitter";
import { newKey } from "../page/model/keys";
import type { Runner } from "../page/model/runner";
import type { Session } from "../page/session";
import { type Conversation, cannotFollow } from "./model/conversation";
import type { Made, QuestionEntry, SaidEntry, Source, StepEntry } from "./model/entries";
import type { CellEngine } from "./running";

/** What a question is asked with, as it stands when its turn comes. */
export interface Asked {
  model: Model;
  mode: Mode;
  limits: AskLimits;
}

export interface AskerParts {
  conversation: Conversation;
  /** The person's files as they gave them. */
  files: ReadonlyMap<string, Blob>;
  session: Session;
  runner: Runner;
  engine: CellEngine;
  /** Throws a sentence where no model can be asked. */
  asked(): Asked;
  /** A ledger or a thread has changed, and is to be kept. */
  keep(): void;
}

/** A text that waits for the person's yes. */
export interface Approval {
  proposed: Proposed;
  /** Where it would go; null for this page. */
  to: string | null;
  /** The text that is sent, or null for none. Called once. */
  answer(text: string | null): void;
}

/** What turns what a loop tells into entries. */
export interface Hearing {
  text(all: string): void;
  step(told: Step): void;
  policy(): Promise<Policy>;
  run(signal: AbortSignal): Promise<Execution>;
  end(answer: Answer): void;
}

/** The question under way. */
export interface Going {
  question: QuestionEntry;
  limits: Required<AskLimits>;
  /** `performance.now()` when it began. */
  since: number;
  steps: number;
}

/** Milliseconds between two drawings of code that is being written, so that a fast model keeps no page busy. */
const PACE_MS = 40;

export class Asker {
  /** The question under way, the queue or what waits for approval. */
  readonly changed = new Emitter<void>();
  /** A request was noted, or its answer has come. */
  readonly sent = new Emitter<void>();
  readonly #parts: AskerParts;
  #queue: string[] = [];
  #stop: AbortController | undefined;
  #going: Going | undefined;
  /** Texts that wait for the person, the one that is shown first. */
  #approvals: Approval[] = [];
  #working: Promise<void> | undefined;

  constructor(parts: AskerParts) {
    this.#parts = parts;
  }

  get queue(): readonly string[] {
    return this.#queue;
  }

  get going(): Going | undefined {
    return this.#going;
  }

  get approval(): Approval | undefined {
    return this.#approvals[0];
  }

  /** Asks at once, or when those before are answered. */
  ask(text: string): void {
    this.#queue.push(text);
    this.changed.emit();
    if (!this.#going) this.#working = this.#work();
  }

  /** Takes a question off the queue. */
  drop(at: number): void {
    this.#queue.splice(at, 1);
    this.changed.emit();
  }

  /** Ends the question under way; those that wait have their turn. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Ends all of it: another conversation comes. Resolves when what was under way has its end in this one. */
  async end(): Promise<void> {
    this.#queue = [];
    this.stop();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
      const why = await this.#one(text);
      // What has no key, or nobody who answers, has none for the next question either.
      if (why === "unreachable" || why === "key" || why === "sandbox") this.#queue = [];
    }
    this.changed.emit();
  }

  async #one(text: string): Promise<Answer["why"] | undefined> {
    const { conversation, session, files: given } = this.#parts;
    const stop = new AbortController();
    const { model, mode, limits } = this.#parts.asked();
    const said = conversation.thread();
    const note = said && cannotFollow(said.thread, MODES, mode, model.to);
    const before = note === undefined ? said : undefined;
    const question = conversation.add<QuestionEntry>("question", {
      ...{ text, model: model.name, to: model.to, mode, at: Date.now() },
      ...{ follows: before !== undefined, note: note ?? "", files: [], told: {}, thread: undefined, ledger: [] },
    });
    // A person reads and edits in that time.
    const patient = mode === "approve" && limits.timeMs === undefined ? { timeMs: 12 * LIMITS.timeMs } : {};
    const all = { ...LIMITS, ...limits, ...patient };
    this.#stop = stop;
    this.#going = { question, limits: all, since: performance.now(), steps: 0 };
    this.changed.emit();
    try {
      const sources = await Promise.all([...given].map(([path, blob]) => sourceOf(path, blob)));
      const marks = new Map(sources.map((one) => [one.path, markOf(one, conversation.headers[one.path])]));
      const fresh = sources.filter(({ path }) => before?.told[path] !== marks.get(path));
      const files = Object.fromEntries(fresh.map(({ path }) => [path, given.get(path) as Blob]));
      const kept = before && {
        ...before.thread,
        // Aggregates are computed out of what the person gave.
        files: await Promise.all(
          sources
            .filter(({ path }) => !(path in files))
            .map(({ path }) => probe(path, given.get(path) as Blob, conversation.headers[path])),
        ),
      };
      conversation.change(question, { files: sources });
      const hearing = this.hear(question, sources);
      const answer = await ask(
        {
          execute: (_code, { signal } = {}) => hearing.run(signal ?? stop.signal),
          files: { write: (path) => session.write(path, given.get(path) as Blob) },
          get policy() {
            return hearing.policy();
          },
        },
        text,
        {
          model,
          outflow: {
            mode,
            headers: conversation.headers,
            approve: (proposed) => this.approve(proposed, stop.signal, model.to),
          },
          files,
          limits: all,
          signal: stop.signal,
          ...(kept && { after: { conversation: kept } }),
          onStep: hearing.step,
          onText: hearing.text,
          onRequest: (entry) => this.#note(question, entry),
        },
      );
      const messages = answer.conversation.messages.slice(kept?.messages.length ?? 0);
      const { mode: as, to, bits, aggregates } = answer.conversation;
      question.ledger = [...answer.ledger.entries];
      conversation.change(question, {
        thread: { messages, mode: as, to, bits, aggregates },
        told: messages.length > 0 ? Object.fromEntries(fresh.map(({ path }) => [path, marks.get(path) ?? ""])) : {},
      });
      hearing.end(answer);
      return answer.why;
    } catch (error) {
      // Options that can't be: nothing was sent.
      const reason = error instanceof Error ? error.message : String(error);
      conversation.add("answer", { why: "broken", reason, text: "", tokens: 0, estimated: false, bits: undefined });
      return "broken";
    } finally {
      this.#going = undefined;
      this.#stop = undefined;
      this.#parts.keep();
      this.sent.emit();
      this.changed.emit();
    }
  }

  /** What the browser's agent was told is on the list. */
  noted(question: QuestionEntry): void {
    this.#parts.conversation.change(question, {});
    this.#parts.keep();
    this.sent.emit();
  }

  #note(question: QuestionEntry, entry: LedgerEntry): void {
    question.ledger[entry.id - 1] = entry;
    this.sent.emit();
  }

  /** Shows a text and waits for the person; null when it is stopped meanwhile. */
  approve(proposed: Proposed, signal: AbortSignal, to: string | null): Promise<string | null> {
    return new Promise((resolve) => {
      const answer = (text: string | null): void => {
        if (!this.#approvals.includes(approval)) return;
        this.#approvals = this.#approvals.filter((other) => other !== approval);
        signal.removeEventListener("abort", off);
        resolve(text);
        this.changed.emit();
      };
      const off = () => answer(null);
      const approval: Approval = { proposed, to, answer };
      if (signal.aborted) return resolve(null);
      signal.addEventListener("abort", off, { once: true });
      // The browser's agent may ask while a question does: one after the other.
      this.#approvals.push(approval);
      this.changed.emit();
    });
  }

  /** Turns what the loop tells into entries. */
  hear(question: QuestionEntry, sources: readonly Source[]): Hearing {
    const { conversation, runner, engine, session } = this.#parts;
    const steps = new Map<number, StepEntry>();
    let said: SaidEntry | undefined;
    let current: StepEntry | undefined;
    let drawn = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let draw = (): void => undefined;
    const flush = (): void => {
      clearTimeout(timer);
      timer = undefined;
      drawn = performance.now();
      draw();
      draw = () => undefined;
    };
    const soon = (work: () => void): void => {
      draw = work;
      if (performance.now() - drawn > PACE_MS) flush();
      else timer ??= setTimeout(flush, PACE_MS);
    };
    const setCode = (entry: StepEntry, code: string): void => {
      const cell = conversation.cellOf(entry);
      if (cell) conversation.notebook.setSource(cell.id, code);
    };

    const text = (all: string): void => {
      if (all.trim() === "") return;
      said ??= conversation.add<SaidEntry>("said", { text: "" });
      const entry = said;
      soon(() => conversation.change(entry, { text: all }));
    };

    const step = (told: Step): void => {
      if (this.#going) this.#going.steps = Math.max(this.#going.steps, told.id);
      let entry = steps.get(told.id);
      const streaming = told.state === "input-streaming";
      if (!entry) {
        flush();
        entry = conversation.step({ number: told.id, tool: told.tool, state: told.state });
        steps.set(told.id, entry);
      }
      const made = entry;
      const { state, title, code, sent, sentBytes, durationMs: ms } = told;
      if (streaming) {
        soon(() => {
          setCode(made, code);
          conversation.change(made, { state, code });
        });
        return;
      }
      flush();
      if (state === "input-available") {
        // The answer that it stands in is complete: what is said from now on is said anew.
        said = undefined;
        setCode(made, code);
        current = made;
      }
      const versions = told.execution && !made.made ? this.#made(sources) : {};
      conversation.change(made, { state, title, code, sent, sentBytes, ms, ...versions });
    };

    return {
      text,
      step,
      policy: () => policyOf(session),
      run: (signal: AbortSignal) => {
        const cell = current && conversation.cellOf(current);
        if (!cell) return Promise.reject(new Error("There is no cell for this step."));
        return engine.run(runner, cell, signal);
      },
      end: ({ why, reason, text: last, tokens, bits, money }: Answer) => {
        flush();
        // What was said before a step stands above it already.
        const words = said || why === "answered" || why === "refused" ? last : "";
        if (said) conversation.remove(said);
        const { input, output, estimated } = tokens;
        const used = question.to === null ? 0 : input + output;
        conversation.add("answer", { why, reason, text: words, tokens: used, estimated, bits, money });
      },
    };
  }

  #made(files: readonly Source[]): { made: Made } {
    const { packages, info } = this.#parts.session;
    const loaded = packages.filter(({ state }) => state === "loaded");
    return {
      made: {
        files,
        packages: Object.fromEntries(loaded.map(({ name, version }) => [name, version])),
        python: info?.python ?? "",
      },
    };
  }
}

/** The policy, once the sandbox knows it: a question is reason enough to open one. */
function policyOf(session: Session): Promise<Policy> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (session.policy) resolve(session.policy);
      else if (session.phase === "failed") reject(new Error(session.failure ?? "There is no sandbox."));
      else return;
      off();
    };
    const off = session.news.on(look);
    if (session.phase === "waiting") session.open();
    look();
  });
}

/** Hashes by content, each computed once. */
const hashes = new WeakMap<Blob, Promise<string>>();

async function sourceOf(path: string, blob: Blob): Promise<Source> {
  const hash = hashes.get(blob) ?? blob.arrayBuffer().then(async (bytes) => (await sha256(bytes)) ?? "");
  hashes.set(blob, hash);
  return { path, bytes: blob.size, sha256: await hash };
}

/** What a file is known by, with what was said of its first line. Without a hash nothing tells that it is the same. */
const markOf = ({ sha256, bytes }: Source, header: boolean | undefined): string =>
  `${sha256 || `${bytes} ${newKey()}`}:${header ?? ""}`;
