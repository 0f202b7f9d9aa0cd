// Whether a worker can hear: a question with a name nobody can guess, and a time for the answer.

import { mint } from "./names";

export class Ping {
  #nonce: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ms: number;
  readonly #post: (nonce: string) => void;
  readonly #silent: () => void;

  /**
   * @param ms - How long an answer may take at least, in milliseconds.
   * @param post - Sends the question to the worker.
   * @param silent - Called when no answer has come in time.
   */
  constructor(ms: number, post: (nonce: string) => void, silent: () => void) {
    this.#ms = ms;
    this.#post = post;
    this.#silent = silent;
  }

  /** Something was asked and not dropped since. */
  get asked(): boolean {
    return this.#nonce !== undefined;
  }

  /** Asks; what was asked before counts no more. An answer may take `more` milliseconds than others. */
  ask(more = 0): void {
    this.drop();
    this.#nonce = mint();
    this.#timer = setTimeout(this.#silent, this.#ms + more);
    this.#post(this.#nonce);
  }

  /** Asks after a while. */
  askIn(ms: number, more: number): void {
    this.drop();
    this.#timer = setTimeout(() => this.ask(more), ms);
  }

  /** Gives whether it is the answer to what was asked. */
  heard(nonce: string): boolean {
    if (nonce !== this.#nonce) return false;
    clearTimeout(this.#timer);
    return true;
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#nonce = undefined;
  }
}
