// The page's socket to the server, from the token on.
//
//   joining ──offered──► asked ──agree()──► connected ──► ended (by either side, once, with a sentence)
//      └──────────────── refused ──────────────────────────┘

import { type FromServer, fromServer } from "./wire";

/** The server answers a token at once. */
const JOIN_MS = 15_000;

const GONE = "The connection to the server was lost.";
const ENDINGS: Record<string, string> = {
  closed: "The program has ended, or has closed its sandbox.",
  expired: "This code is too old.",
};

export interface LinkEvents {
  offered(program: { name: string; address: string }): void;
  call(id: number, method: string, args: unknown[]): void;
  more(id: number): void;
  ended(reason: string): void;
}

export class Link {
  readonly #socket: WebSocket;
  readonly #events: LinkEvents;
  #agreed = false;
  #offered = false;
  #ended = false;

  constructor(token: string, events: LinkEvents) {
    this.#events = events;
    const url = new URL("tab/page", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    url.search = "";
    this.#socket = new WebSocket(url);
    const timer = setTimeout(() => this.#end("The server does not answer."), JOIN_MS);
    this.#socket.onopen = () => this.send({ type: "join", token });
    this.#socket.onmessage = ({ data }) => {
      clearTimeout(timer);
      this.#hear(typeof data === "string" ? fromServer(data) : null);
    };
    this.#socket.onclose = ({ code }) => {
      clearTimeout(timer);
      this.#end(code === 1009 ? "The program has sent more at once than goes to a tab." : GONE);
    };
  }

  send(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** From here on the program's calls are heard. */
  agree(): void {
    this.#agreed = true;
    this.send({ type: "agreed" });
  }

  /** Ends it from this side. `said`: what the program is told. */
  leave(said: "refused" | "disconnected", reason: string): void {
    this.send({ type: "left", reason: said });
    this.#end(reason);
  }

  #hear(message: FromServer | null): void {
    if (this.#ended || !message) return;
    switch (message.type) {
      case "offered":
        if (this.#offered) return;
        this.#offered = true;
        return this.#events.offered(message);
      case "refused":
        return this.#end(message.reason || GONE);
      case "left":
        return this.#end(ENDINGS[message.reason] ?? GONE);
      case "call":
        // Nothing is run, and nothing answered, before the person has agreed.
        return this.#agreed ? this.#events.call(message.id, message.method, message.args) : undefined;
      case "more":
        return this.#agreed ? this.#events.more(message.id) : undefined;
    }
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close();
    this.#events.ended(reason);
  }
}
