// WebKit: Playwright's own where a developer has it, else WebKitGTK's MiniBrowser, which Debian has, on a screen that is
// none, over WebDriver.

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { webkit } from "@playwright/test";
import { freePort } from "../../bench/served";
import { DESKTOP, type Driver, type Engine, type Launch, type Size, Tab } from "../engine";
import { launched } from "./chromium";
import { keyed, pressed, Session } from "./webdriver";

const DRIVERS = [process.env.BELLJAR_WEBKIT, "/usr/bin/WebKitWebDriver"];
const SCREEN = "/usr/bin/Xvfb";
const SCRIPT_MS = 170_000;
/** So long a script may keep other commands waiting. */
const TURN_MS = 100;
const NONE = "There is no WebKit here: .ci/webkit says how to get one.";

export const WebKit: Driver = {
  missing: () => (existsSync(webkit.executablePath()) || (driver() && existsSync(SCREEN)) ? undefined : NONE),
  launch: (given) => (existsSync(webkit.executablePath()) ? launched(webkit) : MiniBrowser.launch(given)),
};

function driver(): string | undefined {
  return DRIVERS.find((path) => {
    try {
      if (path) accessSync(path, constants.X_OK);
      return Boolean(path);
    } catch {
      return false;
    }
  });
}

/** A screen of its own: Xvfb writes its number once it is there. */
function screen(): Promise<{ process: ChildProcess; display: string }> {
  const process = spawn(SCREEN, ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    (process.stdio[3] as Readable).on("data", (data: Buffer) => {
      said += data.toString();
      if (said.includes("\n")) resolve({ process, display: `:${said.trim()}` });
    });
    process.on("exit", () => reject(new Error("Xvfb ended before it had a screen")));
    process.on("error", reject);
  });
}

/**
 * The driver, and what it is to be told, as a command. Its browser asks the machine's resolver for names: with a server of
 * the test's it sees other settings of that than everybody else, which root can give it (a mount of its own).
 */
function command(path: string, port: number, server: string | undefined): [string, string[]] {
  const driver = [path, `--port=${port}`];
  if (server === undefined) return [path, driver.slice(1)];
  const mounted =
    'file=$(mktemp) && printf "nameserver %s\\noptions timeout:1 attempts:1\\n" "$1" >"$file" && ' +
    'mount --bind "$file" /etc/resolv.conf && rm "$file" && shift && exec "$@"';
  return ["unshare", ["--mount", "sh", "-c", mounted, "sh", server, ...driver]];
}

class MiniBrowser implements Engine {
  readonly product: string;
  readonly asks: boolean;
  readonly #session: Session;
  readonly #processes: readonly ChildProcess[];

  private constructor(session: Session, processes: readonly ChildProcess[], asks: boolean) {
    this.#session = session;
    this.asks = asks;
    this.#processes = processes;
    this.product = `WebKitGTK ${session.capabilities.browserVersion}`;
  }

  static async launch({ dns }: Launch = {}): Promise<MiniBrowser> {
    const path = driver();
    if (!path) throw new Error(NONE);
    const { process: xvfb, display } = await screen();
    const port = await freePort();
    const server = await dns?.listenPlain();
    const child = spawn(...command(path, port, server), {
      stdio: "ignore",
      env: {
        ...process.env,
        DISPLAY: display,
        GDK_BACKEND: "x11",
        LIBGL_ALWAYS_SOFTWARE: "1",
        // Root may make no namespaces of its own in a container. These tests are about the page's sandbox.
        ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {}),
      },
    });
    try {
      const session = await Session.begin(`http://127.0.0.1:${port}`, { unhandledPromptBehavior: "accept" }, SCRIPT_MS);
      return new MiniBrowser(session, [child, xvfb], server !== undefined);
    } catch (error) {
      for (const one of [child, xvfb]) one.kill();
      throw error;
    }
  }

  async tab(size = DESKTOP): Promise<Tab> {
    const tab = new MiniBrowserTab(this.#session, await this.#session.open());
    await tab.resize(size);
    return tab;
  }

  async close(): Promise<void> {
    await this.#session.close().catch(() => {}); // it may be gone already
    for (const one of this.#processes) one.kill();
  }
}

interface Answer {
  value?: string;
  error?: string;
}

class MiniBrowserTab extends Tab {
  readonly #session: Session;
  readonly #window: string;
  #next = 0;

  constructor(session: Session, window: string) {
    super();
    this.#session = session;
    this.#window = window;
  }

  async goto(url: string): Promise<void> {
    await this.#post("url", { url });
  }

  protected async point(x: number, y: number): Promise<void> {
    await this.#post("actions", pressed(x, y));
  }

  async type(text: string): Promise<void> {
    await this.#post("actions", keyed([...text].map((one) => (one === "\n" ? "Enter" : one))));
  }

  async press(key: string, ...held: string[]): Promise<void> {
    await this.#post("actions", keyed([key], held));
  }

  /** The window's frame comes on top, as much as it is. A window has a smallest width, which is no engine's. */
  async resize({ width, height }: Size): Promise<void> {
    await this.#post("window/rect", { width, height });
    const [more, higher] = await this.evaluate(() => [innerWidth, innerHeight]);
    await this.#post("window/rect", { width: 2 * width - (more ?? width), height: 2 * height - (higher ?? height) });
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await this.#session.ask(this.#window, "GET", "screenshot")) as string, "base64");
  }

  async close(): Promise<void> {
    await this.#session.shut(this.#window);
  }

  /** Asks again and again, because a script that is waited for keeps all other commands waiting, to other tabs, too. */
  protected async text(expression: string): Promise<string> {
    const id = this.#next++;
    // The error as text: a driver tells no more of one than that there was one.
    const begin = `const all = (window.askedByTests ??= {}), asked = (all[${id}] = {});
      asked.over = (async () => (${expression}))()
        .then((value) => (asked.answer = { value }), (error) => (asked.answer = { error: String(error) }));`;
    const again = `const all = window.askedByTests ?? {}, asked = all[${id}] ?? { answer: { error: "the page is gone" } };`;
    const wait = `const done = arguments[arguments.length - 1], late = new Promise((end) => setTimeout(end, ${TURN_MS}));
      Promise.race([asked.over, late]).then(() => { if (asked.answer) delete all[${id}]; done(asked.answer ?? null); });`;
    let script = begin + wait;
    for (const end = Date.now() + SCRIPT_MS; Date.now() < end; script = again + wait) {
      const answer = (await this.#post("execute/async", { script, args: [] })) as Answer | null;
      if (answer?.error !== undefined) throw new Error(answer.error);
      if (answer) return answer.value as string;
    }
    throw new Error(`there was no answer within ${SCRIPT_MS} ms`);
  }

  #post(path: string, body: unknown): Promise<unknown> {
    return this.#session.ask(this.#window, "POST", path, body);
  }
}
