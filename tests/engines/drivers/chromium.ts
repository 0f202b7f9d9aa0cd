// Chromium, an installed one, by Playwright; and Playwright's own builds of the other engines where a developer has them.

import { existsSync } from "node:fs";
import { type Browser, type BrowserType, chromium, type LaunchOptions } from "@playwright/test";
import { DESKTOP, type Driver, type Engine, type Tab } from "../engine";
import { PageTab } from "./page-tab";

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
  /** What attacks in Chromium has a driver of its own (tests/browser/attacks). */
  readonly asks = false;

  constructor(browser: Browser, product: string) {
    this.#browser = browser;
    this.product = product[0]?.toUpperCase() + product.slice(1);
  }

  async tab(size = DESKTOP): Promise<Tab> {
    const context = await this.#browser.newContext({ viewport: size });
    const page = await context.newPage();
    const tab = new PageTab(page, page.keyboard, {
      resize: (size) => page.setViewportSize(size),
      close: () => context.close(),
    });
    page.on("dialog", (dialog) => {
      tab.dialogs.push(dialog.message());
      dialog.accept().catch(() => {}); // its page may be gone
    });
    return tab;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
