// /ask as a person uses it: one warm page, the demo model, and model servers that speak the real wire format.

import { readFile } from "node:fs/promises";
import type { Download, Locator } from "@playwright/test";
import { endServers, following, type Heard, type Move, modelServer, stream } from "../../unit/ask/servers";
import { test as base, expect } from "../notebook";
import { belljar, end } from "../server";
import { Watched } from "../watched";

const KEY = "sk-planted-key-0815";
const SECRET = "Zenobia Quillfeather";
const people = Array.from({ length: 30 }, (_, at) => `${["north", "south"][at % 2]},Person ${at},${at + 1}`);
const CSV = `region,person,revenue\n${people.join("\n")}\nwest,${SECRET},4711\n`;

/** The page with what a test asks of it. */
class Desk extends Watched {
  get = (name: string): Locator => this.page.getByTestId(name);

  async fresh(): Promise<void> {
    await this.get("fresh").click();
    await expect(this.get("asked")).toHaveCount(0);
  }

  async data(): Promise<void> {
    await this.get("files-input").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
    await expect(this.get("file-item").filter({ hasText: "people.csv" })).toBeVisible();
  }

  /** Chooses a model by its dialog. */
  async model(address: string, keep = false): Promise<void> {
    await this.get("model-chip").click();
    await this.get("model-chat").check();
    await this.get("model-base").fill(`${address}/v1`);
    await this.get("model-name").fill("wire");
    await this.get("model-key").fill(KEY);
    await this.get("model-keep").setChecked(keep);
    await this.get("model-use").click();
  }

  async ask(question: string): Promise<void> {
    await this.get("question").fill(question);
    await this.get("question").press("Enter");
  }

  /** Waits for the nth answer of the conversation. */
  async answer(nth = 0): Promise<Locator> {
    const answer = this.get("answer").nth(nth);
    await expect(answer).toBeVisible({ timeout: 60_000 });
    return answer;
  }

  async saved(menu: string): Promise<string> {
    await this.get("menu-button").click();
    return textOf(await this.caught(() => this.get(menu).click()));
  }

  async caught(press: () => Promise<void>): Promise<Download> {
    const coming = this.page.waitForEvent("download");
    await press();
    return coming;
  }

  async ledger(): Promise<{ bytes: number; entries: { body: string; to: string }[] }> {
    return JSON.parse(await textOf(await this.caught(() => this.get("ledger-save").click()))) as never;
  }
}

const textOf = async (download: Download): Promise<string> => readFile(await download.path(), "utf8");

