// What a sandbox weighs, seen from outside.

import type { Browser, Page } from "@playwright/test";
import { Bench, blankPage, expect, test } from "../fixtures";
import { proportional } from "../soak/memory";

const FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])";

/** Megabytes that all processes of a browser take. */
async function weight(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return proportional(processInfo.map(({ id }) => id)) / 1e6;
}

/** The same once it falls no more: what a start has left is collected in the browser's own time, later on a busy machine. */
async function settled(page: Page, browser: Browser): Promise<number> {
  let before = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 12; tries++) {
    await page.waitForTimeout(3_000);
    const now = await weight(browser);
    if (now > before - 10) return now;
    before = now;
  }
  return before;
}

test("a further sandbox weighs little more than its heap: what it was made from is let go of", async ({
  browser: shared,
  launchOptions,
  baseURL,
}) => {
  // One of its own: in the shared browser the pages of earlier tests are cleaned up while this one weighs.
  const browser = await shared.browserType().launch(launchOptions);
  try {
    const page = await browser.newPage({ baseURL: baseURL ?? "" });
    await blankPage(page);
    const opened = async (name: string): Promise<number> => {
      const bench = new Bench(page, name);
      // Nothing but the sandbox itself: no spare, no frame that stands by, no copies for the next visit.
      await bench.open({ spare: false, standby: false, keep: false });
      expect((await bench.run(FIGURE)).results).toHaveLength(2);
      return settled(page, browser);
    };
    const first = await opened("first");
    const second = await opened("second");
    expect(second - first, "MB, of which 83 are the heap").toBeGreaterThan(60);
    expect(second - first, "MB, of which 83 are the heap").toBeLessThan(150);
  } finally {
    await browser.close();
  }
});
