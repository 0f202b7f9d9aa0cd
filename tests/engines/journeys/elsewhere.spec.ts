// belljar in pages of others: a cell in a docs page, and the page from a folder on a host that knows nothing of it.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import { endHosts, host } from "../../browser/hosts";
import { belljar, end, site } from "../../browser/server";
import { test } from "../fixtures";
import { Notebook } from "../notebook";

const MADE = "build/engines";
/** Each engine's tests are a process of their own; the one that started them all is their parent. */
const FOLDER = `folder-${process.ppid}`;

/** Whether a process is there: another run may use its own folder. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** One folder for all hosts of a run, because to compress its copies takes a minute or more. */
async function exported(): Promise<string> {
  const folder = `${MADE}/${FOLDER}`;
  if (existsSync(`${folder}/index.html`)) return folder;
  const old = existsSync(MADE) ? readdirSync(MADE).filter((name) => /^folder-\d+$/.test(name)) : [];
  for (const name of old.filter((name) => !runs(Number(name.slice("folder-".length)))))
    rmSync(`${MADE}/${name}`, { recursive: true });
  await promisify(execFile)(".venv/bin/belljar", ["export", folder, "--no-fetch", "--page", "--profile", "core"]);
  return folder;
}

test.afterAll(async () => {
  await endHosts();
  await end();
});

test("a cell in a page of another site runs by its button", async ({ engine }) => {
  let server = "";
  const docs = await site((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>docs</title><script type="module" src="${server}/embed.js"></script>
      <body><bell-jar><pre>import pandas as pd
print(sum(range(10)))
pd.DataFrame({"n": [1, 2]})</pre></bell-jar></body>`);
  });
  server = await belljar("--embedders", docs);
  const tab = await engine.tab();
  await tab.goto(docs);
  await tab.click("bell-jar >>> button");
  await tab.until(
    () => {
      const text = document
        .querySelector("bell-jar")
        ?.shadowRoot?.querySelector('[data-testid="outputs"]')?.textContent;
      return text?.includes("45") && text.includes("2 rows");
    },
    undefined,
    120_000,
  );
  await tab.close();
});

for (const tier of ["bare", "headers"] as const) {
  test(`the page runs from a folder of a file host, ${tier}`, async ({ engine }) => {
    test.setTimeout(400_000);
    const folder = await exported();
    const notebook = new Notebook(await engine.tab());
    await notebook.open(await host(folder, tier, { prefix: "/some/where/" }));
    await notebook.shows(await notebook.run("print(sum(range(10)))"), "45");
    await notebook.tab.close();
  });
}
