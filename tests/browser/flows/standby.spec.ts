// What a page prepares while nothing runs: a frame for the next sandbox, and the snapshot's files as they were unpacked.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { Bench, blankPage, expect, test } from "../fixtures";

declare global {
  interface Window {
    /** Why the sandbox was restarted, once it was. */
    restarted: Promise<string>;
  }
}

/** As pages have it, unless they say otherwise. */
const RESTS = { standby: true, keep: true };

async function within(browser: Browser, act: (page: Page) => Promise<void>, isolated = true): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await blankPage(page, isolated);
    await act(page);
  } finally {
    await context.close();
  }
}

const frames = (page: Page): Promise<number> => page.evaluate(() => document.querySelectorAll("iframe").length);
const waited = (bench: Bench): Promise<boolean> =>
  bench.do((sandbox) => sandbox.timing.some(({ name }) => name === "worker: main module"));

test("a further sandbox takes the frame that stands by, and is as new and as sealed as any", async ({ browser }) => {
  await within(browser, async (page) => {
    const first = new Bench(page, "first");
    await first.open({ ...RESTS, spare: false });
    expect(await waited(first)).toBe(true);
    await first.run("secret = 1");
    await expect.poll(() => frames(page)).toBe(2);
    await page.waitForTimeout(1_500); // the held worker puts its libraries in place

    const second = new Bench(page, "second");
    await second.open({ ...RESTS, spare: false });
    expect(await second.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
    expect(await waited(second), "it had its main module already").toBe(false);
    expect((await second.run("'secret' in globals()")).text).toBe("False");
    const draw = "import random, secrets, uuid\n[random.random(), secrets.token_hex(), uuid.uuid4().hex]";
    expect((await second.run(draw)).text).not.toBe((await first.run(draw)).text);
    const [stopped, refused] = [
      await second.run("while True: pass", { timeout: 300 }),
      await second.run("import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')"),
    ];
    expect([stopped.status, refused.status]).toEqual(["timeout", "error"]);
    expect((await second.run("import pandas as pd\nint(pd.Series([1, 2]).sum())")).text).toBe("3");
    expect((await first.run("secret")).text).toBe("1");

    // Another one stands by; it is nobody's, and goes with the last sandbox.
    await expect.poll(() => frames(page)).toBe(3);
    await first.close();
    await second.close();
    expect(await frames(page)).toBe(0);
  });
});

for (const isolated of [true, false]) {
  const where = isolated ? "a page that is isolated" : "one that is not";
  test(`what stands by has its packages, and gets their sources once it is taken: in ${where}`, async ({ browser }) => {
    await within(
      browser,
      async (page) => {
        const options = { packages: ["openpyxl"], spare: false, standby: true };
        const first = new Bench(page, "first");
        await first.open(options);
        await expect.poll(() => frames(page)).toBe(2);
        await page.waitForTimeout(1_500);
        const second = new Bench(page, "second");
        await second.open(options);
        expect(await waited(second)).toBe(false);
        const lines = "import inspect, openpyxl\nlen(inspect.getsource(openpyxl.load_workbook).splitlines())";
        expect(Number((await second.run(lines)).text)).toBeGreaterThan(20);
      },
      isolated,
    );
  });
}

test("what stands by serves no sandbox of another kind", async ({ browser }) => {
  await within(browser, async (page) => {
    const first = new Bench(page, "first");
    await first.open({ ...RESTS, spare: false, packages: [] });
    await expect.poll(() => frames(page)).toBe(2);
    const other = new Bench(page, "other");
    await other.open({ ...RESTS, spare: false, packages: [], isolation: "off" });
    expect(await waited(other)).toBe(true);
    expect(await other.do((sandbox) => sandbox.info?.isolation)).toBe("plain");
  });
});

test("a page that wants none gets none", async ({ browser }) => {
  await within(browser, async (page) => {
    const only = new Bench(page);
    await only.open({ keep: true, spare: false, packages: [] });
    await only.run("1");
    await page.waitForTimeout(2_500);
    expect(await frames(page)).toBe(1);
  });
});

test("a browser whose storage never answers starts all the same", async ({ browser }) => {
  await within(browser, async (page) => {
    await page.evaluate(() => Object.defineProperty(IDBFactory.prototype, "open", { value: () => new EventTarget() }));
    const bench = new Bench(page);
    await bench.open({ ...RESTS, packages: [], spare: false });
    expect((await bench.run("6 * 7")).text).toBe("42");
    expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
  });
});

test("what was to be done while the page was hidden is done when somebody comes back to it", async ({ browser }) => {
  await within(browser, async (page) => {
    const show = (hidden: boolean): Promise<boolean> =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        return document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await show(true);
    const bench = new Bench(page);
    await bench.open({ ...RESTS, packages: [], spare: false });
    await bench.do((sandbox) => void sandbox.on("kept", ({ bytes }) => Object.assign(window, { bytes })));
    const kept = (): Promise<unknown> => page.evaluate("window.bytes");
    await page.waitForTimeout(3_000);
    expect([await frames(page), await kept()]).toEqual([1, undefined]);
    await show(false);
    await expect.poll(() => frames(page)).toBe(2);
    await expect.poll(kept).toBeGreaterThan(15e6);
  });
});

test("the next visit reads the snapshot as this browser unpacked it, and drops what proves spoiled when nothing runs", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const visit = async (act: (bench: Bench, heaps: string[], page: Page) => Promise<void>): Promise<void> => {
    const page = await context.newPage();
    const heaps: string[] = [];
    page.on("request", (request) => /snapshot-(heap|hot)/.test(request.url()) && heaps.push(request.url()));
    await blankPage(page);
    const bench = new Bench(page);
    await act(bench, heaps, page);
    await page.close();
  };
  const options = { packages: [], spare: false, keep: true };
  await visit(async (bench, heaps, page) => {
    await bench.open({ ...options, keep: false });
    await bench.run("1");
    await page.waitForTimeout(3_000);
    expect(await page.evaluate(async () => [...(await caches.keys()), ...(await indexedDB.databases())])).toEqual([]);
    await bench.close();
    await page.evaluate(() => caches.open("belljar-snapshots")); // as versions up to 0.1.1 kept theirs
    await bench.open(options);
    const bytes = await bench.do(
      (sandbox) => new Promise<number>((resolve) => void sandbox.on("kept", (kept) => resolve(kept.bytes))),
    );
    expect(bytes).toBeGreaterThan(15e6);
    expect(heaps.length).toBeGreaterThan(0);
    expect(await page.evaluate(() => caches.keys()), "away with what nobody reads any more").toEqual([]);
  });
  await visit(async (bench, heaps, page) => {
    await bench.open(options);
    expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
    expect(heaps).toEqual([]);
    expect((await bench.run("6 * 7")).text).toBe("42");
    await page.evaluate(async () => {
      const done = <Result>(request: IDBRequest<Result>): Promise<Result> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open("belljar-unpacked"));
      const starts = (mode: IDBTransactionMode): IDBObjectStore =>
        database.transaction("starts", mode).objectStore("starts");
      const [key = ""] = await done(starts("readonly").getAllKeys());
      const bytes = new Uint8Array(await ((await done(starts("readonly").get(key))) as Blob).arrayBuffer());
      const doc = new TextEncoder().encode("Decorator factory to apply update_wrapper()");
      const at = bytes.findIndex((_, start) => doc.every((byte, position) => bytes[start + position] === byte));
      if (at < 0) throw new Error("functools is not in the heap");
      bytes[at] = "E".charCodeAt(0);
      const spoiled = starts("readwrite");
      spoiled.put(new Blob([bytes]), key);
      // Not when the write has succeeded but when it is kept: the page goes right after.
      await new Promise((resolve, reject) => {
        spoiled.transaction.oncomplete = resolve;
        spoiled.transaction.onabort = () => reject(spoiled.transaction.error);
      });
      database.close();
    });
  });
  await visit(async (bench, heaps, page) => {
    const doc = "import functools; functools.wraps.__doc__[:9]";
    // Asked for before Python is there: on a busy machine the page would be at rest between two messages of this test.
    const first = await page.evaluate(
      async ({ options, doc }) => {
        const sandbox = window.sdk.Sandbox.create({ ...options, standby: false });
        window.sandboxes.main = sandbox;
        window.restarted = new Promise((resolve) => void sandbox.on("restarted", ({ reason }) => resolve(reason)));
        return (await sandbox.execute(doc)).text;
      },
      { options, doc },
    );
    expect(first, "as it was kept").toBe("'Eecorator'");
    expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
    expect(await page.evaluate(() => window.restarted)).toContain("not what the policy names");
    expect((await bench.run(doc)).text).toBe("'Decorator'");
    expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
    expect(heaps.length).toBeGreaterThan(0);
  });
  await context.close();
});

