// What a person does on the page, from the first look to the restart.

import { readFileSync } from "node:fs";
import { expect, test } from "../notebook";

test.beforeAll(({ notebook }) => notebook.home());

test("the first visit shows an example, one line of explanation and a sealed, ready Python", async ({ notebook }) => {
  const { page } = notebook;
  await expect(page.getByTestId("intro")).toContainText("It can’t reach the network or your files.");
  await expect(page.getByTestId("status")).toContainText(/sealed · Python 3\.14 · ready in [\d.]+ m?s/);
  expect(await page.getByTestId("cell").count()).toBeGreaterThanOrEqual(3);
});

test("run all shows the example's tables, figure, text and file", async ({ notebook }) => {
  const { page } = notebook;
  await page.getByTestId("run-all").click();
  const figure = page.getByTestId("output-figure").locator('img[alt*="Two years"]');
  await expect(figure.first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId("table-shape").first()).toContainText(/\d+ rows? × \d+ columns?/);
  await expect(page.getByTestId("file-item").filter({ hasText: "regions.csv" })).toBeVisible();
});

test("Shift-Enter runs the cell, and its value, output and time appear", async ({ notebook }) => {
  const cell = await notebook.cell("print('hello')\n6 * 7");
  await notebook.page.keyboard.press("Shift+Enter");
  await expect(cell.getByTestId("outputs")).toContainText("hello");
  await expect(cell.getByTestId("outputs")).toContainText("42");
  await expect(cell.getByTestId("cell-time")).toContainText(/ms|s/);
});

test("an error leads with its last line, the traceback is folded and the line is marked", async ({ notebook }) => {
  const cell = await notebook.run("x = 1\n1 / 0");
  const error = cell.getByTestId("output-error");
  await expect(error).toContainText("ZeroDivisionError: division by zero");
  await expect(error.locator("details")).not.toHaveAttribute("open");
  await error.locator("summary").click();
  await expect(error).toContainText("Traceback (most recent call last)");
  const slip = await notebook.run("pritn(1)");
  await expect(slip.getByTestId("output-error")).toContainText("Did you mean: 'print'?");
  await expect(slip.locator("details")).not.toHaveAttribute("open");
});

test("a table sorts by a click on its header and pages by fifty", async ({ notebook }) => {
  const cell = await notebook.run("import pandas as pd\npd.DataFrame({'n': range(120)})");
  const table = cell.getByTestId("output-table");
  await expect(table.getByTestId("table-shape")).toContainText("120 rows × 1 column");
  await expect(table.locator("tbody tr")).toHaveCount(50);
  const header = table.locator("thead").getByText("n", { exact: true });
  await header.click();
  await header.click();
  await expect(table.locator("tbody tr").first()).toContainText("119");
});

