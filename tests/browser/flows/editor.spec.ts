// The editor a person expects: signatures, files in strings, find and replace, drag, folds, and text cells with tables,
// formulas and pictures.

import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../notebook";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Puts the caret into a new cell and types, as a person does. */
async function typing(notebook: { cell(code: string): Promise<Locator>; page: Page }, text: string): Promise<Locator> {
  const cell = await notebook.cell("");
  // A pointer that rests on a name asks, too.
  await notebook.page.mouse.move(0, 0);
  await notebook.page.keyboard.type(text);
  return cell;
}

test("after a bracket the signature stands there, and goes with Escape or the bracket's end", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run(
    "def greet(name, greeting='hello', *, loud=False):\n    '''Greets <b>somebody</b>.\n\n    At length.'''",
  );
  const cell = await typing(notebook, "greet");
  await page.keyboard.press("Escape");
  await cell.locator(".cm-content").focus();
  await page.keyboard.type("(");
  const docs = cell.getByTestId("docs");
  await expect(docs).toContainText("greet(name, greeting='hello', *, loud=False)");
  // Documentation is text: its markup is seen, and the second paragraph comes when it is asked for.
  await expect(docs).toContainText("Greets <b>somebody</b>.");
  await expect(docs).not.toContainText("At length.");
  await page.keyboard.press("Escape");
  await expect(docs).toHaveCount(0);
  await expect(cell.locator(".cm-content")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(docs).toContainText("At length.");
  await page.keyboard.type("'a')");
  await expect(docs).toHaveCount(0);
  await expect(cell.locator(".cm-content")).toContainText("greet('a')");
});

test("Shift-Tab before the code takes a step of indentation away", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.cell("if 1:\n        greet");
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+Tab");
  await expect(cell.locator(".cm-line").nth(1)).toHaveText("    greet");
});

test("a name that the pointer rests on tells what it is, also to one who waits for a cell", async ({ notebook }) => {
  const { page } = notebook;
  const made = await notebook.run(
    "import pandas as pd, time\nhovered = pd.DataFrame({'a': range(7)})\ntime.sleep(1.5)",
  );
  const cell = await notebook.cell("'\u{1f600}'\nhovered.head(2)");
  await page.mouse.move(0, 0);
  // Where nothing is over it and nothing moves under the pointer, while Python still runs.
  await cell
    .locator(".cm-line")
    .nth(1)
    .hover({ position: { x: 15, y: 10 } });
  await expect(cell.getByTestId("docs")).toContainText("DataFrame, 7 rows x 1 columns");
  await expect(made.getByTestId("cell-time")).toContainText(/^[\d.]+ m?s$/);
  await page.mouse.move(0, 0);
  await expect(cell.getByTestId("docs")).toHaveCount(0);
});

test("fifty parameters scroll, by key as well, and leave room for what they mean", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run(
    `def many(${Array.from({ length: 50 }, (_, at) => `option_${at}=None`).join(", ")}):\n    '''What it does.'''`,
  );
  const cell = await notebook.cell("many(");
  await page.keyboard.press("Shift+Tab");
  const docs = cell.getByTestId("docs");
  await expect(docs.getByText("What it does.")).toBeInViewport({ ratio: 1 });
  expect((await docs.boundingBox())?.height).toBeLessThan(220);
  // Once more goes into it; keys there are neither the editor's nor the page's.
  await page.keyboard.press("Shift+Tab");
  const text = docs.locator("pre").last();
  await expect(text).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  const signature = docs.locator("pre").first();
  await expect(signature).toBeFocused();
  const before = await page.getByTestId("cell").count();
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await page.keyboard.press("End");
  await expect.poll(() => signature.evaluate((element) => element.scrollTop)).toBeGreaterThan(500);
  await expect(page.getByTestId("cell")).toHaveCount(before);
  await page.keyboard.press("Escape");
  await expect(docs).toHaveCount(0);
  await expect(cell.locator(".cm-content")).toBeFocused();
});

