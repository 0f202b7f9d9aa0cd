// What browser tests share: one page with one open sandbox, so that Python boots once and not once per test.

import { test as base, expect, type Page } from "@playwright/test";
import type {
  ErrorInfo,
  ExecuteOptions,
  Execution,
  Result,
  Sandbox,
  SandboxOptions,
} from "../../static/src/host/index";

/** An Execution after it has crossed from the page to the test, with its getters' values. */
export interface Answer {
  status: Execution["status"];
  text: string | undefined;
  stdout: string;
  stderr: string;
  error: ErrorInfo | undefined;
  results: (Result & { contentBase64?: string })[];
  ran: boolean;
  executionCount: number;
  durationMs: number;
  files: Execution["files"];
  truncated: Execution["truncated"];
  blocked: Execution["blocked"];
  packages: string[];
  note: string | undefined;
  /** Milliseconds from the call to the answer. */
  ms: number;
}

/** The options that can cross to the page. `answers` are given to input(), one after the other. */
export interface Asked extends Pick<ExecuteOptions, "timeout" | "context" | "fresh" | "svg"> {
  answers?: string[];
}

declare global {
  interface Window {
    sandboxes: Record<string, Sandbox>;
    sdk: { Sandbox: typeof Sandbox };
    /** Whether a second Python stands ready, by sandbox name. */
    spares: Record<string, boolean>;
  }
}

/** A page with an open sandbox in it. */
export class Bench {
  constructor(
    readonly page: Page,
    readonly name = "main",
  ) {}

  /** Opens a sandbox under this bench's name. */
  async open(options: Omit<SandboxOptions, "container" | "signal"> = {}): Promise<void> {
    await this.page.evaluate(
      async ({ name, options }) => {
        const sandbox = window.sdk.Sandbox.create(options);
        sandbox.on("spare", ({ ready }) => {
          window.spares[name] = ready;
        });
        window.sandboxes[name] = sandbox;
        await sandbox.ready;
      },
      { name: this.name, options },
    );
  }

  async close(): Promise<void> {
    await this.page.evaluate(async (name) => {
      await window.sandboxes[name]?.close();
      delete window.sandboxes[name];
    }, this.name);
  }

  /** Runs a cell. */
  run(code: string, options: Asked = {}): Promise<Answer> {
    return this.page.evaluate(
      async ({ name, code, options }) => {
        const sandbox = window.sandboxes[name];
        if (!sandbox) throw new Error(`no sandbox ${name}`);
        const { answers, ...rest } = options;
        const left = [...(answers ?? [])];
        const began = performance.now();
        const done = await sandbox.execute(code, {
          ...rest,
          ...(answers ? { onInput: async () => left.shift() ?? null } : {}),
        });
        const { text, stdout, stderr, error, status, results, ran, executionCount, durationMs } = done;
        const { files, truncated, blocked, packages, note } = done;
        const ms = performance.now() - began;
        const plain = results.map((result) => ({ ...result, contentBase64: result.contentBase64 }));
        return {
          text,
          stdout,
          stderr,
          error,
          status,
          results: plain,
          ran,
          executionCount,
          durationMs,
          files,
          truncated,
          blocked,
          packages,
          note,
          ms,
        } as never; // prettier-ignore
      },
      { name: this.name, code, options },
    );
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
  await page.evaluate(async (url) => {
    window.sdk = (await import(url)) as typeof window.sdk;
    window.sandboxes = {};
    window.spares = {};
  }, `${base}sdk.js`);
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
