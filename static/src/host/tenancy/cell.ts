// One run, from the call to its answer.
//
//   Asked: checked ──► waits for its turn ──► RunningCell: events ──► outcome
//              └──────── aborted ────────► "interrupted", at once

import type { RunEvent } from "../../protocol/from-frame";
import type { Limits } from "../../protocol/limits";
import type { RunOptions, RunOutcome } from "../../protocol/messages";
import type { Blocked } from "../../protocol/results";
import { onAbort } from "../api/abort";
import { checkedName } from "../api/context";
import { call } from "../api/emitter";
import { Execution, Gathering, Result } from "../api/execution";
import { type Files, type Given, given } from "../api/files";
import { checkedPath, type ExecuteOptions } from "../api/options";
import { Gone } from "./requests";

/** The longest answer to input(), in characters; the frame takes no message that is much longer. */
const ANSWER_CHARS = 10_000_000;

/** A call of `execute` that waits for its turn. */
export class Asked {
  /** It has its turn: from now on it ends by itself, and aborting interrupts it. */
  begun = false;
  readonly context: string;
  /** To be put into the working directory before, as they were when it was asked. */
  readonly files: [path: string, data: Given][];

  /** Throws a TypeError for options that can't be. */
  constructor(
    readonly code: string,
    readonly options: ExecuteOptions,
  ) {
    this.context = checkedName(options.context ?? "default");
    this.files = Object.entries(options.files ?? {}).map(([path, data]) => [checkedPath(path), given(path, data)]);
  }

  get cancelled(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** Its answer, where the limits don't allow it. */
  refused({ code_chars }: Limits): Execution | undefined {
    if (this.code.length <= code_chars) return undefined;
    const value = `The code is ${this.code.length} characters long; this sandbox takes ${code_chars}.`;
    return Execution.without("refused", "PolicyError", value);
  }

  /**
   * Puts its files in their place; gives its answer if it then can't run any more. Rejects with a sentence when one can't
   * be put there.
   */
  async put(files: Files): Promise<Execution | undefined> {
    try {
      for (const [path, data] of this.files) {
        await (data instanceof Blob ? files.write(path, data) : files.mount(path, data));
        if (this.cancelled) return cancelled();
      }
    } catch (error) {
      if (error instanceof Gone) return Execution.without("unavailable", "Unavailable", error.message);
      throw error;
    }
    return undefined;
  }

  /** Its options as the frame is given them. */
  wire(timeout_ms: number): RunOptions {
    const { svg, fresh, onInput } = this.options;
    return {
      timeout_ms,
      input: onInput !== undefined,
      svg: svg === true,
      context: this.context,
      fresh: fresh === true,
    };
  }

  /** The answer of its turn; one that is cancelled before gets its answer at once. */
  answer(turn: Promise<Execution>): Promise<Execution> {
    return new Promise((resolve, reject) => {
      const off = onAbort(this.options.signal, () => {
        if (!this.begun) resolve(cancelled());
      });
      turn.then(resolve, reject).finally(off);
    });
  }
}

/** The answer to what was cancelled before it ran. */
export function cancelled(): Execution {
  return Execution.without("interrupted", "Cancelled", "It was cancelled before it ran.");
}

/** What becomes of the files of code that is ended. */
const LOST_MIDWAY = "Files that this run wrote are lost; files from before are kept.";

/** What a run has the sandbox do. */
export interface CellEvents {
  blocked(blocked: Blocked): void;
  loading(names: string[]): void;
  /** Somebody has answered input(), or nobody will. */
  answered(id: string, text: string | null): void;
}

/** A run that the frame has been given. */
export class RunningCell {
  readonly execution: Promise<Execution>;
  /** It has its answer. */
  over = false;
  readonly #gathering = new Gathering();
  readonly #options: ExecuteOptions;
  readonly #events: CellEvents;
  /** When its code began. */
  #began: number | undefined;
  #resolve!: (execution: Execution) => void;

  constructor(
    readonly request: number,
    options: ExecuteOptions,
    events: CellEvents,
  ) {
    this.#options = options;
    this.#events = events;
    this.execution = new Promise((resolve) => {
      this.#resolve = (execution) => {
        this.over = true;
        resolve(execution);
      };
    });
  }

  /** Gathers an event and tells the caller. */
  hear(event: RunEvent): void {
    const gathering = this.#gathering;
    const options = this.#options;
    switch (event.type) {
      case "started":
        // One that began before all was here may begin anew.
        if (this.#began !== undefined) return;
        this.#began = performance.now();
        return call(options.onStart);
      case "stream":
        gathering.stream(event.name, event.text);
        return event.name === "stdout" ? call(options.onStdout, event.text) : call(options.onStderr, event.text);
      case "display": {
        const result = new Result(event.data, false);
        gathering.display(result, event.id, event.update);
        const shown = { result, update: event.update };
        return call(options.onDisplay, event.id === null ? shown : { ...shown, id: event.id });
      }
      case "result": {
        const result = new Result(event.data, true);
        gathering.display(result, null, false);
        return call(options.onResult, result);
      }
      case "clear":
        gathering.clear(event.wait);
        return call(options.onClear, event.wait);
      case "blocked":
        gathering.blocked.push(event.blocked);
        this.#events.blocked(event.blocked);
        return call(options.onBlocked, event.blocked);
      case "loading":
        this.#events.loading(event.packages.map(({ name }) => name));
        return call(options.onLoading, event.packages);
      case "loaded":
        gathering.packages.push(...event.packages);
        return call(options.onLoaded, event.packages);
      case "input":
        return void this.#ask(event.id, event.prompt, event.password);
    }
  }

  /** The frame says how it ended. */
  finish(outcome: RunOutcome): void {
    this.#resolve(this.#gathering.finish(outcome));
  }

  /** Its frame is gone, and Python with it. */
  lost(reason: string): void {
    const ms = this.#ms;
    const files = ms === undefined ? ", files are kept." : `. ${LOST_MIDWAY}`;
    const note = `${reason} Python had to be restarted: variables are gone${files}`;
    const gone = { status: "crashed", error: null, execution_count: 0, truncated: null } as const;
    this.finish({ ...gone, changes: [], ran: ms !== undefined, duration_ms: ms ?? 0, note });
  }

  /** The sandbox is gone. What it had said by then is its answer. */
  close(reason: string): void {
    this.#resolve(this.#gathering.unavailable(reason, this.#ms));
  }

  /** Milliseconds since its code has begun; undefined if it hasn't. */
  get #ms(): number | undefined {
    return this.#began === undefined ? undefined : Math.round(performance.now() - this.#began);
  }

  async #ask(id: string, prompt: string, password: boolean): Promise<void> {
    // Whatever it does, the code gets an answer: nobody's, if not the callback's.
    const asking = async (): Promise<string | null> => {
      const given: unknown = (await this.#options.onInput?.(prompt, password)) ?? null;
      if (typeof given === "string" && given.length > ANSWER_CHARS) {
        throw new RangeError(`onInput gave ${given.length} characters; ${ANSWER_CHARS} can be answered.`);
      }
      if (given === null || typeof given === "string") return given;
      throw new TypeError(`onInput must give a string or null, not a value of type ${typeof given}.`);
    };
    const nobody = (error: unknown): null => {
      reportError(error);
      return null;
    };
    const answer = await asking().catch(nobody);
    if (!this.over) this.#events.answered(id, answer);
  }
}
