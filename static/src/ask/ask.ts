// `ask`: a model writes, the sandbox runs, and what `outflow` lets through goes back.

import type { ExecuteOptions, Execution, FileData } from "../host/index";
import { Asking } from "./asking";
import type { Why } from "./ending";
import type { Ledger, LedgerEntry } from "./ledger";
import type { AskLimits } from "./limits";
import type { Message, Model } from "./models/model";
import type { Fetch } from "./models/wire/posting";
import type { Told } from "./outflow/differences";
import type { Mode, OutflowOptions } from "./outflow/outflow";
import type { Probed } from "./schema/probe";
import type { Step } from "./steps";

/** A sandbox, as far as a question needs one; the SDK's `Sandbox` is one, and so is a context with its files. */
export interface AskSandbox {
  execute(code: string, options?: Pick<ExecuteOptions, "signal">): Promise<Execution>;
  readonly files: { write(path: string, data: FileData, options?: { signal?: AbortSignal }): Promise<unknown> };
  /** Tells the model what can be imported. */
  readonly policy?: Promise<{ readonly packages: Readonly<Record<string, unknown>> }>;
}

export interface AskOptions {
  model: Model;
  /** What may leave (default "schema"). */
  outflow?: Mode | OutflowOptions;
  /**
   * The person's files, by path. They are put into the sandbox, and their schema is read out of what is given here. Files
   * that lie in the sandbox already can be used by code, and nothing of them is told.
   */
  files?: Readonly<Record<string, FileData>>;
  limits?: AskLimits;
  /** Ends it at any moment; the answer says "stopped". */
  signal?: AbortSignal;
  /** Goes on from an earlier answer, under the same mode or a looser one, with the same model's server. */
  after?: Pick<Answer, "conversation">;
  /** A step has changed; a copy of it. */
  onStep?(step: Step): void;
  /** The model says something: all of its present answer so far. Untrusted text. */
  onText?(text: string): void;
  /** A request is about to be sent, or its answer has come. */
  onRequest?(entry: LedgerEntry): void;
  /** What sends requests, if not the page's `fetch`. */
  fetch?: Fetch;
}

/** What has been said so far, for a question that follows. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly files: readonly Probed[];
  readonly mode: Mode;
  readonly to: string | null;
  readonly bits: number;
  /** Groups of which aggregates were told, so that what is told next can't be subtracted from them. */
  readonly aggregates?: readonly Told[];
}

/** How a question ended. */
export interface Answer {
  readonly why: Why;
  /** The same as a sentence; for "answered", none. */
  readonly reason: string;
  /** The model's answer; what it has said last where it gave none. Untrusted text. */
  readonly text: string;
  readonly steps: readonly Step[];
  readonly ledger: Ledger;
  /** Tokens of all requests; `estimated` where a server counted none. */
  readonly tokens: { readonly input: number; readonly output: number; readonly estimated: boolean };
  /** What all requests cost by the model's `prices`; undefined without those. `estimated` as for tokens. */
  readonly money: { readonly spent: number; readonly currency: string; readonly estimated: boolean } | undefined;
  /** Bits that code could have put into its reports, at most; undefined in modes that send what code shows. */
  readonly bits: number | undefined;
  readonly conversation: Conversation;
}

/**
 * Asks a model a question about files, and runs what it writes. Never rejects for what a model, its server or code did: the
 * answer says why it ended. Rejects with a TypeError or RangeError for options that can't be.
 */
export async function ask(sandbox: AskSandbox, question: string, options: AskOptions): Promise<Answer> {
  if (typeof question !== "string" || question.trim() === "")
    throw new TypeError("ask() needs a question, as a string.");
  return new Asking(sandbox, options).go(question);
}
