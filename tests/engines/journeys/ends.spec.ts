// How cells end that do not end by themselves, and what is left afterwards.

import type { Bench } from "../bench";
import { rest } from "../engine";
import { expect, test } from "../fixtures";
import { busiest, comesToRest, tellsOfThreads } from "../threads";

const STUBBORN = "while True:\n    try:\n        while True: pass\n    except BaseException: pass";
/** Said where Python had to be replaced. */
const GONE = /variables are gone/;
const RESTARTS = "Without shared memory a loop can't be interrupted: Python is restarted, and files are kept.";

/** The next cell is answered, by a Python that was restored as the first one was. */
async function goesOn(bench: Bench): Promise<void> {
  expect(await bench.run("6 * 7")).toMatchObject({ status: "ok", text: "42" });
  expect(await bench.info()).toMatchObject({ start: "snapshot", unrestorable: null });
}

test("a loop is stopped when its time is up", { tag: "@short" }, async ({ bench, limited }) => {
  const { interrupt } = await bench.info();
  await bench.run("before = 'kept'");
  const answer = await bench.run("while True: pass", { timeout: 1_000 });
  expect(answer.status).toBe("timeout");
  if (interrupt) {
    expect(answer.note).toBe("Your variables are still there.");
    expect(await bench.run("before")).toMatchObject({ text: "'kept'" });
  } else {
    limited(RESTARTS);
    expect(answer.note).toMatch(GONE);
  }
  await goesOn(bench);
});

test("Stop ends code that computes", async ({ bench, limited }) => {
  const { interrupt } = await bench.info();
  const [answer] = await Promise.all([bench.run("while True: pass", { timeout: 30_000 }), bench.stopAfter(500)]);
  expect(answer.status).toBe("interrupted");
  if (!interrupt) limited(RESTARTS);
  await goesOn(bench);
});

test("three kills in a row, and each next Python is restored from the snapshot", { tag: "@short" }, async ({
  bench,
}) => {
  await bench.write("mine.txt", "file");
  await bench.run("open('made.txt', 'w').write('made')");
  for (let kill = 0; kill < 3; kill++) {
    const answer = await bench.run(STUBBORN, { timeout: 300 });
    expect(answer).toMatchObject({ status: "timeout" });
    expect(answer.note).toMatch(GONE);
    const files = await bench.run("open('mine.txt').read(), open('made.txt').read()");
    expect(files).toMatchObject({ status: "ok", text: "('file', 'made')", stderr: "" });
    await goesOn(bench);
  }
});

test("a loop that was killed keeps no processor busy", async ({ bench }) => {
  test.skip(!tellsOfThreads(), "This system does not tell what threads do.");
  const running = bench.run(STUBBORN, { timeout: 3_000 });
  await rest(1_000);
  const thread = await busiest(1_000);
  expect(await running).toMatchObject({ status: "timeout" });
  expect(await comesToRest(thread, 20_000)).toBe(true);
});

test("memory has a ceiling: MemoryError, and the session goes on", async ({ bench }) => {
  await bench.run("before = 'kept'");
  const hog = "hog = []\nwhile True: hog.append(bytearray(64 * 1024 * 1024))";
  const answer = await bench.run(hog, { timeout: 60_000 });
  expect(answer).toMatchObject({ status: "error", error: { name: "MemoryError" } });
  expect(await bench.run("del hog\nbefore")).toMatchObject({ text: "'kept'" });
});

test("a crash of the interpreter is a result, and a fresh Python answers", async ({ bench, limited }) => {
  await bench.write("kept.txt", "file");
  await bench.run("x = []\nfor i in range(1_000_000): x = [x]");
  const answer = await bench.run("repr(x)", { timeout: 30_000 });
  if (answer.status !== "crashed") limited(`Here it ends otherwise: ${answer.status}.`);
  expect(["crashed", "error", "timeout"]).toContain(answer.status);
  expect(await bench.run("open('kept.txt').read()")).toMatchObject({ status: "ok", text: "'file'" });
  await goesOn(bench);
});

test("a flood ends the run, and the page goes on", async ({ bench }) => {
  const flood = "import sys\nfor i in range(2_000_000):\n    print('x' * 1000)\n    sys.stdout.flush()";
  const answer = await bench.run(flood, { timeout: 20_000 });
  expect(["crashed", "ok", "timeout"]).toContain(answer.status);
  expect(answer.stdout.length).toBeLessThanOrEqual(10_000_000);
  await goesOn(bench);
});
