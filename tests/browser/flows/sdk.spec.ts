// The SDK's calls in a page: files with a run, contexts, giving up, and choosing from the policy.

import type { ExecuteOptions, Sandbox, SandboxOptions } from "../../../static/src/host/index";
import { Bench, blankPage, expect, test } from "../fixtures";

test("files of a run are there before it, however they are given", async ({ bench }) => {
  const told = await bench.do(async (sandbox) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const files = {
      "run/a.txt": "é",
      "run/b.bin": bytes,
      "run/c.bin": new Blob(["xy"]),
      "run/d.bin": new ArrayBuffer(5),
    };
    const run = sandbox.execute("[open(f'run/{name}', 'rb').read() for name in ('a.txt', 'b.bin', 'c.bin', 'd.bin')]", {
      files,
    });
    bytes.fill(9); // they are taken as they are when it is asked
    const { text, files: changed } = await run;
    return { text, changed, listed: (await sandbox.files.list()).filter(({ path }) => path.startsWith("run/")).length };
  });
  const text = String.raw`[b'\xc3\xa9', b'\x01\x02\x03', b'xy', b'\x00\x00\x00\x00\x00']`;
  expect(told).toEqual({ text, changed: [], listed: 4 });
});

test("files of a run wait for its turn, and a fresh Python has them", async ({ bench }) => {
  const texts = await bench.do(async (sandbox) => {
    const before = sandbox.execute("import os; os.path.exists('turn.txt')");
    const after = sandbox.execute("open('turn.txt').read()", { files: { "turn.txt": "mine" }, fresh: true });
    return [(await before).text, (await after).text];
  });
  expect(texts).toEqual(["False", "'mine'"]);
});

test("files that can't be are refused with a sentence, and the next run runs", async ({ bench }) => {
  const told = await bench.do(async (sandbox) => {
    const huge = new Blob(Array.from({ length: 17 }, () => new Uint8Array(64 * 1024 * 1024)));
    const bad: NonNullable<ExecuteOptions["files"]>[] = [
      { "../up.txt": "x" },
      { "a.txt": 5 as never },
      { "huge.bin": huge },
    ];
    const runs = bad.map((files) => sandbox.execute("1", { files }).catch((error: Error) => error.message));
    return [...(await Promise.all(runs)), (await sandbox.execute("'runs'")).text];
  });
  expect(told).toEqual([
    expect.stringContaining('a path like "folder/file.csv" is needed'),
    expect.stringContaining("must be a string, a Blob"),
    expect.stringMatching(/"huge.bin".*does not fit/),
    "'runs'",
  ]);
});

test("contexts have variables and counters of their own, in one interpreter with the same files", async ({ bench }) => {
  const told = await bench.do(async (sandbox) => {
    const ada = sandbox.context("ada");
    const bob = sandbox.context("bob");
    await ada.execute("x = 1; import sys; sys.shared = 'seen'; open('both.txt', 'w').write('yes');");
    const there = await bob.execute("import sys; 'x' in globals(), sys.shared, open('both.txt').read()");
    const again = await sandbox.execute("x + 1", { context: ada });
    return [there.text, there.executionCount, again.text, again.executionCount, ada.name];
  });
  expect(told).toEqual(["(False, 'seen', 'yes')", 1, "2", 2, "ada"]);
});

test("aborting a run interrupts it with its variables kept, one in the queue never runs and is answered at once", async ({
  bench,
}) => {
  const told = await bench.do(async (sandbox) => {
    const controller = new AbortController();
    await sandbox.execute("kept = 'kept'");
    const running = sandbox.execute("while True: pass", { signal: controller.signal });
    const waiting = sandbox.execute("kept = 'changed'", { signal: AbortSignal.timeout(200) });
    const began = performance.now();
    const out = await waiting;
    const ms = performance.now() - began;
    controller.abort();
    const { status, note } = await running;
    return { status, note, out: out.status, ms, kept: (await sandbox.execute("kept")).text };
  });
  expect(told).toMatchObject({ status: "interrupted", note: "Your variables are still there.", out: "interrupted" });
  expect(told.ms).toBeLessThan(5_000); // at once, also on a busy machine
  expect(told.kept).toBe("'kept'");
});