test("what this browser kept and can't read any more is fetched again, and it starts from the snapshot all the same", async ({
  baseURL,
  launchOptions,
}) => {
  const profile = mkdtempSync(join(tmpdir(), "belljar-profile-"));
  const options = { packages: [], spare: false, keep: true };
  const visit = async (act: (bench: Bench, heaps: string[]) => Promise<void>): Promise<void> => {
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions, baseURL: baseURL ?? "" });
    const page = await context.newPage();
    const heaps: string[] = [];
    page.on("request", (request) => /snapshot-heap/.test(request.url()) && heaps.push(request.url()));
    await blankPage(page);
    await act(new Bench(page), heaps);
    await context.close();
  };
  try {
    await visit(async (bench) => {
      await bench.open(options);
      await bench.do((sandbox) => new Promise((resolve) => void sandbox.on("kept", resolve)));
    });
    // The list of what there is stays; the files themselves are gone.
    const folder = join(profile, "Default", "IndexedDB");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    const blobs = files.filter((file) => file.isFile() && file.parentPath.includes(".blob"));
    expect(blobs.length).toBeGreaterThan(0);
    for (const { parentPath, name } of blobs) rmSync(join(parentPath, name));
    await visit(async (bench, heaps) => {
      await bench.open(options);
      expect(await bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable])).toEqual(["snapshot", undefined]);
      expect(heaps.length).toBeGreaterThan(0);
      expect((await bench.run("6 * 7")).text).toBe("42");
    });
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
