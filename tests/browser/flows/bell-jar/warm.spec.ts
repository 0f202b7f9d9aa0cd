// Cells on a page whose Python is warm: what a reader does with them, and what the page's script may.

import { expect, type Page, test } from "@playwright/test";
import { button, cell, complaint, docs, docsPage, type Jar, jar, onStage, outputs, press, run, server } from "./stage";

onStage();

declare global {
  interface Window {
    told: { name: string; detail: unknown }[];
  }
}

test.describe("on a page whose Python is warm", () => {
  test.describe.configure({ mode: "serial" });
  let page: Page;

  const CELLS = [
    jar("text", 'print("hello")\n6 * 7'),
    '<pre data-belljar id="error" data-session="page">x = 1\ny = x / 0\nprint(y)</pre>',
    jar("html", 'from IPython.display import HTML\nHTML("<b>bold</b>")'),
    jar("first", "value = 1", 'session="a"'),
    jar("second", "value + 1", 'session="a"'),
    jar("other", '"value" in dir()', 'session="b"'),
    jar("loop", "import time\nkept = 5\nwhile True: time.sleep(0.01)", 'session="loop"'),
    jar("kept", "kept", 'session="loop"'),
    jar("waits", '"ran"', 'session="loop"'),
    jar("short", "while True: pass", 'timeout="0.5" session="short"'),
    jar("hidden", "area(2)", 'session="hidden" setup="#prelude"'),
    '<script type="text/python" id="prelude">runs = globals().get("runs", 0) + 1\ndef area(r): return r * 10 + runs</script>',
    jar(
      "files",
      'open("sales.csv").read().splitlines()[1], open("b.csv").read()[:6]',
      'files="sales.csv b.csv=/sales.csv"',
    ),
    jar("nofile", "1", 'files="/missing.csv"'),
    jar("package", "import sys\n'six' in sys.modules", 'packages="six" session="package"'),
    jar(
      "prompts",
      ">>> def double(x):\n...     return 2 * x\n...\n>>> double(4)\n8\n>>> double('a')\n'aab'\n>>> 1 / 0\nTraceback (most recent call last):\n  ...\nZeroDivisionError: division by zero",
    ),
    jar("agreed", ">>> 1 + 1\n2\n>>> print('a b')\na b"),
    jar("expects", "print(1 + 1)", "output"),
    '<pre class="output" id="expected">3</pre>',
    jar("asks", 'name = input("Who? ")\nprint("Hello", name)', 'session="asks"'),
    jar("edited", "x = 'as it was'\nx", 'session="edited"'),
    jar("fixed", "'fixed'", "readonly"),
    jar("plainly", "'plain'", 'editor="plain"'),
    '<div class="highlight" id="numbered"><table class="highlighttable"><tr><td class="linenos"><pre>1\n2</pre></td><td class="code"><pre class="many">a = 20\na + 1</pre></td></tr></table></div>',
    '<bell-jar selector=".highlighttable pre" session="many"></bell-jar>',
    jar(
      "stored",
      "6 * 7",
      "",
      '<script type="application/json" data-belljar-result>{"status":"ok","results":[{"text":"42 as stored"},{"text":"t","data":{"kind":"table","columns":[{"name":"units","dtype":"int64","role":"column"}],"rows":[[3]],"shape":[1,1]}}],"logs":{"stdout":"printed\\n","stderr":""}}</script>',
    ),
    jar("code", "'given'"),
    '<div><pre data-belljar id="beside">1</pre><script type="application/json" data-belljar-result>{"status":"ok","results":[{"text":"stored beside"}]}</script><pre data-belljar id="without">2</pre></div>',
  ]; // prettier-ignore

  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] })).newPage();
    await page.addInitScript(() => {
      window.told = [];
      for (const name of ["ready", "run", "output", "result", "error"])
        addEventListener(`belljar-${name}`, (event) =>
          window.told.push({ name, detail: (event as CustomEvent<unknown>).detail }),
        );
    });
    await page.goto(docsPage(CELLS.join("\n")));
  });
  test.afterAll(() => page.context().close());

  test("printed text, the last value and an error stand below their code, and the line of the error is marked in it", async () => {
    await press(page, "text");
    await expect(outputs(page, "text")).toContainText("hello");
    await expect(outputs(page, "text")).toContainText("42");
    await press(page, "error");
    await expect(outputs(page, "error").getByTestId("output-error")).toContainText("ZeroDivisionError");
    const marked = await page.evaluate(() => {
      const { highlights } = CSS as unknown as { highlights: Map<string, Set<Range>> };
      return [...(highlights.get("belljar-failed") ?? [])].map(String);
    });
    expect(marked).toEqual(["y = x / 0"]);
  });

  test("HTML is shown in a frame without scripts, from the server's origin", async () => {
    await press(page, "html");
    const frame = outputs(page, "html").getByTestId("output-html").contentFrame().locator("iframe").contentFrame();
    await expect(frame.locator("b")).toHaveText("bold");
  });

  test("cells of one session share variables, those of others don't", async () => {
    expect(await run(page, "first")).toMatchObject({ status: "ok" });
    expect(await run(page, "second")).toMatchObject({ text: "2" });
    expect(await run(page, "other")).toMatchObject({ text: "False" });
  });

  test("cells run one at a time; Stop ends one, takes another off the queue, and keeps variables", async () => {
    await press(page, "loop");
    const status = cell(page, "loop").getByRole("status");
    await expect(status).toHaveText(/\d s$/);
    // A clock that ticks is not read aloud; the end is.
    await expect(status).toHaveAttribute("aria-live", "off");
    await press(page, "waits");
    await expect(button(page, "waits", "Stop")).toBeVisible();
    await press(page, "waits", "Stop");
    await expect(button(page, "waits", "Run")).toBeVisible();
    await expect(outputs(page, "waits")).toBeEmpty();
    await press(page, "loop", "Stop");
    await expect(outputs(page, "loop")).toContainText("Stopped. Your variables are still there.");
    await expect(status).toHaveAttribute("aria-live", "polite");
    await expect(status).toHaveText(/^stopped after /);
    expect(await run(page, "kept")).toMatchObject({ text: "5" });
  });

  test("a cell that takes longer than its page allows is ended", async () => {
    await press(page, "short");
    await expect(outputs(page, "short")).toContainText("Stopped after 0.50 s.");
  });

  test("hidden code runs once in its session, and again after a reset", async () => {
    expect(await run(page, "hidden")).toMatchObject({ text: "21" });
    expect(await run(page, "hidden")).toMatchObject({ text: "21" });
    await press(page, "hidden", "Reset");
    await expect(outputs(page, "hidden")).toBeEmpty();
    await expect(page.getByTestId("toast")).toContainText('Session "hidden" starts over: its variables are gone.');
    expect(await run(page, "hidden")).toMatchObject({ text: "21" });
    // The others have theirs.
    expect(await run(page, "second")).toMatchObject({ text: "2" });
  });

  test("files of the page are there before the first run; one that is missing is named", async () => {
    expect(await run(page, "files")).toMatchObject({ text: "('north,3', 'region')" });
    expect(await run(page, "nofile")).toMatchObject({ status: "unavailable" });
    const where = new URL(docs).host;
    await expect(complaint(page, "nofile")).toHaveText(
      `The file missing.csv could not be fetched: ${where} answered 404.`,
    );
    await expect(outputs(page, "nofile")).toBeEmpty();
  });

  test("packages that the code doesn't import are loaded for it", async () => {
    expect(await run(page, "package")).toMatchObject({ status: "ok", text: "True" });
  });

  test("a block with prompts runs without them; what differs from it is shown, what agrees is said", async () => {
    await press(page, "prompts");
    await expect(outputs(page, "prompts")).toContainText("8\n'aa'");
    await expect(outputs(page, "prompts").getByTestId("output-note")).toHaveText(
      "Line 6, double('a'): expected 'aab', and it is 'aa'",
    );
    await expect(outputs(page, "prompts")).toContainText("ZeroDivisionError: division by zero");
    await expect(outputs(page, "prompts").getByTestId("output-error")).toHaveCount(0);
    await press(page, "agreed");
    await expect(outputs(page, "agreed")).toContainText("The output is the one that the example shows.");
    await press(page, "prompts", "Copy");
    const copied = "def double(x):\n    return 2 * x\ndouble(4)\ndouble('a')\n1 / 0";
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(copied);
  });

  test("an expected output is shown at once, gives way to the real one, and is compared with it", async () => {
    await expect(page.locator("#expected")).toBeVisible();
    await press(page, "expects");
    await expect(outputs(page, "expects")).toContainText("The page shows another output: 3");
    await expect(page.locator("#expected")).toBeHidden();
    await press(page, "expects", "Reset");
    await expect(page.locator("#expected")).toBeVisible();
  });

  test("input() waits for its answer below the code", async () => {
    await press(page, "asks");
    await outputs(page, "asks").getByTestId("input-field").fill("Ada");
    await outputs(page, "asks").getByTestId("input-field").press("Enter");
    await expect(outputs(page, "asks")).toContainText("Hello Ada");
  });

  test("code is edited where it stands: keys run it, Escape leaves, and the page's own code comes back", async () => {
    const given = page.locator("#edited pre");
    await press(page, "edited", "Edit");
    await expect(given).toBeHidden();
    const editor = cell(page, "edited").locator(".cm-content");
    await expect(editor).toBeFocused();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("x = 'as I want it'\nx");
    await page.keyboard.press("Shift+Enter");
    await expect(outputs(page, "edited")).toContainText("'as I want it'");
    await page.keyboard.press("Escape");
    await expect(button(page, "edited", "Run")).toBeFocused();
    // What was written stays.
    await expect(editor).toContainText("as I want it");
    await press(page, "edited", "Original code");
    await expect(given).toBeVisible();
    expect(await run(page, "edited")).toMatchObject({ text: "'as it was'" });
  });

  test("what is typed is not taken by shortcuts of the page, and other keys are", async () => {
    await page.evaluate(() => {
      window.told.length = 0;
      document.addEventListener("keydown", ({ key }) => window.told.push({ name: "key", detail: key }));
    });
    await press(page, "edited", "Edit");
    await page.keyboard.type("s/f");
    await page.keyboard.press("Escape");
    await press(page, "edited", "Original code");
    await press(page, "plainly", "Edit");
    await page.keyboard.type("s/");
    await page.keyboard.press("Escape");
    await press(page, "plainly", "Original code");
    await page.keyboard.press("/");
    expect(await page.evaluate(() => window.told.filter(({ name }) => name === "key"))).toEqual([
      { name: "key", detail: "/" },
    ]);
  });

  test("Tab goes through the buttons and out of the cell, past an editor that is open", async () => {
    await press(page, "edited", "Edit");
    await page.keyboard.press("Escape");
    await expect(page.locator("#edited pre")).toBeVisible();
    await press(page, "edited", "Edit");
    await page.keyboard.type("y");
    await page.keyboard.press("Escape");
    await expect(button(page, "edited", "Run")).toBeFocused();
    const editing = cell(page, "edited").locator(".cm-content:focus");
    const inside = () => page.evaluate(() => document.activeElement?.id === "edited");
    for (let at = 0; at < 12 && (await inside()); at++) {
      await page.keyboard.press("Tab");
      await expect(editing).toHaveCount(0);
    }
    expect(await inside()).toBe(false);
    await press(page, "edited", "Original code");
  });

  test("a cell may have no editor, or a plain one", async () => {
    await expect(button(page, "fixed", "Edit")).toHaveCount(0);
    await press(page, "plainly", "Edit");
    await cell(page, "plainly").locator("textarea").fill("'typed'");
    expect(await run(page, "plainly")).toMatchObject({ text: "'typed'" });
  });

  test("a selector finds the code of a table with line numbers, and not the numbers", async () => {
    const found = page.locator("#numbered + bell-jar");
    await expect(found).toHaveCount(1);
    await expect(page.locator("#numbered bell-jar")).toHaveCount(0);
    await found.getByRole("button", { name: "Run" }).click();
    await expect(found.getByTestId("outputs")).toHaveText("21");
    expect(await found.evaluate((element) => (element as Jar).session)).toBe("many");
  });

  test("a stored result is there before anything runs, and gives way to the real one", async () => {
    const stored = cell(page, "stored").locator(".stored");
    for (const text of ["42 as stored", "printed", "units"]) await expect(stored).toContainText(text);
    await expect(cell(page, "beside").locator(".stored")).toHaveText("stored beside");
    await expect(cell(page, "without").locator(".stored")).toBeHidden();
    await press(page, "stored");
    await expect(outputs(page, "stored")).toHaveText("42");
    await expect(stored).toBeHidden();
  });

  test("a page's script reads and sets code, runs it, and hears of everything", async () => {
    const answer = await cell(page, "code").evaluate(async (element) => {
      const jar = element as Jar;
      const before = jar.code;
      jar.code = "print('set')";
      window.told.length = 0;
      const { stdout } = await jar.run();
      return { before, after: jar.code, stdout, told: window.told.map(({ name }) => name) };
    });
    expect(answer).toMatchObject({ before: "'given'", after: "print('set')", stdout: "set\n" });
    expect([...new Set(answer.told)]).toEqual(["run", "output", "result"]);
  });

  test("what a page adds later is a cell, too", async () => {
    await page.evaluate(() => {
      const pre = document.createElement("pre");
      pre.id = "late";
      pre.textContent = "'late'";
      pre.setAttribute("data-belljar", "");
      document.body.append(pre);
    });
    await press(page, "late");
    await expect(outputs(page, "late")).toHaveText("'late'");
  });

  test("a press opens the code in the notebook page, behind the # of its address", async () => {
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      press(page, "text", "Open in the notebook page"),
    ]);
    expect(opened.url()).toMatch(new RegExp(`^${server}/#code=[\\w-]+$`));
    await opened.close();
  });
});
