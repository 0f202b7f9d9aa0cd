// What one run may send out. Up to the limits everything passes; beyond them output is left out and counted;
// far beyond, the run is a flood and its worker is killed.

import type { FrameLimits, Truncated } from "../protocol/messages";

export class Quota {
  readonly #limits: FrameLimits;
  #chars = 0;
  #displays = 0;
  #displayBytes = 0;
  #messages = 0;
  #bytes = 0;
  #lostChars = 0;
  #lostDisplays = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Counts one message of `size` characters; false when the run has become a flood. */
  admit(size: number): boolean {
    this.#messages += 1;
    this.#bytes += size;
    return this.#messages <= this.#limits.flood_messages && this.#bytes <= this.#limits.flood_bytes;
  }

  /** The part of a stream's text that may pass ("" when nothing may). */
  stream(text: string): string {
    const room = Math.max(0, this.#limits.stream_chars - this.#chars);
    this.#chars += text.length;
    if (text.length <= room) return text;
    // Never end inside a surrogate pair.
    const high = room > 0 && /[\ud800-\udbff]/.test(text.charAt(room - 1));
    const passed = text.slice(0, high ? room - 1 : room);
    this.#lostChars += text.length - passed.length;
    return passed;
  }

  /** Whether a display bundle of `size` characters may pass. */
  display(size: number): boolean {
    this.#displays += 1;
    this.#displayBytes += size;
    const fits = this.#displays <= this.#limits.displays && this.#displayBytes <= this.#limits.display_bytes;
    if (!fits) this.#lostDisplays += 1;
    return fits;
  }

  /** What was left out here and, by its own account, inside. */
  with(inside: Truncated | null): Truncated | null {
    this.#lostChars += inside?.stream_chars ?? 0;
    this.#lostDisplays += inside?.displays ?? 0;
    return this.truncated;
  }

  get truncated(): Truncated | null {
    if (this.#lostChars === 0 && this.#lostDisplays === 0) return null;
    return { stream_chars: this.#lostChars, displays: this.#lostDisplays };
  }
}
