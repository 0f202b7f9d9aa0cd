// What a sandbox weighs, seen from outside.

import type { Browser, Page } from "@playwright/test";
import { Bench, blankPage, expect, test } from "../fixtures";
import { proportional } from "../soak/memory";

const FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])";

/** Megabytes that all processes of a browser take, once the page has let go of what nobody holds. */
async function weight(page: Page, browser: Browser): Promise<number> {
  // What a start has left in the page, up to 160 MB, is collected in the browser's own time otherwise: after minutes, on
  // an idle page.
  const own = await page.context().newCDPSession(page);
  for (let times = 0; times < 3; times++) {
    await own.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(1_000);
  }
  await own.detach();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return proportional(processInfo.map(({ id }) => id)) / 1e6;
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
      return weight(page, browser);
    };
    const first = await opened("first");
    const second = await opened("second");
    expect(second - first, "MB, of which 83 are the heap").toBeGreaterThan(60);
    expect(second - first, "MB, of which 83 are the heap").toBeLessThan(150);
  } finally {
    await browser.close();
  }
});
