// Cells before Python is there: what a page costs, what comes first, what keeps it from coming.

import { expect, type Response, test } from "@playwright/test";
import { button, cell, complaint, docsPage, jar, onStage, outputs, press, server, visiting } from "./stage";

onStage();

test("a table and a figure come where the code stands, from one script tag", async ({ page }) => {
  const code = `import pandas as pd
frame = pd.DataFrame({"region": ["north", "south"], "units": [3, 4]})
frame.plot.bar("region", "units")
frame`;
  await page.goto(docsPage(jar("data", code)));
  await press(page, "data");
  await expect(outputs(page, "data").getByTestId("output-table")).toContainText("north");
  await expect(outputs(page, "data").getByTestId("output-figure").locator("img")).toBeVisible();
});

test("before anybody means to run it a page costs one file of less than 30 kB; at the first hover it says how much Python is", async ({
  browser,
}) => {
  await visiting(browser, async (page) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const sizes: Promise<number>[] = [];
    const count = (response: Response) => {
      if (response.url().startsWith(server)) sizes.push(response.body().then(({ length }) => length));
    };
    page.on("response", count);
    await page.goto(docsPage(Array.from({ length: 20 }, (_, at) => jar(`c${at}`, "print(1)")).join("")));
    await expect(page.getByRole("button", { name: "Run" })).toHaveCount(20);
    await page.waitForTimeout(300);
    expect(asked.filter((url) => url.startsWith(server))).toEqual([`${server}/embed.js`]);
    const [bytes = 0] = await Promise.all(sizes);
    // Bodies of what the hover loads may be asked for when the page is gone.
    page.off("response", count);
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(30_000);
    await button(page, "c0", "Run").hover();
    await expect(cell(page, "c0").getByRole("status")).toHaveText(/^about \d+(\.\d)? MB$/);
    // No byte of Python yet.
    expect(asked.filter((url) => url.includes("/assets/"))).toEqual([]);
  });
});

test("cells that are to run by themselves do, when the page is there or when they come into view", async ({ page }) => {
  await page.goto(
    docsPage(
      `${jar("now", "'now'", 'autorun="load"')}<div id="space"></div>${jar("seen", "'seen'", 'autorun="visible"')}`,
      { head: '<style nonce="n">#space{height:4000px}</style>' },
    ),
  );
  await expect(outputs(page, "now")).toHaveText("'now'");
  await expect(cell(page, "seen").getByTestId("outputs")).toHaveCount(0);
  await cell(page, "seen").scrollIntoViewIfNeeded();
  await expect(outputs(page, "seen")).toHaveText("'seen'");
});

// ---------------------------------------------------------------- what goes wrong

test("Stop while Python is on its way is answered at once, and a file that can't be had is said in one line; Run tries again", async ({
  browser,
}) => {
  await visiting(browser, async (page) => {
    let held: (() => void) | undefined;
    await page.route(/\/assets\//, async (route) => {
      await new Promise<void>((resolve) => {
        held = resolve;
        setTimeout(resolve, 5_000);
      });
      return route.continue().catch(() => undefined);
    });
    await page.goto(docsPage(jar("a", "6 * 7") + jar("b", "6 * 9")));
    await press(page, "a");
    await expect(cell(page, "a").getByRole("status")).toContainText("loading Python");
    await press(page, "a", "Stop");
    await expect(outputs(page, "a")).toContainText("Stopped.");
    await page.unroute(/\/assets\//);
    held?.();
    await press(page, "b");
    await expect(outputs(page, "b")).toHaveText("54");
  });
  await visiting(browser, async (page) => {
    await page.route(/\/assets\//, (route) => route.fulfill({ status: 404 }));
    await page.goto(docsPage(jar("a", "6 * 7")));
    await press(page, "a");
    await expect(complaint(page, "a")).toContainText("the server answered 404");
    await expect(outputs(page, "a")).toBeEmpty();
    await page.unroute(/\/assets\//);
    await press(page, "a");
    await expect(outputs(page, "a")).toHaveText("42");
    await expect(complaint(page, "a")).toBeHidden();
  });
});

test("a cell that goes from the page while it runs keeps nobody waiting; one that is moved runs on", async ({
  page,
}) => {
  await page.goto(
    docsPage(
      `${jar("gone", "while True: pass")}${jar("moved", "import time\ntime.sleep(.3)\n'there'")}<div id="to"></div>`,
    ),
  );
  await press(page, "gone");
  await expect(cell(page, "gone").getByRole("status")).toHaveText(/\d s$/);
  await press(page, "moved");
  await page.evaluate(() => document.getElementById("gone")?.remove());
  await expect(cell(page, "moved").getByRole("status")).toHaveText(/\d s$/);
  await page.evaluate(() => document.getElementById("to")?.append(document.getElementById("moved") ?? ""));
  await expect(page.locator("#to").getByTestId("outputs")).toHaveText("'there'");
});

test("on a line that saves data nothing runs by itself, and the first press says how much there is to load", async ({
  page,
}) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  await page.goto(docsPage(jar("a", "6 * 7", 'autorun="load"')));
  await press(page, "a");
  await expect(cell(page, "a").getByRole("status")).toHaveText(
    /^about [\d.]+ MB, and this connection saves data: press again to load it$/,
  );
  await press(page, "a");
  await expect(outputs(page, "a")).toHaveText("42");
});

test("offline, and from a server that is gone, a press says so and the code can be read; later it runs", async ({
  browser,
}) => {
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "6 * 7")));
    await page.context().setOffline(true);
    await press(page, "a");
    await expect(complaint(page, "a")).toHaveText(/^Python could not be loaded: You are offline\./);
    await page.context().setOffline(false);
    await press(page, "a");
    await expect(outputs(page, "a")).toHaveText("42");
    await expect(complaint(page, "a")).toBeHidden();
  });
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "6 * 7", 'base="http://127.0.0.1:9/"')));
    await press(page, "a");
    await expect(complaint(page, "a")).toContainText("127.0.0.1:9 could not be reached");
  });
});
