// What a sandbox weighs, seen from outside.

import { Bench, blankPage, expect, test } from "../fixtures";
import { descendants, proportional } from "../soak/memory";

const FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])";

test("a further sandbox weighs little more than its heap: what it was made from is let go of", async ({ browser }) => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await blankPage(page);
    const weights: number[] = [];
    for (const name of ["first", "second"]) {
      const bench = new Bench(page, name);
      // Nothing but the sandbox itself: no spare, no frame that stands by, no copies for the next visit.
      await bench.open({ spare: false, standby: false, keep: false });
      expect((await bench.run(FIGURE)).results).toHaveLength(2);
      await page.waitForTimeout(4_000);
      weights.push(proportional(descendants(process.pid)) / 1e6);
    }
    const [first = 0, second = 0] = weights;
    expect(second - first, "MB, of which 86 are the heap").toBeGreaterThan(60);
    expect(second - first, "MB, of which 86 are the heap").toBeLessThan(150);
  } finally {
    await context.close();
  }
});
