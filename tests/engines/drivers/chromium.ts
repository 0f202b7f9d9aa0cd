// Chromium, an installed one, by Playwright; and Playwright's own builds of the other engines where a developer has them.

import { existsSync } from "node:fs";
import { type Browser, type BrowserType, chromium, type LaunchOptions, type Page } from "@playwright/test";
import { DESKTOP, type Driver, type Engine, type Size, Tab } from "../engine";

const INSTALLED = [process.env.BELLJAR_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];

export const Chromium: Driver = {
  missing: () => (path() ? undefined : "There is no Chromium here: .ci/chromium says how to get one."),
  launch: () =>
    launched(chromium, {
      executablePath: path(),
      // Chromium refuses its own sandbox as root; these tests are about the page's, not the process's.
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    }),
};

const path = (): string | undefined =>
  [...INSTALLED, chromium.executablePath()].find((one) => one !== undefined && existsSync(one));

/** A browser of Playwright's kind. */
export async function launched(type: BrowserType, options: LaunchOptions = {}): Promise<Engine> {
  const browser = await type.launch(options);
  return new PlaywrightEngine(browser, `${type.name()} ${browser.version()}`);
}

class PlaywrightEngine implements Engine {
  readonly #browser: Browser;
  readonly product: string;

  constructor(browser: Browser, product: string) {
    this.#browser = browser;
    this.product = product[0]?.toUpperCase() + product.slice(1);
  }

  async tab(size = DESKTOP): Promise<Tab> {
    const context = await this.#browser.newContext({ viewport: size });
    return new PlaywrightTab(await context.newPage());
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

class PlaywrightTab extends Tab {
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

  press(key: string, ...held: string[]): Promise<void> {
    return this.#page.keyboard.press([...held, key].join("+"));
  }

  resize(size: Size): Promise<void> {
    return this.#page.setViewportSize(size);
  }

  picture(): Promise<Buffer> {
    return this.#page.screenshot();
  }

  close(): Promise<void> {
    return this.#page.context().close();
  }

  protected text(expression: string): Promise<string> {
    return this.#page.evaluate(expression) as Promise<string>;
  }
}
