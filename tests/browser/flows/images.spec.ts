// The file-system images: what a start can do without comes later, and packages on demand are mounted.

import type { Page } from "@playwright/test";
import type { SandboxOptions } from "../../../static/src/host/index";
import { type Answer, type Bench, expect, test } from "../fixtures";
import { within, withoutImages } from "./ways";

test("figures, tables and stops need nothing of the code that a start leaves out; what does need it waits for it", async ({
  browser,
}) => {
  await within(browser, async (bench, page) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/snapshot-cold.bin", async (route) => {
      await held;
      await route.continue();
    });
    try {
      await bench.open({ spare: false });
      const first = await bench.run(
        "import numpy as np, pandas as pd, matplotlib.pyplot as plt\n" +
          "df = pd.DataFrame({'x': np.arange(50), 'y': np.sin(np.arange(50) / 5)})\n" +
          "df.plot(x='x', y='y'); plt.show()\nprint(df.describe())\ndf.head()",
      );
      expect(first.status).toBe("ok");
      expect(first.results.length).toBeGreaterThan(1);
      for (const endless of ["await asyncio.sleep(60)", "while True: pass", "time.sleep(60)"]) {
        const stopped = await bench.run(`import asyncio, time\n${endless}`, { timeout: 300 });
        expect(stopped, endless).toMatchObject({ status: "timeout", note: "Your variables are still there." });
      }
      let answered = false;
      const rare = bench.run("import cmath; cmath.atanh(0.5j)").then((answer) => {
        answered = true;
        return answer;
      });
      await page.waitForTimeout(700);
      expect(answered).toBe(false);
      release();
      expect((await rare).text).toBe("0.4636476090008061j");
    } finally {
      release();
    }
  });
});

test("what a start can do without is fetched when nothing runs, and not beside the second cell", async ({
  browser,
}) => {
  await within(browser, async (bench, page) => {
    const asked: string[] = [];
    page.on("request", (request) => /snapshot-(cold|rest)/.test(request.url()) && asked.push(request.url()));
    await bench.open({ packages: [], spare: false });
    for (let cell = 0; cell < 8; cell++) {
      await bench.run("import time; time.sleep(0.2)");
      await page.waitForTimeout(100);
    }
    expect(asked).toEqual([]);
    await expect.poll(() => asked.length).toBe(2);
  });
});

test("a file that is still on its way is waited for, on nobody's clock", async ({ browser }) => {
  for (const isolated of [true, false]) {
    await within(
      browser,
      async (bench, page) => {
        let asked = 0;
        await page.route("**/snapshot-rest.bin", async (route) => {
          asked += 1;
          await new Promise((resolve) => setTimeout(resolve, 2_500));
          await route.continue();
        });
        await bench.open({ packages: [], spare: false });
        const said = await bench.run("import colorsys; colorsys.rgb_to_hsv(1, 0, 0)", { timeout: 1_500 });
        expect(said).toMatchObject({ status: "ok", text: "(0.0, 1.0, 1)" });
        expect(said.ms).toBeGreaterThan(1_500);
        expect(asked).toBe(1);
      },
      { isolated },
    );
  }
});

