// One run of a program's code: gathers what happens until the program fetches it.

import type { ExecuteOptions, Execution, Result } from "../host/index";
import { type WireExecution, type WireResult, wireExecution, wireResult } from "./wire";

/** What a program asks with its code. */
export interface RunRequest extends Pick<ExecuteOptions, "timeout" | "context" | "fresh" | "svg"> {
  /** Send results and displays while the code runs, too. */
  displays: boolean;
  /** The program answers input(). */
  input: boolean;
}

export type HeadlessEvent =
  | { type: "stdout" | "stderr"; text: string }
  | { type: "result" | "display"; result: WireResult }
  | { type: "input"; question: number; prompt: string; password: boolean }
  /** Its code runs; it waits for packages; it waits no longer. */
  | { type: "started" | "loading" | "loaded" }
  | { type: "done"; execution: WireExecution }
  /** An option that can't be: the caller's mistake. */
  | { type: "wrong"; reason: string };

/** How long `next` waits for something to happen, in milliseconds. The program takes silence for a dead page. */
const QUIET_MS = 5_000;

export class Run {
  readonly options: ExecuteOptions;
  #events: HeadlessEvent[] = [];
  #wake: (() => void) | undefined;
  /** Questions that wait for the program, by number. */
  readonly #questions = new Map<number, (text: string | null) => void>();
  #asked = 0;
  #ended = false;
  readonly #abort = new AbortController();

  constructor(request: RunRequest) {
    const { displays, input, ...rest } = request;
    const shown = (type: "result" | "display") => (result: Result) => this.#add({ type, result: wireResult(result) });
    const [result, display] = [shown("result"), shown("display")];
    this.options = {
      ...rest,
      signal: this.#abort.signal,
      onStart: () => this.#add({ type: "started" }),
      onLoading: () => this.#add({ type: "loading" }),
      onLoaded: () => this.#add({ type: "loaded" }),
      onStdout: (text) => this.#add({ type: "stdout", text }),
      onStderr: (text) => this.#add({ type: "stderr", text }),
      ...(displays ? { onResult: result, onDisplay: (one: { result: Result }) => display(one.result) } : {}),
      ...(input ? { onInput: (prompt: string, password: boolean) => this.#ask(prompt, password) } : {}),
    };
  }

  /** Everything was fetched. */
  get over(): boolean {
    return this.#ended && this.#events.length === 0;
  }

  readonly finished = (execution: Execution): void => this.#end({ type: "done", execution: wireExecution(execution) });

  readonly failed = (error: Error): void => this.#end({ type: "wrong", reason: error.message });

  async next(): Promise<HeadlessEvent[]> {
    if (this.#events.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, QUIET_MS);
      });
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Answers one of its questions; one that is answered already hears nothing more. */
  answer(question: number, text: string | null): void {
    const resolve = this.#questions.get(question);
    this.#questions.delete(question);
    resolve?.(text);
  }

  cancel(): void {
    this.#abort.abort();
  }

  #ask(prompt: string, password: boolean): Promise<string | null> {
    return new Promise((resolve) => {
      const question = this.#asked++;
      this.#questions.set(question, resolve);
      this.#add({ type: "input", question, prompt, password });
    });
  }

  #end(event: HeadlessEvent): void {
    for (const question of [...this.#questions.keys()]) this.answer(question, null);
    this.#ended = true;
    this.#add(event);
  }

  #add(event: HeadlessEvent): void {
    const last = this.#events.at(-1);
    // Ten thousand printed lines are one event, not ten thousand.
    if (last && "text" in last && "text" in event && last.type === event.type) last.text += event.text;
    else this.#events.push(event);
    this.#wake?.();
  }
}
