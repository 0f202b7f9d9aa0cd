// Engines that lack something, in one that has it taken away: no stack switching (JSPI), no Blobs in IndexedDB, no word of how
// much room there is. So it is in WebKit; tests/engines has that engine itself.

import type { Page } from "@playwright/test";
import { Bench, blankPage, expect, test } from "../fixtures";

/** The page and its frames as they are in such an engine. */
async function lacking(page: Page): Promise<void> {
  await page.addInitScript(() => {
    // Workers see no such script, but what they are made of passes here.
    const Original = Blob;
    self.Blob = new Proxy(Original, {
      construct: (target, [parts, options]: [BlobPart[]?, BlobPropertyBag?]) =>
        new target(
          self.origin === "null" && options?.type === "text/javascript"
            ? ["delete WebAssembly.Suspending;\n", ...(parts ?? [])]
            : (parts ?? []),
          options,
        ),
    });
    Object.defineProperty(Navigator.prototype, "storage", { value: undefined });
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      if (value instanceof Original) throw new DOMException("Error preparing Blob/File data", "UnknownError");
      return put.call(this, value, key);
    };
  });
}

test("without stack switching and Blobs in storage cells run, say in a sentence what they can't do, and the start is kept", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const options = { spare: false, keep: true };
  const visit = async (act: (bench: Bench, heaps: string[]) => Promise<void>): Promise<void> => {
    const page = await context.newPage();
    const heaps: string[] = [];
    page.on("request", (request) => /snapshot-(heap|hot)/.test(request.url()) && heaps.push(request.url()));
    await lacking(page);
    await blankPage(page);
    await act(new Bench(page), heaps);
    await page.close();
  };
  await visit(async (bench, heaps) => {
    await bench.open(options);
    const kept = bench.do((sandbox) => new Promise((resolve) => void sandbox.on("kept", resolve)));
    expect(await bench.do((sandbox) => [sandbox.info?.jspi, sandbox.info?.start])).toEqual([false, "snapshot"]);
    expect(heaps.length).toBeGreaterThan(0);
    const given = async (code: string): Promise<unknown> => {
      const { status, text, error } = await bench.run(code, { answers: ["x"] });
      return status === "ok" ? text : `${status}: ${error?.value}`;
    };
    expect(await given("import pandas as pd; int(pd.Series([1, 2]).sum())")).toBe("3");
    expect(await given("import asyncio, time\nawait asyncio.sleep(0.01)\ntime.sleep(0.01)\n'slept'")).toBe("'slept'");
    expect(await given("import regex\nregex.__name__"), "a package that a cell imports comes before it").toBe(
      "'regex'",
    );
    expect(await given("async def main(): pass\nasyncio.run(main())")).toMatch(/^error: .*Write `await main\(\)`/);
    expect(await given("input('who? ')")).toMatch(/^error: .*this browser lacks JavaScript Promise Integration/);
    expect(await given("exec('import bs4')")).toMatch(/^error: .*can't load it in the middle of a run/);
    expect(await given("1 + 1"), "none of it ends Python").toBe("2");
    await kept;
  });
  await visit(async (bench, heaps) => {
    await bench.open(options);
    expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
    expect(heaps, "all of it was kept").toEqual([]);
    expect((await bench.run("6 * 7")).text).toBe("42");
  });
  await context.close();
});