test("where no memory is shared a first cell begins before all is here, and is run again if it lacks something", async ({
  browser,
}) => {
  const held = async (act: (bench: Bench, release: () => void) => Promise<void>): Promise<void> => {
    await within(
      browser,
      async (bench, page) => {
        let release = (): void => {};
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        await page.route(/snapshot-(cold|rest)/, async (route) => {
          await released;
          await route.continue();
        });
        try {
          await bench.open({ packages: [], spare: false });
          await act(bench, release);
        } finally {
          release();
        }
      },
      { isolated: false },
    );
  };
  await held(async (bench, release) => {
    const first = "def lacks():\n    import colorsys\n    return colorsys\nprint('begun')\n6 * 7";
    expect(await bench.run(first)).toMatchObject({ status: "ok", stdout: "begun\n", text: "42" });
    // What is asked of this Python between cells may lack something as well, and takes nothing along.
    await bench.do((sandbox) => sandbox.complete("import colorsys; colorsys.rgb", 29));
    setTimeout(release, 300);
    expect(await bench.run("lacks().__name__")).toMatchObject({ status: "ok", text: "'colorsys'" });
  });
  await held(async (bench, release) => {
    const running = bench.run(
      "print('begun')\nopen('log.txt', 'a').write('x')\nimport colorsys\nopen('log.txt').read(), colorsys.rgb_to_hsv(1, 0, 0)",
      { timeout: 2_000 },
    );
    setTimeout(release, 2_500);
    const said = await running;
    expect(said).toMatchObject({ status: "ok", stdout: "begun\n", text: "('x', (0.0, 1.0, 1))", note: undefined });
    expect(said.files).toMatchObject([{ path: "log.txt", change: "created" }]);
    expect(await bench.run("open('log.txt').read(), 'colorsys' in dir()")).toMatchObject({ text: "('x', True)" });
  });
});

/** Files of packages as Python finds them: path, mode, size and content of each. */
const TREE = `
import hashlib, os
found = []
for root in ("/lib/python3.14/site-packages", "/share"):
    for folder, folders, files in os.walk(root):
        folders.sort()
        found.append((folder, oct(os.stat(folder).st_mode)))
        for name in sorted(files):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = file.read()
            found.append((path, oct(os.stat(path).st_mode), os.stat(path).st_size, hashlib.sha256(content).hexdigest()))
len(found), hashlib.sha256(repr(found).encode()).hexdigest()
`;

test("a package has the same files whether its image is mounted, on demand or at the start, or its archive unpacked", async ({
  browser,
}) => {
  // With scripts, data files, libraries, folders that others have as well, and what those need.
  const packages = ["xlsxwriter", "fonttools", "lxml", "ruamel-yaml", "python-dateutil"];
  const tree = (options: SandboxOptions, prepare: (page: Page) => Promise<void> = async () => {}): Promise<unknown> =>
    within(browser, async (bench, page) => {
      const asked = new Set<string>();
      page.on("request", (request) => asked.add(/(?<!snapshot-[\w-]+)\.(bin|whl)$/.exec(request.url())?.[1] ?? ""));
      await prepare(page);
      await bench.open({ ...options, spare: false });
      await bench.run(`import micropip\nawait micropip.install(${JSON.stringify(packages)})`);
      const { text, stderr } = await bench.run(TREE);
      return [[...asked].filter(Boolean), text ?? stderr];
    });
  const mounted = await tree({ packages: [] });
  expect(mounted).toEqual([["bin"], expect.stringMatching(/^\(\d{3,}, '[0-9a-f]{64}'\)$/)]);
  expect(await tree({ packages, start: "wheels" })).toEqual(mounted);
  expect(await tree({ packages: [] }, withoutImages)).toEqual([["whl"], (mounted as unknown[])[1]]);
});

/** A cell that uses a package on demand, and shows the line of its source in which it failed. */
const FAILS = `
import traceback, openpyxl
try:
    openpyxl.load_workbook("none.xlsx")
except FileNotFoundError:
    print(traceback.format_exc())
`;
const LINE = /archive = ZipFile\(filename, 'r'\)/;

/** Runs it where the sources' requests are answered in this way. Gives them, with the answer. */
async function failing(bench: Bench, page: Page, handle: "held" | "lost"): Promise<[number, Answer]> {
  let asked = 0;
  await page.route("**/openpyxl-*-rest.bin", async (route) => {
    asked += 1;
    if (handle === "lost") return route.abort();
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    return route.continue();
  });
  await bench.open({ spare: false });
  const answer = await bench.run(FAILS, { timeout: 6_000 });
  await page.unrouteAll({ behavior: "wait" });
  return [asked, answer];
}