test("a table that was cut is sorted, searched and filtered as a whole, and its CSV has all rows", async ({
  notebook,
}) => {
  const { page } = notebook;
  const cell = await notebook.run("pd.DataFrame({'v': range(5000, 0, -1), 'w': ['even', 'odd'] * 2500})");
  const table = cell.getByTestId("output-table");
  const first = table.locator("tbody tr").first();
  await expect(table.getByTestId("table-shape")).toHaveText("5,000 rows × 2 columns");
  await table.locator("thead").getByText("v", { exact: true }).click();
  await expect(first.locator("td").first()).toHaveText("1");
  await table.getByRole("button", { name: "Next page" }).click();
  await expect(first.locator("td").first()).toHaveText("51");
  await table.getByTestId("table-find").click();
  await table.getByTestId("table-search").fill("499");
  await expect(table.getByTestId("table-shape")).toContainText("of 5,000 rows × 2 columns match");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    table.getByRole("button", { name: "CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\n");
  // 499, 1499, …, 4499 and 4990 to 4999 in v, and the same in other rows in the index.
  expect(lines).toHaveLength(1 + 15 + 15);
  // Completion is not of the context in which the page asks.
  await notebook.run("completed_here = 1");
  const other = await notebook.cell("completed_h");
  await page.keyboard.press("Control+Space");
  await expect(other.locator(".cm-tooltip")).toContainText("completed_here");
});

test("a search shows what it has found at once, counts on, and says which of both it is", async ({ notebook }) => {
  const cell = await notebook.run(
    "import pandas as pd\npd.DataFrame({'v': [i / 7 for i in range(400_000)], 'w': ['Nr. 777777' if i % 100_000 == 99_999 else f'w{i}' for i in range(400_000)]})",
  );
  const table = cell.getByTestId("output-table");
  const shape = table.getByTestId("table-shape");
  await shape.evaluate((node) => {
    const said: string[] = [];
    Object.assign(window, { saidOfTable: said });
    new MutationObserver(() => said.push(`${node.ariaBusy} ${node.textContent}`)).observe(node, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  // Sevenths have no such digits, but have to be written to know.
  await table.getByTestId("table-find").click();
  await table.getByTestId("table-search").fill("777777");
  await expect(shape).toHaveText("4 of 400,000 rows × 2 columns match");
  await expect(shape).toHaveAttribute("aria-busy", "false");
  await expect(table.locator("tbody tr")).toHaveCount(4);
  await expect(table.locator("tbody th")).toHaveText(["99,999", "199,999", "299,999", "399,999"]);
  const said = await notebook.page.evaluate(() => (window as unknown as { saidOfTable: string[] }).saidOfTable);
  expect(said.some((text) => /^true \d of the first [\d,]+ match, of 400,000 rows × 2 columns$/.test(text))).toBe(true);
});

test("any page of texts that all differ is the one that sorting all of them gives", async ({ notebook }) => {
  const cell = await notebook.run(`
import base64, json, random
import pandas as pd
from belljar_harness.show import frames as _f
_r = random.Random(4)
_wrong = []
for _gap in (0, 5):
    _texts = [None if _gap and i % _gap == 0 else f"{_r.getrandbits(40):x}" for i in range(40_000)]
    _texts[1000:3000] = ["same"] * 2000
    _table = pd.DataFrame({"text": pd.Series(_texts), "row": range(40_000)})
    _ref = _f.keep(_table)
    for _down in (False, True):
        _all = _table["text"].sort_values(ascending=not _down, kind="stable", na_position="last").index.tolist()
        for _from in (0, 7, 20_000, 31_990, 39_960, *_r.sample(range(39_000), 8)):
            _asked = {"ref": _ref, "from": _from, "rows": 50, "sort": {"column": 1, "descending": _down}}
            _page = _f.page(base64.urlsafe_b64encode(json.dumps(_asked).encode()).decode())
            if _page.value["row"].tolist() != _all[_from : _from + 50]:
                _wrong.append((_gap, _down, _from))
print("wrong:", _wrong)`);
  await expect(cell.getByTestId("outputs")).toHaveText(/wrong: \[\]/);
});

test("a dict of frames is shown as tables with their names", async ({ notebook }) => {
  const cell = await notebook.run(
    "import pandas as pd\n{'north': pd.DataFrame({'a': [1]}), 'south': pd.DataFrame({'a': [2]})}",
  );
  await expect(cell.getByTestId("output-table")).toHaveCount(2);
  await expect(cell.locator("caption")).toHaveText(["north", "south"]);
});

test("a figure opens large and closes with Escape", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('Zig');");
  await cell.getByTestId("output-figure").getByRole("button").first().click();
  await expect(page.getByTestId("zoom")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("zoom")).toBeHidden();
});

test("a runaway loop is stopped with the button and the variables are still there", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run("kept = 'still here'");
  const cell = await notebook.run("while True: pass");
  await expect(page.getByTestId("stop")).toBeEnabled();
  await page.waitForTimeout(400);
  await page.getByTestId("stop").click();
  await expect(cell.getByTestId("outputs")).toContainText(/variables are still there/i);
  await expect((await notebook.run("kept")).getByTestId("outputs")).toContainText("'still here'");
});

test("input() asks below the cell and goes on with the answer", async ({ notebook }) => {
  const cell = await notebook.run("f\"hello {input('Your name? ')}\"");
  const field = cell.getByTestId("input-field");
  await expect(field).toBeVisible();
  await field.fill("Ada");
  await field.press("Enter");
  await expect(cell.getByTestId("outputs")).toContainText("hello Ada");
});

test("100,000 printed lines fold in the middle and do not become 100,000 nodes", async ({ notebook }) => {
  const cell = await notebook.run("for i in range(100_000): print('line', i)");
  await expect(cell.getByTestId("outputs")).toContainText("line 99999", { timeout: 30_000 });
  await expect(cell.getByTestId("output-fold")).toBeVisible();
  expect(await cell.locator("*").count()).toBeLessThan(2_000);
});

test("a chosen file is listed, read by Python, downloaded and deleted", async ({ notebook }) => {
  const { page } = notebook;
  await page.getByTestId("files-input").setInputFiles({
    name: "mine.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("city,people\nUlm,126\nBonn,330\n"),
  });
  const item = page.getByTestId("file-item").filter({ hasText: "mine.csv" });
  await expect(item).toBeVisible();
  const cell = await notebook.run("import pandas as pd\npd.read_csv('mine.csv').groupby('city').people.sum()");
  await expect(cell.getByTestId("outputs")).toContainText("330");
  await notebook.run("open('made.txt', 'w').write('from Python')");
  const made = page.getByTestId("file-item").filter({ hasText: "made.txt" });
  await expect(made).toBeVisible();
  await made.hover();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    made.getByRole("button", { name: /download/i }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("made.txt");
  await item.hover();
  await item.getByRole("button", { name: /delete|remove/i }).click();
  await expect(item).toBeHidden();
});

test("an attempt to reach the network is refused in words and listed under Seal", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run("import urllib.request\nurllib.request.urlopen('http://example.org/leak')");
  await expect(cell.getByTestId("output-error")).toContainText(/no network/i);
  await expect(page.getByTestId("seal-blocked")).toContainText("example.org/leak");
  await expect(page.getByTestId("seal-summary")).toContainText("0 bytes left this page");
});

test("HTML results live in a frame without scripts and can't touch the page", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run(
    'class Evil:\n    def _repr_html_(self):\n        return \'<b>bold</b><script>parent.document.title=1</script><img src=x onerror="top.document.title=2"><a href="/" target=_top>go</a>\'\nEvil()',
  );
  const outer = cell.getByTestId("output-html");
  await expect(outer).toBeVisible();
  expect(await outer.getAttribute("sandbox")).toBe("allow-scripts");
  const inner = outer.contentFrame().locator("iframe");
  expect(await inner.getAttribute("sandbox")).toBe("");
  await expect(inner.contentFrame().locator("b")).toHaveText("bold");
  await expect(inner.contentFrame().locator("script")).toHaveCount(0);
  expect(await page.title()).toContain("belljar");
});

test("text can't break out of its place", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run("print('<img src=x onerror=alert(1)>\\x1b[31mred\\x1b[0m')");
  await expect(cell.getByTestId("outputs")).toContainText("<img src=x onerror=alert(1)>red");
  await expect(cell.getByTestId("outputs").locator("img")).toHaveCount(0);
  expect(await page.title()).toContain("belljar");
});