test("every call rejects at once with the signal's reason, and the sandbox goes on", async ({ bench }) => {
  const told = await bench.do(async (sandbox) => {
    const reason = new Error("mine");
    const signal = AbortSignal.abort(reason);
    const calls = {
      write: sandbox.files.write("aborted.txt", "x", { signal }),
      read: sandbox.files.read("aborted.txt", { signal }),
      remove: sandbox.files.remove("aborted.txt", { signal }),
      list: sandbox.files.list({ signal }),
      complete: sandbox.complete("pri", 3, { signal }),
      interrupt: sandbox.interrupt({ signal }),
      reset: sandbox.reset({ signal }),
    };
    const ends: Record<string, boolean> = {};
    for (const [name, call] of Object.entries(calls)) {
      ends[name] = await (call as Promise<unknown>).then(
        () => false,
        (error: unknown) => error === reason,
      );
    }
    const { text } = await sandbox.execute("import os; os.path.exists('aborted.txt')");
    return { ends: Object.values(ends), text };
  });
  expect(told).toEqual({ ends: Array(7).fill(true), text: "False" });
});

test("calls on a sandbox that still loads can be given up, and are then never made", async ({ bench }) => {
  const told = await bench.page.evaluate(async () => {
    const sandbox = window.sdk.Sandbox.create({ packages: [], spare: false });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [sandbox.files.write("never.txt", "x", { signal }), sandbox.reset({ signal })];
    const run = sandbox.execute("1", { signal, files: { "never.txt": "x" } });
    controller.abort();
    const ends = await Promise.all(calls.map((call) => call.then(String, (error: Error) => error.name)));
    const { status } = await run;
    const early = sandbox.state;
    const { text } = await sandbox.execute("import os; os.path.exists('never.txt')");
    await sandbox.close();
    return { ends, status, early, text };
  });
  expect(told).toEqual({ ends: ["AbortError", "AbortError"], status: "interrupted", early: "loading", text: "False" });
});

