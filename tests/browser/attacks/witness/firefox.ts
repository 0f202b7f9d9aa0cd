// Firefox over WebDriver BiDi. Its profile asks the DNS sink for every name and looks names up ahead of time as a
// reader's does: what puppeteer switches off for quiet tests is switched on again, because here it is the attack.

import { accessSync, constants, readFileSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { DnsSink } from "./dns";
import type { Engine, Tab } from "./engine";

/** Firefox for the tests, as `.ci/firefox` found it; undefined where there is none. */
export function firefoxPath(): string | undefined {
  const found = [process.env.BELLJAR_FIREFOX, written(), "/usr/bin/firefox-esr", "/usr/bin/firefox"];
  return found.find((path) => path && runs(path)) || undefined;
}

function written(): string {
  try {
    return readFileSync("build/firefox", "utf8").trim();
  } catch {
    return "";
  }
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Settings with which Firefox asks the sink, and looks ahead as it does at home. */
export const prefs = (dns: DnsSink): Record<string, unknown> => ({
  // DNS over HTTPS and nothing else (mode 3), at the sink, which is on this machine.
  "network.trr.mode": 3,
  "network.trr.uri": dns.url,
  "network.trr.allow-rfc1918": true,
  "network.trr.confirmationNS": "skip",
  // As Firefox comes.
  "network.dns.disablePrefetch": false,
  "network.predictor.enabled": true,
  "network.prefetch-next": true,
  "network.http.speculative-parallel-limit": 20,
  // The witness is on this machine.
  "media.peerconnection.ice.loopback": true,
  // Services of its own that would ask the sink for names.
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
});

export class Firefox implements Engine {
  readonly #browser: Browser;
  readonly product: string;

  private constructor(browser: Browser, product: string) {
    this.#browser = browser;
    this.product = product;
  }

  static async launch(executable: string, dns: DnsSink): Promise<Firefox> {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: executable,
      headless: true,
      // The sink's certificate is of today.
      acceptInsecureCerts: true,
      extraPrefsFirefox: prefs(dns),
    });
    const version = await browser.version();
    return new Firefox(browser, version.replace(/^firefox/, "Firefox"));
  }

  async open(url: string): Promise<FirefoxTab> {
    const page = await this.#browser.newPage();
    await page.goto(url);
    return new FirefoxTab(page);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

export class FirefoxTab implements Tab {
  constructor(readonly page: Page) {}

  evaluate<T = unknown>(expression: string): Promise<T> {
    return this.page.evaluate(expression) as Promise<T>;
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
