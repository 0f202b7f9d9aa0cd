// A soak: many runs in one page, kills, crashes, resets and uploads among them. Whatever happens, each promise
// settles, files survive, and the browser ends as large as it was.
//
//   BELLJAR_SOAK_RUNS=1000 BELLJAR_SOAK_SEED=7 npx playwright test tests/browser/soak       (or `make soak`)

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import { Bench, blankPage } from "../fixtures";
import { ACTIONS, checkFiles, DISRUPTIVE, type Expected } from "./actions";
import { descendants, resident } from "./memory";
import { plan, type Step } from "./plan";

const RUNS = Number(process.env.BELLJAR_SOAK_RUNS ?? 40);
const SEED = Number(process.env.BELLJAR_SOAK_SEED ?? 1);
/** A short form compares few runs, where a garbage collection more or less decides: only the long one is strict. */
const GROWTH = RUNS >= 500 ? 1.25 : 1.4;
/** No step takes as long: what has not settled by then never will. */
const SETTLED_MS = 90_000;

declare global {
  interface Window {
    problems: string[];
  }
}

/** A browser of its own, so that nothing of other tests is in its processes. */
const test = base.extend<{ only: { page: Page; pids: () => number[] } }>({
  only: async ({ playwright, launchOptions, baseURL }, use) => {
    const before = new Set(descendants(process.pid));
    const browser = await playwright.chromium.launch(launchOptions);
    const pids = () => descendants(process.pid).filter((pid) => !before.has(pid));
    const page = await browser.newPage(baseURL === undefined ? {} : { baseURL });
    await use({ page, pids });
    await browser.close();
  },
});

async function settles<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not settled after ${SETTLED_MS / 1_000} s`)), SETTLED_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Bytes of the browser's processes when it has nothing left to do and its garbage is collected. */
async function atRest(page: Page, pids: () => number[], benches: Bench[]): Promise<number> {
  for (const bench of benches) {
    await bench.run("import gc; gc.collect()");
    await bench.spare();
  }
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  await page.waitForTimeout(1_500);
  return resident(pids());
}

test(`${RUNS} runs in one page: everything settles, files survive, memory stays (seed ${SEED})`, async ({ only }) => {
  test.setTimeout(120_000 + RUNS * 5_000);
  const { page, pids } = only;
  await blankPage(page);
  // The host's own errors. (Playwright's "pageerror" also tells what a dying worker throws, which is its business.)
  await page.evaluate(() => {
    window.problems = [];
    window.addEventListener("error", (event) => window.problems.push(event.message));
    window.addEventListener("unhandledrejection", (event) => window.problems.push(String(event.reason)));
  });
  const core = new Bench(page, "core");
  const data = new Bench(page, "data");
  await core.open({ packages: [] });
  await data.open({ spare: false });
  const expected: Record<Step["on"], Expected> = {
    core: { files: new Map(), kept: undefined },
    data: { files: new Map(), kept: undefined },
  };

  const began = Date.now();
  const counts: Record<string, number> = {};
  const memory: { run: number; bytes: number; processes: number }[] = [];
  const measure = async (run: number) =>
    memory.push({ run, bytes: await atRest(page, pids, [core]), processes: pids().length });
  await measure(0);
  for (const step of plan(SEED, RUNS)) {
    const what = `seed ${SEED}, run ${step.run} of ${RUNS} (${step.kind} on ${step.on}, ${step.path}, n=${step.n})`;
    const bench = step.on === "core" ? core : data;
    try {
      await settles("the step", ACTIONS[step.kind](bench, step, expected[step.on]));
      if (DISRUPTIVE.includes(step.kind)) await settles("looking at files", checkFiles(bench, expected[step.on]));
    } catch (error) {
      throw new Error(`${what}: ${String(error)}`, { cause: error });
    }
    expect(await page.evaluate(() => window.problems), what).toEqual([]);
    counts[step.kind] = (counts[step.kind] ?? 0) + 1;
    if (step.run % Math.max(1, Math.round(RUNS / 10)) === 0) await measure(step.run);
  }
  await settles("looking at files", checkFiles(core, expected.core));
  await settles("looking at files", checkFiles(data, expected.data));

  // What is pending at the end is answered by closing.
  const last = core.do(async (sandbox) => {
    const pending = [sandbox.execute("while True: pass"), sandbox.execute("1"), sandbox.execute("2")];
    await sandbox.close();
    return (await Promise.all(pending)).map((answer) => answer.status);
  });
  expect(await settles("closing", last)).toEqual(["unavailable", "unavailable", "unavailable"]);

  const baseline = memory.find((point) => point.run >= RUNS / 10)?.bytes ?? 0;
  const end = memory.at(-1)?.bytes ?? 0;
  const report = {
    seed: SEED,
    runs: RUNS,
    seconds: Math.round((Date.now() - began) / 1_000),
    browser: page.context().browser()?.version(),
    growth: Number((end / baseline).toFixed(3)),
    counts,
    memory,
  };
  const folder = test.info().project.outputDir;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "soak.json"), `${JSON.stringify(report, null, 2)}\n`);
  console.log(
    `soak: ${RUNS} runs in ${report.seconds} s, memory ${memory.map((point) => `${Math.round(point.bytes / 2 ** 20)}`).join(" ")} MiB`,
  );
  expect(end, `memory after run ${RUNS} against run ${memory[1]?.run}`).toBeLessThan(baseline * GROWTH);
});
