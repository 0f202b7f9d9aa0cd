// Before Python is ready, on small screens, in the dark, and where it can't run.

import { chromium, expect, test } from "@playwright/test";
import { Notebook } from "../notebook";

test("typing works before anything has loaded, and Run queues the cell and says so", async ({ page }) => {
  await page.route("**/assets/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  const notebook = new Notebook(page);
  await page.goto("/");
  const cell = await notebook.cell("'typed early'");
  await cell.getByTestId("cell-run").click();
  await expect(cell).toContainText(/queued|when Python is ready/i);
  await expect(page.getByTestId("status")).toContainText(/MB/);
  await expect(cell.getByTestId("outputs")).toContainText("'typed early'", { timeout: 60_000 });
});

test("at 375 px nothing overflows and the panels open from the bottom", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 375, height: 740 }, hasTouch: true });
  const page = await context.newPage();
  await page.route("**/policy.json", (route) => route.abort());
  await page.goto("/");
  await expect(page.getByTestId("cell").first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.getByTestId("dock-files").click();
  await expect(page.getByTestId("files-drop")).toBeVisible();
  await context.close();
});

test("when the server has no policy the page says so kindly and offers another try", async ({ page }) => {
  let broken = true;
  await page.route("**/policy.json", (route) =>
    broken
      ? route.fulfill({
          status: 503,
          json: { error: "The runtime's files are not here yet. Run `belljar assets fetch`." },
        })
      : route.continue(),
  );
  await page.goto("/");
  await expect(page.getByTestId("banner")).toContainText("not here yet");
  broken = false;
  await page.getByTestId("banner-action").first().click();
  await new Notebook(page).ready();
});

test("a file that isn't what the policy names is never run", async ({ page }) => {
  await page.route("**/pyodide.mjs", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: "/*".padEnd((await response.body()).length, " ") });
  });
  await page.goto("/");
  await expect(page.getByTestId("banner")).toContainText(/pyodide\.mjs could not be loaded: its content is not what/);
});

test("the theme follows the system and can be switched", async ({ browser }) => {
  const context = await browser.newContext({ colorScheme: "dark" });
  const page = await context.newPage();
  await page.route("**/policy.json", (route) => route.abort());
  await page.goto("/");
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await paper();
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(paper).not.toBe(dark);
  await context.close();
});

test("a second visit fetches nothing again", async ({ baseURL, launchOptions }) => {
  // A profile on disk, as people have; a private window's cache is too small for the large files.
  const context = await chromium.launchPersistentContext("", { ...launchOptions, ...(baseURL ? { baseURL } : {}) });
  const page = await context.newPage();
  const notebook = new Notebook(page);
  await notebook.open();
  await page.reload();
  await notebook.ready();
  const again = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.includes("/assets/") && (entry as PerformanceResourceTiming).transferSize > 0)
      .map((entry) => entry.name),
  );
  expect(again).toEqual([]);
  await context.close();
});
