// Files of the person's own disk: read where they lie, however large, and never copied or written to.

import { mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import type { Sandbox } from "../../../static/src/host/index";
import { expect, test } from "../fixtures";
import { test as page } from "../notebook";
import { proportional } from "../soak/memory";

let disk: string;
test.beforeAll(() => {
  disk = mkdtempSync(join(tmpdir(), "disk-"));
});
test.afterAll(() => rmSync(disk, { recursive: true }));

/** A field in which files of the disk have been chosen. */
async function chosen(page: Page, paths: string | string[], folder = false): Promise<void> {
  await page.evaluate((folder) => {
    document.querySelector("#chosen")?.remove();
    const field = Object.assign(document.createElement("input"), { type: "file", id: "chosen", multiple: !folder });
    field.webkitdirectory = folder;
    document.body.append(field);
  }, folder);
  await page.locator("#chosen").setInputFiles(paths);
}

/** Megabytes that all processes of the browser take. */
async function weight(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return proportional(processInfo.map(({ id }) => id)) / 1e6;
}

const write = (sandbox: Sandbox) => {
  const [file] = document.querySelector<HTMLInputElement>("#chosen")?.files ?? [];
  return sandbox.files.write("big.csv", file as File);
};

test("a table larger than all files may be is read from the disk in pieces, and can't be written to", async ({
  bench,
  browser,
}) => {
  // A gigabyte and a half, of which the disk has a few kilobytes.
  const path = join(disk, "big.csv");
  const size = 1.5 * 1024 ** 3;
  writeFileSync(path, `a,b\n${"1,2\n".repeat(1_000)}`);
  truncateSync(path, size - 4);
  const file = openSync(path, "a");
  writeSync(file, "7,8\n");
  await chosen(bench.page, path);
  expect(await bench.do(write)).toEqual({ path: "big.csv", size, disk: true });
  const before = await weight(browser);
  let over = false;
  const most = (async () => {
    let weighs = 0;
    for (; !over; await new Promise((resolve) => setTimeout(resolve, 50)))
      weighs = Math.max(weighs, await weight(browser));
    return weighs;
  })();
  const read = await bench.run(`import os
with open("big.csv", "rb") as file:
    head = [next(file) for _ in range(1_001)]
    file.seek(-4, 2)
    last = file.read()
    file.seek(0)
    lines = total = 0
    for _ in range(250):
        block = file.read(2**21)
        lines += block.count(b"\\n")
        total += len(block)
os.path.getsize("big.csv"), head[0], head[-1], last, lines, total`);
  expect(read).toMatchObject({
    status: "ok",
    text: `(${size}, b'a,b\\n', b'1,2\\n', b'7,8\\n', 1001, ${250 * 2 ** 21})`,
  });
  over = true;
  // What was read is let go of as soon as it is copied: half a gigabyte of it lay about otherwise.
  expect((await most) - before, "MB above the start").toBeLessThan(250);
  const first = await bench.run("import pandas as pd\nnext(pd.read_csv('big.csv', chunksize=1_000)).a.sum()");
  expect(first).toMatchObject({ status: "ok", text: "np.int64(1000)" });
  for (const mode of ["a", "r+", "w"]) {
    const refused = await bench.run(`open("big.csv", "${mode}")`);
    expect(refused.error, mode).toMatchObject({ name: "PermissionError" });
    expect(refused.error?.hint, mode).toContain("too large to be copied");
  }
  // It is there again in the next Python, and there is room for others beside it.
  await bench.reset();
  expect(await bench.run("import os\nos.path.getsize('big.csv')")).toMatchObject({ text: String(size) });
  await bench.do((sandbox) => sandbox.files.write("small.txt", "x"));
  await bench.do((sandbox) => sandbox.files.remove("big.csv"));
  expect(await bench.run("import os\nos.path.exists('big.csv')")).toMatchObject({ text: "False" });
});

test("a file of the disk is copied when code first writes to it, and the disk has it as it was", async ({ bench }) => {
  const path = join(disk, "log.txt");
  writeFileSync(path, "x".repeat(20 * 1024 * 1024));
  await chosen(bench.page, path);
  expect(await bench.do(write)).toMatchObject({ disk: true });
  const mapped = await bench.run(`import mmap
with open("big.csv", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
    print(view[:3], len(view))`);
  expect(mapped).toMatchObject({ status: "ok", stdout: "b'xxx' 20971520\n" });
  const changed = await bench.run("with open('big.csv', 'a') as file: file.write('end')\nopen('big.csv').read()[-5:]");
  expect(changed).toMatchObject({ text: "'xxend'", files: [{ path: "big.csv", change: "changed", size: 20971523 }] });
  const listed = await bench.do((sandbox) => sandbox.files.list());
  expect(listed.find(({ path }) => path === "big.csv")).toEqual({ path: "big.csv", size: 20971523 });
  await bench.do((sandbox) => sandbox.files.remove("big.csv"));
});

test("a file that was changed on the disk since is an error that says so", async ({ bench }) => {
  const path = join(disk, "changes.txt");
  writeFileSync(path, "x".repeat(20 * 1024 * 1024));
  await chosen(bench.page, path);
  await bench.do(write);
  expect(await bench.run("len(open('big.csv').read(5))")).toMatchObject({ text: "5" });
  truncateSync(path, 10);
  const lost = await bench.run("open('big.csv', 'rb').read()");
  expect(lost.error).toMatchObject({ name: "OSError", hint: expect.stringContaining("Add it again") });
  await bench.do((sandbox) => sandbox.files.remove("big.csv"));
});

test("a folder of the disk is read where it lies, and nothing can be written to it", async ({ bench }) => {
  const folder = join(disk, "survey");
  mkdirSync(join(folder, "2024", ".hidden"), { recursive: true });
  writeFileSync(join(folder, "2024", "north.csv"), "n\n1\n2\n");
  writeFileSync(join(folder, "2024", ".hidden", "secret"), "");
  writeFileSync(join(folder, "readme.txt"), "what it is");
  writeFileSync(join(folder, "large.bin"), Buffer.alloc(3_000_000, 7));
  await chosen(bench.page, folder, true);
  const answer = await bench.page.evaluate(async () => {
    const { files } = document.querySelector<HTMLInputElement>("#chosen") as HTMLInputElement;
    const code = `import glob, os
sorted(glob.glob("data/**", recursive=True)), open("data/2024/north.csv").read(), sum(open("data/large.bin", "rb").read())`;
    const answer = await window.sandboxes.main?.execute(code, { files: { data: files as FileList } });
    return { text: answer?.text, files: answer?.files };
  });
  expect(answer.text?.replace(/\s+/g, " ")).toBe(
    "(['data/', 'data/2024', 'data/2024/north.csv', 'data/large.bin', 'data/readme.txt'], 'n\\n1\\n2\\n', 21000000)",
  );
  expect(answer.files).toEqual([]);
  expect(await bench.do((sandbox) => sandbox.files.list())).toContainEqual({
    path: "data",
    size: 3_000_016,
    disk: true,
    files: 3,
  });
  for (const code of [
    "open('data/new.csv', 'w')",
    "open('data/readme.txt', 'a')",
    "open('data/2024/more.csv', 'w')",
    "import os\nos.remove('data/readme.txt')",
    "import os\nos.mkdir('data/made')",
  ]) {
    const { error } = await bench.run(code);
    expect(error, code).toMatchObject({ name: "PermissionError", hint: expect.stringContaining("only read here") });
  }
  // A kill loses nothing of it, and what code puts over it is no way to it.
  await bench.reset();
  expect(await bench.run("open('data/readme.txt').read()")).toMatchObject({ text: "'what it is'" });
  const text = await bench.do(async (sandbox) => (await sandbox.files.read("data/2024/north.csv")).text());
  expect(text).toBe("n\n1\n2\n");
  await bench.do((sandbox) => sandbox.files.remove("data"));
  expect(await bench.run("import os\nos.path.exists('data'), os.listdir('/mnt/folders/0')")).toMatchObject({
    text: "(False, [])",
  });
});

test("lists of other things than files, empty ones and names that are taken are refused with a sentence", async ({
  bench,
}) => {
  await bench.do((sandbox) => sandbox.files.write("taken.csv", "x"));
  const told = await bench.do(async (sandbox) => {
    const file = new File(["x"], "a.csv");
    const tries = [
      ["data", ["x"]],
      ["data", []],
      ["taken.csv", [file]],
      ["../up", [file]],
    ] as [string, File[]][];
    return Promise.all(
      tries.map(([path, list]) => sandbox.files.mount(path, list).then(String, (e: Error) => e.message)),
    );
  });
  expect(told).toEqual([
    expect.stringContaining("must be a list of File objects"),
    expect.stringContaining("has no file"),
    expect.stringContaining("is a file here"),
    expect.stringContaining("is needed"),
  ]);
  await bench.do((sandbox) => sandbox.files.remove("taken.csv"));
});

page(
  "a folder that is chosen on the page can be read by cells, is told as what it is, and taken away again",
  async ({ notebook }) => {
    const { page: shown } = notebook;
    const folder = join(disk, "letters");
    mkdirSync(join(folder, "old"), { recursive: true });
    writeFileSync(join(folder, "old", "a.txt"), "dear all");
    writeFileSync(join(folder, "b.txt"), "yours");
    await shown.getByTestId("folder-input").setInputFiles(folder);
    const item = shown.locator('[data-testid="file-item"][data-path="letters"]');
    await expect(item).toContainText("on disk");
    await expect(shown.getByTestId("toast")).toContainText("2 files can be read in “letters”");
    await item.getByTestId("file-use").click();
    await expect(shown.getByTestId("outputs").filter({ hasText: "['b.txt', 'old']" })).toHaveCount(1);
    const cell = await notebook.run("open('letters/old/a.txt').read()");
    await expect(cell.getByTestId("outputs")).toContainText("dear all");
    await item.hover();
    await item.getByRole("button", { name: "Take away letters" }).click();
    await expect(item).toHaveCount(0);
  },
);
