// The first figure beside a plain Pyodide page in the same engine, from one server: on a first visit, on the next one, and in
// a further sandbox of an open page. BELLJAR_ROUNDS says how often.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { FIGURE } from "../../bench/cells";
import { outcomes, ROWS, type Samples, table } from "../../bench/rows";
import { serve } from "../../bench/served";
import { DRIVERS } from "../drivers";
import { rest, type Tab } from "../engine";
import { expect, test } from "../fixtures";

const ROUNDS = Number(process.env.BELLJAR_ROUNDS ?? 3);
const SIDES = ["plain", "ours"] as const;
/** The visitor looks at the figure: the browser writes its cache, ours prepares what comes next. */
const RESTING_MS = { plain: 2_000, ours: 5_000 };
const KEYS = ["first", "repeat", "further"];

interface Runner {
  run(code: string): Promise<{ plots: string[] }>;
  close(): void | Promise<void>;
}

interface Page {
  figured: Promise<{ plots: string[]; ms: number }>;
  open_(): Promise<Runner>;
}

/** Milliseconds from the start of the navigation until the PNG is in the page. */
async function figured(tab: Tab, url: string): Promise<number> {
  await tab.goto(`${url}#${encodeURIComponent(FIGURE)}`);
  const { plots, ms } = await tab.evaluate(() => (window as unknown as Page).figured);
  expect(plots.map((plot) => plot.slice(0, 11))).toEqual(["iVBORw0KGgo"]);
  return ms;
}

test("the first figure comes sooner than on a plain page", async ({ engineName }) => {
  // A plain page takes a minute where processors are busy, and before the first one the server compresses what it has.
  test.setTimeout(900_000 + ROUNDS * 600_000);
  // WebKit starts no sandbox in an isolated page.
  const server = await serve(...(engineName === "webkit" ? (["--unisolated"] as const) : []));
  const samples = new Map<string, Samples>(KEYS.map((key) => [key, { plain: [], ours: [] }]));
  const load = loadavg()[0] ?? 0;
  let product = "";
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of SIDES) {
        const url = `http://127.0.0.1:${server.port}/bench/${side}.html`;
        const engine = await DRIVERS[engineName].launch();
        product = engine.product;
        try {
          for (const key of ["first", "repeat"]) {
            const tab = await engine.tab();
            samples.get(key)?.[side].push(await figured(tab, url));
            await rest(RESTING_MS[side]);
            if (key === "repeat") samples.get("further")?.[side].push(await further(tab));
            await tab.close();
            console.log(
              `${product}, round ${round + 1}, ${side}: ${key} in ${samples.get(key)?.[side].at(-1)?.toFixed(0)} ms`,
            );
          }
        } finally {
          await engine.close();
        }
      }
    }
  } finally {
    server.stop();
  }
  const rows = outcomes(
    samples,
    ROWS.filter(({ key }) => KEYS.includes(key)),
  );
  const facts = {
    engine: product,
    rounds: ROUNDS,
    load,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
  };
  mkdirSync("build/engines", { recursive: true });
  writeFileSync(`build/engines/speed-${engineName}.json`, `${JSON.stringify({ ...facts, rows }, null, 1)}\n`);
  console.log(`${product}, load ${load.toFixed(1)}\n${table(rows)}`);
  expect(rows.every(({ ratio }) => ratio !== null && ratio < 1)).toBe(true);
});

/** A further sandbox in an open page: milliseconds until its figure. */
function further(tab: Tab): Promise<number> {
  return tab.evaluate(async (code) => {
    const began = performance.now();
    const runner = await (window as unknown as Page).open_();
    await runner.run(code);
    const ms = performance.now() - began;
    await runner.close();
    return ms;
  }, FIGURE);
}
