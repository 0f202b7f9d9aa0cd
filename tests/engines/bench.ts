// A page of the server's with sandboxes in it, opened by the SDK as an application opens them.

import type { SandboxInfo } from "../../static/src/host/index";
import * as inPage from "../browser/in-page";
import { rest, type Tab } from "./engine";

/** An Execution as it arrives in a journey: what there is not is null, since JSON knows nothing else. */
export interface Answer extends Omit<inPage.Answer, "text" | "error" | "note"> {
  text: string | null;
  error: NonNullable<inPage.Answer["error"]> | null;
  note: string | null;
}

export class Bench {
  constructor(
    readonly tab: Tab,
    readonly name = "main",
  ) {}

  /**
   * Goes to a page of the server's that has nothing but its headers, and loads the SDK. Where isolation brings no shared
   * memory, to one that is sent without.
   */
  async visit(server: string): Promise<void> {
    await this.tab.goto(`${server}/headless`);
    const shares = await this.tab.evaluate(() => typeof SharedArrayBuffer === "function");
    if (!shares) await this.tab.goto(`${server}/healthz`);
    await this.tab.evaluate(inPage.load, "/sdk.js");
  }

  /** Opens a sandbox; gives what it says of itself. */
  async open(options: inPage.Opened = {}): Promise<SandboxInfo & { unrestorable: string | null }> {
    await this.tab.evaluate(inPage.open, { name: this.name, options });
    return this.info();
  }

  /** What it says of itself now, and why the snapshot was not used, where it was not. */
  info(): Promise<SandboxInfo & { unrestorable: string | null }> {
    return this.tab.evaluate((name) => {
      const sandbox = window.sandboxes[name];
      if (!sandbox?.info) throw new Error(`there is no sandbox ${name}`);
      return { ...sandbox.info, unrestorable: sandbox.unrestorable ?? null };
    }, this.name);
  }

  /** Runs a cell. */
  async run(code: string, asked: inPage.Asked = {}): Promise<Answer> {
    const answer = await this.tab.evaluate(inPage.run, { name: this.name, code, asked });
    const { text = null, error = null, note = null } = answer;
    return { ...answer, text, error, note };
  }

  /** Stops the cell that runs after so many milliseconds. */
  async stopAfter(ms: number): Promise<void> {
    await rest(ms);
    await this.tab.evaluate((name) => window.sandboxes[name]?.interrupt(), this.name);
  }

  /** Writes a file into the sandbox. */
  async write(path: string, text: string): Promise<void> {
    await this.tab.evaluate(
      ({ name, path, text }) => window.sandboxes[name]?.files.write(path, text).then(() => null),
      {
        name: this.name,
        path,
        text,
      },
    );
  }

  /** The text of a file of the sandbox. */
  read(path: string): Promise<string> {
    return this.tab.evaluate(async ({ name, path }) => (await window.sandboxes[name]?.files.read(path))?.text() ?? "", {
      name: this.name,
      path,
    });
  }

  async close(): Promise<void> {
    await this.tab.evaluate(inPage.close, this.name);
  }
}
