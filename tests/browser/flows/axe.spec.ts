// Accessibility, as axe-core judges it: every screen, in light and dark, on a phone, at 200 %, with forced colours.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { expect, test } from "../notebook";
import { belljar, end } from "../server";

test.afterAll(end);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(context: object, options: object): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }>;
}

/** What axe objects to, as "rule: element". */
async function objections(page: Page): Promise<string[]> {
  const there = await page.evaluate(() => "axe" in window);
  if (!there) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: Axe };
    // Frames have an origin of their own; what is drawn in them is not the page's.
    const options = { iframes: false, resultTypes: ["violations"] };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map(({ target }) => `${id}: ${target.join(" ")}`));
  });
}

/** How the page is looked at; each is undone afterwards. */
const LOOKS: Record<string, (page: Page) => Promise<unknown>> = {
  light: (page) => page.emulateMedia({ colorScheme: "light", forcedColors: "none" }),
  dark: (page) => page.emulateMedia({ colorScheme: "dark" }),
  "forced colours": (page) => page.emulateMedia({ colorScheme: "light", forcedColors: "active" }),
  // Half the width in CSS pixels is what a zoom of 200 % comes to.
  "200 %": (page) => page.setViewportSize({ width: 640, height: 400 }),
  phone: (page) => page.setViewportSize({ width: 375, height: 700 }),
};

/** Nothing is objected to, once colours have come to rest: halfway from one to the other they are no colours of the page. */
const clean = (page: Page, where?: string): Promise<void> =>
  expect.poll(() => objections(page), { ...(where && { message: where }), intervals: [400] }).toEqual([]);

async function inEachLook(page: Page, look: () => Promise<void>): Promise<void> {
  // Colours on their way from one to the other are no colours of the page.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const size = page.viewportSize();
  for (const [name, choose] of Object.entries(LOOKS)) {
    await choose(page);
    await test.step(name, look);
    if (size) await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: null, forcedColors: null });
  }
  await page.emulateMedia({ reducedMotion: null });
}

test("the notebook with all that can stand in it", async ({ notebook }) => {
  const { page } = notebook;
  await page.getByTestId("menu-button").click();
  await page.getByTestId("menu-fresh").click();
  await notebook.run(
    "import pandas as pd, matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nopen('made.csv', 'w').write('a')\nprint('printed')\npd.DataFrame({'a': range(2000)})",
  );
  const failed = await notebook.run("1 / 0");
  await expect(failed.getByTestId("output-error")).toBeVisible();
  const folded = await notebook.run("'folded'");
  await expect(folded.getByTestId("outputs")).toContainText("folded");
  await folded.getByTestId("cell-fold").click();
  await page.getByTestId("add-text").click();
  await page.keyboard.insertText("# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$$x^2$$ and $y$");
  await page.keyboard.press("Shift+Enter");
  await expect(page.locator(".formula math").first()).toBeVisible();
  await page.keyboard.press("ControlOrMeta+f");
  await page.getByTestId("find-text").fill("a");
  await expect(page.getByTestId("find-count")).toContainText("of");
  await inEachLook(page, () => clean(page));
  await page.getByTestId("find-text").press("Escape");
});

test("what opens over it", async ({ notebook }) => {
  const { page } = notebook;
  const open: Record<string, string> = {
    "menu-examples": "dialog-gallery",
    "menu-keys": "dialog-keys",
    "menu-notebooks": "dialog-notebooks",
    "menu-seal": "dialog-seal",
  };
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.getByTestId("menu-button").click();
  await inEachLook(page, () => clean(page, "the menu"));
  await page.keyboard.press("Escape");
  for (const [item, dialog] of Object.entries(open)) {
    await page.getByTestId("menu-button").click();
    await page.getByTestId(item).click();
    await inEachLook(page, async () => {
      await expect(page.getByTestId(dialog)).toBeVisible();
      await clean(page, dialog);
    });
    await page.keyboard.press("Escape");
  }
});

test("what is asked, said and shown in passing", async ({ notebook }) => {
  const { page } = notebook;
  await page.getByTestId("notebook-name").click();
  await page.getByTestId("forget").click();
  await inEachLook(page, async () => {
    await expect(page.getByTestId("dialog-forget")).toBeVisible();
    await clean(page, "the question before forgetting");
  });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  const figure = await notebook.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()");
  await figure.getByTestId("output-figure").getByRole("button").first().click();
  await inEachLook(page, async () => {
    await expect(page.getByTestId("zoom")).toBeVisible();
    await clean(page, "a figure, large");
  });
  await page.keyboard.press("Escape");
  const table = await notebook.run(
    "import pandas as pd\npd.DataFrame({'a': range(2000)}, index=pd.Index(range(2000), name='i'))",
  );
  await table.getByTestId("table-find").click();
  await table.getByTestId("table-search").fill("19");
  await inEachLook(page, () => clean(page, "a search in a table"));
  const cell = await notebook.cell("sorted");
  await page.keyboard.type("(");
  const docs = cell.getByTestId("docs");
  await inEachLook(page, async () => {
    await expect(docs).toBeVisible();
    await clean(page, "a signature");
  });
  // All that is said of it.
  await page.keyboard.press("Shift+Tab");
  await inEachLook(page, async () => {
    await expect(docs).not.toHaveClass(/cm-brief/);
    await clean(page, "documentation");
  });
  await page.keyboard.press("Escape");
});

test("the pages beside it", async ({ notebook }) => {
  const page = await notebook.page.context().newPage();
  const withTabs = await belljar("--tab-key", "a-key-for-the-tabs-of-this-test");
  for (const path of ["/embed?code=print(1)", "/plain", `${withTabs}/tab`]) {
    await page.goto(path);
    await expect(page.locator("h1, bell-jar").first()).toBeAttached();
    await inEachLook(page, () => clean(page, path));
  }
  await page.close();
});

test("axe would see what is wrong", async ({ notebook }) => {
  const page = await notebook.page.context().newPage();
  await page.goto("/embed?code=1");
  await page.evaluate(() => document.body.append(document.createElement("button")));
  expect(await objections(page)).toEqual([expect.stringMatching(/^button-name: /)]);
  await page.close();
});
