// Code in pages of others that runs: one script tag, and what a reader does with it. The pages are a docs site of another
// origin than the server; most tests share one of them, whose Python is warm.

import { readFileSync } from "node:fs";
import { type Browser, expect, type Locator, type Page, type Response, test } from "@playwright/test";
import { belljar, end, site } from "../server";

declare global {
  interface Window {
    told: { name: string; detail: unknown }[];
  }
}

const pages = new Map<string, { html: string; headers: Record<string, string> }>();
let docs = "";
let server = "";

interface PageOptions {
  base?: string;
  headers?: Record<string, string>;
  head?: string;
}

/** A page of the docs site around these cells; gives its address. */
function docsPage(body: string, { base = server, headers = {}, head = "" }: PageOptions = {}): string {
  const path = `/${pages.size}.html`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>docs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<style nonce="n">body{font:16px/1.5 sans-serif;margin:1rem}pre{background:#f4f4f4;padding:12px;overflow:auto}</style>
<script type="module" src="${base}/embed.js"></script></head><body>${body}</body></html>`;
  pages.set(path, { html, headers });
  return `${docs}${path}`;
}

/** A cell around this code. */
const jar = (id: string, code: string, attributes = "", inside = ""): string =>
  `<bell-jar id="${id}" ${attributes}><pre><code>${code.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</code></pre>${inside}</bell-jar>`;

const cell = (page: Page, id: string): Locator => page.locator(`bell-jar#${id}, pre#${id} + bell-jar`);
const outputs = (page: Page, id: string): Locator => cell(page, id).getByTestId("outputs");
const button = (page: Page, id: string, name: string): Locator =>
  cell(page, id).getByRole("button", { name, exact: true });
const press = (page: Page, id: string, name = "Run"): Promise<void> => button(page, id, name).click();
/** The line that says what is wrong. */
const complaint = (page: Page, id: string): Locator => cell(page, id).getByRole("alert");

async function visiting<T>(browser: Browser, act: (page: Page) => Promise<T>, options = {}): Promise<T> {
  const context = await browser.newContext(options);
  try {
    return await act(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Calls a cell as the page's own script would. */
const run = (page: Page, id: string) =>
  cell(page, id).evaluate(async (element) => {
    const { status, text, stdout, error } = await (element as Jar).run();
    return { status, text, stdout, error: error?.value };
  });

type Jar = import("../../../static/src/embed/element").BellJar & {
  run(): Promise<import("../../../static/src/host/index").Execution>;
};

test.beforeAll(async () => {
  docs = await site((request, response) => {
    const found = pages.get((request.url ?? "").split("?")[0] ?? "");
    if (request.url === "/sales.csv") return void response.end("region,units\nnorth,3\nsouth,4\n");
    response.writeHead(found ? 200 : 404, { "content-type": "text/html; charset=utf-8", ...found?.headers });
    response.end(found?.html);
  });
  server = await belljar("--embedders", docs);
});

test.afterAll(end);

test("charts of plotly, altair and bokeh can be touched where the code stands", async ({ page }) => {
  test.setTimeout(180_000);
  const libraries = {
    plotly:
      "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=['a'], y=[5]), layout={'title': {'text': 'One bar'}})",
    altair:
      "import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'x': [1, 2], 'y': [3, 5]})).mark_bar().encode(x='x:O', y='y').properties(title='Two bars')",
    bokeh:
      "from bokeh.plotting import figure, show\np = figure(title='A line', width=300, height=200)\np.line([1, 2], [3, 4])\nshow(p)",
  };
  await page.goto(
    docsPage(
      Object.entries(libraries)
        .map(([name, code]) => jar(name, code))
        .join(""),
    ),
  );
  for (const name of Object.keys(libraries)) {
    await press(page, name);
    const chart = outputs(page, name).getByTestId("output-chart");
    await expect(chart).toHaveCount(1, { timeout: 90_000 });
    await chart.scrollIntoViewIfNeeded();
    await expect(chart, name).toHaveAttribute("data-state", "drawn", { timeout: 60_000 });
  }
  const bar = outputs(page, "plotly").getByTestId("output-chart").contentFrame().frameLocator("iframe");
  await bar.locator(".nsewdrag").first().hover();
  await expect(bar.locator(".hoverlayer .hovertext")).toContainText("5");
});

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

test("wrong markup leaves the code as it is and says why in one line", async ({ page }) => {
  await page.goto(
    docsPage(
      [
        jar("unknown", "1", 'sesion="a"'),
        jar("value", "1", 'autorun="always"'),
        '<bell-jar id="empty"></bell-jar>',
        jar("setup", "1", 'setup="#nowhere"'),
        jar("expects", "1", 'output="#nowhere"'),
        jar("result", "1", "", '<script type="application/json" data-belljar-result>{"a":</script>'),
      ].join(""),
    ),
  );
  await expect(complaint(page, "unknown")).toHaveText('There is no attribute "sesion": did you mean "session"?');
  await expect(complaint(page, "value")).toHaveText(/^autorun="always" can't be: never, visible, load can/);
  await expect(complaint(page, "empty")).toHaveText(/^There is no code here/);
  await expect(complaint(page, "expects")).toHaveText('output="#nowhere" names no element of this page.');
  await expect(complaint(page, "result")).toHaveText(/^The stored result can't be shown/);
  for (const id of ["unknown", "value", "setup", "result"]) await expect(page.locator(`#${id} pre`)).toBeVisible();
  await press(page, "setup");
  await expect(complaint(page, "setup")).toHaveText('setup="#nowhere" names no element of this page.');
});

/** A figure, without a package that would have to be loaded. */
const FIGURE = `from base64 import b64decode
from IPython.display import Image, display
pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
display(Image(data=b64decode(pixel), width=40, height=40))`;

/** What a page with this policy says when its cell is pressed. */
async function under(page: Page, policy: string): Promise<Locator> {
  const headers = { "content-security-policy": policy };
  await page.goto(docsPage(jar("a", `${FIGURE}\nprint(6 * 7)`), { headers }));
  await press(page, "a");
  return complaint(page, "a");
}

test("under a strict policy of its own a page needs three directives, and the sentence names the one that is missing", async ({
  browser,
}) => {
  const others = "default-src 'none'; style-src 'nonce-n'; require-trusted-types-for 'script'";
  const script = `script-src ${server}`;
  const connect = `connect-src ${server}`;
  const frame = `frame-src ${server}`;
  const needs = (what: string) =>
    `This page's Content-Security-Policy stops belljar: it must allow "${what} ${server}"`;
  await visiting(browser, async (page) => {
    await expect(await under(page, `${others}; ${script}; ${frame}`)).toContainText(needs("connect-src"));
    await expect(await under(page, `${others}; ${script}; ${connect}`)).toContainText(needs("frame-src"));
    await expect(page.locator("#a pre")).toBeVisible();
    // Without those of pictures figures are drawn all the same.
    const violations: string[] = [];
    await under(page, `${others}; ${script}; ${connect}; ${frame}`);
    page.on("console", (message) => violations.push(message.text()));
    await expect(outputs(page, "a")).toContainText("42");
    await expect(outputs(page, "a").getByTestId("output-figure").locator("canvas")).toBeVisible();
    await under(page, `${others}; ${script}; ${connect}; ${frame}; img-src blob:`);
    await expect(outputs(page, "a").getByTestId("output-figure").locator("img")).toBeVisible();
    // A script of the page's own that may load others does not have to be named with its host.
  });
});

test("without the script there is the code, and nothing else", async ({ browser }) => {
  await visiting(browser, async (page) => {
    const headers = { "content-security-policy": "script-src 'none'" };
    await page.goto(docsPage(jar("a", "print(1)"), { headers }));
    await expect(page.locator("#a pre")).toBeVisible();
    await expect(page.locator("#a")).toHaveText("print(1)");
  });
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
    await expect(outputs(page, "a")).toContainText("Stopped.", { timeout: 2_000 });
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

test("a server that doesn't name the page's origin says that", async ({ browser }) => {
  const closed = await belljar();
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "6 * 7", `base="${closed}"`)));
    await press(page, "a");
    await expect(complaint(page, "a")).toContainText("does not name this page's origin among its embedders");
    await expect(page.locator("#a pre")).toBeVisible();
  });
});

// ---------------------------------------------------------------- the docs

const EXAMPLES = [...readFileSync("docs/embed.md", "utf8").matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(
  ([, html = ""]) => html,
);

test("every example of the docs runs as it stands there", async ({ page }) => {
  expect(EXAMPLES.length).toBeGreaterThan(7);
  const cells = EXAMPLES.filter((html) => !html.includes("import {")).map((html) =>
    html.replace(/<script type="module" src=.*<\/script>/, ""),
  );
  await page.goto(docsPage(cells.join("\n").replaceAll("https://belljar.example", server)));
  const all = page.locator("bell-jar:not([selector])");
  const count = await all.count();
  expect(count).toBeGreaterThan(8);
  for (let at = 0; at < count; at++) {
    const { status } = await all.nth(at).evaluate((element) => (element as Jar).run());
    expect(status, cells.join("\n")).toBe("ok");
    await expect(all.nth(at).getByRole("alert")).toBeHidden();
    await expect(all.nth(at).locator(".note.warn, .note.bad")).toHaveCount(0);
  }
  await expect(page.locator("iframe[title='A Python cell']").contentFrame().locator("pre")).toHaveText(
    'print("hello")',
  );
  const [script = ""] = EXAMPLES.filter((html) => html.includes("import {"));
  await page.goto(docsPage(script.replaceAll("https://belljar.example", server)));
  await expect(page.locator("#other + bell-jar").getByTestId("outputs")).toHaveText("'attached'");
  await expect(page.locator("#answer")).toHaveText("42");
});

// ---------------------------------------------------------------- how it looks

test("a cell takes after its page: light or dark, whichever way the page says it, and its theme's colours", async ({
  browser,
}) => {
  const look = (page: Page) =>
    cell(page, "a").evaluate((element) => {
      const root = element.shadowRoot?.querySelector<HTMLElement>(".root");
      return { ...root?.dataset, accent: root ? getComputedStyle(root).getPropertyValue("--accent").trim() : "" };
    });
  const head = `<style nonce="n">
    html[data-theme="dark"] body, html.dark body, html[data-md-color-scheme="slate"] body { background: #121212; color: #ddd }
    body.furo { --color-brand-content: #2962ff; --color-background-primary: #fff }
  </style>`;
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "1"), { head }));
    await expect.poll(() => look(page)).toMatchObject({ theme: "light", look: "own" });
    const ways: [string, string, string][] = [
      ["data-theme", "dark", "light"],
      ["class", "dark", ""],
      ["data-md-color-scheme", "slate", "default"],
    ];
    for (const [name, dark, light] of ways) {
      const set = (value: string) =>
        page.evaluate(([name, value]) => document.documentElement.setAttribute(name ?? "", value ?? ""), [name, value]);
      await set(dark);
      await expect.poll(() => look(page)).toMatchObject({ theme: "dark" });
      await set(light);
      await expect.poll(() => look(page)).toMatchObject({ theme: "light" });
    }
    await page.evaluate(() => document.body.classList.add("furo"));
    await expect.poll(() => look(page)).toMatchObject({ look: "furo", accent: "#2962ff" });
    await cell(page, "a").evaluate((element) => element.style.setProperty("--belljar-accent", "#123456"));
    expect(await look(page)).toMatchObject({ accent: "#123456" });
    await cell(page, "a").evaluate((element) => element.setAttribute("theme", "dark"));
    expect(await look(page)).toMatchObject({ theme: "dark", look: "own" });
  });
  const scheme = '<meta name="color-scheme" content="light dark">';
  await visiting(
    browser,
    async (page) => {
      await page.goto(docsPage(jar("a", "1"), { head: scheme }));
      await expect.poll(() => look(page)).toMatchObject({ theme: "dark" });
    },
    { colorScheme: "dark" },
  );
});

test("on a phone nothing is wider than the page, and what is pressed is large enough for a finger", async ({
  browser,
}) => {
  await visiting(
    browser,
    async (page) => {
      await page.goto(docsPage(jar("a", `print("${"wide ".repeat(60)}")\n"a" * 300`)));
      await press(page, "a");
      await expect(outputs(page, "a")).toContainText("wide");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      for (const name of ["Run", "Edit", "Copy", "Reset"]) {
        const box = await button(page, "a", name).boundingBox();
        expect(box?.height, name).toBeGreaterThanOrEqual(44);
      }
    },
    { viewport: { width: 375, height: 700 }, hasTouch: true, isMobile: true },
  );
});

// ---------------------------------------------------------------- a frame for places without scripts

test("a frame shows the code of its address, packed or plain, and runs it when it is asked to", async ({ browser }) => {
  const code = 'print("ünï" * 2)\n6 * 7';
  await visiting(browser, async (page) => {
    await page.goto(docsPage(`<iframe src="${server}/embed?theme=dark&code=${encodeURIComponent(code)}"></iframe>`));
    const frame = page.locator("iframe").contentFrame();
    await expect(frame.locator("pre")).toHaveText(code);
    await expect(frame.getByTestId("outputs")).toHaveCount(0);
    await frame.getByRole("button", { name: "Run", exact: true }).click();
    await expect(frame.getByTestId("outputs")).toContainText("ünïünï");
    const packed = await page.evaluate(async (code) => {
      const stream = new Blob([code]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      return btoa(String.fromCharCode(...bytes))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
    }, code);
    await page.goto(`${server}/embed.html#code=${packed}`);
    await expect(page.locator("pre")).toHaveText(code);
    await page.goto(`${server}/embed.html?again#code=${packed.slice(0, -4)}`);
    await expect(page.locator("main")).toContainText("The code in this address is damaged");
    await page.goto(`${server}/embed`);
    await expect(page.locator("main")).toContainText("There is no code in this address.");
  });
});
