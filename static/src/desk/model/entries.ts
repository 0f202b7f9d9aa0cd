// Entries: what a conversation consists of, one below the other; and how they are written to storage and read back.

import type { LedgerEntry, Message, Mode, StepState, Told, Why } from "../../ask/index";
import type { SavedCell } from "../../page/model/notebook";

/** A file as it was given, by its content; the hash is "" where the browser computes none. */
export interface Source {
  path: string;
  bytes: number;
  sha256: string;
}

/** What a question has said to a model and heard from it: goes along with the question that follows. */
export interface Thread {
  messages: readonly Message[];
  mode: Mode;
  to: string | null;
  bits: number;
  /** All aggregates that were told so far; with the last question all there are. */
  aggregates?: readonly Told[] | undefined;
}

export interface QuestionEntry {
  type: "question";
  key: string;
  text: string;
  /** Name of the model, and where it is; null in this page. */
  model: string;
  to: string | null;
  mode: Mode;
  /** `Date.now()`. */
  at: number;
  /** Goes on from the question before; else the model knows nothing of what stands above. */
  follows: boolean;
  /** Why it doesn't, where that is worth a word. */
  note: string;
  /** The person's files at that time. */
  files: readonly Source[];
  /** Fingerprints of the files whose schema the model was told with this question, by path. */
  told: Readonly<Record<string, string>>;
  /** Only what this question has added. Undefined until it has ended. */
  thread: Thread | undefined;
  ledger: LedgerEntry[];
}

/** What a model says before it runs something. Its words. */
export interface SaidEntry {
  type: "said";
  key: string;
  text: string;
}

/** What a result was made with. */
export interface Made {
  files: readonly Source[];
  /** Versions by name. */
  packages: Readonly<Record<string, string>>;
  python: string;
}

export interface StepEntry {
  type: "step";
  /** That of its cell, where it has one. */
  key: string;
  /** From 1 in its question; 0 for cells that the person wrote. */
  number: number;
  tool: string;
  /** The model's words. */
  title: string;
  /** As the model wrote it; the cell may have been changed since. */
  code: string;
  state: StepState | "own";
  ms: number;
  sent: string | undefined;
  sentBytes: number;
  made: Made | undefined;
}

export interface AnswerEntry {
  type: "answer";
  key: string;
  why: Why;
  reason: string;
  /** The model's words. */
  text: string;
  tokens: number;
  /** The tokens were guessed from bytes. */
  estimated: boolean;
  bits: number | undefined;
  /** What its requests cost, where the model's prices are known. */
  money?: { spent: number; currency: string } | undefined;
}

export type Entry = QuestionEntry | SaidEntry | StepEntry | AnswerEntry;

/** What is written of an entry beside its text and its outputs. Threads and ledgers are large and lie apart. */
export function metaOf(entry: Entry): Record<string, unknown> {
  const { key: _, ...fields } = entry;
  if (fields.type === "question") {
    const { text: _text, thread: _thread, ledger: _ledger, ...rest } = fields;
    return rest;
  }
  if (fields.type === "said" || fields.type === "answer") {
    const { text: _text, ...rest } = fields;
    return rest;
  }
  return { ...fields };
}

/** An entry out of a stored cell; undefined for what is none. It is the page's own storage: shapes are looked at, no more. */
export function entryOf(cell: SavedCell, apart: Apart): Entry | undefined {
  const metadata = cell.beside?.metadata as Record<string, unknown> | undefined;
  const meta = metadata?.belljar as (Partial<Entry> & Record<string, unknown>) | undefined;
  const { key, source: text } = cell;
  switch (meta?.type) {
    case "question": {
      const { thread, ledger = [] } = apart[key] ?? {};
      const files = Array.isArray(meta.files) ? meta.files : [];
      return { ...(meta as unknown as QuestionEntry), key, text, files, thread, ledger };
    }
    case "said":
      return { type: "said", key, text };
    case "step": {
      const step = meta as unknown as StepEntry;
      // What was on its way when the page went is over.
      const over = new Set<StepEntry["state"]>(["own", "output-available", "output-error", "output-denied"]);
      return { ...step, key, state: over.has(step.state) ? step.state : "output-error" };
    }
    case "answer":
      return { ...(meta as unknown as AnswerEntry), key, text };
    default:
      return undefined;
  }
}

/** By the key of a question. */
export type Apart = Record<string, { thread?: Thread | undefined; ledger?: LedgerEntry[] }>;

/** What a step does: in the model's words, which come last. */
export function nameOfStep({ number, title, tool, state }: StepEntry): string {
  if (title !== "") return title;
  if (number === 0) return "a cell of your own";
  if (tool !== "execute_python") return tool;
  return state === "input-streaming" || state === "input-available" ? "code" : "ran code";
}