test("a restart forgets variables and keeps files", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run("forgotten = 1\nopen('kept.txt', 'w').write('x')");
  await page.getByTestId("menu-button").click();
  await page.getByTestId("menu").getByText("Restart", { exact: false }).first().click();
  await notebook.ready();
  await expect((await notebook.run("'forgotten' in globals()")).getByTestId("outputs")).toContainText("False");
  await expect(page.getByTestId("file-item").filter({ hasText: "kept.txt" })).toBeVisible();
});

test("Escape leaves the editor, so that Tab is never a trap", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.cell("x");
  await page.keyboard.press("Escape");
  const inEditor = () => page.evaluate(() => document.activeElement?.closest(".cm-editor, textarea") !== null);
  expect(await inEditor()).toBe(false);
  await page.keyboard.press("Tab");
  expect(await inEditor()).toBe(false);
});

test("the self-test tries to get out in front of the reader and leaves their session alone", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.run("mine = 'untouched'");
  await page.getByTestId("seal-test").click();
  const dialog = page.getByTestId("dialog-self-test");
  await expect(dialog.getByTestId("self-test-result")).toContainText(/All 13 attempts were refused/, {
    timeout: 60_000,
  });
  await expect(dialog.locator('[data-testid=probe][data-state="held"]')).toHaveCount(14);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect((await notebook.run("mine")).getByTestId("outputs")).toContainText("'untouched'");
});

test("the page asked nobody but its own server, broke no policy and threw nothing", async ({ notebook }) => {
  const own = new URL(notebook.page.url()).origin;
  const foreign = notebook.requests.filter((url) => !url.startsWith(own) && !/^(data|blob|about):/.test(url));
  expect(foreign).toEqual([]);
  expect(notebook.violations).toEqual([]);
  expect(notebook.failures).toEqual([]);
});
