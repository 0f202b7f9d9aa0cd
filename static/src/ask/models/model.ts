// What a model is to the loop: it is given a turn and says things, one after the other. How it is reached is its own.

import type { Prices } from "./prices";
import type { Posted } from "./wire/posting";

/** A tool's call as the model wrote it; the arguments are text until somebody has read them. */
export interface Call {
  id: string;
  name: string;
  /** JSON, if the model wrote what it was asked for. */
  arguments: string;
}

/** What one call is answered with: text that `outflow` has let through, and figures as base64 PNG. */
export interface CallResult {
  call: string;
  text: string;
  failed: boolean;
  images: readonly string[];
}

export type Message =
  | { role: "user"; text: string }
  | { role: "assistant"; text: string; calls: readonly Call[] }
  | { role: "results"; results: readonly CallResult[] };

export interface ToolDefinition {
  name: string;
  description: string;
  /** A JSON schema. */
  parameters: Readonly<Record<string, unknown>>;
}

/** Everything that a model is asked with. */
export interface Turn {
  system: string;
  messages: readonly Message[];
  tools: readonly ToolDefinition[];
}

/** One thing that a model says while its answer streams. */
export type Said =
  | { type: "text"; text: string }
  /** A call begins; `at` tells calls of one answer apart. */
  | { type: "call"; at: string; id: string; name: string }
  /** A further piece of its arguments. */
  | { type: "arguments"; at: string; text: string }
  | { type: "refusal"; text: string }
  /** Tokens so far in this answer; what is left out is as it was. */
  | { type: "usage"; input?: number; output?: number }
  /** The answer is over. An answer without this one broke off. */
  | { type: "end"; why: "done" | "length" | "refused" };

/** One event of a server-sent stream. */
export interface ServerEvent {
  /** Its type; "message" where the server named none. */
  event: string;
  data: string;
}

/** Sends a request, notes it in the ledger, and gives what comes back. Throws a `ModelError`. */
export type Send = (request: Posted) => AsyncIterable<ServerEvent>;

/** A language model, wherever it is. `chat`, `responses`, `messages` and others make one; so may anybody. */
export interface Model {
  /** Its name, as people know it. */
  readonly name: string;
  /** Address that its requests go to, without a key; null for a model that runs in this page. */
  readonly to: string | null;
  /** Whether figures may be sent to it (in the mode "everything" alone). */
  readonly images?: boolean;
  /** What it costs, if the person or the operator has said so. */
  readonly prices?: Prices;
  /** What people should know of it before they choose it. */
  readonly note?: string;
  /** Says its answer to a turn. May throw a `ModelError`; `signal` ends it. */
  reply(turn: Turn, send: Send, signal: AbortSignal): AsyncIterable<Said>;
}

/** Why a model gave no answer. */
export type Trouble =
  | "unreachable"
  | "key"
  | "busy"
  | "broken"
  /** The model's server doesn't take the request. */
  | "rejected";

/** A sentence on why a model gave no answer, and whether asking again may help. */
export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    readonly trouble: Trouble,
    message: string,
    /** Milliseconds after which asking again may help; undefined where it won't. */
    readonly again?: number,
  ) {
    super(message);
  }
}
