// What is fetched late: after a deployment, without a server, and over a slow line.

import type { Page } from "@playwright/test";
import type { Policy } from "../../../static/src/protocol/policy";
import { expect, test } from "../notebook";

/** Another tab, in which nobody waits for Python. */
async function another(notebook: { page: Page }): Promise<Page> {
  const page = await notebook.page.context().newPage();
  await page.goto("/");
  await expect(page.getByTestId("cell").first()).toBeVisible();
  return page;
}

test("after a deployment a part that is gone says so, and offers what brings it", async ({ notebook }) => {
  const page = await another(notebook);
  const failures: string[] = [];
  page.on("pageerror", ({ message }) => failures.push(message));
  await page.route(/static\/(gallery|self-test|examples|find-bar)-\w+\.js$/, (route) =>
    route.fulfill({ status: 404, body: "gone" }),
  );
  await page.getByTestId("examples").click();
  const told = page.getByTestId("toast").filter({ hasText: "belljar was updated on its server." });
  await expect(told.getByRole("button", { name: "Reload" })).toBeVisible();
  await told.getByRole("button", { name: "Dismiss" }).click();
  await page.keyboard.press("ControlOrMeta+f");
  await expect(told).toBeVisible();
  expect(failures).toEqual([]);
  await page.close();
});

test("without its server a page says that a part can't come, and goes on", async ({ notebook }) => {
  const page = await another(notebook);
  await page.route("**", (route) => route.abort());
  await page.getByTestId("examples").click();
  await expect(page.getByTestId("toast").filter({ hasText: "The server is out of reach" })).toBeVisible();
  await page.close();
});

test("over a slow line the bytes that come are counted, the bar moves, and the time that is left is told", async ({
  notebook,
}) => {
  const context = await notebook.page
    .context()
    .browser()
    ?.newContext({ baseURL: new URL(notebook.page.url()).origin });
  const page = await context?.newPage();
  if (!page) throw new Error("There is no browser.");
  const cdp = await page.context().newCDPSession(page);
  // 4 Mbit/s: the whole takes half a minute, and this looks at its beginning.
  const line = { offline: false, latency: 60, downloadThroughput: 500_000, uploadThroughput: 500_000 };
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", line);
  await page.goto("/");
  const status = page.getByTestId("status");
  await expect(status).toContainText(/fetching Python [\d.]+ of [\d.]+ MB/);
  const seen = new Set<string>();
  const texts: string[] = [];
  let moved = performance.now();
  let longest = 0;
  for (const until = performance.now() + 7_000; performance.now() < until; await page.waitForTimeout(100)) {
    const bar = await page.locator("#status-bar").evaluate((element) => element.style.transform);
    if (!seen.has(bar)) {
      longest = Math.max(longest, performance.now() - moved);
      moved = performance.now();
    }
    seen.add(bar);
    texts.push((await status.textContent()) ?? "");
  }
  expect(seen.size).toBeGreaterThan(8);
  expect(longest).toBeLessThan(3_000);
  expect(texts.at(-1)).toMatch(/about \d+ (s|min)/);
  // Nothing is said to start while what it starts from is on its way.
  expect(texts.filter((text) => text.includes("starting Python"))).toEqual([]);
  const [, received, wire] = /([\d.]+) of ([\d.]+) MB/.exec(texts.at(-1) ?? "") ?? [];
  expect(Number(received)).toBeGreaterThan(1);
  expect(Number(received)).toBeLessThan(6.5);
  // What crosses the line, and not the 70 MB that a snapshot unpacks to.
  const policy = (await (await notebook.page.request.get("/policy.json")).json()) as Policy;
  const compressed = policy.snapshots.some(({ hot }) => hot.sent ?? hot.gzip);
  if (compressed) expect(Number(wire)).toBeLessThan(40);
  await context?.close();
});