const test = base.extend<Record<never, never>, { desk: Desk }>({
  desk: [
    async ({ browser }, use) => {
      const { baseURL } = base.info().project.use;
      const context = await browser.newContext({ baseURL, acceptDownloads: true });
      const desk = new Desk(await context.newPage());
      await desk.page.goto("/ask");
      await use(desk);
      await context.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test.describe.configure({ mode: "serial" });
test.afterAll(async () => {
  await endServers();
  await end();
});

const call = (code: string, title = ""): Move => ({
  calls: [{ arguments: JSON.stringify({ code, ...(title && { title }) }) }],
});

const MOVES: Move[] = [
  {
    say: "First the sums.",
    ...call(
      "import pandas as pd\nframe = pd.read_csv('people.csv')\nframe.groupby('regoin').revenue.sum()",
      "sum by region",
    ),
  },
  call(
    "totals = frame.groupby('region').revenue.sum()\nprint(frame.person.iloc[-1])\ntotals.to_frame()",
    "grouped by region",
  ),
  call("import matplotlib.pyplot as plt\ntotals.plot.bar()\nplt.show()", "chart"),
  { say: "West earns most [step 2]; [step 3] shows it, [step 9] doesn't.", tokens: [900, 20] },
];

/** The list says what the server got, byte for byte. */
function same(ledger: { bytes: number; entries: { body: string }[] }, heard: readonly Heard[]): void {
  expect(ledger.entries).toHaveLength(heard.length);
  for (const [at, { body }] of heard.entries())
    expect(Buffer.from(ledger.entries[at]?.body ?? "").equals(body)).toBe(true);
  expect(ledger.bytes).toBe(heard.reduce((sum, { body }) => sum + body.length, 0));
}

test("without a model one press shows the whole loop on the example data, and nothing leaves", async ({ desk }) => {
  await expect(desk.get("no-model")).toBeVisible();
  await desk.ask("Is anybody there?");
  await expect(desk.get("modelless")).toContainText("No model is set up yet");
  await expect(desk.get("question")).toHaveValue("Is anybody there?");
  await desk.get("question").fill("");
  await desk.get("welcome-demo").click();
  const answer = await desk.answer();
  await expect(answer).toContainText("The means by group stand in the table of step 2");
  await expect(answer).toContainText("Nothing left this page");
  const lines = desk.get("step-line");
  await expect(lines).toHaveCount(3);
  await expect(lines.first()).toContainText(/TypeError · repaired below · .*told/);
  await expect(desk.get("step").nth(1).getByTestId("output-table")).toBeVisible();
  await expect(desk.get("step").nth(2).getByTestId("output-figure")).toBeVisible();
  await expect(desk.get("ledger-total")).toContainText("Nothing");
  const { origin } = new URL(desk.page.url());
  expect(desk.requests.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url))).toEqual([]);
});

test("CSV in, question, error, repair, chart and answer out; the list of what left is what the server got", async ({
  desk,
}) => {
  await desk.fresh();
  const { base, heard } = await modelServer(following("chat", MOVES, 60));
  await desk.data();
  await desk.get("told-files").locator("summary").click();
  await expect(desk.get("told-files")).toContainText('"people.csv": 31 rows; columns: "region" (text)');
  await desk.model(base);
  await desk.ask("Which region earns most?");
  const answer = await desk.answer();
  await expect(answer).toHaveAttribute("data-why", "answered");
  await expect(answer).toContainText(/12,\d\d\d bytes sent · about [\d,]+ tokens/);
  await expect(desk.get("step-line").first()).toContainText(
    /1 · sum by region.*KeyError · repaired below.*74 bytes sent/,
  );
  await expect(desk.get("step-line").nth(1)).toContainText(/grouped by region/);
  // The person sees all of it; the model's server nothing of the rows.
  await expect(desk.get("step").nth(1)).toContainText(SECRET);
  await expect(desk.get("step").nth(2).getByTestId("output-figure")).toBeVisible();
  same(await desk.ledger(), heard);
  const sent = Buffer.concat(heard.map(({ body }) => body)).toString();
  expect(sent).toContain("people.csv");
  for (const word of ["Zenobia", "Quillfeather", "4711"]) expect(sent).not.toContain(word);
  expect(heard[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  // Steps that are cited are led to; one that there isn't is called so.
  await answer.getByRole("button", { name: "step 2" }).click();
  await expect(desk.get("step-line").nth(1)).toBeFocused();
  await expect(answer).toContainText("step 9?");
  await desk.get("step").nth(2).getByTestId("step-made").locator("summary").click();
  await expect(desk.get("step").nth(2).getByTestId("step-made")).toContainText(
    /people\.csv.*sha256.*Python 3.*matplotlib \d/,
  );
});

test("a key that was not to be kept is in memory alone; kept, it is found, and gone when all is forgotten", async ({
  desk,
}) => {
  const held = () =>
    desk.page.evaluate(async (key) => {
      const texts = [document.documentElement.outerHTML, JSON.stringify({ ...localStorage, ...sessionStorage })];
      for (const { name = "" } of await indexedDB.databases()) {
        const db = await new Promise<IDBDatabase>((resolve) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => resolve(opening.result);
        });
        for (const store of db.objectStoreNames) {
          const rows = await new Promise<{ data?: unknown }[]>((resolve) => {
            const asked = db.transaction(store).objectStore(store).getAll();
            asked.onsuccess = () => resolve(asked.result as { data?: unknown }[]);
          });
          for (const row of rows)
            texts.push(JSON.stringify(row), row.data instanceof Blob ? await row.data.text() : "");
        }
        db.close();
      }
      return texts.some((text) => text.includes(key));
    }, KEY);
  await expect(desk.get("keeping")).toHaveText("saved");
  expect(await held()).toBe(false);
  const { base } = await modelServer(following("chat", [{ say: "Hello." }]));
  await desk.model(base, true);
  expect(await held()).toBe(true);
  await desk.model(base);
  expect(await held()).toBe(false);
});

test("conversation, outputs and files survive a visit, and the next question goes on from there", async ({ desk }) => {
  await expect(desk.get("keeping")).toHaveText("saved");
  await desk.page.reload();
  await expect(desk.get("asked")).toContainText("Which region earns most?");
  await expect(desk.get("step").nth(2).getByTestId("output-figure")).toBeVisible();
  await expect(desk.get("file-item").filter({ hasText: "people.csv" })).toBeVisible();
  const { base, heard } = await modelServer(
    following("chat", [call("len(open('people.csv').read())"), { say: "As before." }]),
  );
  await desk.model(base);
  await desk.ask("And how long is the file?");
  await desk.answer(1);
  const body = JSON.parse(heard[0]?.body.toString() ?? "{}") as { messages: { role: string; content: string }[] };
  expect(body.messages.filter(({ role }) => role === "user").map(({ content }) => content.split("\n")[0])).toEqual([
    "Which region earns most?",
    "And how long is the file?",
  ]);
  // Its schema was told already, and is not told twice.
  expect(body.messages.at(-1)?.content).toBe("And how long is the file?");
});

test("a step is changed and gone on from; the code runs again in a fresh Python, and nothing of that is sent", async ({
  desk,
}) => {
  const second = desk.get("step").nth(1);
  await second.getByTestId("step-line").click();
  const editor = second.locator(".cm-content, textarea").first();
  await editor.click();
  await editor.press("ControlOrMeta+a");
  await desk.page.keyboard.insertText("totals = frame.groupby('region').revenue.mean()\nmarked = 5\ntotals");
  await expect(second.getByTestId("step-facts")).toContainText("changed by you");
  const { base, heard } = await modelServer(following("chat", [call("marked"), { say: "It went on." }]));
  await desk.model(base);
  await second.getByTestId("step-branch").click();
  await expect(desk.get("step")).toHaveCount(2);
  await expect(desk.get("question")).toHaveValue(/I changed the code of step 2 to this:\n```python\ntotals = .*mean/s);
  await desk.get("question").press("End");
  await desk.get("ask").click();
  await expect(await desk.answer()).toContainText("It went on.");
  const body = JSON.parse(heard[1]?.body.toString() ?? "{}") as { messages: { role: string; content: string }[] };
  expect(body.messages.at(-1)?.content).toMatch(/^ok: value: a number/);
  expect(JSON.stringify(body)).not.toContain("plot.bar");
});

test("under “what I approve” the text is shown, changed or struck out, and then sent as it stands", async ({
  desk,
}) => {
  await desk.fresh();
  await desk.data();
  const moves = [call("print(open('people.csv').read()[-30:])"), call("1 / 0"), { say: "Enough." }];
  const { base, heard } = await modelServer(following("chat", moves));
  await desk.model(base);
  await desk.get("outflow-approve").check();
  await desk.ask("What is in it?");
  await expect(desk.get("approval")).toContainText("told about your files");
  await desk.get("approval-send").click();
  await expect(desk.get("approval")).toContainText("step 1");
  await expect(desk.get("approval-text")).toHaveValue(new RegExp(SECRET.slice(-6)));
  expect(heard).toHaveLength(1);
  await desk.get("approval-text").fill("It printed thirty characters.");
  await desk.get("approval-send").click();
  await expect(desk.get("approval")).toContainText("step 2");
  await desk.get("approval-deny").click();
  await desk.answer();
  await expect(desk.get("step-line").nth(1)).toContainText("nothing sent");
  const sent = Buffer.concat(heard.map(({ body }) => body)).toString();
  expect(sent).toContain("It printed thirty characters.");
  expect(sent).not.toContain("Quillfeather");
  expect(sent).not.toContain("ZeroDivisionError");
  same(await desk.ledger(), heard);
  await desk.get("outflow-schema").check();
});

test("who has a model on this machine sees whether it runs, and which there are", async ({ desk }) => {
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  const models = JSON.stringify({ data: [{ id: "small:1b" }, { id: "large:70b" }] });
  const { base } = await modelServer((response) => {
    response.writeHead(200, { "content-type": "application/json", ...cors }).end(models);
  });
  await desk.get("model-chip").click();
  await desk.get("model-ollama").check();
  await desk.get("model-name").fill("");
  await desk.get("model-base").fill(`${base}/v1`);
  await desk.get("model-base").blur();
  await expect(desk.get("model-found")).toContainText("Ollama runs at");
  await expect(desk.get("model-name")).toHaveValue("small:1b");
  await desk.page.keyboard.press("Escape");
});

test("Stop ends a question at any moment, and the one that waited has its turn", async ({ desk }) => {
  await desk.fresh();
  const { base } = await modelServer((response, number) => {
    if (number > 0) return following("chat", [{ say: "The second." }])(response, 0, {} as Heard);
    stream(response).write('data: {"choices":[{"delta":{"content":"Well"}}]}\n\n');
  });
  await desk.model(base);
  await desk.ask("First?");
  await expect(desk.get("said")).toHaveText("Well");
  await expect(desk.get("going")).toContainText(/step 1 of 12 · [\d,]+ of 200,000 tokens · .* of 5 min/);
  await desk.ask("Second?");
  await expect(desk.get("waiting")).toContainText("Second?");
  await desk.get("stop").click();
  await expect(desk.get("ended").first()).toContainText("You stopped it.");
  await expect(await desk.answer(1)).toContainText("The second.");
});

test("what a model writes is text: no element, no request, no link before it was seen; the same words as markup would", async ({
  desk,
}) => {
  await desk.fresh();
  const witness = await modelServer((response) => void response.writeHead(204).end());
  const markup = `<img src="${witness.base}/img" onerror="document.title='owned'"><script>document.title='owned'</script>`;
  const hostile = `${markup}\n\n![a](${witness.base}/md) [click](javascript:document.title='owned') [data](${witness.base}/?${KEY})`;
  const reach = `found = []
for name in ("localStorage", "parent", "top", "document", "opener"):
    try:
        import js
        getattr(js, name).toString
        found.append(name)
    except Exception:
        pass
try:
    from pyodide.http import pyfetch
    await pyfetch("${witness.base}/code")
    found.append("network")
except Exception:
    pass
print("reached:", found)`;
  const moves = [{ say: hostile, ...call(reach, markup) }, { say: hostile }];
  const { base } = await modelServer(following("chat", moves));
  await desk.model(base);
  await desk.ask(`Look: ${markup}`);
  const answer = await desk.answer();
  await expect(answer).toContainText("<script>");
  await expect(desk.get("step").first()).toContainText("reached: []");
  expect(await desk.page.title()).not.toBe("owned");
  expect(
    await desk.page.locator("main :is(script, a[href], img:not([src^='blob:']):not([src*='static/']))").count(),
  ).toBe(1);
  expect(witness.heard).toEqual([]);
  // The link shows where it leads, with the key-like words in it, and nothing is asked for before a press there.
  await answer.getByTestId("address").click();
  await expect(desk.get("address-full")).toContainText(`${witness.base}/?${KEY}`);
  await desk.page.keyboard.press("Escape");
  expect(witness.heard).toEqual([]);
  // The control: as markup, in a page without these headers, the same words do ask.
  const bare = await desk.page.context().newPage();
  await bare.setContent(hostile);
  await expect.poll(() => witness.heard.map(({ url }) => url)).toContain("/img");
  await expect(bare).toHaveTitle("owned");
  await bare.close();
  // And the page itself can reach the witness: what was refused above was the code.
  expect(
    await desk.page.evaluate(
      (url) =>
        fetch(url, { mode: "no-cors" }).then(
          () => true,
          () => false,
        ),
      `${witness.base}/page`,
    ),
  ).toBe(true);
  expect(witness.heard.map(({ url }) => url)).toContain("/page");
});

test("it is taken away as a notebook, a script, and a report that runs nothing and asks for nothing", async ({
  desk,
}) => {
  await desk.get("menu-button").click();
  await desk.get("menu-conversations").click();
  await desk.get("notebook-item").filter({ hasText: "(from step 2)" }).getByRole("button").first().click();
  await expect(desk.get("step")).toHaveCount(3);
  const notebook = JSON.parse(await desk.saved("menu-ipynb")) as {
    cells: { cell_type: string; outputs?: unknown[] }[];
  };
  expect(
    notebook.cells.filter(({ cell_type, outputs }) => cell_type === "code" && (outputs?.length ?? 0) > 0),
  ).toHaveLength(3);
  expect(await desk.saved("menu-py")).toContain("# %%");
  const report = await desk.saved("menu-report");
  expect(report).not.toMatch(/<script/i);
  const shown = await desk.page.context().newPage();
  const asked: string[] = [];
  shown.on("request", (request) => asked.push(request.url()));
  await shown.setContent(report);
  await expect(shown.locator("h2").first()).toContainText("Which region earns most?");
  await expect(shown.locator("table").first()).toBeVisible();
  expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([]);
  await shown.close();
});

test("“Forget all” leaves nothing; with keeping switched off nothing comes", async ({ desk }) => {
  await desk.get("menu-button").click();
  await desk.get("menu-forget").click();
  await desk.get("forget-sure").click();
  await expect(desk.get("no-model")).toBeVisible();
  await expect(desk.get("toast").first()).toContainText("forgotten");
  await desk.get("menu-button").click();
  await desk.get("menu-keep").uncheck();
  await desk.page.keyboard.press("Escape");
  await desk.data();
  await expect(desk.get("keeping")).toHaveText("not kept");
  await desk.page.reload();
  await expect(desk.get("welcome-example")).toBeVisible();
  await expect(desk.get("file-item")).toHaveCount(0);
  expect(desk.failures).toEqual([]);
  expect(desk.violations).toEqual([]);
});

test("a server's own model needs no choice; at OpenRouter one signs in, and the code counts for the tab that went", async ({
  desk,
}) => {
  const { base, heard } = await modelServer(following("chat", [{ say: "From the server." }]));
  const own = await belljar(
    "--model-url",
    `${base}/v1`,
    "--model-names",
    "ours",
    "--model-hosts",
    "https://openrouter.ai",
  );
  const { page } = desk;
  await page.goto(`${own}/ask`);
  await expect(desk.get("model-chip")).toHaveText("ours");
  await desk.ask("Who are you?");
  await expect(await desk.answer()).toContainText("From the server.");
  expect(heard).toHaveLength(1);
  let asked: { code?: string; code_verifier?: string } = {};
  await page.route("https://openrouter.ai/**", async (route) => {
    const url = new URL(route.request().url());
    const back = url.searchParams.get("callback_url");
    if (back) return route.fulfill({ status: 302, headers: { location: `${back}?code=once` } });
    asked = (route.request().postDataJSON() ?? {}) as typeof asked;
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    return route.fulfill({ json: { key: KEY }, headers });
  });
  // A code that nobody here has asked for is dropped.
  await page.goto(`${own}/ask?code=planted`);
  await expect(page).toHaveURL(`${own}/ask`);
  expect(asked).toEqual({});
  await desk.get("model-chip").click();
  await desk.get("model-openrouter").check();
  await desk.get("model-sign-in").click();
  await expect(desk.get("model-key")).toHaveValue(KEY);
  await expect(page).toHaveURL(`${own}/ask`);
  expect(asked.code).toBe("once");
  expect(asked.code_verifier?.length).toBeGreaterThan(40);
});

test("the browser's agent runs Python behind the same choice, and what it was told is on the list", async ({
  desk,
}) => {
  const { page } = desk;
  type Tool = { name: string; execute(input: object): Promise<{ content: { text: string }[] }> };
  type Agents = Document & { tools: Map<string, Tool> };
  await page.addInitScript(() => {
    const tools = new Map<string, Tool>();
    Object.assign(document, {
      tools,
      modelContext: {
        registerTool(tool: Tool, { signal }: { signal?: AbortSignal } = {}) {
          if (signal?.aborted) return;
          if (tools.has(tool.name)) throw new Error("twice");
          tools.set(tool.name, tool);
          signal?.addEventListener("abort", () => tools.delete(tool.name));
        },
      },
    });
  });
  await page.goto("/ask");
  await desk.data();
  await expect.poll(() => page.evaluate(() => [...(document as Agents).tools.keys()])).toEqual(["execute_python"]);
  const answer = await page.evaluate(async (code) => {
    const tool = (document as Agents).tools.get("execute_python");
    return (await tool?.execute({ code, title: "reads" }))?.content[0]?.text;
  }, "print(open('people.csv').read()[-30:])");
  expect(answer).toMatch(/^ok: value: no value; .*printed something/);
  await expect(desk.get("step-line").last()).toContainText(/1 · reads.*bytes sent/);
  await expect(desk.get("step").last()).toContainText(SECRET);
  const ledger = await desk.ledger();
  expect(ledger.entries.at(-1)?.body).toBe(answer);
  expect(JSON.stringify(ledger)).toContain("people.csv");
  expect(JSON.stringify(ledger)).not.toContain("Quillfeather");
});

test("the notebook page leads here, and here leads back", async ({ desk }) => {
  await desk.page.goto("/");
  await desk.page.getByTestId("to-ask").click();
  await expect(desk.page).toHaveURL(/\/ask$/);
  await desk.page.getByRole("link", { name: "The notebook" }).first().click();
  await expect(desk.page).toHaveURL(/\/$/);
});
