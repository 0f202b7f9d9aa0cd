// Packages on their way to one frame: what they need at once, and later what their images lack.

import { type FrameLink, send } from "./link";
import type { Supply } from "./supply";

export class Parcels {
  readonly #link: FrameLink;
  /** Packages of which the rest has not been asked for yet, and who fetches it. */
  readonly #owed = new Map<string, Supply>();

  constructor(link: FrameLink) {
    this.#link = link;
  }

  /** Fetches packages and hands them over. Rejects with a sentence. */
  async give(supply: Supply, id: string, names: string[]): Promise<void> {
    const delivery = await supply.packages.deliver(names);
    send(this.#link, { type: "packages", id, ...delivery });
    for (const { name, more } of delivery.images) if (more) this.#owed.set(name, supply);
  }

  /** Says why packages don't come. */
  refuse(id: string, error: string): void {
    send(this.#link, { type: "packages", id, files: [], images: [], error });
  }

  /** Fetches what is owed. Call when nothing runs, or when somebody waits for it. What can't be had stays owed. */
  complete(): void {
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const [name, supply] of owed) {
      void supply.packages.rest(name).then((blob) => {
        if (!blob) this.#owed.set(name, supply);
        send(this.#link, { type: "rest", name, blob });
      });
    }
  }
}
