// Notebooks in links: they come with all that is in them, run only when somebody presses Run, and take nothing's place.

import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { packed } from "../../../static/src/page/model/link";
import { expect, Notebook, stored, test } from "../notebook";

const MINE = { cells: [{ kind: "code", source: "mine = 'kept'" }] };
const code = (page: Page) => page.locator("#cells");

/** The link in the clipboard, copied through the menu. */
async function copied(page: Page): Promise<string> {
  await page.getByTestId("menu-button").click();
  await page.getByTestId("menu-link").click();
  await expect(page.getByTestId("toast").last()).toContainText("Link copied.");
  // The page itself may only write there.
  const reader = await page.context().newPage();
  await reader.goto("/healthz");
  const text = await reader.evaluate(() => navigator.clipboard.readText());
  await reader.close();
  return text;
}

test.describe.configure({ mode: "serial" });

let page: Page;
let notebook: Notebook;

test.beforeAll(async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    ...(baseURL ? { baseURL } : {}),
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page = await context.newPage();
  notebook = new Notebook(page);
  await page.goto("/healthz");
  await page.evaluate((mine) => localStorage.setItem("belljar.notebook", JSON.stringify(mine)), MINE);
});
test.afterAll(async () => page.context().close());

test("a link shows its cells and files, runs nothing by itself, and the kept notebook stays", async () => {
  const source = "print('ran', open('rows.csv').read())";
  const link = await packed(JSON.stringify({ cells: [{ kind: "code", source }], files: { "rows.csv": "a,b\n1,2\n" } }));
  await notebook.open(`/#notebook=${link}`);
  await expect(code(page)).toContainText("open('rows.csv')");
  await expect(page.getByTestId("guest")).toContainText("They run when you press Run");
  await expect(page.getByTestId("file-item").filter({ hasText: "rows.csv" })).toBeVisible();
  await expect(code(page)).not.toContainText("ran a,b");
  expect(await stored(page)).toContain("mine = 'kept'");
  await page.getByTestId("cell-run").click();
  await expect(code(page).getByTestId("outputs")).toContainText("ran a,b");
  // Running is no change: the address still holds the link, and a reload shows it again.
  expect(new URL(page.url()).hash).toBe(`#notebook=${link}`);
  expect(await stored(page)).toContain("mine = 'kept'");
  expect(notebook.requests.filter((url) => url.includes(link))).toEqual([]);
  await page.getByTestId("guest-back").click();
  await expect(code(page)).toContainText("mine = 'kept'");
  await expect(page.getByTestId("guest")).toBeHidden();
  expect(new URL(page.url()).hash).toBe("");
});

test("changed cells of a link are kept, and what was there before can be brought back", async () => {
  const link = `#code=${await packed("guest = 1")}`;
  // A link that is followed while the page is open.
  await page.evaluate((hash) => location.assign(hash), link);
  await expect(code(page)).toContainText("guest = 1");
  await notebook.cell("added = 2");
  await expect.poll(() => stored(page)).toContain("added = 2");
  expect(new URL(page.url()).hash).toBe("");
  await page.getByTestId("menu-button").click();
  await page.getByTestId("menu-back").click();
  await expect(code(page)).toContainText("mine = 'kept'");
  expect(await stored(page)).toContain("mine = 'kept'");
  await page.getByTestId("menu-button").click();
  await page.getByTestId("menu-back").click();
  await expect(code(page)).toContainText("added = 2");
});

test("a damaged link says so and changes nothing", async () => {
  await page.evaluate(() => location.assign("#notebook=AAAA"));
  await expect(page.getByTestId("toast").last()).toContainText("The link is damaged");
  await expect(code(page)).toContainText("added = 2");
  expect(new URL(page.url()).hash).toBe("");
});

test("the menu copies a link to the cells and the files that were added, and names what has no room", async () => {
  await page.getByTestId("files-input").setInputFiles([
    { name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from("x\n7\n") },
    { name: "large.bin", mimeType: "application/octet-stream", buffer: randomBytes(100_000) },
  ]);
  await expect(page.getByTestId("file-item").filter({ hasText: "large.bin" })).toBeVisible();
  await notebook.run("print('sum', int(open('mine.csv').read().split()[1]) + added)");
  const link = await copied(page);
  expect(link).toMatch(/^http:\/\/[^#]+\/#notebook=[\w-]+$/);
  await expect(page.getByTestId("toast").last()).toContainText("Not in it, for want of room: large.bin.");
  const other = await (await page.context().browser()?.newContext())?.newPage();
  if (!other) throw new Error("no browser");
  const visit = new Notebook(other);
  await visit.open(link);
  await expect(code(other)).toContainText("added = 2");
  await other.getByTestId("run-all").click();
  await expect(code(other)).toContainText("sum 9");
  await expect(other.getByTestId("guest-back")).toBeHidden();
  await other.context().close();
});
