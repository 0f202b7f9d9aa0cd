// Cases: cells of a session, and an expression that holds if people got what they expect.

import type { Execution } from "../../../static/src/host/index";
import type { Bench } from "../fixtures";

export interface Case {
  id: string;
  /** What people expect, in words. */
  expect: string;
  files?: { name: string; text: string; repeat?: { text: string; times: number } }[];
  sequence: { code?: string; action?: "reset"; options?: { timeout?: number } }[];
  /** JavaScript, which may await: over the answers `R` and `txt(path)`, which reads a file of the sandbox. */
  check: string;
}

export interface Held {
  id: string;
  holds: boolean;
  ms: number;
  /** What came instead. */
  told: string;
}

/** Runs a case in a fresh Python of the bench's sandbox. */
export function hold(bench: Bench, given: Case): Promise<Held> {
  return bench.page.evaluate(
    async ({ name, given }) => {
      const began = performance.now();
      const sandbox = window.sandboxes[name];
      if (!sandbox) throw new Error(`no sandbox ${name}`);
      for (const { path } of await sandbox.files.list()) await sandbox.files.remove(path);
      await sandbox.reset();
      for (const { name: path, text, repeat } of given.files ?? []) {
        const more = repeat ? repeat.text.repeat(repeat.times) : "";
        await sandbox.files.write(path, new Blob([text, more]));
      }
      const R: Execution[] = [];
      for (const { code, action, options } of given.sequence) {
        if (action === "reset") await sandbox.reset();
        else R.push(await sandbox.execute(code ?? "", options ?? {}));
      }
      const txt = async (path: string): Promise<string> => (await sandbox.files.read(path)).text();
      let holds = false;
      let thrown = "";
      try {
        holds = Boolean(await new Function("R", "txt", `return (async () => (${given.check}))()`)(R, txt));
      } catch (error) {
        thrown = String(error);
      }
      const tell = (answer: Execution, at: number): string =>
        JSON.stringify({
          cell: at + 1,
          status: answer.status,
          text: answer.text,
          stdout: answer.stdout,
          stderr: answer.stderr,
          error: answer.error,
          plots: answer.plots.map(({ alt }) => alt),
          results: answer.results.length,
          files: answer.files,
          packages: answer.packages,
          note: answer.note,
          ms: Math.round(answer.durationMs),
        });
      const ms = Math.round(performance.now() - began);
      return { id: given.id, holds, ms, told: [thrown, ...R.map(tell)].join("\n").slice(0, 6_000) };
    },
    { name: bench.name, given },
  );
}
