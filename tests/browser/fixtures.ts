// What browser tests share: one page with one open sandbox, so that Python boots once and not once per test.

import { test as base, expect, type Page } from "@playwright/test";
import type { Sandbox } from "../../static/src/host/index";
import type { Answer, Asked, Opened } from "./in-page";
import * as inPage from "./in-page";

export type { Answer, Asked };

/** A page with an open sandbox in it. */
export class Bench {
  constructor(
    readonly page: Page,
    readonly name = "main",
  ) {}

  /** Opens a sandbox under this bench's name. */
  async open(options: Opened = {}): Promise<void> {
    await this.page.evaluate(inPage.open, { name: this.name, options });
  }

  async close(): Promise<void> {
    await this.page.evaluate(inPage.close, this.name);
  }

  /** Runs a cell. */
  run(code: string, asked: Asked = {}): Promise<Answer> {
    return this.page.evaluate(inPage.run, { name: this.name, code, asked });
  }

  /** Calls something on the sandbox in the page. The function must not close over anything. */
  do<T>(action: (sandbox: Sandbox) => Promise<T> | T): Promise<T> {
    return this.page.evaluate(
      ({ name, source }) => {
        const act = new Function("sandbox", `return (${source})(sandbox)`);
        return act(window.sandboxes[name]) as Promise<never>;
      },
      { name: this.name, source: action.toString() },
    ) as Promise<T>;
  }

  async reset(): Promise<void> {
    await this.page.evaluate((name) => window.sandboxes[name]?.reset(), this.name);
  }

  /** Resolves when a second Python stands ready. */
  async spare(): Promise<void> {
    await this.page.waitForFunction((name) => window.spares[name] === true, this.name, { timeout: 60_000 });
  }
}

/** An empty page of the server's origin, or of a file host's, with the SDK loaded; isolated like the real page. */
export async function blankPage(page: Page, isolated = true, base = "/"): Promise<void> {
  const headers: Record<string, string> = { "content-type": "text/html" };
  if (isolated) {
    headers["cross-origin-opener-policy"] = "same-origin";
    headers["cross-origin-embedder-policy"] = "require-corp";
  }
  await page.route("**/blank.html", (route) =>
    route.fulfill({ body: "<!doctype html><title>blank</title><body></body>", headers }),
  );
  await page.goto(`${base}blank.html`);
  await page.evaluate(inPage.load, `${base}sdk.js`);
}

interface Shared {
  /** One warm sandbox for the whole file run. State of earlier tests may be in it. */
  bench: Bench;
}

export const test = base.extend<Record<never, never>, Shared>({
  bench: [
    async ({ browser }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await blankPage(page);
      const bench = new Bench(page);
      await bench.open();
      await use(bench);
      await context.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };
