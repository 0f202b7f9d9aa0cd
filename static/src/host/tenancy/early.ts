// A sandbox's frame begins to load while the policy, which names it, is still on its way: where a server lies far away
// that saves a round trip. Most policies name it where every server has it; where one doesn't, a frame is loaded in vain.

import type { SandboxOptions } from "../api/options";
import { policyUrl } from "../supply/server";
import { isolationFor } from "../supply/support";
import { FrameLink, type LinkEvents } from "./link";

/** Where a server has its frames, relative to its policy. */
const USUAL = { isolated: "frame/isolated.html", plain: "frame/plain.html" };

export class EarlyFrame {
  readonly #url: string;
  #link: FrameLink | undefined;

  private constructor(url: URL, container: HTMLElement) {
    this.#url = url.href;
    this.#link = new FrameLink(url, container, { message: () => {}, lost: () => this.close() });
    this.#link.open().catch(() => {}); // asked for again by whom it is given to
  }

  /** None where the page has no place for it yet. It goes with the signal. Throws what `policyUrl` throws. */
  static begin(options: SandboxOptions, signal: AbortSignal): EarlyFrame | undefined {
    const { container, isolation, ...wanted } = options;
    const place: HTMLElement | null = container ?? document.body;
    const url = new URL(USUAL[isolationFor(isolation).page], policyUrl(wanted, import.meta.url));
    if (!place) return undefined;
    const early = new EarlyFrame(url, place);
    signal.addEventListener("abort", () => early.close(), { once: true });
    return early;
  }

  /** Gives the frame away if it is the one at this address; what comes out of it goes to `events` from now on. */
  take(url: URL, events: LinkEvents): FrameLink | undefined {
    const link = this.#link;
    if (!link || url.href !== this.#url) return undefined;
    this.#link = undefined;
    link.tell(events);
    return link;
  }

  /** Away with it, if it is still nobody's. */
  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }
}
