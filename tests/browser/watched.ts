// A page that is watched: what it asked of any host, what its policies refused, what was thrown in it.

import type { Page } from "@playwright/test";

export class Watched {
  /** What the page asked of any host, and what its policies refused. */
  readonly requests: string[] = [];
  readonly violations: string[] = [];
  readonly failures: string[] = [];

  constructor(readonly page: Page) {
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("pageerror", (error) => this.failures.push(error.message));
    page.on("console", (message) => {
      const text = message.text();
      // What untrusted HTML tries in the output frame is refused there, as it should be.
      if (/\/output(\/\w+\.html)?$/.test(message.location().url)) return;
      // The frame's own self-test asks for data: to see it refused; that one belongs there.
      if (/Content Security Policy|TrustedHTML/.test(text) && !text.includes("data:text/plain,x"))
        this.violations.push(text);
    });
  }

  /** Opens a page of the server as a first visit finds it: nothing is kept of what earlier tests left. */
  protected async first(path: string): Promise<void> {
    await this.page.goto("/healthz");
    await this.page.evaluate(async () => {
      localStorage.clear();
      sessionStorage.clear();
      for (const { name = "" } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    });
    this.requests.length = 0;
    await this.page.goto(path);
  }
}
