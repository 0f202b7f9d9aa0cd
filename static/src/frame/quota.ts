// What one run may send out, and what that may cause. Up to the limits everything passes; beyond them output is left out
// and counted; far beyond, the run is a flood and its worker is killed.
//
// That a message came is the least of what it costs. What each causes in the next room, and what bounds that:
//
//   message            causes                                      bounded by
//   each of them       to be parsed and rebuilt here               flood_messages, flood_bytes
//   stream             text kept by the host                       stream_chars; bursts go out together (streams.ts)
//   display, result    a bundle kept, a view made                  displays, display_bytes
//   need               files fetched, hashed, copied               once per worker and package, one at a time (needs.ts);
//                                                                  their bytes are caused()
//   installed          the list of packages told                   names that were handed over, each once (needs.ts)
//   loading, loaded    the list of packages told, a phase          names of the allowlist; MAY; in turns (session.ts)
//   page               a blob read and copied; the rest of an      one at a time, its bytes are caused(); the host hears
//                      image fetched                               only of those that are not here yet (python-worker.ts)
//   input              a question put to a person                  MAY; so many at once (session.ts)
//   blocked            an entry kept, a listener called            MAY; the rest are counted in a note
//   clear              outputs taken away                          MAY; the rest are dropped
//   file               bytes kept here and by the host             file_bytes, files; they are caused(), also when refused
//   done               one answer, the list of files               once per run; at most 10,000 changes
//   started            a listener called                           once per run
//   stage              the start's progress told                   only while booting
//   completed,         the answer to a question of ours            the names of questions can't be guessed
//   inspected, pong
//   failed, crashed    a new interpreter                           once per worker: it is gone
//   ready, warmed      a worker taken into use                     once, while booting
//   answered           nothing

import type { FrameLimits } from "../protocol/limits";
import type { Truncated } from "../protocol/messages";

/** So many messages of a kind may pass in a run; those that come afterwards are counted. */
const MAY = { blocked: 500, clear: 5_000, input: 1_000, loading: 200 };
export type Counted = keyof typeof MAY;

/** What may be caused, as a multiple of what may be sent; and of what may be kept. */
const CAUSED_OF_SENT = 4;
const CAUSED_OF_KEPT = 2;

export class Quota {
  readonly #limits: FrameLimits;
  readonly #passed: Record<Counted, number> = { blocked: 0, clear: 0, input: 0, loading: 0 };
  #chars = 0;
  #displays = 0;
  #displayBytes = 0;
  #messages = 0;
  #bytes = 0;
  #caused = 0;
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

  /** Counts bytes that were read, fetched or kept because of a message; false when that was too much. */
  caused(bytes: number): boolean {
    const { flood_bytes, file_bytes } = this.#limits;
    this.#caused += bytes;
    return this.#caused <= CAUSED_OF_SENT * flood_bytes + CAUSED_OF_KEPT * file_bytes;
  }

  /** Whether one more of a kind may pass. */
  may(kind: Counted): boolean {
    this.#passed[kind] += 1;
    return this.#passed[kind] <= MAY[kind];
  }

  /** So many of a kind did not pass. */
  left(kind: Counted): number {
    return Math.max(0, this.#passed[kind] - MAY[kind]);
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

  /** What was shown is taken away: it counts no more, but for its bytes. */
  cleared(): void {
    this.#displays = 0;
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
