// Which tab a notebook is open in: a lock that the browser takes away with the tab. Two tabs that wrote one notebook would
// take turns at losing each other's work.
//
//   take ──► held ──► lost (another tab took over, and was handed all that was kept)
//     └────► undefined: another tab holds it

const CHANNEL = "belljar-notebooks";
/** How long the tab that holds a notebook may take to keep what it has, in milliseconds. */
const YIELD_MS = 1_000;

type Word = { type: "yield" | "yielded"; id: string } | { type: "forgotten" };

export class Claims {
  readonly #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : undefined;
  #held: { id: string; release: () => void } | undefined;
  readonly #parts: { flush(): Promise<void>; lost(): void; forgotten(): void };

  /** `flush` keeps what is not kept yet; `lost`: another tab took over; `forgotten`: another tab forgot everything. */
  constructor(parts: { flush(): Promise<void>; lost(): void; forgotten(): void }) {
    this.#parts = parts;
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => {
      if (data.type === "forgotten") parts.forgotten();
      if (data.type !== "yield" || data.id !== this.#held?.id) return;
      const { id } = data;
      const answer = () => this.#say({ type: "yielded", id });
      void parts.flush().then(answer, answer);
    });
  }

  /** Takes a notebook, and gives back the one that was held. False where another tab holds it. */
  async take(id: string, force = false): Promise<boolean> {
    if (this.#held?.id === id) return true;
    this.release();
    if (!("locks" in navigator)) {
      this.#held = { id, release: () => undefined };
      return true;
    }
    if (force) await this.#ask(id);
    return new Promise((resolve) => {
      const hold = (lock: Lock | null) => {
        if (!lock) return resolve(false);
        return new Promise<void>((release) => {
          this.#held = { id, release };
          resolve(true);
        });
      };
      navigator.locks
        .request(`belljar-notebook:${id}`, force ? { steal: true } : { ifAvailable: true }, hold)
        .catch(() => {
          // Stolen, or the browser gives no locks here.
          if (this.#held?.id === id) {
            this.#held = undefined;
            this.#parts.lost();
          } else resolve(true);
        });
    });
  }

  release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** Calls back once nobody else holds it. */
  async free(id: string): Promise<void> {
    if ("locks" in navigator) await navigator.locks.request(`belljar-notebook:${id}`, () => undefined);
  }

  /** Tells other tabs that nothing is kept any more. */
  forget(): void {
    this.#say({ type: "forgotten" });
  }

  /** Has the tab that holds it keep what it has. */
  #ask(id: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(), YIELD_MS);
      const hear = ({ data }: MessageEvent<Word>) => {
        if (data.type === "yielded" && data.id === id) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        this.#channel?.removeEventListener("message", hear);
        resolve();
      };
      this.#channel?.addEventListener("message", hear);
      this.#say({ type: "yield", id });
    });
  }

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