test("behind an emoji, and in other alphabets, names are completed and told where they stand", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run("größtes_maß = 'a text'\n0");
  const cell = await typing(notebook, "'\u{1f468}\u{1f3fd}\u{1f600}', größ");
  await expect(cell.locator(".cm-tooltip-autocomplete")).toContainText("größtes_maß");
  await page.keyboard.press("Tab");
  await expect(cell.locator(".cm-content")).toHaveText("'\u{1f468}\u{1f3fd}\u{1f600}', größtes_maß");
  await page.keyboard.press("Shift+Tab");
  await expect(cell.getByTestId("docs")).toContainText("str: 'a text'");
  await page.keyboard.press("Escape");
});

test("names of files are completed in strings", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run("open('harvest.csv', 'w').write('a')\n0");
  const cell = await typing(notebook, "open('harv");
  await expect(cell.locator(".cm-tooltip-autocomplete")).toContainText("harvest.csv");
  await page.keyboard.press("Tab");
  await expect(cell.locator(".cm-content")).toHaveText("open('harvest.csv')");
});

test("a text is found and replaced over all cells, and the replacing can be undone", async ({ notebook }) => {
  const { page } = notebook;
  const one = await notebook.cell("quince = 1");
  const two = await notebook.cell("Quince, quinces = quince, 2");
  await page.keyboard.press("ControlOrMeta+f");
  const bar = page.getByTestId("find-bar");
  await bar.getByTestId("find-text").fill("quince");
  await expect(bar.getByTestId("find-count")).toHaveText(/of 4$/);
  await expect(one.locator(".cm-found")).toHaveCount(1);
  await expect(two.locator(".cm-found")).toHaveCount(3);
  await expect(page.locator(".cm-found-next")).toHaveCount(1);
  await bar.getByRole("button", { name: "Whole words" }).click();
  await expect(bar.getByTestId("find-count")).toHaveText(/of 3$/);
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(bar.getByTestId("find-count")).toHaveText(/of 2$/);
  await bar.getByRole("button", { name: "Replace", exact: true }).first().click();
  await bar.getByTestId("find-other").fill("medlar");
  await bar.getByTestId("find-replace-all").click();
  await expect(one.locator(".cm-content")).toHaveText("medlar = 1");
  await expect(two.locator(".cm-content")).toHaveText("Quince, quinces = medlar, 2");
  await page.getByTestId("toast").filter({ hasText: "2 replaced in 2 cells." }).getByText("Undo").click();
  await expect(one.locator(".cm-content")).toHaveText("quince = 1");
  await bar.getByTestId("find-text").press("Escape");
  await expect(bar).toBeHidden();
  await expect(page.locator(".cm-found")).toHaveCount(0);
});

test("outputs are folded by a key and by a press, and stay folded in a notebook file", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run("'folded away'");
  await expect(cell.getByTestId("outputs")).toContainText("folded away");
  await cell.locator(".cm-content").press("Escape");
  await page.keyboard.press("o");
  await expect(cell.getByTestId("outputs")).toBeHidden();
  await expect(cell.getByTestId("cell-folded")).toHaveText("One output folded. Show");
  await expect(cell.getByTestId("cell-fold")).toHaveAttribute("aria-expanded", "false");
  await cell.getByTestId("cell-folded").click();
  await expect(cell.getByTestId("outputs")).toBeVisible();
  await expect(cell.getByTestId("cell-fold")).toBeFocused();
});