test("opening can be given up at any time: it rejects with the reason and leaves no frame", async ({ browser }) => {
  // A page of its own: elsewhere a frame may come to stand by meanwhile.
  const context = await browser.newContext();
  const page = await context.newPage();
  await blankPage(page);
  const told = await page.evaluate(async () => {
    const ends: string[] = [];
    for (const ms of [-1, 0, 20, 100, 400]) {
      const controller = new AbortController();
      if (ms < 0) controller.abort();
      else setTimeout(() => controller.abort(), ms);
      const open = window.sdk.Sandbox.open({
        packages: ["numpy"],
        start: "wheels",
        keep: false,
        signal: controller.signal,
      });
      ends.push(
        await open.then(
          (): string => "opened",
          (error: Error) => error.name,
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { ends, left: document.querySelectorAll("iframe").length };
  });
  expect(told).toEqual({ ends: Array(5).fill("AbortError"), left: 0 });
  await context.close();
});

/** Opens a sandbox and acts on it; gives what that gives, or the error. */
async function opened<T>(bench: Bench, options: SandboxOptions, act: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const other = new Bench(bench.page, "chosen");
  await other.open({ spare: false, keep: false, ...options });
  try {
    return await other.do(act);
  } finally {
    await other.close();
  }
}

test("a profile is chosen by name, and an unknown one is refused with those there are", async ({ bench }) => {
  const loaded = await opened(bench, { profile: "core" }, async (sandbox) => {
    const { text } = await sandbox.execute("import sys; 'numpy' in sys.modules");
    return [text, (await sandbox.policy).profile];
  });
  expect(loaded).toEqual(["False", { name: "core", load: [] }]);
  const told = await bench.page.evaluate(() =>
    window.sdk.Sandbox.open({ profile: "dtaa" }).then(String, (error: Error) => [error.name, error.message]),
  );
  expect(told).toEqual([
    "RangeError",
    'There is no profile "dtaa" here. There are core, pandas, data, science and analysis.',
  ]);
});

test("a narrower policy holds inside, and a wider one is refused", async ({ bench }) => {
  const policy = { limits: { max_timeout_ms: 700, stream_chars: 10, files: 1 }, packages: ["six"] };
  const told = await opened(bench, { policy }, async (sandbox) => {
    const slow = await sandbox.execute("while True: pass");
    const loud = await sandbox.execute("print('x' * 100)");
    const wide = await sandbox.execute("import numpy");
    const small = await sandbox.execute("import six; six.PY3");
    await sandbox.files.write("one.txt", "1");
    const two = await sandbox.files.write("two.txt", "2").then(String, (error: Error) => error.message);
    return [slow.status, loud.stdout.length, wide.error?.name, small.text, two.includes("two.txt")];
  });
  expect(told).toEqual(["timeout", 10, "ModuleNotFoundError", "True", true]);
  const refused = await bench.page.evaluate(() =>
    Promise.all(
      [{ limits: { files: 1e9 } }, { packages: ["torch"] }].map((wider) =>
        window.sdk.Sandbox.open({ policy: wider }).then(String, (error: Error) => [error.name, error.message]),
      ),
    ),
  );
  expect(refused).toEqual([
    [
      "RangeError",
      expect.stringMatching(/^policy\.limits\.files is 1000000000, and must be .* up to the server's \d+\.$/),
    ],
    ["RangeError", "policy.packages names torch, which this server doesn't allow."],
  ]);
});

test("assets come from where the page says, and their hashes decide", async ({ bench }) => {
  const { page } = bench;
  const asked: string[] = [];
  let spoil = false;
  await page.route("**/elsewhere/**", async (route) => {
    const path = new URL(route.request().url()).pathname.replace("/elsewhere/", "/assets/");
    const response = await route.fetch({ url: new URL(path, page.url()).href });
    const body = Buffer.from(await response.body());
    // Only that one: a start that gives up its snapshot fetches others as well, and the first error is told.
    if (spoil && /\/six-[\d.]+\.bin$/.test(path)) body[0] = (body[0] ?? 0) ^ 1;
    asked.push(path);
    await route.fulfill({ response, body });
  });
  const open = (packages: string[]): Promise<string> =>
    page.evaluate(
      (wanted) =>
        window.sdk.Sandbox.open({ assets: "elsewhere/", packages: wanted, keep: false, spare: false }).then(
          async (sandbox) => {
            const { status } = await sandbox.execute("1");
            await sandbox.close();
            return status;
          },
          (error: Error) => error.message,
        ),
      packages,
    );
  expect(await open(["packaging"])).toBe("ok");
  expect(asked.some((path) => /^\/assets\/[0-9a-f]{64}\/packaging-.*\.bin$/.test(path))).toBe(true);
  spoil = true;
  expect(await open(["six"])).toMatch(/^six-.*its content is not what the policy names/);
  await page.unroute("**/elsewhere/**");
});

test("a policy is read from where the page says", async ({ bench }) => {
  await bench.page.route("**/course.json", async (route) => {
    const response = await route.fetch({ url: new URL("/policy.json", bench.page.url()).href });
    const policy = await response.json();
    const course = { ...policy, profiles: { course: { load: ["six"] } }, profile: { name: "course", load: ["six"] } };
    await route.fulfill({ response, json: course });
  });
  const profile = await opened(bench, { policy: "course.json" }, async (sandbox) => (await sandbox.policy).profile);
  expect(profile).toEqual({ name: "course", load: ["six"] });
  const told = await bench.page.evaluate(() =>
    window.sdk.Sandbox.open({ policy: "nowhere.json" }).then(String, (error: Error) => error.message),
  );
  expect(told).toMatch(/\/nowhere\.json is no policy of a belljar server: the answer was 404\.$/);
  await bench.page.unroute("**/course.json");
});
