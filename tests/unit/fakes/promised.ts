// Promises that a test was given: at its end none of them may be pending.

import { expect } from "vitest";

/** Lets everything go on that waits for nothing but its turn. */
export async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class Promised {
  readonly #pending = new Map<Promise<unknown>, string>();

  /** Watches a promise, and gives it back. */
  given<T>(name: string, promise: Promise<T>): Promise<T> {
    this.#pending.set(promise, name);
    const settled = (): void => void this.#pending.delete(promise);
    promise.then(settled, settled);
    return promise;
  }

  /** Fails, naming them, if some of the promises are pending. */
  async expectSettled(): Promise<void> {
    await turns();
    expect([...this.#pending.values()], "promises that are never settled").toEqual([]);
  }
}
