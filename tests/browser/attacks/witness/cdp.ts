// The browser's own eyes: Chromium over its debugging pipe, attached to every page, frame and worker there ever is.
//
// Not through Playwright: its own sessions resume targets before anybody else has looked, and what it evaluates is
// refused by a policy without 'unsafe-eval', which is the very thing under attack here.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

export type Params = Record<string, unknown>;

/** One attached target: page, iframe, worker, shared worker, service worker. */
export interface Target {
  session: string;
  /** Session that owns it; the browser's own is "". */
  parent: string;
  id: string;
  type: string;
  url: string;
}

export interface CdpEvent {
  method: string;
  params: Params;
  session: string;
}

interface Waiting {
  resolve(value: Params): void;
  reject(error: Error): void;
}

/** Two pages attack at once; the one behind must not be slowed down. */
const AWAKE = [
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];

export class Cdp {
  readonly targets = new Map<string, Target>();
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: CdpEvent) => void>();
  readonly #profile: string;
  /** Runs in every new document before its own scripts. */
  readonly #early: string;
  #next = 0;
  #rest = "";

  private constructor(executable: string, args: string[], early: string, state: Params) {
    this.#profile = mkdtempSync(join(tmpdir(), "belljar-attack-"));
    writeFileSync(join(this.#profile, "Local State"), JSON.stringify(state));
    this.#early = early;
    this.#child = spawn(
      executable,
      [
        ...args,
        ...AWAKE,
        "--headless=new",
        "--remote-debugging-pipe",
        `--user-data-dir=${this.#profile}`,
        "about:blank",
      ],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
    );
    this.#input = this.#child.stdio[3] as Writable;
    this.#input.on("error", () => {}); // a browser that is gone is told by `exited`
    const output = this.#child.stdio[4] as Readable;
    output.on("error", () => {});
    output.setEncoding("utf8");
    output.on("data", (text: string) => this.#hear(text));
    this.#child.on("exit", () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error("the browser is gone"));
      this.#waiting.clear();
    });
  }

  /** Starts a browser of its own. `early` is JavaScript for every new document, `state` what its profile knows. */
  static async launch(executable: string, args: string[], early: string, state: Params = {}): Promise<Cdp> {
    const cdp = new Cdp(executable, args, early, state);
    await cdp.send("Target.setDiscoverTargets", { discover: true });
    await cdp.send("Browser.setDownloadBehavior", { behavior: "deny", eventsEnabled: true });
    await cdp.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    return cdp;
  }

  on(listener: (event: CdpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(method: string, params: Params = {}, session = ""): Promise<Params> {
    if (this.#gone) return Promise.reject(new Error(`${method}: the browser is gone`));
    const id = ++this.#next;
    const message = { id, method, params, ...(session ? { sessionId: session } : {}) };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
      this.#input.write(`${JSON.stringify(message)}\0`);
    });
  }

  /**
   * Evaluates an expression in a target and gives its value. Text is refused by the target's policy as it would be
   * for a script of its own. `context`: of which of the target's documents, if not of its first.
   */
  async evaluate<T = unknown>(session: string, expression: string, ms = 10_000, context?: number): Promise<T> {
    const how = { awaitPromise: true, returnByValue: true, userGesture: true, allowUnsafeEvalBlockedByCSP: false };
    const params = { expression, ...how, ...(context === undefined ? {} : { contextId: context }) };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    });
    try {
      const { result, exceptionDetails } = await Promise.race([this.send("Runtime.evaluate", params, session), late]);
      if (exceptionDetails) {
        const thrown = (exceptionDetails as { exception?: { description?: string }; text: string }).exception;
        throw new Error(thrown?.description ?? (exceptionDetails as { text: string }).text);
      }
      return (result as { value: T }).value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Opens a page and waits until it has loaded. */
  async open(url: string, prepare?: (session: string) => Promise<unknown>): Promise<Target> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", newWindow: true });
    const page = await this.find((target) => target.id === targetId);
    await prepare?.(page.session);
    await this.navigate(page, url);
    return page;
  }

  /** Asks again once: the first document of a new window may come in between. */
  async navigate(page: Target, url: string): Promise<void> {
    for (const ms of [5_000, 15_000]) {
      const loaded = this.#once("Page.loadEventFired", page.session);
      await this.send("Page.navigate", { url }, page.session);
      const late = new Promise<"late">((resolve) => setTimeout(resolve, ms, "late").unref());
      if ((await Promise.race([loaded, late])) !== "late") return;
    }
    throw new Error(`${url} did not load`);
  }

  async find(test: (target: Target) => boolean, ms = 20_000): Promise<Target> {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 20))) {
      const found = [...this.targets.values()].find(test);
      if (found) return found;
    }
    throw new Error("the target did not appear");
  }

  /** Ends the browser, by force if it takes too long. A second call does no harm. */
  async close(): Promise<void> {
    if (!this.#gone) {
      const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
      const force = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
      void this.send("Browser.close").catch(() => {});
      await gone;
      clearTimeout(force);
    }
    // Chromium's helpers may write a last file; a profile that stays in the temporary folder is no finding.
    try {
      rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    } catch (error) {
      console.warn(`A browser profile could not be removed: ${(error as Error).message}`);
    }
  }

  /** Whether the process has ended. One that was killed has a signal and no exit code. */
  get #gone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #once(method: string, session: string): Promise<void> {
    return new Promise((resolve) => {
      const off = this.on((event) => {
        if (event.method !== method || event.session !== session) return;
        off();
        resolve();
      });
    });
  }

  #hear(text: string): void {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) {
      const message = JSON.parse(part) as {
        id?: number;
        result?: Params;
        error?: { message: string };
        method?: string;
        params?: Params;
        sessionId?: string;
      };
      if (message.id !== undefined) {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.error) waiting?.reject(new Error(message.error.message));
        else waiting?.resolve(message.result ?? {});
      } else if (message.method) {
        this.#event({ method: message.method, params: message.params ?? {}, session: message.sessionId ?? "" });
      }
    }
  }

  #event(event: CdpEvent): void {
    if (event.method === "Target.attachedToTarget") this.#attached(event);
    if (event.method === "Target.detachedFromTarget") this.targets.delete(String(event.params.sessionId));
    // A dialog would stop its page for ever.
    if (event.method === "Page.javascriptDialogOpening") {
      void this.send("Page.handleJavaScriptDialog", { accept: false }, event.session).catch(() => {});
    }
    for (const listener of [...this.#listeners]) listener(event);
  }

  #attached({ params, session: parent }: CdpEvent): void {
    const session = String(params.sessionId);
    const { targetId, type, url } = params.targetInfo as { targetId: string; type: string; url: string };
    this.targets.set(session, { session, parent, id: targetId, type, url });
    // Not awaited one by one: a paused target answers some of these only after it was resumed.
    const say = (method: string, more: Params = {}) => void this.send(method, more, session).catch(() => {});
    say("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: type !== "iframe", flatten: true });
    if (type === "page" || type === "iframe") {
      say("Page.enable");
      say("Page.addScriptToEvaluateOnNewDocument", { source: this.#early });
    }
    say("Network.enable", { maxTotalBufferSize: 1_000_000, maxResourceBufferSize: 1_000_000 });
    say("Runtime.runIfWaitingForDebugger");
  }
}
