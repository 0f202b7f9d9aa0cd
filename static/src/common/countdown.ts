// A clock that counts down only while it is resumed.

export class Countdown {
  #left: number;
  #used = 0;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onEnd: () => void;

  constructor(ms: number, onEnd: () => void) {
    this.#left = ms;
    this.#onEnd = onEnd;
  }

  /** Milliseconds that have been counted. */
  get used(): number {
    return this.#used + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  resume(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onEnd, this.#left);
  }

  pause(): void {
    if (this.#since === undefined) return;
    clearTimeout(this.#timer);
    const passed = performance.now() - this.#since;
    this.#used += passed;
    this.#left = Math.max(0, this.#left - passed);
    this.#since = undefined;
  }

  /** More time from now on. */
  add(ms: number): void {
    const counts = this.#since !== undefined;
    this.pause();
    this.#left += ms;
    if (counts) this.resume();
  }
}
