// A tab of a library that drives pages: Playwright's pages and puppeteer's are alike in all that journeys ask of them.

import { type Size, Tab } from "../engine";

/** What both have. */
interface DrivenPage {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  screenshot(): Promise<Uint8Array>;
  readonly mouse: { click(x: number, y: number): Promise<void> };
}

/** A keyboard that knows keys by their name in `KeyboardEvent.key`. */
interface Keyboard {
  type(text: string): Promise<void>;
  down(key: string): Promise<void>;
  press(key: string): Promise<void>;
  up(key: string): Promise<void>;
}

/** What each calls by a name of its own. */
interface Own {
  resize(size: Size): Promise<void>;
  close(): Promise<void>;
}

export class PageTab extends Tab {
  readonly #page: DrivenPage;
  readonly #keyboard: Keyboard;
  readonly #own: Own;

  constructor(page: DrivenPage, keyboard: Keyboard, own: Own) {
    super();
    this.#page = page;
    this.#keyboard = keyboard;
    this.#own = own;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  protected point(x: number, y: number): Promise<void> {
    return this.#page.mouse.click(x, y);
  }

  type(text: string): Promise<void> {
    return this.#keyboard.type(text);
  }

  async press(key: string, ...held: string[]): Promise<void> {
    for (const one of held) await this.#keyboard.down(one);
    await this.#keyboard.press(key);
    for (const one of held.toReversed()) await this.#keyboard.up(one);
  }

  resize(size: Size): Promise<void> {
    return this.#own.resize(size);
  }

  async picture(): Promise<Buffer> {
    return Buffer.from(await this.#page.screenshot());
  }

  close(): Promise<void> {
    return this.#own.close();
  }

  protected text(expression: string): Promise<string> {
    return this.#page.evaluate(expression) as Promise<string>;
  }
}
