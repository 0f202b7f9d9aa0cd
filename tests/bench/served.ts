// The bench's server: belljar, and beside it a plain Pyodide page.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * Starts it. `--far`: it takes every visitor for a distant one, as behind the slow lines. `--unisolated`: its pages are sent
 * without isolation, for engines in which such a page has no sandbox.
 */
export async function serve(...flags: ("--far" | "--unisolated")[]): Promise<{ port: number; stop(): void }> {
  const port = await freePort();
  const server = spawn(".venv/bin/python", ["tests/bench/serve.py", "--port", String(port), ...flags], {
    stdio: "inherit",
  });
  // Who waits for it may be given up before it answers.
  process.once("exit", () => server.kill());
  let ended = false;
  server.on("exit", () => {
    ended = true;
  });
  for (;;) {
    if (ended) throw new Error("The bench's server did not start.");
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) return { port, stop: () => server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
