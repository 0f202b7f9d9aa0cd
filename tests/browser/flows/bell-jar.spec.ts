// Code in pages of others that runs: one script tag, and what a reader does with it. The pages are a docs site of another
// origin than the server; most tests share one of them, whose Python is warm.

import { expect, type Locator, type Page, test } from "@playwright/test";
import { belljar, end, site } from "../server";

const pages = new Map<string, { html: string; headers: Record<string, string> }>();
let docs = "";
let server = "";

/** A page of the docs site around these cells; gives its address. */
function docsPage(body: string, { base = server, headers = {}, head = "" } = {}): string {
  const path = `/${pages.size}.html`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>docs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<style>body{font:16px/1.5 sans-serif;margin:1rem}pre{background:#f4f4f4;padding:12px;overflow:auto}</style>
<script type="module" src="${base}/embed.js"></script></head><body>${body}</body></html>`;
  pages.set(path, { html, headers });
  return `${docs}${path}`;
}

test.beforeAll(async () => {
  docs = await site((request, response) => {
    const found = pages.get(request.url ?? "");
    if (request.url === "/sales.csv") return void response.end("region,units\nnorth,3\nsouth,4\n");
    response.writeHead(found ? 200 : 404, { "content-type": "text/html; charset=utf-8", ...found?.headers });
    response.end(found?.html);
  });
  server = await belljar("--embedders", docs);
});

test.afterAll(end);

const cell = (page: Page, id: string): Locator => page.locator(`bell-jar#${id}, pre#${id} + bell-jar`);
const outputs = (page: Page, id: string): Locator => cell(page, id).getByTestId("outputs");
const press = (page: Page, id: string, name = "Run") =>
  cell(page, id).getByRole("button", { name, exact: true }).click();

test("a script tag and an element: text, a table, a figure and an error come where the code stands", async ({
  page,
}) => {
  const code = (text: string) => text.replaceAll("<", "&lt;");
  await page.goto(
    docsPage(`
<bell-jar id="text"><pre><code>print("hello")
6 * 7</code></pre></bell-jar>
<bell-jar id="data" session="data"><pre>${code(`import pandas as pd
frame = pd.DataFrame({"region": ["north", "south"], "units": [3, 4]})
frame.plot.bar("region", "units")
frame`)}</pre></bell-jar>
<pre data-belljar id="error">x = 1
y = x / 0</pre>
<bell-jar id="html"><pre>from IPython.display import HTML
HTML("&lt;b>bold&lt;/b>")</pre></bell-jar>`),
  );
  await press(page, "data");
  await expect(outputs(page, "data").getByTestId("output-table")).toContainText("north");
  await expect(outputs(page, "data").getByTestId("output-figure").locator("img")).toBeVisible();
  await press(page, "text");
  await expect(outputs(page, "text")).toContainText("hello");
  await expect(outputs(page, "text")).toContainText("42");
  await press(page, "error");
  await expect(outputs(page, "error").getByTestId("output-error")).toContainText("ZeroDivisionError");
  const marked = await page.evaluate(() =>
    [...((CSS as unknown as { highlights: Map<string, Set<Range>> }).highlights.get("belljar-failed") ?? [])].map(
      String,
    ),
  );
  expect(marked).toEqual(["y = x / 0"]);
  await press(page, "html");
  const frame = outputs(page, "html").getByTestId("output-html").contentFrame().locator("iframe").contentFrame();
  await expect(frame.locator("b")).toHaveText("bold");
});

test("before anybody means to run it a page costs one file of less than 30 kB; at the first hover it says how much Python is", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  let bytes = 0;
  page.on("response", async (response) => {
    if (response.url().startsWith(server)) bytes += (await response.body()).length;
  });
  await page.goto(docsPage(`${'<bell-jar class="one"><pre>print(1)</pre></bell-jar>'.repeat(20)}`));
  await expect(page.getByRole("button", { name: "Run" })).toHaveCount(20);
  await page.waitForTimeout(500);
  expect(asked.filter((url) => url.startsWith(server))).toEqual([`${server}/embed.js`]);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(30_000);
  await page.getByRole("button", { name: "Run" }).first().hover();
  await expect(page.locator(".one").first().getByRole("status")).toHaveText(/^about \d+(\.\d)? MB$/);
  // No byte of Python yet.
  expect(asked.filter((url) => url.includes("/assets/"))).toEqual([]);
  await context.close();
});
