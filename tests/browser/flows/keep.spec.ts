// What a person made is there again: after a reload, in another notebook, with a full disk, in two tabs, after a crash.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { expect, Notebook, stored, test } from "../notebook";

test.describe.configure({ mode: "serial" });

const folder = mkdtempSync(join(tmpdir(), "belljar-profile-"));
let context: BrowserContext;
let page: Page;
let notebook: Notebook;

const code = (where: Page) => where.locator("#cells");
const saved = (where: Page) => expect(where.getByTestId("keeping")).toHaveAttribute("data-state", "kept");
const file = (where: Page, name: string) => where.getByTestId("file-item").filter({ hasText: name });
const upload = (where: Page, name: string, text: string) =>
  where.getByTestId("files-input").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

async function choose(where: Page, item: string): Promise<void> {
  await where.getByTestId("menu-button").click();
  await where.getByTestId(item).click();
}

/** A browser of its own with a profile on the disk: there the quota can be set, and its process be killed. */
async function launch(): Promise<void> {
  const { launchOptions, baseURL } = test.info().project.use;
  context = await chromium.launchPersistentContext(folder, { ...launchOptions, ...(baseURL ? { baseURL } : {}) });
  page = await context.newPage();
  notebook = new Notebook(page);
}

test.beforeAll(async () => {
  await launch();
  await notebook.open();
});
test.afterAll(async () => {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
});

test("an untouched example is not kept; what the browser has no room for is said, tried again, and the page asks before it goes", async () => {
  expect(await stored(page)).toBe("");
  // Before anything is written: Chromium remembers for a while how much room there was.
  const cdp = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 100_000 });
  await upload(page, "too-large.bin", "z".repeat(3_000_000));
  await expect(page.getByTestId("unkept")).toContainText("This browser has no room left for");
  await expect(page.getByTestId("keeping")).toHaveText("not saved");
  const asked = page.waitForEvent("dialog");
  const going = page.reload({ timeout: 2_000 }).catch(() => undefined);
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await going;
  await cdp.send("Storage.overrideQuotaForOrigin", { origin });
  await expect(page.getByTestId("keeping")).toHaveText("saved");
  await expect(page.getByTestId("unkept")).toBeHidden();
});

test("what a person made is there after a reload, with files and outputs", async () => {
  await choose(page, "menu-fresh");
  await upload(page, "mine.csv", "a,b\n1,2\n");
  await expect(file(page, "mine.csv")).toBeVisible();
  const cell = await notebook.run("open('made.txt', 'w').write(open('mine.csv').read())\nprint('out', 40 + 2)");
  await expect(cell.getByTestId("outputs")).toContainText("out 42");
  await saved(page);
  await page.reload();
  await expect(code(page).getByTestId("outputs").last()).toContainText("out 42");
  // It says that another Python made them.
  await expect(page.getByTestId("cell").last()).toHaveClass(/old/);
  await expect(page.getByTestId("cell").last().getByTestId("cell-time")).toHaveText("from last time");
  await expect(file(page, "mine.csv")).toBeVisible();
  await expect(file(page, "made.txt")).toBeVisible();
  await notebook.ready();
  const again = await notebook.run("print('read', open('made.txt').read())");
  await expect(again.getByTestId("outputs")).toContainText("read a,b");
});

test("the last letter before a reload is kept", async () => {
  await notebook.cell("the_last = 'word'");
  await page.reload();
  await expect(code(page)).toContainText("the_last = 'word'");
});

test("notebooks have names, and each has files of its own", async () => {
  await notebook.ready();
  await page.getByTestId("notebook-name").click();
  await page.getByTestId("notebook-rename").fill("First things");
  await page.getByTestId("notebook-rename").press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("notebook-name")).toHaveText("First things");
  await choose(page, "menu-fresh");
  await expect(file(page, "mine.csv")).toBeHidden();
  await notebook.cell("second = 2");
  await saved(page);
  await page.getByTestId("notebook-name").click();
  await expect(page.getByTestId("notebook-item")).toHaveCount(3);
  await page.getByTestId("notebook-item").filter({ hasText: "First things" }).getByRole("button").first().click();
  await expect(code(page)).toContainText("the_last = 'word'");
  await expect(file(page, "mine.csv")).toBeVisible();
});

test("deleted files, overwritten files and cleared outputs come back", async () => {
  const undo = page.getByTestId("toast").last().getByRole("button", { name: "Undo" });
  await file(page, "mine.csv").hover();
  await file(page, "mine.csv")
    .getByRole("button", { name: /delete/i })
    .click();
  await expect(file(page, "mine.csv")).toBeHidden();
  await undo.click();
  await expect(file(page, "mine.csv")).toContainText("8 bytes");
  await upload(page, "mine.csv", "quite another file\n");
  await expect(page.getByTestId("toast").last()).toContainText("took the place");
  await expect(file(page, "mine.csv")).toContainText("19 bytes");
  await undo.click();
  await expect(file(page, "mine.csv")).toContainText("8 bytes");
  await choose(page, "menu-clear");
  await expect(code(page)).not.toContainText("out 42");
  await undo.click();
  await expect(code(page)).toContainText("out 42");
});

