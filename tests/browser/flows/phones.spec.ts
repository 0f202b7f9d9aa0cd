// The page on phones, as Chromium emulates them: their sizes and touch, what they can spare, being put away, turned, and half
// covered by a keyboard.

import { type BrowserContext, devices, type Page } from "@playwright/test";
import { expect, test } from "../fixtures";

const PHONES = {
  // Safari tells nothing of memory.
  "iPhone 13": undefined,
  "Pixel 7": 4,
} as const;

/** A phone that has opened the page. */
async function opened(context: BrowserContext, memory: number | undefined): Promise<Page> {
  await context.addInitScript(
    (memory) => Object.defineProperty(Navigator.prototype, "deviceMemory", { get: () => memory }),
    memory,
  );
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByTestId("status")).toContainText("sealed", { timeout: 60_000 });
  return page;
}

/** How far the page is wider than its view, in px. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** The parts of the page that stand out of its view on either side, by test id. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, [data-testid=output-figure] img, [data-testid=cell]")]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[data-testid=output-table]"))
      .filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width > 0 && (left < -1 || right > innerWidth + 1);
      })
      .map((one) => one.dataset.testid ?? one.textContent ?? ""),
  );

for (const [name, memory] of Object.entries(PHONES)) {
  test(`on ${name} a tap runs cells, all of it fits upright and turned, and Python has its ceiling`, async ({
    browser,
  }) => {
    const { defaultBrowserType: _, ...phone } = devices[name] ?? {};
    const context = await browser.newContext(phone);
    const workers: string[] = [];
    const page = await opened(context, memory);
    page.on("worker", (worker) => workers.push(worker.url()));
    expect(await page.evaluate(() => matchMedia("(pointer: coarse) and (hover: none)").matches)).toBe(true);
    await page.getByTestId("run-all").tap();
    await expect(page.getByTestId("output-figure").first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByTestId("stop")).toBeDisabled({ timeout: 60_000 });
    expect([await overflow(page), await outside(page)]).toEqual([0, []]);
    const view = page.viewportSize() ?? { width: 0, height: 0 };
    await page.setViewportSize({ width: view.height, height: view.width });
    expect([await overflow(page), await outside(page)], "turned").toEqual([0, []]);
    await page.setViewportSize(view);

    await page.getByTestId("add-code").tap();
    const cell = page.getByTestId("cell").last();
    await cell.getByRole("textbox").tap();
    await page.keyboard.type("len(bytearray(600 * 2**20))");
    // An on-screen keyboard takes half of the view; what is written stays in the other one.
    await page.setViewportSize({ width: view.width, height: Math.round(view.height / 2) });
    const lowest = await page.evaluate(() => {
      const dock = document.getElementById("dock-run")?.getBoundingClientRect();
      return Math.min(innerHeight, dock && dock.height > 0 ? dock.top : innerHeight);
    });
    await expect
      .poll(async () => {
        const line = await cell.locator(".cm-line").last().boundingBox();
        return line !== null && line.y >= 0 && line.y + line.height <= lowest;
      })
      .toBe(true);
    await page.setViewportSize(view);
    await cell.getByTestId("cell-run").tap();
    await expect(cell).toContainText("MemoryError", { timeout: 60_000 });
    await page.waitForTimeout(memory === undefined ? 0 : 4_000);
    expect(workers, "nothing is made in reserve").toEqual([]);

    if (memory === undefined) {
      // Put away, as iOS and Android stop pages, and taken up again.
      const cdp = await context.newCDPSession(page);
      await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
      await page.waitForTimeout(4_000);
      await cdp.send("Page.setWebLifecycleState", { state: "active" });
      await page.getByTestId("add-code").tap();
      const next = page.getByTestId("cell").last();
      await next.getByRole("textbox").tap();
      await page.keyboard.type("print('still', len(sales))");
      // A pointer that rests on a word is told about it; a finger has gone, and wants the button that would be covered.
      await page.waitForTimeout(1_000);
      await next.getByTestId("cell-run").tap();
      await expect(next).toContainText("still", { timeout: 60_000 });
    }
    await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
    await context.close();
  });
}