test("a cell is dragged by its grip to another place, and Escape lets it be", async ({ notebook }) => {
  const { page } = notebook;
  const [first, second] = [await notebook.cell("'upper'"), await notebook.cell("'lower'")];
  const ids = async () => page.getByTestId("cell").evaluateAll((all) => all.map(({ id }) => id));
  const [upper, lower] = [await first.getAttribute("id"), await second.getAttribute("id")];
  const drag = async (end: () => Promise<void>) => {
    const grip = page.locator(`#${lower} .grip`);
    await grip.scrollIntoViewIfNeeded();
    const [from, to] = [await grip.boundingBox(), await page.locator(`#${upper}`).boundingBox()];
    if (!from || !to) throw new Error("no boxes");
    await page.mouse.move(from.x + 8, from.y + 6);
    await page.mouse.down();
    await page.mouse.move(from.x + 8, to.y + 4, { steps: 4 });
    await expect(page.locator(".drop-line")).toHaveCount(1);
    await end();
    await page.mouse.up();
    await expect(page.locator(".drop-line")).toHaveCount(0);
  };
  await drag(() => page.keyboard.press("Escape"));
  expect((await ids()).slice(-2)).toEqual([upper, lower]);
  await drag(async () => undefined);
  expect((await ids()).slice(-2)).toEqual([lower, upper]);
});

test("a cell's tools are one stop of the Tab key, with arrows from one to the next", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.cell("1");
  await cell.locator(".cm-content").press("Escape");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  await page.keyboard.press("Tab");
  expect(await focused()).toMatch(/^Run Cell/);
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Move up");
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toBe("Move down");
  await page.keyboard.press("End");
  expect(await focused()).toBe("Delete cell");
  await page.keyboard.press("Tab");
  expect(await cell.evaluate((element) => element.contains(document.activeElement))).toBe(false);
  // Cells that are not selected are none.
  const stops = await page.evaluate(
    () =>
      document.querySelectorAll(
        ".cell:not(.selected) :is(.run, .cell-tools button, .fold-outputs):not([tabindex='-1'])",
      ).length,
  );
  expect(stops).toBe(0);
});

test("text cells show tables, formulas and pictures of their own, and fetch nothing", async ({ notebook }) => {
  const { page } = notebook;
  const asked = notebook.requests.length;
  await page.getByTestId("add-text").click();
  const cell = page.getByTestId("cell").last();
  await page.keyboard.insertText(
    [
      "| *a* | b |",
      "|:--|--:|",
      "| 1 | $x_1$ |",
      "",
      "$$\\int_0^1 \\frac{x^2}{\\sqrt{2}}\\,dx$$",
      "",
      `![a dot](data:image/png;base64,${PNG}) ![far](https://example.org/far.png)`,
      "",
      "$\\href{javascript:alert(1)}{x}$ $\\includegraphics{https://example.org/y.png}$ $\\unknown{z}$",
    ].join("\n"),
  );
  await page.keyboard.press("Shift+Enter");
  await expect(cell.or(page.getByTestId("cell").nth(-2)).locator("table td").first()).toHaveText("1");
  const shown = page
    .getByTestId("cell")
    .filter({ has: page.locator(".table-in-text") })
    .last();
  await expect(shown.locator("math mfrac msqrt")).toHaveCount(1);
  await expect(shown.locator("td math msub")).toHaveCount(1);
  const image = shown.locator("img.picture-in-text");
  await expect(image).toHaveCount(1);
  expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1);
  await expect(shown).toContainText("far");
  // What can't be a formula is its source.
  await expect(shown.locator(".formula code").last()).toHaveText("\\unknown{z}");
  expect(await shown.locator(".formula :is(a, img, [href], [src], [style*=url])").count()).toBe(0);
  expect(notebook.requests.slice(asked).filter((url) => url.includes("example.org"))).toEqual([]);
  expect(notebook.violations).toEqual([]);
});

test("a dropped file offers the line that opens it", async ({ notebook }) => {
  const { page } = notebook;
  await page.getByTestId("files-input").setInputFiles({
    name: "dropped.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("name;units\nnorth;1,5\nsouth;2,5\n"),
  });
  const offer = page.getByTestId("toast").filter({ hasText: "dropped.csv is in Files." });
  await offer.getByText("Open it in a cell").click();
  const cell = page.locator(".cell.selected");
  await expect(cell.locator(".cm-content")).toContainText('sep=";", decimal=","');
  await expect(cell.getByTestId("output-table")).toContainText("north");
});
