// Starts from a snapshot: as good as one from the packages, with chance and clocks of its own, and never a risk.

import { createHash } from "node:crypto";
import type { Page, Route } from "@playwright/test";
import type { Policy } from "../../../static/src/protocol/policy";
import { type Bench, expect, test } from "../fixtures";
import { CELLS, RARE, SYMBOLS } from "./cells";
import { given, start, within, withoutImages } from "./ways";

test("a page's sandbox starts from the snapshot and tells where the time went", async ({ bench }) => {
  expect(await start(bench)).toEqual(["snapshot", undefined]);
  const steps = await bench.do((sandbox) => sandbox.timing.map(({ name, start, ms }) => ({ name, start, ms })));
  const names = steps.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["policy", "worker: heap, as it comes", "worker: self-check"]));
  for (const { start, ms } of steps) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(ms).toBeGreaterThanOrEqual(0);
  }
  const ready = await bench.do((sandbox) => sandbox.info?.readyMs ?? 0);
  expect(
    Math.max(...steps.filter(({ name }) => name.startsWith("worker")).map(({ start, ms }) => start + ms)),
  ).toBeLessThan(ready + 50);
});

// Those that need code which no start needs come first: here it comes when it is called.
const ALL = [...RARE, ...SYMBOLS, ...CELLS];

