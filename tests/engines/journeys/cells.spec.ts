// What cells give: values, tables, figures, errors, questions.

import { expect, test } from "../fixtures";

test("a start from the snapshot, sealed", { tag: "@short" }, async ({ bench }) => {
  const info = await bench.info();
  expect(info).toMatchObject({ start: "snapshot", unrestorable: null });
  expect(await bench.run("import sys\nsys.version_info[:2], 6 * 7")).toMatchObject({
    status: "ok",
    text: "((3, 14), 42)",
  });
});

test("a table", { tag: "@short" }, async ({ bench }) => {
  const code = "import pandas as pd\npd.DataFrame({'city': ['Ulm', 'Bonn'], 'people': [126, 330]})";
  const answer = await bench.run(code);
  expect(answer).toMatchObject({ status: "ok", error: null });
  expect(answer.types.flat()).toEqual(expect.arrayContaining(["text/html", "application/vnd.belljar.table+json"]));
  expect(answer.text).toContain("Bonn");
});

test("a figure", { tag: "@short" }, async ({ bench }) => {
  const answer = await bench.run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('Zig');");
  expect(answer).toMatchObject({ status: "ok", error: null });
  expect(answer.types.flat()).toContain("image/png");
});

test("an error, with its line and a session that goes on", async ({ bench }) => {
  await bench.run("kept = 1");
  const answer = await bench.run("x = 1\n1 / 0");
  expect(answer).toMatchObject({ status: "error", error: { name: "ZeroDivisionError" } });
  expect(answer.error?.traceback).toContain("line 2");
  expect(await bench.run("kept")).toMatchObject({ text: "1" });
});

test("recursion without an end is an error or a crash, and the next cell is answered", async ({ bench, limited }) => {
  const answer = await bench.run("def down(n): return down(n + 1)\ndown(0)", { timeout: 30_000 });
  expect(["error", "crashed"]).toContain(answer.status);
  if (answer.status === "crashed")
    limited("The interpreter's stack ends before Python's own limit: Python is restarted.");
  expect(await bench.run("6 * 7")).toMatchObject({ status: "ok", text: "42" });
});

test("100,000 printed lines", async ({ bench }) => {
  const answer = await bench.run("for i in range(100_000): print('line', i)", { timeout: 30_000 });
  expect(answer).toMatchObject({ status: "ok" });
  expect(answer.stdout).toContain("line 99999\n");
});

test("input() is answered", async ({ bench, limited }) => {
  const info = await bench.info();
  const answer = await bench.run("f\"hello {input('Your name? ')}\"", { answers: ["Ada"] });
  if (info.jspi) expect(answer).toMatchObject({ status: "ok", text: "'hello Ada'" });
  else {
    limited(answer.error?.value ?? "");
    expect(answer).toMatchObject({ status: "error" });
    expect(answer.error?.value).toMatch(/browser/);
  }
});

test("sleeping, awaiting, a loop of asyncio's", async ({ bench, limited }) => {
  expect(await bench.run("import time\ntime.sleep(0.1)\n1")).toMatchObject({ status: "ok", text: "1" });
  expect(await bench.run("import asyncio\nawait asyncio.sleep(0.1, 'slept')")).toMatchObject({ text: "'slept'" });
  const { jspi } = await bench.info();
  const nested = await bench.run("asyncio.run(asyncio.sleep(0.1, 'ran'))");
  if (jspi) expect(nested).toMatchObject({ status: "ok", text: "'ran'" });
  else limited(nested.error?.value ?? "");
});
