// Where the time of a start goes. Three contexts (host, frame, worker) measure on one clock.

/** One step of a start. */
export interface Step {
  name: string;
  /** Milliseconds since the epoch, to a fraction of one. */
  start: number;
  ms: number;
}

/** This context's clock: milliseconds since the epoch. It never goes back. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Steps of one context, in the order of their ends. */
export class Timeline {
  readonly steps: Step[] = [];
  #last: number;

  /** `began` is when the first step did. */
  constructor(began = now()) {
    this.#last = began;
  }

  /** What ends now began when the one before ended. */
  lap(name: string): void {
    const at = now();
    this.steps.push({ name, start: this.#last, ms: at - this.#last });
    this.#last = at;
  }

  /** Waits for something and notes how long it took. */
  async time<T>(name: string, work: Promise<T>): Promise<T> {
    const start = now();
    try {
      return await work;
    } finally {
      this.steps.push({ name, start, ms: now() - start });
    }
  }
}