test(`${ALL.length} cells give the same from archives, from images and from the snapshot: text, tables, figures, errors`, async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const unpacked = await given(browser, ALL, "wheels", withoutImages);
  const mounted = await given(browser, ALL, "wheels");
  const restored = await given(browser, ALL, "auto");
  for (const [position, cell] of ALL.entries()) {
    expect(mounted[position], cell).toEqual(unpacked[position]);
    expect(restored[position], cell).toEqual(unpacked[position]);
  }
  expect(JSON.stringify(restored).match(/"contentBase64":"iVBOR/g)).toHaveLength(4);
  for (const position of RARE.keys()) expect(restored[position], RARE[position]).toMatchObject({ status: "ok" });
  expect(restored[RARE.length]).toMatchObject({ text: "(b'3.14.2', True, False, False)" });
  expect(restored[RARE.length + 1]).toMatchObject({ text: "['B', 'D']" });
});

test("two sandboxes of one snapshot differ in all that is random, and share the hash of a text", async ({
  bench,
  browser,
}) => {
  const code = `
import random, secrets, tempfile, uuid, numpy as np
"\\n".join(map(str, [random.random(), float(np.random.rand()), float(np.random.default_rng().random()), uuid.uuid4().hex, uuid.uuid1().hex,
 secrets.token_hex(), tempfile.mktemp(), hash("text")]))`;
  const draw = async (one: Bench): Promise<string[]> => ((await one.run(code)).text ?? "").slice(1, -1).split("\\n");
  const here = await draw(bench);
  const there = await within(browser, async (other) => {
    await other.open({ spare: false });
    return draw(other);
  });
  expect(here).toHaveLength(8);
  for (let position = 0; position < 7; position++) expect(there[position]).not.toBe(here[position]);
  expect(there[7]).toBe(here[7]);
});

test("time and time zone are the reader's, not the builder's", async ({ browser }) => {
  await within(
    browser,
    async (bench) => {
      await bench.open({ packages: [], spare: false });
      expect(await start(bench)).toEqual(["snapshot", undefined]);
      const said = await bench.run(`
import time, datetime
abs(time.time() - ${Date.now() / 1000}) < 120, time.timezone, time.daylight, time.localtime(0).tm_hour, time.localtime(0).tm_min, \
datetime.datetime.now().astimezone().utcoffset().total_seconds()`);
      expect(said.text).toBe("(True, -20700, 0, 5, 30, 20700.0)"); // UTC+5:45 since 1986, UTC+5:30 in 1970
    },
    { timezoneId: "Asia/Kathmandu" },
  );
});

test("packages that a snapshot lacks are loaded on top of it", async ({ browser }) => {
  await within(browser, async (bench) => {
    await bench.open({ packages: ["numpy"], spare: false });
    expect(await start(bench)).toEqual(["snapshot", undefined]);
    expect((await bench.run("import sys, numpy; int(numpy.arange(4).sum()), 'pandas' in sys.modules")).text).toBe(
      "(6, False)",
    );
  });
});

// One byte each, in places where nothing but the hash tells: a name in a message of the script, the heap's middle, a
// file's text, a file's name in JSON.
for (const [part, place] of [
  ["script.js", (body: Buffer) => body.lastIndexOf("PyProxy")],
  ["heap-0.bin", () => 200_000],
  ["hot.bin", (body: Buffer) => body.length - 100],
  ["state.json", (body: Buffer) => body.lastIndexOf(".pyc") + 1],
] as const) {
  test(`a snapshot whose ${part} is not what the policy names is never used`, async ({ browser }) => {
    await within(browser, async (bench, page) => {
      const unhandled: string[] = [];
      page.on("pageerror", (error) => unhandled.push(error.message));
      // Its check fails while another file is still on its way.
      await page.route("**/snapshot-heap-1.bin", async (route) => {
        await page.waitForTimeout(1_500);
        await route.continue();
      });
      await page.route(`**/snapshot-${part}`, async (route) => {
        const body = await (await route.fetch()).body();
        const at = place(body);
        body[at] = (body[at] ?? 0) ^ 1;
        await route.fulfill({ body });
      });
      // Python alone has nothing at the image's head; with one package its start without a snapshot is short.
      await bench.open({ packages: part === "hot.bin" ? ["numpy"] : [], spare: false });
      const [how, why] = await start(bench);
      expect(how).toBe("wheels");
      expect(why).toContain("not what the policy names");
      expect((await bench.run("6 * 7")).text).toBe("42");
      expect(unhandled).toEqual([]);
      await page.unrouteAll({ behavior: "wait" }); // the file may still be held back
    });
  });
}

for (const [content, spoiled] of [
  ["is right", false],
  ["is not what the policy names", true],
] as const) {
  test(`what a frame does not say of a part that it read, the page finds out: one that ${content}`, async ({
    browser,
  }) => {
    await within(browser, async (bench, page) => {
      await page.evaluate(() => {
        const { get, set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage") ?? {};
        Object.defineProperty(MessagePort.prototype, "onmessage", {
          get,
          set(this: MessagePort, hear: (event: MessageEvent) => void) {
            set?.call(this, (event: MessageEvent) => {
              if (event.data?.type === "read") document.title += "·";
              else hear.call(this, event);
            });
          },
        });
      });
      await page.route("**/snapshot-heap-0.bin", async (route) => {
        const body = await (await route.fetch()).body();
        if (spoiled) body[200_000] = (body[200_000] ?? 0) ^ 1;
        await route.fulfill({ body });
      });
      await bench.open({ packages: [], spare: false });
      expect(await page.title()).toContain("··");
      expect((await start(bench))[0]).toBe(spoiled ? "wheels" : "snapshot");
      expect((await bench.run("6 * 7")).text).toBe("42");
    });
  });
}

test("a snapshot of another belljar, or one that is cut short, is never used", async ({ browser }) => {
  const altered = async (page: Page, file: RegExp, alter: (body: Buffer) => Buffer): Promise<void> => {
    const bodies = new Map<string, Buffer>();
    await page.route("**/policy.json", async (route: Route) => {
      const response = await route.fetch();
      const policy = (await response.json()) as Policy;
      for (const snapshot of policy.snapshots) {
        for (const asset of [snapshot.state, ...snapshot.heap].filter(({ name }) => file.test(name))) {
          const body = alter(await (await page.request.get(asset.url)).body());
          asset.sha256 = createHash("sha256").update(body).digest("hex");
          asset.size = body.length;
          bodies.set(asset.url, body);
        }
      }
      await route.fulfill({ response, json: policy });
    });
    await page.route(file, (route) => {
      const found = [...bodies].find(([url]) => route.request().url().endsWith(url));
      return found ? route.fulfill({ body: found[1] }) : route.continue();
    });
  };
  await within(browser, async (bench, page) => {
    await altered(page, /snapshot-state\.json$/, (body) =>
      Buffer.from(body.toString().replace('"harness":"', '"harness":"x')),
    );
    await bench.open({ packages: [], spare: false });
    expect(await start(bench)).toEqual(["wheels", expect.stringContaining("another belljar")]);
  });
  // Known before the main module is there, and noticed in the middle of Emscripten's start.
  await within(browser, async (bench, page) => {
    await altered(page, /snapshot-state\.json$/, (body) =>
      Buffer.from(
        body.toString().replace('"script","emscripten_glDrawBuffers"', '"script","emscripten_glDrawNothing"'),
      ),
    );
    await bench.open({ packages: [], spare: false });
    expect(await start(bench)).toEqual([
      "wheels",
      expect.stringContaining("emscripten_glDrawNothing of the table is missing"),
    ]);
  });
  await within(browser, async (bench, page) => {
    await altered(page, /snapshot-heap-1\.bin$/, (body) => body.subarray(0, body.length - 4096));
    await bench.open({ packages: [], spare: false });
    expect(await start(bench)).toEqual(["wheels", expect.stringMatching(/another length/)]);
    expect((await bench.run("6 * 7")).text).toBe("42");
  });
});

test("a snapshot has no library's file in it: the code is sent, and kept in memory, in two halves", async ({
  bench,
}) => {
  const found = await bench.do(async (sandbox) => {
    const { snapshots } = await sandbox.policy;
    const count = async (urls: string[]): Promise<number> => {
      const bytes = new Uint8Array(
        await new Blob(await Promise.all(urls.map(async (url) => (await fetch(url)).blob()))).arrayBuffer(),
      );
      let modules = 0;
      for (let at = bytes.indexOf(0x6d); at >= 0; at = bytes.indexOf(0x6d, at + 1)) {
        if (bytes[at - 1] === 0x73 && bytes[at - 2] === 0x61 && bytes[at - 3] === 0 && bytes[at + 1] === 1)
          modules += 1;
      }
      return modules;
    };
    const snapshot = snapshots.find(({ load }) => load.includes("numpy"));
    return [
      await count(snapshot?.heap.map(({ url }) => url) ?? []),
      await count([snapshot?.hot.url ?? ""]),
      await count([snapshot?.cold.url ?? ""]),
    ];
  });
  const [heap = 0, hot = 0, cold = 0] = found;
  expect(heap).toBe(0);
  expect(hot, "the main module and every library").toBeGreaterThan(40);
  expect(cold).toBeGreaterThan(40);
  expect(cold).toBeLessThanOrEqual(hot);
});

test("the file of a library that is linked is listed with its length and can't be read; a library that isn't can", async ({
  bench,
}) => {
  const found = await bench.run(`
import numpy._core._multiarray_umath as linked, os, pathlib
def read(path):
    try:
        return len(pathlib.Path(path).read_bytes()) == os.stat(path).st_size
    except OSError as error:
        return type(error).__name__
others = [path for path in pathlib.Path(linked.__file__).parents[1].rglob("*.so") if read(path) is True]
os.stat(linked.__file__).st_size > 1_000_000, read(linked.__file__), len(others) > 0`);
  expect(found).toMatchObject({ status: "ok", text: "(True, 'OSError', True)" });
});
