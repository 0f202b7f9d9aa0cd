// Files: in, out, changed, too many, too large, and back after a kill.

import { expect, test } from "../fixtures";

test("a written file can be read by Python, and what Python writes can be read back", async ({ bench }) => {
  await bench.do((sandbox) => sandbox.files.write("data/in.csv", "a,b\n1,2\n"));
  const answer = await bench.run("text = open('data/in.csv').read()\nopen('out.txt', 'w').write(text.upper())\ntext");
  expect(answer.text).toBe("'a,b\\n1,2\\n'");
  expect(answer.files).toEqual([{ path: "out.txt", change: "created", size: 8 }]);
  expect(await bench.do(async (sandbox) => (await sandbox.files.read("out.txt")).text())).toBe("A,B\n1,2\n");
  const paths = await bench.do(async (sandbox) => (await sandbox.files.list()).map((file) => file.path));
  expect(paths).toEqual(expect.arrayContaining(["data/in.csv", "out.txt"]));
});

test("changes and deletions are reported with their size", async ({ bench }) => {
  await bench.run("open('a.txt', 'w').write('1'); open('b.txt', 'w').write('22');");
  const answer = await bench.run("import os\nopen('a.txt', 'a').write('more'); os.remove('b.txt')");
  expect(answer.files).toEqual(
    expect.arrayContaining([
      { path: "a.txt", change: "changed", size: 5 },
      { path: "b.txt", change: "deleted", size: 0 },
    ]),
  );
  await expect(bench.do((sandbox) => sandbox.files.read("b.txt"))).rejects.toThrow(/no file "b.txt"/);
});

test("a removed file is gone for Python too", async ({ bench }) => {
  await bench.do((sandbox) => sandbox.files.write("gone.txt", "x"));
  await bench.do((sandbox) => sandbox.files.remove("gone.txt"));
  expect(await bench.run("import os\nos.path.exists('gone.txt')")).toMatchObject({ text: "False" });
});

test("a 200 MB file is readable without standing in memory twice", async ({ bench }) => {
  await bench.do(async (sandbox) => {
    const block = new Uint8Array(1024 * 1024).fill(97);
    block[block.length - 1] = 10;
    const file = new Blob(Array.from({ length: 200 }, () => block));
    await sandbox.files.write("big.txt", file);
  });
  const answer = await bench.run(
    "import os\nlines = 0\nwith open('big.txt', 'rb') as file:\n    for line in file: lines += 1\nos.path.getsize('big.txt'), lines",
  );
  expect(answer).toMatchObject({ status: "ok", text: "(209715200, 200)" });
  const same = await bench.do(async (sandbox) => (await sandbox.files.read("big.txt")).size);
  expect(same).toBe(209_715_200);
  await bench.do((sandbox) => sandbox.files.remove("big.txt"));
});

test("a bad path is refused with a sentence and nothing is written", async ({ bench }) => {
  for (const path of ["../up.txt", "/etc/passwd", "a//b", ""]) {
    const told = await bench.page.evaluate(
      (bad) => window.sandboxes.main?.files.write(bad, "x").then(String, (error: Error) => error.message),
      path,
    );
    expect(told, path).toContain("is needed");
  }
});

test("more than the sandbox keeps is refused with a sentence and loses nothing", async ({ bench }) => {
  await bench.do((sandbox) => sandbox.files.write("small.txt", "still here"));
  const told = await bench.do(async (sandbox) => {
    const block = new Uint8Array(64 * 1024 * 1024);
    const huge = new Blob(Array.from({ length: 17 }, () => block));
    return sandbox.files.write("huge.bin", huge).then(String, (error: Error) => error.message);
  });
  expect(told).toMatch(/"huge.bin".*does not fit/);
  expect(await bench.run("open('small.txt').read()")).toMatchObject({ text: "'still here'" });
});

test("files of one session are no modules of Python's in a fresh one, and the user's own are still found", async ({
  bench,
}) => {
  const left = `for name in ("statistics", "wave", "tabulate"):
    open(f"{name}.py", "w").write("taken = 1")
open("mine.py", "w").write("word = 'mine'")`;
  await bench.run(left);
  const asks = `import statistics, wave, tabulate, mine
[name for name in ("statistics", "wave", "tabulate", "mine") if hasattr(globals()[name], "taken")], mine.word`;
  expect(await bench.run(asks, { fresh: true })).toMatchObject({ status: "ok", text: "([], 'mine')" });
  await bench.reset();
  expect(await bench.run(asks)).toMatchObject({ status: "ok", text: "([], 'mine')" });
  const hinted = await bench.run("statistics.taken");
  expect(hinted.error?.hint).toContain("files come last");
  await bench.run("import os\nfor name in ('statistics', 'wave', 'tabulate', 'mine'): os.remove(f'{name}.py')");
});
