// The bench: a plain Pyodide page and belljar in turn, in real Chromium, from one server.
//
//   make bench          every row, five rounds        build/bench/bench.json
//   make bench-quick    one round, the rows that start something
//   make trace          where each millisecond of one start goes

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { descendants, proportional } from "../browser/soak/memory";
import { FIGURE, LINES, RUNAWAY, SUITE, VERSION } from "./cells";
import { cellKey, cellRows, outcomes, type Samples, table } from "./rows";
import { serve } from "./served";
import { openWire } from "./wire";

type Side = "plain" | "ours";

/** What both pages put on their window. */
interface Runner {
  run(code: string, print?: (text: string) => void): Promise<{ plots: string[] }>;
  /** Ends whatever runs; gives when that was done. */
  kill(): Promise<number>;
  close(): void | Promise<void>;
  spare(): Promise<number>;
  sandbox: { reset(): Promise<void>; timing: { name: string; start: number; ms: number }[] };
}

declare global {
  interface Window {
    first: Promise<Runner>;
    /** The figure that its address asked for; the console hears of it. `ms`: from the start of the navigation on. */
    figured: Promise<{ plots: string[]; ms: number }>;
    open_(): Promise<Runner>;
  }
}

const OUT = "build/bench";
const { values: asked } = parseArgs({
  options: { quick: { type: "boolean" }, trace: { type: "boolean" }, rounds: { type: "string" } },
});
const quick = asked.quick ?? false;
const tracing = asked.trace ?? false;
const rounds = Number(asked.rounds ?? (quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number, not ${asked.rounds}.`);
const samples = new Map<string, Samples>();
let version = "";

function take(key: string, side: Side, value: number): void {
  const found = samples.get(key) ?? { plain: [], ours: [] };
  found[side].push(value);
  samples.set(key, found);
}

// ------------------------------------------------------------ browser and server

/** Runs something in a browser of its own over a profile folder; a fresh folder is a first visit. */
async function browse<T>(folder: string, act: (context: BrowserContext) => Promise<T>): Promise<T> {
  const executablePath = process.env.BELLJAR_CHROMIUM;
  const context = await chromium.launchPersistentContext(folder, {
    ...(executablePath ? { executablePath } : {}),
    viewport: { width: 1280, height: 800 },
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // What the address bar of a new window loads for itself is no part of a visit.
      "--disable-features=WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup",
    ],
  });
  version = context.browser()?.version() ?? version;
  try {
    return await act(context);
  } finally {
    await context.close();
  }
}

const profile = (): string => mkdtempSync(join(tmpdir(), "belljar-bench-"));

async function within<T>(act: (context: BrowserContext) => Promise<T>): Promise<T> {
  const folder = profile();
  try {
    return await browse(folder, act);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function visit(context: BrowserContext, port: number, side: Side, query = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${port}/bench/${side}.html${query}`, { waitUntil: "commit" });
  await page.waitForFunction(() => window.first !== undefined);
  return page;
}

/** A page that draws a figure by itself, and the time from the start of the navigation until the PNG is in it, in ms. */
async function figured(context: BrowserContext, port: number, side: Side): Promise<{ page: Page; ms: number }> {
  const page = await context.newPage();
  const heard = page.waitForEvent("console", {
    predicate: (message) => message.text() === "figured",
    timeout: 300_000,
  });
  const url = `http://127.0.0.1:${port}/bench/${side}.html#${encodeURIComponent(FIGURE)}`;
  await page.goto(url, { waitUntil: "commit" });
  await heard;
  const ms = await page.evaluate(async () => {
    const { plots, ms } = await window.figured;
    if (plots.length !== 1 || !plots[0]?.startsWith("iVBORw0KGgo")) throw new Error("the cell gave no figure");
    return ms;
  });
  return { page, ms };
}

// ------------------------------------------------------------ what is measured

/** The visitor looks at the figure: the browser writes its cache, ours prepares what comes next. */
const resting = (side: Side): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, side === "ours" ? 5_000 : 2_000));

/** How long a machine is left alone after a browser was closed, in milliseconds. */
const CLOSED_MS = 3_000;

