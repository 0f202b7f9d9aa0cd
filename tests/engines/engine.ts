// The seam between journeys and engines: what a journey may ask of a browser, whatever drives it. Each driver is a file in
// `drivers`; nothing else knows which engine it is.

import type { DnsSink } from "../browser/attacks/witness/dns";

/** Milliseconds that a page has to come to what it is waited for. */
const PATIENCE_MS = 60_000;
const BETWEEN_MS = 50;
/** Milliseconds until a press has come to where it goes. */
const ARRIVAL_MS = 2_000;

/** What a browser is started with. */
export interface Launch {
  /** The DNS server that it asks for every name, where it can be told. */
  dns?: DnsSink;
}

/** One browser that runs. */
export interface Engine {
  /** Name and version, as the browser has them. */
  readonly product: string;
  /** Whether it asks the DNS server that it was started with. */
  readonly asks: boolean;
  /** A new tab. */
  tab(size?: Size): Promise<Tab>;
  close(): Promise<void>;
}

/** Of the page's view, in CSS px. */
export interface Size {
  width: number;
  height: number;
}

export const DESKTOP: Size = { width: 1280, height: 900 };

/** How an engine is had on this machine. */
export interface Driver {
  /** A sentence where it isn't, with what to do. */
  missing(): string | undefined;
  launch(given?: Launch): Promise<Engine>;
}

/** A tab of a browser. */
export abstract class Tab {
  /** Texts of dialogs that the page has shown; each was answered with yes. */
  readonly dialogs: string[] = [];
  /** Goes to an address; resolves once it has loaded. */
  abstract goto(url: string): Promise<void>;
  /** Presses a place of the view with the mouse, in CSS px. */
  protected abstract point(x: number, y: number): Promise<void>;
  /** Types text where the focus is, key by key. */
  abstract type(text: string): Promise<void>;
  /** Presses a key, by its name in `KeyboardEvent.key`, with others held: `press("Enter", "Control")`. */
  abstract press(key: string, ...held: string[]): Promise<void>;
  abstract resize(size: Size): Promise<void>;
  /** A picture of the view, PNG. */
  abstract picture(): Promise<Buffer>;
  abstract close(): Promise<void>;
  /** The value of an expression in the page, which may be a promise of it: a string. */
  protected abstract text(expression: string): Promise<string>;

  /** Calls a function in the page. It must not close over anything; what goes in and comes out is JSON. */
  async evaluate<T, A = undefined>(act: (given: A) => T | Promise<T>, given?: A): Promise<T> {
    const call = `(${act})(${given === undefined ? "" : JSON.stringify(given)})`;
    const answer = await this.text(
      `Promise.resolve(${call}).then((value) => JSON.stringify(value === undefined ? null : value))`,
    );
    return JSON.parse(answer) as T;
  }

  /**
   * Presses the middle of the first element of this selector, once it is there, at rest and not covered. ">>>" leads into the
   * shadow of what stands before it.
   */
  async click(selector: string): Promise<void> {
    let before = "";
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await rest(BETWEEN_MS)) {
      const found = await this.evaluate(middle, selector);
      const now = JSON.stringify(found);
      if (found && now === before) {
        await this.point(found.x, found.y);
        if (await this.#arrived()) return;
      }
      before = now;
    }
    throw new Error(`After ${PATIENCE_MS} ms there was nothing to press: ${selector}`);
  }

  /** Whether the press came to what it was meant for: on a busy machine a page may have moved under it. */
  async #arrived(): Promise<boolean> {
    for (const end = Date.now() + ARRIVAL_MS; Date.now() < end; await rest(BETWEEN_MS)) {
      const missed = await this.evaluate(() => window.pressedByTests?.arrived === false).catch(() => false);
      if (!missed) return true; // or it has led to another page
    }
    return false;
  }

  /** Waits until a function in the page gives something true. */
  async until<A = undefined>(act: (given: A) => unknown, given?: A, ms = PATIENCE_MS): Promise<void> {
    let last = "";
    for (const end = Date.now() + ms; Date.now() < end; await rest(BETWEEN_MS)) {
      try {
        if (await this.evaluate<unknown, A>(act, given)) return;
        last = "";
      } catch (error) {
        last = `; ${(error as Error).message}`; // a page that is just coming
      }
    }
    throw new Error(`After ${ms} ms the page had not come to ${act}(${JSON.stringify(given) ?? ""})${last}`);
  }
}

declare global {
  interface Window {
    pressedByTests?: { arrived: boolean; over: AbortController };
  }
}

/** In the page: the middle of an element that can be pressed there. Listens for the press. */
function middle(selector: string): { x: number; y: number } | null {
  let root: Document | ShadowRoot | null | undefined = document;
  const steps = selector.split(" >>> ");
  for (const step of steps.slice(0, -1)) root = root?.querySelector(step)?.shadowRoot;
  const element = root?.querySelector(steps.at(-1) ?? "");
  element?.scrollIntoView({ block: "center", behavior: "instant" });
  const box = element?.getBoundingClientRect();
  if (!element || !box || box.width === 0 || box.height === 0) return null;
  const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  const hit = root?.elementFromPoint(x, y) ?? null;
  if (hit === null || !(element.contains(hit) || hit.contains(element))) return null;
  window.pressedByTests?.over.abort();
  const pressed = { arrived: false, over: new AbortController() };
  window.pressedByTests = pressed;
  // It may have been drawn anew since.
  const meant = (one: EventTarget): boolean =>
    one === element || one === hit || (one instanceof Element && one.matches(steps.at(-1) ?? ""));
  const hear = (event: Event): void => {
    pressed.arrived ||= event.composedPath().some(meant);
  };
  addEventListener("pointerdown", hear, { capture: true, signal: pressed.over.signal });
  return { x, y };
}

export const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
