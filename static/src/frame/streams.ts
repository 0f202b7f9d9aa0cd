// Text of a run on its way out of the frame. What comes in a burst goes out together: a message costs the page around as
// much time as thousands of characters.

import { now } from "../common/timing";

type Name = "stdout" | "stderr";

/** So long after one text the next one waits for others. Nobody sees it; the first one of all goes at once. */
const TOGETHER_MS = 10;

export class Streams {
  readonly #send: (name: Name, text: string) => void;
  #name: Name = "stdout";
  #text = "";
  #sent = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (name: Name, text: string) => void) {
    this.#send = send;
  }

  add(name: Name, text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    const wait = this.#sent + TOGETHER_MS - now();
    if (wait <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Sends what waits. Call before anything else of the run is sent. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    if (text === "") return;
    this.#text = "";
    this.#sent = now();
    this.#send(this.#name, text);
  }
}
