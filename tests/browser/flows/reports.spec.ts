// What people paste, drop and expect, as they reported it: each case a session in a fresh Python, all in one warm page.

import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures";
import { type Case, hold } from "./reports";

/** Other cases may be named, to see whether kinds were mended or cases. */
const FILE = process.env.BELLJAR_REPORTS ?? "tests/fixtures/reports.json";
const ONLY = process.env.BELLJAR_REPORT;

test("what people report is as they expect", async ({ bench }) => {
  const cases = (JSON.parse(readFileSync(FILE, "utf8")) as Case[]).filter(({ id }) => !ONLY || id.includes(ONLY));
  test.setTimeout(cases.length * 20_000);
  const wrong: string[] = [];
  for (const given of cases) {
    const { id, holds, ms, told } = await hold(bench, given);
    if (process.env.BELLJAR_REPORTS) console.log(`${holds ? "holds" : "FAILS"} ${id} ${ms} ms`);
    if (!holds) wrong.push(`${id}: ${given.expect}\n${told}`);
  }
  expect(wrong.join("\n\n"), `${wrong.length} of ${cases.length}`).toBe("");
});

/** Ways to go on for ever. Those that hear no interrupt cost a Python. */
const WAYS: [name: string, code: string][] = [
  ["a loop that catches everything", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"],
  ["a sleep that catches everything", "while True:\n    try: time.sleep(99)\n    except BaseException: pass"],
  ["deaf to signals", "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"],
  ["a thread that computes", "def f():\n    while True: pass\nthreading.Thread(target=f).start()"],
  ["a pool that computes", "with ThreadPoolExecutor(2) as p: list(p.map(lambda n: sum(range(10**9)), range(3)))"],
  ["threads that sleep", "with ThreadPoolExecutor(2) as p: list(p.map(time.sleep, [99] * 4))"],
  [
    "a thread that waits for the cell",
    "e = threading.Event()\nt = threading.Thread(target=e.wait)\nt.start()\nt.join()",
  ],
  ["a lock on itself", "lock = threading.Lock()\nwith lock: lock.acquire()"],
  ["a queue that nobody fills", "queue.Queue().get()"],
  ["a future of nobody", "await asyncio.get_running_loop().create_future()"],
  ["C that looks at nothing", "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')"],
];

test("whatever a cell does, it ends within its time and the grace, and a later one answers", async ({ bench }) => {
  test.setTimeout(180_000);
  await bench.reset();
  const head = "import asyncio, queue, signal, threading, time\nfrom concurrent.futures import ThreadPoolExecutor\n";
  const wrong: string[] = [];
  for (const [name, code] of WAYS) {
    const ended = await bench.run(head + code, { timeout: 300 });
    if (ended.status !== "timeout" || ended.ms > 10_000) wrong.push(`${name}: ${ended.status} after ${ended.ms} ms`);
    // Enough is made new for a collection of garbage, which walks what is still suspended.
    const next = await bench.run("len([[n] for n in range(20_000)])", { timeout: 10_000 });
    if (next.text !== "20000") wrong.push(`after ${name}: ${next.status} ${next.note} ${next.error?.traceback}`);
  }
  expect(wrong.join("\n")).toBe("");
});

test("calls that are suspended across each other outlive collections of garbage", async ({ bench }) => {
  const threads = `import threading, time
turns = 0
def go_on():
    global turns
    while True:
        turns += 1
        time.sleep(0.01)
for _ in range(3): threading.Thread(target=go_on, daemon=True).start()`;
  expect(await bench.run(threads)).toMatchObject({ status: "ok" });
  for (let cell = 0; cell < 8; cell++) {
    const made = await bench.run(`import time
before, rows = turns, [[n] for n in range(20_000)]
time.sleep(0.05)
len(rows), turns > before`);
    expect(made).toMatchObject({ status: "ok", text: "(20000, True)" });
  }
  await bench.reset();
});
