// Running code through the SDK, as a program would.

import { expect, test } from "../fixtures";

test("the last expression comes back as text", async ({ bench }) => {
  expect(await bench.run("21 * 2")).toMatchObject({ status: "ok", text: "42", stdout: "", error: undefined });
});

test("a semicolon keeps the last expression quiet", async ({ bench }) => {
  expect(await bench.run("21 * 2;")).toMatchObject({ status: "ok", text: undefined, results: [] });
});

test("variables live from cell to cell and are gone after a reset, files are not", async ({ bench }) => {
  await bench.run("kept = 7\nopen('kept.txt', 'w').write('still here')");
  expect(await bench.run("kept + 1")).toMatchObject({ text: "8" });
  await bench.reset();
  expect(await bench.run("kept")).toMatchObject({ status: "error", error: { name: "NameError" } });
  expect(await bench.run("open('kept.txt').read()")).toMatchObject({ text: "'still here'" });
});

test("contexts have separate variables", async ({ bench }) => {
  await bench.run("mine = 1", { context: "a" });
  expect(await bench.run("mine", { context: "b" })).toMatchObject({ error: { name: "NameError" } });
  expect(await bench.run("mine", { context: "a" })).toMatchObject({ text: "1" });
});

test("a fresh run starts without what the session held", async ({ bench }) => {
  await bench.run("held = 1");
  expect(await bench.run("'held' in globals()", { fresh: true })).toMatchObject({ text: "False" });
});

test("stdout and stderr come back apart, in order and unchanged", async ({ bench }) => {
  const answer = await bench.run("import sys\nprint('a', end='')\nprint('!', file=sys.stderr)\nprint('ü🎈\\x00b')");
  expect(answer).toMatchObject({ status: "ok", stdout: "aü🎈\u0000b\n", stderr: "!\n" });
});

test("output arrives while the cell still runs", async ({ bench }) => {
  const seen = await bench.do(async (sandbox) => {
    let first = 0;
    const began = performance.now();
    await sandbox.execute("import time\nprint('now')\ntime.sleep(1.2)\nprint('later')", {
      onStdout: () => {
        first ||= performance.now() - began;
      },
    });
    return { first, whole: performance.now() - began };
  });
  expect(seen.first).toBeLessThan(seen.whole - 800);
});

test("an error has its name, message, line and a traceback without frames of ours", async ({ bench }) => {
  const answer = await bench.run("def f(x):\n    return 1 / x\n\nf(0)");
  expect(answer).toMatchObject({ status: "error", error: { name: "ZeroDivisionError", value: "division by zero" } });
  expect(answer.error?.line).toBe(2); // where it failed, not where it was called
  expect(answer.error?.traceback).toContain("line 2, in f");
  expect(answer.error?.traceback).not.toMatch(/belljar|pyodide|eval_code/);
});

test("a syntax error points at its place", async ({ bench }) => {
  const { error } = await bench.run("x = 1\ny = = 2");
  expect(error).toMatchObject({ name: "SyntaxError", line: 2 });
  expect(error?.traceback).toMatch(/y = = 2\n\s+\^/);
});

test("await works at the top level", async ({ bench }) => {
  expect(await bench.run("import asyncio\nawait asyncio.sleep(0.01, 'slept')")).toMatchObject({ text: "'slept'" });
});

test("input() is answered by the page", async ({ bench }) => {
  const answer = await bench.run("name = input('Who? ')\nf'hello {name}'", { answers: ["Ada"] });
  expect(answer).toMatchObject({ status: "ok", text: "'hello Ada'" });
});

test("input() that nobody answers is a clear error", async ({ bench }) => {
  expect(await bench.run("input()")).toMatchObject({ status: "error", error: { name: "EOFError" } });
});

test("time spent on an answer does not count as running", async ({ bench }) => {
  const answer = await bench.do(async (sandbox) => {
    const done = await sandbox.execute("input('slow? ')", {
      timeout: 700,
      onInput: () => new Promise((resolve) => setTimeout(() => resolve("yes"), 1_500)),
    });
    return { status: done.status, text: done.text };
  });
  expect(answer).toEqual({ status: "ok", text: "'yes'" });
});

test("a data frame comes back as data, html and text", async ({ bench }) => {
  const answer = await bench.run(
    "import pandas as pd\npd.DataFrame({'region': ['north', 'south', None], 'units': [812, 700, 1]})",
  );
  expect(answer.status).toBe("ok");
  const [result] = answer.results;
  expect(result?.data).toMatchObject({ kind: "table", shape: [3, 2] });
  expect(result?.data?.rows.map((row) => row.slice(-2))).toEqual([
    ["north", 812],
    ["south", 700],
    [null, 1],
  ]); // prettier-ignore
  expect(result?.html).toContain("<table");
  expect(result?.text).toContain("north");
});

