// What a person does on the page.

import { DESKTOP } from "../engine";
import { expect, test } from "../fixtures";

test("the page comes up sealed and Run all shows the example's tables and figure", async ({ notebook }) => {
  const { tab } = notebook;
  const status = await tab.evaluate(() => document.querySelector('[data-testid="status"]')?.textContent ?? "");
  expect(status).toMatch(/sealed · Python 3\.14 · ready in/);
  await tab.click('[data-testid="run-all"]');
  await notebook.sees("output-figure", undefined, 60_000);
  await notebook.sees("output-table");
});

test("a cell is typed and run by Control-Enter", { tag: "@short" }, async ({ notebook }) => {
  const at = await notebook.cell("print('hello')\n6 * 7");
  await notebook.tab.press("Enter", "Control");
  await notebook.shows(at, "hello");
  await notebook.shows(at, "42");
});

test("a loop is stopped by its button, and the page says what became of the variables", async ({ notebook }) => {
  const at = await notebook.run("while True: pass");
  await notebook.tab.until(() => document.querySelector<HTMLButtonElement>('[data-testid="stop"]')?.disabled === false);
  await notebook.tab.until(() =>
    [...document.querySelectorAll('[data-testid="cell-time"]')].some((one) => /\d s/.test(one.textContent ?? "")),
  );
  await notebook.tab.click('[data-testid="stop"]');
  await notebook.tab.until(
    (at) =>
      /variables are still there|Python had to be restarted/.test(
        document.querySelectorAll('[data-testid="cell"]')[at]?.textContent ?? "",
      ),
    at,
  );
  await notebook.shows(await notebook.run("6 * 7"), "42");
});

test("a dropped file is listed, read and kept", async ({ notebook }) => {
  await notebook.tab.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["city,people\nUlm,126\nBonn,330\n"], "mine.csv", { type: "text/csv" }));
    for (const type of ["dragenter", "dragover", "drop"])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  });
  await notebook.tab.until(() =>
    [...document.querySelectorAll('[data-testid="file-item"]')].some((one) => one.textContent?.includes("mine.csv")),
  );
  await notebook.shows(await notebook.run("sum(1 for line in open('mine.csv'))"), "3");
  await notebook.tab.until(
    () => document.querySelector('[data-testid="keeping"]')?.getAttribute("data-state") === "kept",
  );
});

test("at 375 px nothing overflows", async ({ notebook, limited }) => {
  const { tab } = notebook;
  await tab.resize({ width: 375, height: 740 });
  const [view, content] = await tab.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  await tab.resize(DESKTOP);
  if (view !== 375) limited(`This engine's window is at least ${view} px wide.`);
  expect(content).toBeLessThanOrEqual(view ?? 0);
});
