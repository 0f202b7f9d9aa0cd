// A page of another origin embeds a sandbox, if the server names that origin, and is refused if not.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";

let site: Server;
let origin = "";
const servers: ChildProcess[] = [];

/** A belljar of its own with these settings; gives its address. */
async function belljar(...flags: string[]): Promise<string> {
  const server = spawn(".venv/bin/belljar", ["serve", "--port", "0", "--no-fetch", ...flags], {
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  servers.push(server);
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

test.beforeAll(async () => {
  site = createServer((request, response) => {
    const isolated = request.url === "/isolated";
    response.writeHead(200, {
      "content-type": "text/html",
      ...(isolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    response.end("<!doctype html><title>docs</title><body></body>");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  // Another host name, so another site too.
  origin = `http://localhost:${(site.address() as AddressInfo).port}`;
});

test.afterAll(async () => {
  for (const server of servers) server.kill();
  await new Promise((resolve) => site.close(resolve));
});

async function embed(page: import("@playwright/test").Page, server: string) {
  return page.evaluate(async (url) => {
    const { Sandbox } = (await import(`${url}/sdk.js`)) as typeof import("../../../static/src/host/index");
    const sandbox = Sandbox.create({ packages: [], spare: false });
    try {
      await sandbox.ready;
      const { text } = await sandbox.execute("'from another origin'");
      const stopped = await sandbox.execute("while True: pass", { timeout: 300 });
      return { text, isolation: sandbox.info?.isolation, stopped: stopped.status };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }, server);
}

test("a named origin embeds a sandbox, isolated or not", async ({ page }) => {
  const server = await belljar("--embedders", origin);
  await page.goto(`${origin}/plain`);
  expect(await embed(page, server)).toEqual({ text: "'from another origin'", isolation: "plain", stopped: "timeout" });
  await page.goto(`${origin}/isolated`);
  expect(await embed(page, server)).toEqual({
    text: "'from another origin'",
    isolation: "isolated",
    stopped: "timeout",
  }); // prettier-ignore
});

test("an origin that isn't named is refused by the browser, with a sentence and without hanging", async ({ page }) => {
  const server = await belljar();
  await page.goto(`${origin}/plain`);
  const answer = await embed(page, server);
  expect(answer.error).toContain("does not name this page's origin among its embedders");
});

test("under a path prefix everything is found", async ({ page }) => {
  const server = await belljar("--root-path", "/tools/belljar");
  await page.goto(`${server}/tools/belljar/`);
  await expect(page.getByTestId("status")).toContainText("ready", { timeout: 60_000 });
  const answer = await page.evaluate(async () => {
    const url = new URL("sdk.js", location.href).href;
    const { Sandbox } = (await import(url)) as typeof import("../../../static/src/host/index");
    const sandbox = await Sandbox.open({ packages: [], spare: false });
    return (await sandbox.execute("6 * 7")).text;
  });
  expect(answer).toBe("42");
});
