// What a sandbox weighs, seen from outside.

import type { Browser } from "@playwright/test";
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
    const weights: number[] = [];
    for (const name of ["first", "second"]) {
      const bench = new Bench(page, name);
      // Nothing but the sandbox itself: no spare, no frame that stands by, no copies for the next visit.
      await bench.open({ spare: false, standby: false, keep: false });
      expect((await bench.run(FIGURE)).results).toHaveLength(2);
      await page.waitForTimeout(4_000);
      weights.push(await weight(browser));
    }
    const [first = 0, second = 0] = weights;
    expect(second - first, "MB, of which 83 are the heap").toBeGreaterThan(60);
    expect(second - first, "MB, of which 83 are the heap").toBeLessThan(150);
  } finally {
    await browser.close();
  }
});
