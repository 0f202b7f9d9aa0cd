// Pythons in reserve: as many as asked for, one after the other, and each takes over once.

import { expect, test } from "../fixtures";

test("a pool of two stands ready, takes over twice without a start, and is filled again", async ({ bench }) => {
  const told = await bench.page.evaluate(async () => {
    const sandbox = window.sdk.Sandbox.create({ profile: "core", pool: 2, keep: false });
    const counts: number[] = [];
    sandbox.on("spare", ({ ready, count }) => {
      if (ready !== count > 0) throw new Error("ready and count differ");
      counts.push(count);
    });
    const full = async (): Promise<void> => {
      while (counts.at(-1) !== 2) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await sandbox.ready;
    await sandbox.execute("x = 1");
    await full();
    const filled = [...counts];
    // At once: no start could be over by then.
    await Promise.all([sandbox.reset(), sandbox.reset()]);
    const taken = counts.slice(filled.length);
    const began = performance.now();
    const { text } = await sandbox.execute("'x' in globals()");
    const ms = performance.now() - began;
    await full();
    await sandbox.close();
    return { filled, taken, text, ms };
  });
  expect(told).toMatchObject({ filled: [1, 2], taken: [1, 0], text: "False" });
  expect(told.ms).toBeLessThan(5_000); // at once, also on a busy machine
});

test("a pool of none keeps none, and spare: false is the same", async ({ bench }) => {
  const counts = await bench.page.evaluate(async () => {
    const heard: number[] = [];
    for (const options of [{ pool: 0, spare: true }, { spare: false }]) {
      const sandbox = await window.sdk.Sandbox.open({ profile: "core", keep: false, ...options });
      sandbox.on("spare", ({ count }) => heard.push(count));
      await sandbox.execute("1");
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await sandbox.close();
    }
    return heard;
  });
  expect(counts).toEqual([]);
});

/** What would tell a used Python from a fresh one. */
const TRACES = [
  "sorted(name for name in globals() if not name.startswith('__'))",
  "import matplotlib.pyplot as plt\nplt.get_fignums(), plt.rcParams == plt.rcParamsDefault",
  "figure = plt.figure()\nnumber = figure.number\nplt.close(figure)\nnumber, plt.get_backend()",
  "import os, random\nsorted(os.listdir()), random.getstate() != random.Random(0).getstate()",
];

test("a spare that has rehearsed shows no trace of it", async ({ bench }) => {
  const seen = await bench.page.evaluate(async (traces) => {
    const found: Record<"fresh" | "rehearsed", string[]> = { fresh: [], rehearsed: [] };
    for (const kind of ["fresh", "rehearsed"] as const) {
      const spare = kind === "rehearsed";
      const sandbox = await window.sdk.Sandbox.open({ spare, keep: false, standby: false });
      const ready = new Promise((resolve) => sandbox.on("spare", resolve));
      await sandbox.execute("1");
      if (spare) {
        await ready;
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        await sandbox.reset();
      }
      for (const code of traces) {
        const { text, error } = await sandbox.execute(code);
        found[kind].push(text ?? error?.value ?? "");
      }
      await sandbox.close();
    }
    return found;
  }, TRACES);
  expect(seen.rehearsed).toEqual(seen.fresh);
  expect(seen.fresh[0]).toBe("[]");
  expect(seen.fresh[2]).toContain("(1, ");
});
