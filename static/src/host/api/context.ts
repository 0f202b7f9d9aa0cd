// A named session in a sandbox. It orders names and is no wall: code of one context can reach the others, the files
// and the interpreter they all share. Callers who don't trust each other get sandboxes of their own.

import type { Execution } from "./execution";
import type { ExecuteOptions } from "./options";

/** What a context's `execute` takes: everything but another context. */
export type ContextOptions = Omit<ExecuteOptions, "context">;

/**
 * A session with variables, an execution counter and a history of its own, in the interpreter of its sandbox. It
 * shares files, loaded packages, the queue and the limits with the sandbox's other contexts, and ends with the
 * interpreter: after `reset()` or a kill its variables are gone. **It is no wall**: code can reach other contexts.
 * Callers who don't trust each other get sandboxes of their own, each of which is a frame of its own.
 */
export class Context {
  /** What `execute` runs in the sandbox itself is the context "default". */
  readonly name: string;
  readonly #execute: (code: string, options: ExecuteOptions) => Promise<Execution>;

  /** @internal */
  constructor(name: string, execute: (code: string, options: ExecuteOptions) => Promise<Execution>) {
    this.name = checkedName(name);
    this.#execute = execute;
  }

  /** Runs Python in this context; otherwise the same as the sandbox's `execute`. */
  execute(code: string, options: ContextOptions = {}): Promise<Execution> {
    return this.#execute(code, { ...options, context: this.name });
  }
}

/** The longest name, in characters: what the frame takes. */
const LONGEST = 200;

/** The name of a context. Throws a TypeError that says what is allowed. */
export function checkedName(context: string | { readonly name: string }): string {
  const name = typeof context === "string" ? context : context?.name;
  if (typeof name !== "string" || name === "" || name.length > LONGEST) {
    throw new TypeError(`context must be a name of 1 to ${LONGEST} characters, or what sandbox.context(name) gave.`);
  }
  return name;
}
