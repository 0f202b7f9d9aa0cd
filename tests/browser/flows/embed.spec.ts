// A page of another origin embeds a sandbox, if the server names that origin, and is refused if not.

import { expect, test } from "@playwright/test";
import { belljar, end, site } from "../server";

let origin = "";

test.beforeAll(async () => {
  origin = await site((request, response) => {
    const isolated = request.url === "/isolated";
    response.writeHead(200, {
      "content-type": "text/html",
      ...(isolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    response.end("<!doctype html><title>docs</title><body></body>");
  });
});

test.afterAll(end);

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
