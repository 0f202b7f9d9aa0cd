// A question in a real page, with real Python and a model's server on another origin that speaks the real wire formats.

import type { Page } from "@playwright/test";
import type * as Asking from "../../../static/src/ask/index";
import type { Answer } from "../../../static/src/ask/index";
import { endServers, following, type Heard, modelServer } from "../../unit/ask/servers";
import { blankPage, expect, test } from "../fixtures";

test.afterAll(endServers);

const SECRET = "Zenobia Quillfeather";
const people = Array.from({ length: 30 }, (_, at) => `${["north", "south"][at % 2]},Person ${at},${at + 1}`);
const CSV = `region,person,revenue\n${people.join("\n")}\nwest,${SECRET},4711\n`;

const call = (code: string) => ({ calls: [{ arguments: JSON.stringify({ code }) }] });

/** What a page hands back of an answer. */
type Told = Pick<Answer, "why" | "reason" | "text" | "bits"> & {
  steps: { states: string[]; sent: string | undefined; error: string | undefined; figures: number }[];
  bodies: string[];
  bytes: number;
};

/** Asks in the page of a bench. */
async function asked(page: Page, base: string, outflow: Asking.Mode): Promise<Told> {
  return page.evaluate(
    async ({ base, csv, outflow }) => {
      const url = "/ask.js";
      const { ask, chat } = (await import(url)) as typeof Asking;
      const sandbox = window.sandboxes.main;
      if (!sandbox) throw new Error("no sandbox");
      const states: Record<number, string[]> = {};
      const answer = await ask(sandbox, "Which region earns most?", {
        model: chat({ base: `${base}/v1`, model: "m", key: "k", images: true }),
        outflow,
        files: { "people.csv": csv },
        onStep: ({ id, state }) => {
          const seen = states[id] ?? [];
          states[id] = seen;
          if (seen.at(-1) !== state) seen.push(state);
        },
      });
      const { why, reason, text, bits, ledger } = answer;
      const steps = answer.steps.map(({ id, sent, execution }) => ({
        states: states[id] ?? [],
        sent,
        error: execution?.error?.name,
        figures: execution?.plots.length ?? 0,
      }));
      const bodies = ledger.entries.map(({ body }) => body);
      return { why, reason, text, ...(bits === undefined ? {} : { bits }), steps, bodies, bytes: ledger.bytes } as Told;
    },
    { base, csv: CSV, outflow },
  );
}

/** The ledger says what the server got, byte for byte. */
function same(told: Told, heard: readonly Heard[]): void {
  expect(told.bodies).toHaveLength(heard.length);
  for (const [at, { body }] of heard.entries()) expect(Buffer.from(told.bodies[at] ?? "").equals(body)).toBe(true);
  expect(told.bytes).toBe(heard.reduce((sum, { body }) => sum + body.length, 0));
}

test("CSV in, question, repair after an error, chart and answer out; the ledger has the server's bytes", async ({
  bench,
}) => {
  const moves = [
    call("import pandas as pd\nframe = pd.read_csv('people.csv')\nframe.groupby('regoin').revenue.sum()"),
    call("totals = frame.groupby('region').revenue.sum()\ntotals.to_frame()"),
    call("import matplotlib.pyplot as plt\ntotals.plot.bar()\nplt.show()"),
    { say: "West earns most [step 2]; [step 3] shows it.", tokens: [900, 20] as [number, number] },
  ];
  const { base, heard } = await modelServer(following("chat", moves, 40));
  const told = await asked(bench.page, base, "schema");
  expect(told).toMatchObject({ why: "answered", text: "West earns most [step 2]; [step 3] shows it." });
  expect(told.steps.map(({ states, error, figures }) => [states.join(), error, figures])).toEqual([
    ["input-streaming,input-available,output-error", "KeyError", 0],
    ["input-streaming,input-available,output-available", undefined, 0],
    ["input-streaming,input-available,output-available", undefined, 1],
  ]);
  expect(told.steps.map(({ sent }) => sent)).toEqual([
    "error: KeyError in line 3 of your code. Its message stays with the person.",
    "ok: value: a table with few rows and 1 column; no figure; printed nothing; no files were written. The person sees all of it.",
    "ok: value: no value; 1 figure; printed nothing; no files were written. The person sees all of it.",
  ]);
  same(told, heard);
  expect(heard[0]?.body.toString()).toContain("people.csv");
  expect(Object.keys(heard[0]?.headers ?? {})).not.toContain("referer");
});

