// Requests that the frame answers itself, at once: no answer means that it hangs. Each is settled exactly once, by the
// frame's reply or because the frame is gone.

import type { FrameMessage } from "../../protocol/from-frame";
import type { HostMessage } from "../../protocol/to-frame";

type Numbered = Extract<HostMessage, { request: number }>;

/** Distributes over the union, so that each request keeps its own fields. */
type Unnumbered<T> = T extends unknown ? Omit<T, "request"> : never;

/** A request before it has its number. */
export type Request = Unnumbered<Exclude<Numbered, { type: "execute" }>>;

/** How long the frame may take to answer what needs no Python, in milliseconds. */
const ANSWER_MS = 10_000;

/** The frame went before it answered, or there is none. */
export class Gone extends Error {}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Requests {
  readonly #waiting = new Map<number, Waiting>();
  readonly #hangs: () => void;
  #numbers = 0;
  /** What there will be no answers from any more, in a sentence. */
  #gone: string | undefined;

  /** @param hangs Called when an answer doesn't come. */
  constructor(hangs: () => void) {
    this.#hangs = hangs;
  }

  /** A number that no other request of this frame has. */
  next(): number {
    return this.#numbers++;
  }

  /**
   * Posts a request once `open` has resolved, and gives the answer. Rejects with the frame's sentence, or with Gone.
   * One whose signal has aborted by then is never posted, and rejects with its reason.
   */
  ask(
    message: Request,
    open: Promise<unknown>,
    post: (message: HostMessage) => void,
    signal?: AbortSignal,
  ): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(new Gone(this.#gone));
    const request = this.next();
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          settle(value);
        };
      this.#waiting.set(request, { resolve: settled(resolve), reject: settled(reject) });
      const send = (): void => {
        if (!this.#waiting.has(request)) return;
        if (signal?.aborted) {
          this.#waiting.delete(request);
          return reject(signal.reason);
        }
        timer = setTimeout(() => {
          const waiting = this.#waiting.get(request);
          this.#hangs();
          this.#waiting.delete(request);
          waiting?.reject(new Gone("The sandbox frame stopped answering."));
        }, ANSWER_MS);
        post({ ...message, request } as HostMessage);
      };
      void open.then(send, () => {}); // then the frame is at its end, and with it this
    });
  }

  /** The frame has answered. */
  reply({ request, value, error }: Extract<FrameMessage, { type: "reply" }>): void {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (error === null) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  /** The frame is gone, and with it every answer, also to what is asked from now on. */
  lose(reason: string): void {
    this.#gone = reason;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Gone(reason));
  }
}
