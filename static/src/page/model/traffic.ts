// What this page has fetched, one line per address, and what the sandbox was refused.

import type { Blocked } from "../../protocol/results";
import { bytes, plural } from "./format";

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

export interface Fetched {
  url: string;
  /** Bytes of the body, unpacked. */
  bytes: number;
  /** Bytes that crossed the line, where the browser tells. */
  sent: number | undefined;
  fromCache: boolean;
  /** From the page's own server. */
  own: boolean;
}

export interface Attempt extends Blocked {
  times: number;
}

export class Traffic {
  readonly #fetched = new Map<string, Fetched>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #opened: string[] = [];
  readonly #asked = new Set<string>();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get fetched(): Fetched[] {
    return [...this.#fetched.values()];
  }

  get attempts(): Attempt[] {
    return [...this.#attempts.values()];
  }

  get blockedCount(): number {
    return this.attempts.reduce((sum, attempt) => sum + attempt.times, 0);
  }

  get bytes(): number {
    return this.fetched.reduce((sum, one) => sum + one.bytes, 0);
  }

  /** What crossed the line: packed as it came, and nothing for what was in the cache. */
  get sentBytes(): number {
    return this.fetched.reduce((sum, one) => sum + (one.fromCache ? 0 : (one.sent ?? one.bytes)), 0);
  }

  get cachedBytes(): number {
    return this.fetched.reduce((sum, one) => sum + (one.fromCache ? one.bytes : 0), 0);
  }

  /** The same address again only corrects its line: the browser and the SDK both report what they saw. */
  fetch(url: string, size: number, fromCache: boolean, sent?: number): void {
    if (!/^https?:/.test(url)) return;
    const known = this.#fetched.get(url);
    this.#fetched.set(url, {
      url,
      bytes: Math.max(size, known?.bytes ?? 0),
      sent: sent === undefined ? known?.sent : Math.max(sent, known?.sent ?? 0),
      fromCache: known ? known.fromCache && fromCache : fromCache,
      own: url.startsWith(`${this.#origin}/`),
    });
  }

  block({ by, what, target }: Blocked): void {
    const key = `${by}|${what}|${target}`;
    const known = this.#attempts.get(key);
    // A loop of attempts is one line with a count, and never more lines than a person would read.
    if (known) known.times += 1;
    else if (this.#attempts.size < 500) this.#attempts.set(key, { by, what, target, times: 1 });
  }

  /** A person opened an address that code has shown. */
  opened(address: string): void {
    this.#opened.push(address);
  }

  /** Code asked for a package that was not there at the start: its server learns that. */
  asked(name: string): void {
    this.#asked.add(name);
  }

  /** Bytes that code could choose: addresses that were opened, names of packages, addresses of other servers. */
  get leftBytes(): number {
    const foreign = this.fetched.filter(({ own }) => !own).map(({ url }) => url);
    return [...this.#opened, ...this.#asked, ...foreign].reduce((sum, text) => sum + bytesOf(text), 0);
  }

  /** What those bytes were, in words; empty where there are none. */
  get left(): string[] {
    const foreign = this.fetched.filter(({ own }) => !own).length;
    return [
      ...(this.#opened.length > 0 ? [`${plural(this.#opened.length, "address", "addresses")} opened`] : []),
      ...(this.#asked.size > 0 ? [`${plural(this.#asked.size, "package")} asked for`] : []),
      ...(foreign > 0 ? [`${plural(foreign, "file")} from other servers`] : []),
    ];
  }

  /** The line under "Seal". */
  summary(): string {
    const n = this.blockedCount;
    const why = this.left.length > 0 ? ` (${this.left.join(", ")})` : "";
    const blocked = n > 0 ? `; ${plural(n, "attempt")} blocked` : "";
    return `${bytes(this.leftBytes)} left this page${why}${blocked}`;
  }
}
