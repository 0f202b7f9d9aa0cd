// Firefox, an installed one, over WebDriver BiDi by puppeteer.

import puppeteer, { type Browser, type KeyInput, type Page } from "puppeteer-core";
import { firefoxPath } from "../../browser/attacks/witness/firefox";
import { DESKTOP, type Driver, type Engine, type Size, Tab } from "../engine";

/** A cell of a journey may take longer than puppeteer would wait for an answer. */
const ANSWER_MS = 170_000;

export const Firefox: Driver = {
  missing: () => (firefoxPath() ? undefined : "There is no Firefox here: .ci/firefox says how to get one."),
  launch: async () => {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: firefoxPath(),
      headless: true,
      protocolTimeout: ANSWER_MS,
    });
    const version = await browser.version();
    return new FirefoxEngine(browser, version.replace(/^firefox\//, "Firefox "));
  },
};

class FirefoxEngine implements Engine {
  readonly #browser: Browser;
  readonly product: string;

  constructor(browser: Browser, product: string) {
    this.#browser = browser;
    this.product = product;
  }

  async tab(size = DESKTOP): Promise<Tab> {
    const page = await this.#browser.newPage();
    await page.setViewport(size);
    return new FirefoxTab(page);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

class FirefoxTab extends Tab {
  readonly #page: Page;

  constructor(page: Page) {
    super();
    this.#page = page;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  protected point(x: number, y: number): Promise<void> {
    return this.#page.mouse.click(x, y);
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  async press(key: string, ...held: string[]): Promise<void> {
    for (const one of held) await this.#page.keyboard.down(one as KeyInput);
    await this.#page.keyboard.press(key as KeyInput);
    for (const one of held.toReversed()) await this.#page.keyboard.up(one as KeyInput);
  }

  resize(size: Size): Promise<void> {
    return this.#page.setViewport(size);
  }

  async picture(): Promise<Buffer> {
    return Buffer.from(await this.#page.screenshot());
  }

  close(): Promise<void> {
    return this.#page.close();
  }

  protected text(expression: string): Promise<string> {
    return this.#page.evaluate(expression) as Promise<string>;
  }
}
