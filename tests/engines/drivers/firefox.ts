// Firefox, an installed one, over WebDriver BiDi by puppeteer.

import puppeteer, { type Browser, type KeyInput } from "puppeteer-core";
import { firefoxPath, prefs } from "../../browser/attacks/witness/firefox";
import { DESKTOP, type Driver, type Engine, type Tab } from "../engine";
import { PageTab } from "./page-tab";

/** A cell of a journey may take longer than puppeteer would wait for an answer. */
const ANSWER_MS = 170_000;

export const Firefox: Driver = {
  missing: () => (firefoxPath() ? undefined : "There is no Firefox here: .ci/firefox says how to get one."),
  launch: async ({ dns } = {}) => {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: firefoxPath(),
      headless: true,
      protocolTimeout: ANSWER_MS,
      // The sink's certificate is of today.
      ...(dns ? { acceptInsecureCerts: true, extraPrefsFirefox: prefs(dns) } : {}),
    });
    const version = await browser.version();
    return new FirefoxEngine(browser, version.replace(/^firefox\//, "Firefox "), dns !== undefined);
  },
};

class FirefoxEngine implements Engine {
  readonly #browser: Browser;
  readonly product: string;
  readonly asks: boolean;

  constructor(browser: Browser, product: string, asks: boolean) {
    this.#browser = browser;
    this.product = product;
    this.asks = asks;
  }

  async tab(size = DESKTOP): Promise<Tab> {
    const page = await this.#browser.newPage();
    await page.setViewport(size);
    const { keyboard } = page;
    const keys = {
      type: (text: string) => keyboard.type(text),
      down: (key: string) => keyboard.down(key as KeyInput),
      press: (key: string) => keyboard.press(key as KeyInput),
      up: (key: string) => keyboard.up(key as KeyInput),
    };
    const tab = new PageTab(page, keys, { resize: (size) => page.setViewport(size), close: () => page.close() });
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
