// Firefox as a reader has it: a notebook that somebody sent is opened in the real page and run. Beside it the same
// markup in ordinary pages.

import type { FirefoxTab } from "../witness/firefox";

export interface Cell {
  kind: "markdown" | "code";
  source: string;
}

const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function until(tab: FirefoxTab, expression: string, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await rest(100)) {
    if (await tab.evaluate<boolean>(`Boolean(${expression})`).catch(() => false)) return;
  }
  throw new Error(`Firefox did not come to: ${expression}`);
}

/** Opens the notebook, runs it, and has all of it in view once. */
export async function runNotebook(tab: FirefoxTab, cells: readonly Cell[], frames: number): Promise<void> {
  await until(tab, "document.querySelector('#status-text').textContent.includes('ready')", 60_000);
  const file = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(({ kind, source }) => ({
      cell_type: kind,
      metadata: {},
      source,
      ...(kind === "code" ? { outputs: [], execution_count: null } : {}),
    })),
  };
  await tab.evaluate(
    `(() => { const chosen = new DataTransfer(); chosen.items.add(new File([${JSON.stringify(JSON.stringify(file))}], "sent.ipynb"));
      const input = document.querySelector("#open-notebook"); input.files = chosen.files; input.dispatchEvent(new Event("change")); })()`,
  );
  await until(tab, `document.querySelectorAll("[data-testid=cell]").length === ${cells.length}`, 10_000);
  await tab.evaluate(`document.querySelector("#run-all").click()`);
  const codes = cells.filter(({ kind }) => kind === "code").length;
  const times = `[...document.querySelectorAll("[data-testid=cell-time]")].filter((one) => /\\d/.test(one.textContent)).length`;
  await until(tab, `${times} === ${codes}`, 60_000);
  // What is only drawn in view is drawn.
  for (let at = 0; at < cells.length; at++) {
    await tab.evaluate(
      `document.querySelectorAll("[data-testid=cell]")[${at}]?.scrollIntoView({ block: "center", behavior: "instant" })`,
    );
    await rest(40);
  }
  await until(tab, `document.querySelectorAll("[data-testid=output-html]").length >= ${frames}`, 15_000);
}

/** Puts a link into a document, as something that went wrong in it would. */
export async function plant(tab: FirefoxTab, href: string): Promise<void> {
  await tab.evaluate(
    `(() => { const link = document.createElement("a"); link.href = ${JSON.stringify(href)}; link.textContent = "planted";
      (document.body ?? document.documentElement).append(link); })()`,
  );
}