test("a row that code prints, names, raises, writes and draws leaves under everything, and not under schema", async ({
  bench,
}) => {
  const steal = `import sys, pandas as pd
row = pd.read_csv('people.csv').iloc[-1]
print(row.person); print(row.person.encode().hex(), file=sys.stderr)
open(row.person.replace(' ', '_') + '.csv', 'w').write(row.person)
display(pd.DataFrame({row.person: [row.revenue]}))
raise type(row.person.replace(' ', ''), (Exception,), {})(row.person)`;
  const row = `import pandas as pd\npd.read_csv('people.csv').tail(1)`;
  const missing = `import importlib, pandas as pd\nimportlib.import_module(pd.read_csv('people.csv').person.iloc[-1].split()[0])`;
  const moves = [call(steal), call(row), call(missing), { say: "Done." }];
  for (const mode of ["schema", "everything"] as const) {
    const { base, heard } = await modelServer(following("chat", moves));
    const told = await asked(bench.page, base, mode);
    expect(told.why, told.reason).toBe("answered");
    same(told, heard);
    const bytes = Buffer.concat(heard.map(({ body }) => body)).toString();
    const sighted = ["Zenobia", "Quillfeather", Buffer.from("Zenobia").toString("hex"), "4711"].filter((word) =>
      bytes.includes(word),
    );
    expect(sighted).toEqual(
      mode === "schema" ? [] : ["Zenobia", "Quillfeather", Buffer.from("Zenobia").toString("hex"), "4711"],
    );
  }
});

/** Why a page can't have an answer of servers at these addresses; no sandbox is needed for that. */
const reasonsOf = (page: Page, bases: string[]): Promise<string[]> =>
  page.evaluate(async (bases) => {
    const url = "/ask.js";
    const { ask, local } = (await import(url)) as typeof Asking;
    const sandbox = { execute: () => Promise.reject(new Error("unused")), files: { write: async () => {} } };
    const one = (base: string) => ask(sandbox, "?", { model: local("ollama", { base: `${base}/v1`, model: "m" }) });
    return Promise.all(bases.map(async (base) => (await one(base)).reason));
  }, bases);

test("a local model is found before it is asked, running or without CORS", async ({ page }) => {
  const models = { data: [{ id: "qwen3:8b" }] };
  const open = await modelServer((response) => {
    response.writeHead(200, { "access-control-allow-origin": "*" }).end(JSON.stringify(models));
  });
  const deaf = await modelServer((response) => void response.end("Ollama is running"), {});
  await blankPage(page, false);
  await page.unrouteAll();
  const found = (base: string) =>
    page.evaluate(async (base) => {
      const url = "/ask.js";
      const { findLocal } = (await import(url)) as typeof Asking;
      const { state, models, line } = await findLocal("ollama", { base: `${base}/v1` });
      return [state, models.join(), line];
    }, base);
  const line = `OLLAMA_ORIGINS=${new URL(page.url()).origin} ollama serve`;
  expect(await found(open.base)).toEqual(["running", "qwen3:8b", ""]);
  expect(await found(deaf.base)).toEqual(["no cors", "", line]);
  // Nothing but questions without a body; of nobody there the next test tells.
  expect(deaf.heard.map(({ body }) => body.length)).toEqual([0, 0]);
});

for (const isolated of [false, true]) {
  const where = isolated ? "an isolated page" : "an ordinary page";
  test(`in ${where} a local model that is not running and one without CORS are told apart`, async ({ page }) => {
    const { base } = await modelServer(() => {});
    await endServers();
    const deaf = await modelServer((response) => void response.end("Ollama is running"), {});
    await blankPage(page, isolated);
    // With a route in the page Playwright answers CORS's questions itself.
    await page.unrouteAll();
    const [gone, closed] = await reasonsOf(page, [base, deaf.base]);
    const origin = new URL(page.url()).origin;
    const line = `OLLAMA_ORIGINS=${origin} ollama serve`;
    expect(closed).toMatch(new RegExp(`runs at .* \\(no CORS\\).*${line}$`));
    // An isolated browser doesn't tell for sure that nobody is there; the line helps either way.
    if (isolated) expect(gone).toMatch(new RegExp(`not running.*, or .*: ${line}$`));
    else expect(gone).toMatch(/^Ollama is not running at 127\.0\.0\.1:\d+\. Start it with: ollama serve$/);
    // Nothing but the question whether anybody is there.
    expect(deaf.heard.map(({ method, body }) => [method, body.length])).toEqual([["GET", 0]]);
  });
}
