// The page where people ask: the demo model, which needs no network, and a model behind a server.

import { endServers, following, modelServer } from "../../unit/ask/servers";
import type { Tab } from "../engine";
import { expect, test } from "../fixtures";

const SECRET = "Quillfeather";
const CSV = `region,person,revenue\nnorth,Ada,1\nwest,${SECRET},4711\n`;
const ANSWER_MS = 120_000;

test.afterAll(endServers);

const id = (name: string): string => `[data-testid="${name}"]`;

/** Waits until something of a test's name says something. */
const says = (tab: Tab, name: string, text: string, ms?: number): Promise<void> =>
  tab.until(
    ({ selector, text }) => [...document.querySelectorAll(selector)].some((one) => one.textContent?.includes(text)),
    { selector: id(name), text },
    ms,
  );

/** What is seen of the last question's steps: their lines, and whether something is drawn. */
const steps = (tab: Tab): Promise<{ lines: string[]; tables: number; figures: number }> =>
  tab.evaluate(() => {
    const all = (name: string) => [...document.querySelectorAll(`[data-testid="${name}"]`)];
    const drawn = (name: string) => all(name).filter((one) => one.getBoundingClientRect().height > 0).length;
    const lines = all("step-line").map((one) => one.textContent ?? "");
    return { lines, tables: drawn("output-table"), figures: drawn("output-figure") };
  });

test("ask: the demo model asks, fails, repairs, and shows a table and a figure", async ({ engine, server }) => {
  const tab = await engine.tab();
  await tab.goto(`${server}/ask`);
  await tab.click(id("welcome-demo"));
  await says(tab, "answer", "Nothing left this page", ANSWER_MS);
  const { lines, tables, figures } = await steps(tab);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/TypeError · repaired below/);
  expect([tables, figures]).toEqual([1, 1]);
  await tab.close();
});

test("ask: a model's server is told the file's columns, and none of its rows", async ({ engine, server }) => {
  const code = "import pandas as pd\npd.read_csv('people.csv').groupby('region').revenue.sum().to_frame()";
  const { base, heard } = await modelServer(
    following("chat", [{ calls: [{ arguments: JSON.stringify({ code, title: "sums" }) }] }, { say: "West [step 1]." }]),
  );
  const tab = await engine.tab();
  await tab.goto(`${server}/ask`);
  await tab.click(id("model-chip"));
  await tab.click(id("model-chat"));
  for (const [name, text] of [
    ["model-base", `${base}/v1`],
    ["model-name", "wire"],
    ["model-key", "sk-planted"],
  ] as const) {
    await tab.click(id(name));
    await tab.press("a", "Control");
    await tab.type(text);
  }
  await tab.click(id("model-use"));
  await tab.evaluate((csv) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([csv], "people.csv", { type: "text/csv" }));
    for (const type of ["dragenter", "dragover", "drop"])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }, CSV);
  await says(tab, "file-item", "people.csv");
  await tab.click(id("question"));
  await tab.type("Which region earns most?\n");
  await says(tab, "answer", "West", ANSWER_MS);
  await says(tab, "step", "4711"); // the person sees it
  const sent = Buffer.concat(heard.map(({ body }) => body)).toString();
  expect(sent).toContain("revenue");
  for (const word of [SECRET, "4711"]) expect(sent).not.toContain(word);
  await tab.close();
});
