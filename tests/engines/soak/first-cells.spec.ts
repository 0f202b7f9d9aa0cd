// First cells one after the other, each of a fresh visit: BELLJAR_FIRST says how many. WebKit once ended one of ten of them.
//
//   BELLJAR_FIRST=100 npx playwright test --config tests/engines --project=webkit soak/

import { mkdirSync, writeFileSync } from "node:fs";
import { Bench } from "../bench";
import { expect, test } from "../fixtures";

const VISITS = Number(process.env.BELLJAR_FIRST ?? 0);
/** Imports, a table's memory, a figure: much that is collected while files are read. */
const FIRST = `import numpy as np, pandas as pd, matplotlib.pyplot as plt
table = pd.DataFrame({"x": np.arange(200), "y": np.arange(200) % 7})
table.plot(x="x", y="y")
len(table)`;

interface Visit {
  status: string;
  start: string;
  /** Milliseconds. */
  opened: number;
  first: number;
  error: string | null;
}

test("first cells end well", async ({ engine, engineName, server }) => {
  test.skip(VISITS === 0, "BELLJAR_FIRST says how many");
  test.setTimeout(VISITS * 120_000);
  const visits: Visit[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const tab = await engine.tab();
    const bench = new Bench(tab);
    await bench.visit(server);
    const began = Date.now();
    const { start } = await bench.open({ spare: false });
    const opened = Date.now() - began;
    const { status, ms, error, note } = await bench.run(FIRST, { timeout: 60_000 });
    visits.push({ status, start, opened, first: Math.round(ms), error: error?.value ?? note });
    if (status !== "ok") console.error(`visit ${visit + 1}: ${JSON.stringify(visits.at(-1))}`);
    await tab.close();
  }
  const middle = (of: (visit: Visit) => number) => visits.map(of).sort((a, b) => a - b)[Math.floor(visits.length / 2)];
  console.log(
    `${engine.product}: ${visits.filter(({ status }) => status === "ok").length} of ${VISITS} first cells; ` +
      `open in ${middle(({ opened }) => opened)} ms, first cell in ${middle(({ first }) => first)} ms (medians)`,
  );
  mkdirSync("build/engines", { recursive: true });
  writeFileSync(
    `build/engines/first-${engineName}.json`,
    `${JSON.stringify({ engine: engine.product, visits }, null, 1)}\n`,
  );
  expect(visits.filter(({ status, start }) => status !== "ok" || start !== "snapshot")).toEqual([]);
});
