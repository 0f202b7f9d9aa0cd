// Steps: what a model did, one call of a tool each. Their states have the names that AI SDK 7 gives to a tool's part.

import type { Execution } from "../host/index";

export type StepState =
  /** The model writes it. */
  | "input-streaming"
  /** It is written, and runs. */
  | "input-available"
  /** It has run, and the person is asked what of it may be sent. */
  | "approval-requested"
  /** The person has answered. */
  | "approval-responded"
  /** It has run, and what may leave is known. */
  | "output-available"
  /** It failed, or was no call that could be done. */
  | "output-error"
  /** It has run, and the person lets nothing of it be sent. */
  | "output-denied";

/** One call of a tool, as it stands. */
export interface Step {
  /** From 1. */
  readonly id: number;
  readonly state: StepState;
  /** "execute_python", "aggregate", or what else the model asked for. */
  readonly tool: string;
  /** What it does, in the model's words. Untrusted text. */
  readonly title: string;
  /** Python, as far as the model has written it; of other tools, the arguments. */
  readonly code: string;
  /** What the code gave, all of it: for the person. */
  readonly execution?: Execution;
  /** What of it goes to the model. */
  readonly sent?: string;
  /** Bytes of that, UTF-8. */
  readonly sentBytes: number;
  /** Milliseconds that the code ran. */
  readonly durationMs: number;
}

/** Gives a copy of a step to whoever watches; their errors are theirs. */
export function tell<T>(watcher: ((value: T) => void) | undefined, value: T): void {
  try {
    watcher?.(value);
  } catch (error) {
    if (typeof reportError === "function") reportError(error);
    else console.error(error);
  }
}
