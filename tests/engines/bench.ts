// A page of the server's with sandboxes in it, opened by the SDK as an application opens them.

import type { ErrorInfo, Execution, Sandbox, SandboxInfo, SandboxOptions } from "../../static/src/host/index";
import { rest, type Tab } from "./engine";

declare global {
  interface Window {
    sandboxes: Record<string, Sandbox>;
    sdk: { Sandbox: typeof Sandbox };
    /** Whether a second Python stands ready, by sandbox name. */
    spares: Record<string, boolean>;
  }
}

/** An Execution as it arrives in a journey. */
export interface Answer {
  status: Execution["status"];
  text: string | null;
  stdout: string;
  stderr: string;
  error: ErrorInfo | null;
  /** MIME types of each result. */
  types: string[][];
  files: Execution["files"];
  packages: string[];
  note: string | null;
  /** Milliseconds from the call to the answer. */
  ms: number;
}

export interface Asked {
  timeout?: number;
  fresh?: boolean;
  /** Given to input(), one after the other. */
  answers?: string[];
}

export class Bench {
  constructor(
    readonly tab: Tab,
    readonly name = "main",
  ) {}

  /** Goes to a page of the server's that has nothing but its headers, and loads the SDK. */
  async visit(server: string): Promise<void> {
    await this.tab.goto(`${server}/headless`);
    await this.tab.evaluate(async (url) => {
      window.sdk = (await import(url)) as typeof window.sdk;
      window.sandboxes = {};
      window.spares = {};
    }, "/sdk.js");
  }

  /** Opens a sandbox; gives what it says of itself, and how long that took from here in milliseconds. */
  open(options: Omit<SandboxOptions, "container" | "signal"> = {}): Promise<SandboxInfo & { unrestorable?: string }> {
    return this.tab.evaluate(
      async ({ name, options }) => {
        const sandbox = window.sdk.Sandbox.create(options);
        sandbox.on("spare", ({ ready }) => {
          window.spares[name] = ready;
        });
        window.sandboxes[name] = sandbox;
        await sandbox.ready;
        const { info, unrestorable } = sandbox;
        if (!info) throw new Error("a sandbox that is ready says nothing of itself");
        return { ...info, ...(unrestorable === undefined ? {} : { unrestorable }) };
      },
      { name: this.name, options },
    );
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
  run(code: string, asked: Asked = {}): Promise<Answer> {
    return this.tab.evaluate(
      async ({ name, code, asked }) => {
        const sandbox = window.sandboxes[name];
        if (!sandbox) throw new Error(`there is no sandbox ${name}`);
        const { answers, ...options } = asked;
        const left = [...(answers ?? [])];
        const began = performance.now();
        const done = await sandbox.execute(code, {
          ...options,
          ...(answers ? { onInput: async () => left.shift() ?? null } : {}),
        });
        const { status, text = null, stdout, stderr, error = null, results, files, packages, note = null } = done;
        const types = results.map(({ mime }) => mime);
        return { status, text, stdout, stderr, error, types, files, packages, note, ms: performance.now() - began };
      },
      { name: this.name, code, asked },
    ) as Promise<Answer>;
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
    await this.tab.evaluate(async (name) => {
      await window.sandboxes[name]?.close();
      delete window.sandboxes[name];
    }, this.name);
  }
}
