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

test("a figure is cut to what is drawn, with its margin, also where that reaches past the figure or far away", async ({
  bench,
}) => {
  const sized = async (code: string): Promise<[width: number, height: number, colour: number]> => {
    const { results, error } = await bench.run(`import matplotlib.pyplot as plt\n${code}`);
    expect(error, error?.value).toBeUndefined();
    const png = Buffer.from(results.find(({ png }) => png)?.contentBase64 ?? "", "base64");
    return [png.readUInt32BE(16), png.readUInt32BE(20), png[25] ?? -1];
  };
  const [width, height, colour] = await sized("f, ax = plt.subplots(); _ = ax.plot([1, 2])");
  expect(width).toBeLessThan(1280);
  expect(height).toBeLessThan(960);
  expect(colour, "what is opaque is RGB").toBe(2);
  const outside = await sized(
    "f, ax = plt.subplots(); _ = ax.plot([1, 2]); _ = ax.legend(['a'], bbox_to_anchor=(1.5, 1))",
  );
  expect(outside[0]).toBeGreaterThan(1280);
  const [, , clear] = await sized("f, ax = plt.subplots(facecolor='none'); _ = ax.plot([1, 2])");
  expect(clear, "what is not is RGBA").toBe(6);
  const far = await sized("f, ax = plt.subplots(); _ = ax.plot([1, 2]); _ = ax.text(50, 50, 'far')");
  expect(far.slice(0, 2)).toEqual([1280, 960]);
});

test("ticks placed once and texts laid out once for a drawing lie where matplotlib's many times put them", async ({
  bench,
}) => {
  const answer = await bench.run(
    `
from contextlib import nullcontext
import matplotlib.pyplot as plt, numpy as np, pandas as pd
from belljar_harness import pictures, texts, ticks
x = np.linspace(1, 50, 40)
def simple(): plt.plot(x, x ** 2); plt.title("A"); plt.xlabel("a long label")
def scales(): plt.loglog(x, x ** 3); plt.grid(which="both")
def dates(): pd.Series(x, pd.date_range("2024-01-30", periods=40)).plot(); plt.gcf().autofmt_xdate()
def equal(): plt.gca().set_aspect("equal"); plt.plot(x, 3 * x)
def twins(): plt.plot(x, x); plt.twinx().plot(x, 1e6 * x, "r"); plt.title("twins")
def shared():
    figure, axes = plt.subplots(2, 2, sharex=True, sharey="row", layout="constrained")
    for at, one in enumerate(axes.flat): one.plot(x * (at + 1), x); one.set_title(f"{at}")
def colours(): plt.imshow(np.outer(x, x)); plt.colorbar(label="how much")
def polar(): plt.subplot(projection="polar").plot(x, x)
def solid(): plt.figure().add_subplot(projection="3d").plot(x, x, x)
def bars(): plt.barh([f"name {n}" for n in range(9)], range(9)); plt.gca().xaxis.tick_top(); plt.title("above")
def inset(): plt.plot(x, x); plt.gca().inset_axes([0.1, 0.6, 0.3, 0.3]).plot(x, -x); plt.legend(["one"], loc=(1.1, 0.5))
def second(): plt.plot(x, x); plt.gca().secondary_xaxis("top", functions=(lambda v: v * 2, lambda v: v / 2))
def lines():
    figure, ax = plt.subplots()
    ax.text(0.1, 0.5, "two\\nlines, $x^2$ and\\n\\nmore", rotation=30, rotation_mode="anchor", linespacing=1.7, ha="right", va="center")
    ax.text(0.5, 0.2, "a long text that is broken where the figure ends " * 3, wrap=True)
    ax.annotate("here", (0.5, 0.5), (0.8, 0.9), bbox={"boxstyle": "round"}, arrowprops={"arrowstyle": "->"}, multialignment="right")
    class Growing(type(ax.title)):
        def draw(self, renderer):
            super().draw(renderer); self.set_fontsize(self.get_fontsize() + 4); self.set_text(self.get_text() + "!")
    ax.add_artist(Growing(0.2, 0.8, "grows", transform=ax.transAxes, figure=figure))
    figure.suptitle("above all", x=0.2, weight="bold"); ax.table([["a", "bcd"], ["e", "f"]], loc="bottom")
def picture(make, dpi):
    make()
    try: return pictures.png(plt.gcf(), dpi)
    finally: plt.close("all")
makers = [simple, scales, dates, equal, twins, shared, colours, polar, solid, bars, inset, second, lines]
once = [picture(make, dpi) for make in makers for dpi in (72, 200)]
ticks.placed_once = texts.laid_out_once = nullcontext
often = [picture(make, dpi) for make in makers for dpi in (72, 200)]
print([makers[n // 2].__name__ for n, (a, b) in enumerate(zip(once, often)) if a != b], len(set(once)))`,
    { timeout: 120_000 },
  );
  expect(answer).toMatchObject({ status: "ok", stdout: "[] 26\n" });
  await bench.do((sandbox) => sandbox.reset());
});

test("the margin that reaches past a figure has the figure's own colour", async ({ bench }) => {
  const { text, error } = await bench.run(`
import io, numpy as np, matplotlib.pyplot as plt
from PIL import Image
from belljar_harness import pictures
f, ax = plt.subplots(facecolor="#ffeecc"); ax.plot([1, 2]); ax.set_xlabel("x")
image = np.asarray(Image.open(io.BytesIO(pictures.png(f, 200))))
reference = io.BytesIO(); f.savefig(reference, dpi=200, bbox_inches="tight"); plt.close(f)
reference = np.asarray(Image.open(reference).convert("RGB"))
height, width = min(image.shape[0], reference.shape[0]), min(image.shape[1], reference.shape[1])
difference = abs(image[:height, :width].astype(int) - reference[:height, :width])
[image[-1, 0].tolist(), abs(image.shape[0] - reference.shape[0]) <= 2, bool(difference.mean() < 4)]`);
  expect(error).toBeUndefined();
  expect(text).toBe("[[255, 238, 204], True, True]");
});

test("a picture of any height holds the pixels it was made from, opaque or not", async ({ bench }) => {
  const { text, error } = await bench.run(`
import io, numpy as np
from PIL import Image
from belljar_harness import pictures
rng = np.random.default_rng(0)
wrong = []
for height in (1, 2, 63, 64, 65, 128, 129, 200):  # bands of 64 rows
    for opaque in (True, False):
        pixels = rng.integers(0, 255, (height, 37, 4), dtype="uint8")
        if opaque: pixels[..., 3] = 255
        found = np.asarray(Image.open(io.BytesIO(pictures.encode(pixels, 100))))
        if not np.array_equal(found, pixels[..., :3] if opaque else pixels): wrong.append((height, opaque))
wrong`);
  expect(error).toBeUndefined();
  expect(text).toBe("[]");
});
