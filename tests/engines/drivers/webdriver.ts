// WebDriver, the protocol, as far as journeys need it: https://www.w3.org/TR/webdriver2/. One session is one browser; its
// tabs are windows, and commands go to the one that was switched to last, so they go one after the other.

import { rest } from "../engine";

/** Keys that are no characters (section 17.4.2). */
const KEYS: Record<string, string> = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Alt: "\uE00A",
  Escape: "\uE00C",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
};

export class WebDriverError extends Error {}

/** Sends one command to a driver at an address. */
async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const { value } = (await answer.json()) as { value: unknown };
  if (answer.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new WebDriverError(`${error}: ${message}`);
}

export class Session {
  readonly capabilities: Record<string, unknown>;
  readonly #url: string;
  /** The window that the browser came with, which stays: no command goes through while the one in use is closed. */
  readonly #first: string;
  #window: string;
  /** Settles with the last command so far. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(url: string, first: string, capabilities: Record<string, unknown>) {
    this.#url = url;
    this.#first = first;
    this.#window = first;
    this.capabilities = capabilities;
  }

  /** Waits until the driver answers at its address, and has it start a browser. */
  static async begin(driver: string, wanted: Record<string, unknown>, script_ms: number): Promise<Session> {
    for (let tries = 0; tries < 100; tries++) {
      if (await send(`${driver}/status`, "GET").catch(() => null)) break;
      await rest(100);
    }
    const capabilities = { alwaysMatch: { ...wanted, timeouts: { script: script_ms, pageLoad: 60_000 } } };
    const made = (await send(`${driver}/session`, "POST", { capabilities })) as {
      sessionId: string;
      capabilities: Record<string, unknown>;
    };
    const url = `${driver}/session/${made.sessionId}`;
    return new Session(url, (await send(`${url}/window`, "GET")) as string, made.capabilities);
  }

  /** A window of its own, because a tab behind another one stands still; gives its handle. */
  open(): Promise<string> {
    return this.#turn(async () => {
      const { handle } = (await send(`${this.#url}/window/new`, "POST", { type: "window" })) as { handle: string };
      return handle;
    });
  }

  /** A command to a tab. */
  ask(window: string, method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#turn(async () => {
      if (this.#window !== window) await send(`${this.#url}/window`, "POST", { handle: window });
      this.#window = window;
      return send(`${this.#url}/${path}`, method, body);
    });
  }

  /** Closes a window. */
  async shut(window: string): Promise<void> {
    await this.ask(window, "DELETE", "window");
    await this.ask(this.#first, "GET", "window");
  }

  close(): Promise<unknown> {
    return this.#turn(() => send(this.#url, "DELETE"));
  }

  #turn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(act);
    this.#tail = turn.catch(() => {});
    return turn;
  }
}

/** Actions of a keyboard: each key goes down and up, those that are held around all of them. */
export function keyed(keys: readonly string[], held: readonly string[] = []): unknown {
  const value = (key: string): string => KEYS[key] ?? key;
  const actions = [
    ...held.map((key) => ({ type: "keyDown", value: value(key) })),
    ...keys.flatMap((key) => [
      { type: "keyDown", value: value(key) },
      { type: "keyUp", value: value(key) },
    ]),
    ...held.toReversed().map((key) => ({ type: "keyUp", value: value(key) })),
  ];
  return { actions: [{ type: "key", id: "keys", actions }] };
}

/** Actions of a mouse: a press at a place of the view. */
export function pressed(x: number, y: number): unknown {
  const actions = [
    { type: "pointerMove", origin: "viewport", x, y, duration: 0 },
    { type: "pointerDown", button: 0 },
    { type: "pointerUp", button: 0 },
  ];
  return { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] };
}