for (const isolated of [true, false]) {
  const where = isolated ? "a page that is isolated" : "one that is not";
  test(`a package's sources come after it, and a traceback waits for them on nobody's clock: in ${where}`, async ({
    browser,
  }) => {
    await within(
      browser,
      async (bench, page) => {
        const [asked, answer] = await failing(bench, page, "held");
        expect(answer).toMatchObject({ status: "ok", stdout: expect.stringMatching(LINE) });
        expect(answer.ms).toBeGreaterThan(6_000);
        expect(asked).toBe(1);
      },
      { isolated },
    );
  });

  test(`sources that can't be had cost a traceback its lines and nothing else, and are asked for again: in ${where}`, async ({
    browser,
  }) => {
    await within(
      browser,
      async (bench, page) => {
        const [, answer] = await failing(bench, page, "lost");
        expect(answer).toMatchObject({ status: "ok", stdout: expect.stringContaining("excel.py") });
        expect(answer.stdout).not.toMatch(LINE);
        await bench.reset();
        expect((await bench.run(FAILS)).stdout).toMatch(LINE);
      },
      { isolated },
    );
  });
}

for (const isolated of [true, false]) {
  const where = isolated ? "a page that is isolated" : "one that is not";
  test(`what a start's packages lacked comes to a later Python as well, if it can be had then: in ${where}`, async ({
    browser,
  }) => {
    await within(
      browser,
      async (bench, page) => {
        await page.route("**/openpyxl-*-rest.bin", (route) => route.abort());
        await bench.open({ packages: ["openpyxl"], spare: false });
        expect((await bench.run(FAILS)).stdout).not.toMatch(LINE);
        await page.unrouteAll({ behavior: "wait" });
        await bench.reset();
        expect((await bench.run(FAILS)).stdout).toMatch(LINE);
      },
      { isolated },
    );
  });
}

test("sources of packages are fetched when nothing runs, once for a page", async ({ browser }) => {
  await within(browser, async (bench, page) => {
    const asked: string[] = [];
    page.on("request", (request) => /-rest\.bin$/.test(request.url()) && asked.push(request.url()));
    const packages = (): string[] => asked.filter((url) => !/snapshot-rest/.test(url));
    await bench.open({ spare: false });
    await expect.poll(() => asked.length).toBe(1); // the snapshot's own
    await page.waitForTimeout(2_500); // has come: an import that waits for a file of it has everything fetched
    await bench.run("import openpyxl, time\ntime.sleep(1.5)");
    expect(packages()).toEqual([]);
    await expect.poll(() => packages().length).toBeGreaterThan(1);
    const once = packages().length;
    await bench.reset();
    expect((await bench.run(FAILS)).stdout).toMatch(LINE);
    expect(packages().length).toBe(once);
  });
});

test("a package's metadata is found, also where it was looked for before", async ({ browser }) => {
  await within(browser, async (bench) => {
    await bench.open({ packages: [], spare: false });
    const cell = "import importlib.metadata as found\nsorted(one.name for one in found.distributions())";
    expect((await bench.run(cell)).text).not.toContain("openpyxl");
    await bench.run("import openpyxl");
    expect((await bench.run(cell)).text).toContain("openpyxl");
    const origin = "found.version('openpyxl')[0], found.distribution('openpyxl').read_text('INSTALLER')";
    expect((await bench.run(origin)).text).toBe("('3', 'pyodide.loadPackage')");
  });
});

test("an image that is not what the policy names is fetched again, and never mounted", async ({ browser }) => {
  await within(browser, async (bench, page) => {
    let spoil = 1;
    await page.route("**/regex-*.bin", async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      if (spoil-- > 0) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
      await route.fulfill({ response, body });
    });
    await bench.open({ spare: false });
    const cell = "import regex\nregex.findall(r'\\p{L}', 'a1')";
    expect(await bench.run(cell)).toMatchObject({ status: "ok", text: "['a']" });
    await bench.reset();
    spoil = 9;
    const refused = await bench.run(cell);
    expect(refused.error?.value).toMatch(/regex.* could not be loaded: .*its content is not what the policy names/);
    spoil = 0;
    expect((await bench.run(cell)).text).toBe("['a']");
  });
});
