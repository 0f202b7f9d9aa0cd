// Starts: a first visit, a second one, from the packages, and the same place taken again.

import { Bench } from "../bench";
import { expect, test } from "../fixtures";

test("a first visit starts from the snapshot, and the next one too", async ({ engine, server }) => {
  const tab = await engine.tab();
  const bench = new Bench(tab);
  for (const visit of ["first", "next"]) {
    await bench.visit(server);
    expect(await bench.open({ spare: false }), visit).toMatchObject({ start: "snapshot" });
    expect(await bench.run("6 * 7")).toMatchObject({ status: "ok", text: "42" });
  }
  await tab.close();
});

test("a start from the packages", async ({ engine, server }) => {
  const tab = await engine.tab();
  const bench = new Bench(tab);
  await bench.visit(server);
  expect(await bench.open({ start: "wheels", packages: ["numpy"], spare: false })).toMatchObject({ start: "wheels" });
  expect(await bench.run("import numpy as np\nint(np.arange(4).sum())")).toMatchObject({ status: "ok", text: "6" });
  await tab.close();
});

test("two sandboxes on a page start from the same files and share nothing", async ({ bench }) => {
  const other = new Bench(bench.tab, "other");
  expect(await other.open({ spare: false })).toMatchObject({ start: "snapshot" });
  await bench.run("who = 'main'");
  expect(await other.run("'who' in globals()")).toMatchObject({ status: "ok", text: "False" });
  await other.close();
});