/** First visit, and a second one with the same profile and a new browser. */
async function visits(port: number, side: Side): Promise<void> {
  const folder = profile();
  try {
    for (const key of ["first", "repeat"]) {
      await browse(folder, async (context) => {
        take(key, side, (await figured(context, port, side)).ms);
        if (key === "first") await resting(side);
      });
      // A browser that was closed goes on writing its cache for a while; the visitor comes back later.
      await new Promise((resolve) => setTimeout(resolve, CLOSED_MS));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Further sandboxes in an open page, and what they weigh. */
async function further(port: number, side: Side): Promise<void> {
  await within(async (context) => {
    const { page } = await figured(context, port, side);
    await resting(side);
    const before = quick ? 0 : await weight();
    const opened = (keep: boolean): Promise<{ version: number; figure: number }> =>
      page.evaluate(
        async ({ code, version, keep }) => {
          const began = performance.now();
          const runner = await window.open_();
          await runner.run(version);
          const at = performance.now() - began;
          await runner.run(code);
          const found = { version: at, figure: performance.now() - began };
          if (!keep) await runner.close();
          return found;
        },
        { code: FIGURE, version: VERSION, keep },
      );
    const found = await opened(true);
    take("version", side, found.version);
    take("further", side, found.figure);
    if (!quick) take("memory", side, ((await weight()) - before) / 1e6);
  });
}

/** Kills a runaway loop that heeds no interrupt, and draws again. The plain page has no spare: it starts anew. */
async function kill(port: number, side: Side): Promise<void> {
  await within(async (context) => {
    const page = await visit(context, port, side, side === "ours" ? "?spare" : "");
    await page.evaluate(async (code) => {
      const runner = await window.first;
      const spare = "spare" in runner ? runner.spare() : null;
      await runner.run(code);
      await spare;
    }, FIGURE);
    await resting(side);
    const found = await page.evaluate(
      async ({ code, runaway, side }) => {
        let runner = await window.first;
        void runner.run(runaway).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 500));
        const began = await runner.kill();
        const next = side === "ours" ? runner.spare() : null;
        if (side === "plain") runner = await window.open_();
        const { plots } = await runner.run(code);
        if (plots.length !== 1) throw new Error("the cell gave no figure");
        const figure = performance.now() - began;
        return { figure, spare: next === null ? null : (await next) - began };
      },
      { code: FIGURE, runaway: RUNAWAY, side },
    );
    take("kill", side, found.figure);
    if (found.spare === null) return;
    take("spare", side, found.spare);
    const pool = await page.evaluate(async () => {
      const runner = await window.first;
      const began = performance.now();
      await runner.sandbox.reset();
      await runner.run("print(1)");
      return performance.now() - began;
    });
    take("pool", side, pool);
  });
}

/** A first visit over a slow line; bytes are counted on the line itself. */
async function slowly(port: number, side: Side, megabits: number): Promise<void> {
  const wire = await openWire(port, megabits);
  try {
    await within(async (context) => {
      take(`at${megabits}`, side, (await figured(context, wire.port, side)).ms);
      if (megabits === 100) take("bytes", side, wire.received() / 1e6);
    });
  } finally {
    wire.close();
  }
}

/** So often a cell is timed. */
const TIMES = 3;

/** Running time, and printing. */
async function running(port: number, side: Side): Promise<void> {
  await within(async (context) => {
    const { page } = await figured(context, port, side);
    let whole = 0;
    for (const [name, code] of Object.entries(SUITE)) {
      // The first time imports and compiles. Of the others the fastest counts: what else the machine did is in the slower ones.
      const ms = await page.evaluate(
        async ({ code, times }) => {
          const runner = await window.first;
          await runner.run(code);
          let least = Number.POSITIVE_INFINITY;
          for (let time = 0; time < times; time++) {
            const began = performance.now();
            await runner.run(code);
            least = Math.min(least, performance.now() - began);
          }
          return least;
        },
        { code, times: TIMES },
      );
      whole += ms;
      take(cellKey(name), side, ms);
    }
    take("suite", side, whole);
    const lines = await page.evaluate(async (code) => {
      const runner = await window.first;
      let gap = 0;
      let last = performance.now();
      let stopped = false;
      const tick = (): void => {
        const now = performance.now();
        gap = Math.max(gap, now - last);
        last = now;
        if (!stopped) setTimeout(tick, 0);
      };
      tick();
      let text = "";
      const began = performance.now();
      await runner.run(code, (piece) => {
        text += piece;
      });
      const ms = performance.now() - began;
      tick();
      stopped = true;
      if (!text.endsWith("99999\n")) throw new Error("not all lines came");
      return { ms, gap };
    }, LINES);
    take("lines", side, lines.ms);
    take("gap", side, lines.gap);
  });
}

/** Bytes that the browser's processes have for themselves. */
async function weight(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return proportional(descendants(process.pid));
}

/** Prints where the time of a first visit and of a further sandbox went. */
async function trace(port: number): Promise<void> {
  await within(async (context) => {
    const page = await visit(context, port, "ours");
    const first = await page.evaluate(traced, { code: FIGURE, version: VERSION, further: false });
    const further = await page.evaluate(traced, { code: FIGURE, version: VERSION, further: true });
    for (const [name, { steps, version, figure }] of Object.entries({
      "first visit": first,
      "further sandbox": further,
    })) {
      console.log(
        `${name}: ready, then the first line after ${version.toFixed(0)} ms, a figure after ${figure.toFixed(0)} ms`,
      );
      for (const { name, start, ms } of steps) {
        console.log(`${start.toFixed(0).padStart(7)} ms  ${`+${ms.toFixed(0)}`.padStart(6)} ms  ${name}`);
      }
    }
    writeFileSync(join(OUT, "trace.json"), `${JSON.stringify({ first, further }, null, 2)}\n`);
  });
}

interface Traced {
  steps: { name: string; start: number; ms: number }[];
  version: number;
  figure: number;
}

/** In the page: one start, step by step, and what it does first. Times in ms from the start. */
async function traced({ code, version, further }: Record<"code" | "version", string> & { further: boolean }) {
  const began = further ? performance.now() : 0;
  const runner = await (further ? window.open_() : window.first);
  await runner.run(version);
  const first = performance.now() - began;
  await runner.run(code);
  const figure = performance.now() - began;
  const found: Traced = { steps: runner.sandbox.timing, version: first, figure };
  return found;
}

// ------------------------------------------------------------ the whole

const near = await serve();
const far = quick || tracing ? null : await serve("--far");
const { port } = near;
const began = Date.now();
mkdirSync(OUT, { recursive: true });
const before = loadavg()[0] ?? 0;
try {
  if (tracing) await trace(port);
  for (let round = 0; !tracing && round < rounds; round++) {
    for (const measure of [visits, further, kill]) {
      for (const side of ["plain", "ours"] as const) await measure(port, side);
    }
    if (!quick) {
      for (const side of ["plain", "ours"] as const) await running(port, side);
      for (const megabits of [100, 20]) {
        for (const side of ["plain", "ours"] as const) await slowly((far ?? near).port, side, megabits);
      }
    }
    console.error(`Round ${round + 1} of ${rounds} done after ${Math.round((Date.now() - began) / 1000)} s.`);
  }
} finally {
  near.stop();
  far?.stop();
}
if (!tracing) {
  const rows = outcomes(samples);
  const facts = {
    browser: `Chromium ${version}`,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    load: before,
    rounds,
    quick,
    seconds: Math.round((Date.now() - began) / 1000),
  };
  const cells = outcomes(samples, cellRows(Object.keys(SUITE)));
  const path = join(OUT, quick ? "bench-quick.json" : "bench.json");
  const raw = Object.fromEntries(samples);
  writeFileSync(path, `${JSON.stringify({ ...facts, rows, cells, samples: raw }, null, 2)}\n`);
  console.log(table([...rows, ...cells]));
  const machine = `${facts.browser}, ${facts.processor}, ${facts.cores} cores`;
  console.log(
    `${rounds === 1 ? "One round" : `Medians (least–most) of ${rounds} rounds`} on ${machine}, load ${before.toFixed(1)} at the start. Written to ${path}.`,
  );
}
