// The loop on /ask, from a file to an answer, and on from there: branched, taken away, kept, forgotten.

import { endServers, following, type Move, modelServer } from "../../unit/ask/servers";
import { call, Desk, expect, KEY, SECRET, same, test } from "../desk";

test.describe.configure({ mode: "serial" });
test.beforeAll(({ desk }) => desk.home());
test.afterAll(endServers);

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
  // The cell's editor is the notebook's: Python says what a call takes.
  await editor.press("End");
  await desk.page.keyboard.type("\nsorted(");
  await expect(second.getByTestId("docs")).toContainText("sorted(iterable");
  for (let at = 0; at < 3; at++) await editor.press("Escape");
  await editor.press("ControlOrMeta+a");
  await desk.page.keyboard.insertText("totals = frame.groupby('region').revenue.mean()\nmarked = 5\ntotals");
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

test("a full disk is said, and what could not be kept is there to go back to, also after it was left", async ({
  browser,
  baseURL,
}) => {
  // A profile of its own: for some seconds after a write the browser lets further ones pass without looking at the room.
  const context = await browser.newContext({ baseURL });
  const desk = new Desk(await context.newPage());
  const { page } = desk;
  await desk.home();
  const cdp = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const room = (there: boolean) =>
    cdp.send("Storage.overrideQuotaForOrigin", { origin, ...(there ? {} : { quotaSize: 1 }) });
  await desk.mode("schema");
  await room(false);
  await desk.data();
  await expect(desk.get("unkept")).toContainText("This browser has no room left for");
  const { base } = await modelServer(following("chat", [call("6 * 7"), { say: "It is 42." }]));
  await desk.model(base);
  await desk.ask("How full is it?");
  await expect(await desk.answer()).toContainText("It is 42.");
  await expect(desk.get("keeping")).toHaveText("not saved");
  await desk.get("fresh").click();
  await expect(desk.get("toast").filter({ hasText: "could not be saved" })).toBeVisible();
  await expect(desk.get("asked")).toHaveCount(0);
  await desk.get("menu-button").click();
  await desk.get("menu-conversations").click();
  await desk
    .get("notebook-item")
    .filter({ hasText: "How full is it? (not saved)" })
    .getByRole("button")
    .first()
    .click();
  await expect(desk.get("answer")).toContainText("It is 42.");
  await expect(desk.get("step")).toContainText("42");
  await expect(desk.get("file-item").filter({ hasText: "people.csv" })).toBeVisible();
  // As soon as there is room, it is kept.
  await room(true);
  await expect(desk.get("keeping")).toHaveText("saved");
  await expect(desk.get("unkept")).toBeHidden();
  await context.close();
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

test("the notebook page leads here, and here leads back", async ({ desk }) => {
  const { page } = desk;
  await expect(page.getByRole("link", { name: "The notebook" }).first()).toHaveAttribute("href", "./");
  const notebook = await (await page.request.get("/")).text();
  expect(notebook).toMatch(/<a [^>]*href="ask"[^>]*data-testid="to-ask"|<a [^>]*data-testid="to-ask"[^>]*href="ask"/);
});
