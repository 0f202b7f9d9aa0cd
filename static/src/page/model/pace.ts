// How fast something comes, and how long the rest of it takes: out of what came in the last seconds.

/** Milliseconds that are looked back. */
const WINDOW_MS = 8_000;
/** Before that nobody can tell. */
const LEAST_MS = 2_500;
/** Seconds; what takes less is not announced. */
const SHORT_S = 8;

export class Pace {
  #seen: { at: number; bytes: number }[] = [];

  /** So many bytes were there at `now`, in milliseconds. */
  add(bytes: number, now: number): void {
    const last = this.#seen.at(-1);
    // It has begun anew.
    if (last && bytes < last.bytes) this.#seen = [];
    this.#seen.push({ at: now, bytes });
    while (this.#seen.length > 2 && now - (this.#seen[1]?.at ?? now) > WINDOW_MS) this.#seen.shift();
  }

  /** Seconds until there are `total` bytes; undefined where that can't be told, or is soon. */
  left(total: number, now: number): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || now - first.at < LEAST_MS || last.bytes <= first.bytes) return undefined;
    const seconds = ((total - last.bytes) * (now - first.at)) / (last.bytes - first.bytes) / 1000;
    return seconds < SHORT_S ? undefined : seconds;
  }
}
