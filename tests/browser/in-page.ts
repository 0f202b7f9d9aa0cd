// What tests have a page do with the SDK. Each function here runs in the page, so it closes over nothing.

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
  /** MIME types of each result. */
  types: string[][];
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

/** The options of a sandbox that can cross to the page. */
export type Opened = Omit<SandboxOptions, "container" | "signal">;

declare global {
  interface Window {
    sandboxes: Record<string, Sandbox>;
    sdk: { Sandbox: typeof Sandbox };
    /** Whether a second Python stands ready, by sandbox name. */
    spares: Record<string, boolean>;
  }
}

/** Loads the SDK. */
export async function load(url: string): Promise<void> {
  window.sdk = (await import(url)) as typeof window.sdk;
  window.sandboxes = {};
  window.spares = {};
}

/**
 * Opens a sandbox under a name. What a page does at rest for its next sandbox and its next visit takes a second of a
 * processor, and only some tests are about it: it is off unless they ask for it.
 */
export async function open({ name, options }: { name: string; options: Opened }): Promise<void> {
  const sandbox = window.sdk.Sandbox.create({ standby: false, keep: false, ...options });
  sandbox.on("spare", ({ ready }) => {
    window.spares[name] = ready;
  });
  window.sandboxes[name] = sandbox;
  await sandbox.ready;
}

/** Runs a cell. */
export async function run({ name, code, asked }: { name: string; code: string; asked: Asked }): Promise<Answer> {
  const sandbox = window.sandboxes[name];
  if (!sandbox) throw new Error(`there is no sandbox ${name}`);
  const { answers, ...options } = asked;
  const left = [...(answers ?? [])];
  const began = performance.now();
  const done = await sandbox.execute(code, {
    ...options,
    ...(answers ? { onInput: async () => left.shift() ?? null } : {}),
  });
  const { text, stdout, stderr, error, status, ran, executionCount, durationMs } = done;
  const { files, truncated, blocked, packages, note } = done;
  const results = done.results.map((result) => ({ ...result, contentBase64: result.contentBase64 }));
  const types = done.results.map(({ mime }) => mime);
  const ms = performance.now() - began;
  const streams = { stdout, stderr };
  const said = { text, error, status, results, types, ran, executionCount, durationMs, note, ms };
  return { ...streams, ...said, files, truncated, blocked, packages } as never; // getters' values are plain here
}

export async function close(name: string): Promise<void> {
  await window.sandboxes[name]?.close();
  delete window.sandboxes[name];
}