test("a notebook with a picture of 6 MB is there after a reload", async () => {
  // As it is written in a text, and as it is shown.
  const picture = Buffer.alloc(4_500_000, 7).toString("base64");
  const data = { "image/png": picture, "text/plain": "a picture" };
  const cells = [
    { cell_type: "markdown", id: "text", metadata: {}, source: `![large](data:image/png;base64,${picture})` },
    {
      cell_type: "code",
      id: "code",
      metadata: {},
      source: "after = 'the picture'",
      execution_count: 1,
      outputs: [{ output_type: "display_data", metadata: {}, data }],
    },
  ];
  const path = join(folder, "large.ipynb");
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  await page.getByTestId("open-notebook").setInputFiles(path);
  await expect(page.getByTestId("notebook-name")).toHaveText("large");
  await saved(page);
  await page.reload();
  await expect(page.getByTestId("notebook-name")).toHaveText("large");
  await expect(code(page)).toContainText("after = 'the picture'");
});

test("two tabs of one notebook know of each other, and nothing is written over", async () => {
  await notebook.cell("in_both = 1");
  await saved(page);
  const second = await context.newPage();
  await second.goto("/");
  await expect(second.getByTestId("unkept")).toContainText("open in another tab");
  await expect(code(second)).toContainText("in_both = 1");
  await notebook.cell("only_first = 1");
  await second.getByTestId("unkept-action").click();
  await expect(code(second)).toContainText("only_first = 1");
  await expect(second.getByTestId("unkept")).toBeHidden();
  await expect(page.getByTestId("unkept")).toContainText("open in another tab");
  // The tab that lost it goes on by itself when the other is closed.
  await new Notebook(second).cell("from_second = 2");
  await saved(second);
  await second.close();
  await expect(code(page)).toContainText("from_second = 2");
  await expect(page.getByTestId("unkept")).toBeHidden();
});

test("forget everything says what there was, and nothing is there any more", async () => {
  await page.getByTestId("notebook-name").click();
  await page.getByTestId("forget").click();
  await expect(page.getByTestId("dialog-forget")).toContainText(/\d notebooks with \d files/);
  await page.getByTestId("forget-sure").click();
  await expect(page.getByTestId("toast").last()).toContainText("Everything is forgotten");
  expect(await stored(page)).toBe("");
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await expect(page.getByTestId("file-item").filter({ hasText: "mine.csv" })).toHaveCount(0);
});

test("a browser's process that is killed in the middle of work takes the last second with it, and no more", async () => {
  await upload(page, "kept.csv", "k\n1\n");
  await expect(file(page, "kept.csv")).toBeVisible();
  await notebook.cell("written = 'before the crash'");
  await saved(page);
  await notebook.run("import time\ntime.sleep(60)");
  await notebook.cell("# ");
  const typed: number[] = [];
  for (const began = Date.now(); Date.now() - began < 2_500; ) {
    await page.keyboard.type(`${typed.length} `);
    typed.push(Date.now());
  }
  const cdp = await context.newCDPSession(page);
  const killed = Date.now();
  // The whole browser, with no chance to write anything any more.
  await Promise.race([cdp.send("Browser.crash").catch(() => undefined), page.waitForEvent("close")]);
  await context.close().catch(() => undefined);
  await launch();
  await page.goto("/");
  await expect(code(page)).toContainText("before the crash");
  await expect(file(page, "kept.csv")).toBeVisible();
  const kept = (await page.getByTestId("cell").last().locator(".cm-content, textarea").first().textContent()) ?? "";
  // The last one may be cut in its middle.
  const last = Number(kept.match(/\d+(?= )/g)?.at(-1) ?? -1);
  const lost = killed - (typed[last + 1] ?? killed);
  test.info().annotations.push({ type: "ms of typing that were lost", description: String(lost) });
  // It writes 0.8 s after the first change at the latest; a busy machine may take a while to do so.
  expect(lost).toBeLessThan(1_500);
});

test("a browser that keeps no Blobs keeps a file's bytes, and gives them back as the file", async () => {
  // WebKit's answer in private windows, as a transaction that is given up.
  await page.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value: unknown, ...rest) {
      const blob = Object.values(value as object).some((each) => each instanceof Blob);
      const request = put.call(this, blob ? { ...(value as object), data: null } : value, ...rest);
      if (blob) this.transaction.abort();
      return request;
    };
  });
  await page.reload();
  await notebook.ready();
  await upload(page, "bytes.csv", "a,b\n1,2\n");
  await saved(page);
  await page.reload();
  await notebook.ready();
  await expect(file(page, "bytes.csv")).toBeVisible();
  await expect(await notebook.run("open('bytes.csv').read()")).toContainText("a,b");
});