test("open figures come back as 2x PNG with alternative text, without show()", async ({ bench }) => {
  const answer = await bench.run(
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.title('Rising')\nplt.xlabel('day');",
    { timeout: 60_000 },
  );
  expect(answer).toMatchObject({ status: "ok", stdout: "", stderr: "" });
  const figures = answer.results.filter((result) => result.png);
  expect(figures).toHaveLength(1);
  const png = Buffer.from(figures[0]?.png ?? "", "base64");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(2 * (figures[0]?.width ?? 0) - 2);
  expect(figures[0]?.alt).toContain("Rising");
});

test("show() shows now, savefig() writes a file, and no figure is shown twice", async ({ bench }) => {
  const answer = await bench.run(
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.bar([1], [2])\nfig.savefig('bar.png')\nplt.show()\nfig;",
  );
  expect(answer.results.filter((result) => result.png)).toHaveLength(1);
  expect(answer.files).toMatchObject([{ path: "bar.png", change: "created" }]);
});

test("a figure comes as SVG too when asked for", async ({ bench }) => {
  const answer = await bench.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", { svg: true });
  expect(answer.results[0]?.svg).toContain("<svg");
});

test("100,000 printed lines arrive whole and the page stays responsive", async ({ bench }) => {
  const seen = await bench.do(async (sandbox) => {
    let gap = 0;
    let last = performance.now();
    const ticker = setInterval(() => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    }, 5);
    const done = await sandbox.execute("for i in range(100_000): print('line', i)");
    clearInterval(ticker);
    const lines = done.stdout.split("\n");
    return { status: done.status, lines: lines.length - 1, last: lines.at(-2), gap, truncated: done.truncated };
  });
  expect(seen).toMatchObject({ status: "ok", lines: 100_000, last: "line 99999", truncated: undefined });
  expect(seen.gap).toBeLessThan(400);
});

test("output past the limit is left out and counted", async ({ bench }) => {
  const answer = await bench.run("for i in range(120): print('x' * 100_000)");
  expect(answer.status).toBe("ok");
  expect(answer.stdout.length).toBeLessThanOrEqual(10_000_000);
  expect(answer.truncated?.streamChars).toBe(120 * 100_001 - answer.stdout.length);
});

test("code longer than the policy allows is refused before it runs", async ({ bench }) => {
  const answer = await bench.run(`x = '${"y".repeat(1_000_001)}'`);
  expect(answer).toMatchObject({ status: "refused", error: { name: "PolicyError" } });
});

test("a timeout that can't be is the caller's error and disturbs nothing", async ({ bench }) => {
  await expect(bench.run("1", { timeout: -1 })).rejects.toThrow(/timeout must be a number of milliseconds/);
  expect(await bench.run("1")).toMatchObject({ text: "1" });
});

test("calls are queued and answered in order", async ({ bench }) => {
  const texts = await bench.do(async (sandbox) => {
    const runs = ["order = [1]", "order.append(2)", "order.append(3)", "order"].map((code) => sandbox.execute(code));
    return (await Promise.all(runs)).map((run) => run.text);
  });
  expect(texts.at(-1)).toBe("[1, 2, 3]");
});

test("a run can be cancelled in the queue and while it runs", async ({ bench }) => {
  const statuses = await bench.do(async (sandbox) => {
    const first = new AbortController();
    const second = new AbortController();
    const runs = [
      sandbox.execute("while True: pass", {
        signal: first.signal,
        onStart: () => setTimeout(() => first.abort(), 100),
      }),
      sandbox.execute("1", { signal: second.signal }),
    ];
    second.abort();
    return (await Promise.all(runs)).map((run) => run.status);
  });
  expect(statuses).toEqual(["interrupted", "interrupted"]);
});

test("completion knows names and attributes", async ({ bench }) => {
  await bench.run("import math\nmeasurement = 1");
  const found = await bench.do(async (sandbox) => [
    await sandbox.complete("measu", 5),
    await sandbox.complete("math.sq", 7),
  ]);
  expect(found[0]?.matches.map((match) => match.text)).toContain("measurement");
  expect(found[1]?.matches.map((match) => match.text).join()).toContain("sqrt");
});
