// WebKit: Playwright's own where a developer has it, else WebKitGTK's MiniBrowser, which Debian has, on a screen that is
// none, over WebDriver.

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { Readable } from "node:stream";
import { webkit } from "@playwright/test";
import { DESKTOP, type Driver, type Engine, type Size, Tab } from "../engine";
import { launched } from "./chromium";
import { keyed, pressed, Session } from "./webdriver";

const DRIVERS = [process.env.BELLJAR_WEBKIT, "/usr/bin/WebKitWebDriver"];
const SCREEN = "/usr/bin/Xvfb";
const SCRIPT_MS = 170_000;
const NONE = "There is no WebKit here: .ci/webkit says how to get one.";

export const WebKit: Driver = {
  missing: () => (existsSync(webkit.executablePath()) || (driver() && existsSync(SCREEN)) ? undefined : NONE),
  launch: () => (existsSync(webkit.executablePath()) ? launched(webkit) : MiniBrowser.launch()),
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

class MiniBrowser implements Engine {
  readonly product: string;
  readonly #session: Session;
  readonly #processes: readonly ChildProcess[];

  private constructor(session: Session, processes: readonly ChildProcess[]) {
    this.#session = session;
    this.#processes = processes;
    this.product = `WebKitGTK ${session.capabilities.browserVersion}`;
  }

  static async launch(): Promise<MiniBrowser> {
    const path = driver();
    if (!path) throw new Error(NONE);
    const { process: xvfb, display } = await screen();
    const port = await freePort();
    const child = spawn(path, [`--port=${port}`], {
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
      const session = await Session.begin(`http://127.0.0.1:${port}`, {}, SCRIPT_MS);
      return new MiniBrowser(session, [child, xvfb]);
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

class MiniBrowserTab extends Tab {
  readonly #session: Session;
  readonly #window: string;

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
    await this.#session.ask(this.#window, "DELETE", "window");
  }

  protected async text(expression: string): Promise<string> {
    // The error as text: a driver tells no more of one than that there was one.
    const script = `const done = arguments[arguments.length - 1];
      (async () => (${expression}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = (await this.#post("execute/async", { script, args: [] })) as { value: string; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  #post(path: string, body: unknown): Promise<unknown> {
    return this.#session.ask(this.#window, "POST", path, body);
  }
}
