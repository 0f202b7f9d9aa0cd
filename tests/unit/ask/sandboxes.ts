// A sandbox without a browser: it does what a table says for a piece of code, and keeps the files that it was given.

import type { AskSandbox } from "../../../static/src/ask/index";
import { Execution, Result } from "../../../static/src/host/api/execution";
import type { Bundle } from "../../../static/src/protocol/results";

type Fields = ConstructorParameters<typeof Execution>[0];

/** An execution that went well, but for what is said. */
export const execution = (fields: Partial<Fields> = {}): Execution =>
  new Execution({ status: "ok", ran: true, executionCount: 1, durationMs: 1, ...fields });

/** The value of a cell. */
export const value = (bundle: Bundle): Result => new Result(bundle, true);

/** An execution that failed. */
export const failure = (name: string, message: string, line = 1): Execution =>
  execution({ status: "error", error: { name, value: message, traceback: `Traceback\n${name}: ${message}`, line } });

/** Runs code by a function; what it gives may be a promise that never settles. */
export function fakeSandbox(
  run: (code: string, signal?: AbortSignal) => Execution | Promise<Execution> = () =>
    execution({ results: [value({ text: "4" })] }),
): AskSandbox & { ran: string[]; written: Record<string, unknown> } {
  const ran: string[] = [];
  const written: Record<string, unknown> = {};
  return {
    ran,
    written,
    execute: async (code, options) => {
      ran.push(code);
      return run(code, options?.signal);
    },
    files: {
      write: async (path, data) => {
        written[path] = data;
      },
    },
    policy: Promise.resolve({ packages: { numpy: {}, pandas: {} } }),
  };
}
