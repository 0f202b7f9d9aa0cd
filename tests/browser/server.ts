// Servers of their own for tests: a belljar with other settings, and somebody else's site.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const started: ChildProcess[] = [];
const sites: Server[] = [];

/** A belljar of its own with these settings; gives its address. */
export async function belljar(...flags: string[]): Promise<string> {
  const server = spawn(".venv/bin/belljar", ["serve", "--port", "0", "--no-fetch", ...flags], {
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  started.push(server);
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (data: Buffer): void => {
      said += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    server.stdout?.on("data", hear);
    server.stderr?.on("data", hear);
    server.on("exit", () => reject(new Error(said)));
  });
}

/** Somebody else's site; gives its origin, which is under another host name than belljar's, so another site too. */
export async function site(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  sites.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** Ends all of them. */
export async function end(): Promise<void> {
  for (const server of started.splice(0)) server.kill();
  for (const server of sites.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
