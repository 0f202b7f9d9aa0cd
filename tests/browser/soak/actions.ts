// One step of a soak, done and checked: what comes back must be what a model of the session expects.

import { expect } from "@playwright/test";
import type { Bench } from "../fixtures";
import type { Kind, Step } from "./plan";

/** What a bench must hold at any moment, whatever happened to its Python. */
export interface Expected {
  files: Map<string, string>;
  /** The value of the variable `kept`; undefined once a Python was lost. */
  kept: number | undefined;
}

const SWALLOW = "while True:\n    try:\n        while True: pass\n    except BaseException: pass";
const CRASH = "x = []\nfor i in range(10 ** 6): x = [x]\nrepr(x)";
const SHORT = { timeout: 200 };
/** Long enough on a busy machine; the point is that nothing waits for ever. */
const ROOM = { timeout: 60_000 };

type Act = (bench: Bench, step: Step, expected: Expected) => Promise<void>;

const python = (text: string) => JSON.stringify(text);

/** After a stop Python may be another one: where the variables went, the note says so. */
function stopped(note: string | undefined, expected: Expected): void {
  if (note?.includes("variables are gone")) expected.kept = undefined;
  else expect(note).toContain("Your variables are still there.");
}

async function write(bench: Bench, { path, n }: Step, expected: Expected, mode: "w" | "a"): Promise<void> {
  const text = `${n} é\n`.repeat(1 + (n % 2_000));
  const code = `import os
os.makedirs(os.path.dirname(${python(`./${path}`)}), exist_ok=True)
with open(${python(path)}, ${python(mode)}, encoding="utf-8") as file: _ = file.write("${n} é\\n" * ${1 + (n % 2_000)})`;
  const answer = await bench.run(code, ROOM);
  expect(answer).toMatchObject({ status: "ok", files: [{ path }] });
  expected.files.set(path, mode === "a" ? (expected.files.get(path) ?? "") + text : text);
}

export const ACTIONS: Record<Kind, Act> = {
  async compute(bench, { n }) {
    const last = n % 5_000;
    expect(await bench.run(`sum(range(${last + 1}))`, ROOM)).toMatchObject({ text: `${(last * (last + 1)) / 2}` });
  },
  async print(bench, { n }) {
    expect(await bench.run(`print(${n})\nimport sys\nprint("to", ${n}, file=sys.stderr)`, ROOM)).toMatchObject({
      status: "ok",
      stdout: `${n}\n`,
      stderr: `to ${n}\n`,
    });
  },
  async chatter(bench, { n }) {
    const answer = await bench.run(`for i in range(20_000): print(i, ${n})`, ROOM);
    expect(answer.status).toBe("ok");
    expect(answer.stdout.split("\n").length).toBe(20_001);
  },
  async fail(bench, { n }) {
    expect(await bench.run(`${n} / 0`, ROOM)).toMatchObject({ status: "error", error: { name: "ZeroDivisionError" } });
  },
  async remember(bench, { n }, expected) {
    expect(await bench.run(`kept = ${n}`, ROOM)).toMatchObject({ status: "ok" });
    expected.kept = n;
  },
  async recall(bench, _step, expected) {
    expect((await bench.run("globals().get('kept')", ROOM)).text).toBe(expected.kept?.toString());
  },
  write: (bench, step, expected) => write(bench, step, expected, "w"),
  append: (bench, step, expected) => write(bench, step, expected, "a"),
  async read(bench, { path }, expected) {
    const text = await bench.page.evaluate(
      ({ name, path }) =>
        window.sandboxes[name]?.files.read(path).then(
          (blob) => blob.text(),
          () => null,
        ),
      { name: bench.name, path },
    );
    expect(text).toBe(expected.files.get(path) ?? null);
  },
  async upload(bench, { path, n }, expected) {
    const text = `uploaded ${n}\n`.repeat(1 + (n % 20_000));
    await bench.page.evaluate(({ name, path, text }) => window.sandboxes[name]?.files.write(path, text), {
      name: bench.name,
      path,
      text,
    });
    expected.files.set(path, text);
    const answer = await bench.run(`len(open(${python(path)}, encoding="utf-8").read())`, ROOM);
    expect(answer.text).toBe(`${text.length}`);
  },
  async remove(bench, { path }, expected) {
    const there = expected.files.delete(path);
    const answer = await bench.run(`import os\nos.remove(${python(path)})`, ROOM);
    if (there) expect(answer).toMatchObject({ status: "ok", files: [{ path, change: "deleted" }] });
    else expect(answer).toMatchObject({ error: { name: "FileNotFoundError" } });
  },
  async figure(bench, { n }) {
    const answer = await bench.run(`import matplotlib.pyplot as plt\nplt.plot([1, ${n}])\nplt.show()`, ROOM);
    expect(answer.status).toBe("ok");
    expect(answer.results.some((result) => result.png)).toBe(true);
  },
  async complete(bench) {
    const { matches } = await bench.do((sandbox) => sandbox.complete("impor", 5));
    expect(matches.map((match) => match.text)).toContain("import");
  },
  async input(bench, { n }) {
    expect(await bench.run("input('how many? ')", { ...ROOM, answers: [`${n}`] })).toMatchObject({ text: `'${n}'` });
  },
  async queue(bench, { n }) {
    const answers = await Promise.all([0, 1, 2, 3].map((i) => bench.run(`${n} + ${i}`, ROOM)));
    expect(answers.map((answer) => answer.text)).toEqual([0, 1, 2, 3].map((i) => `${n + i}`));
  },
  async abort(bench) {
    const statuses = await bench.do(async (sandbox) => {
      const abort = new AbortController();
      const first = sandbox.execute("1");
      const second = sandbox.execute("2", { signal: abort.signal });
      abort.abort();
      return (await Promise.all([first, second])).map((answer) => answer.status);
    });
    expect(statuses).toEqual(["ok", "interrupted"]);
  },
  async timeout(bench, _step, expected) {
    const answer = await bench.run("while True: pass", SHORT);
    expect(answer.status).toBe("timeout");
    stopped(answer.note, expected);
  },
  async interrupt(bench, { n }, expected) {
    const answer = await bench.page.evaluate(
      async ({ name, wait }) => {
        const sandbox = window.sandboxes[name];
        if (!sandbox) throw new Error(`no sandbox ${name}`);
        const onStart = () => setTimeout(() => void sandbox.interrupt(), wait);
        const { status, note } = await sandbox.execute("while True: pass", { onStart });
        return { status, note };
      },
      { name: bench.name, wait: n % 300 },
    );
    expect(answer.status).toBe("interrupted");
    stopped(answer.note, expected);
  },
  async kill(bench, _step, expected) {
    const answer = await bench.run(SWALLOW, SHORT);
    expect(answer.status).toBe("timeout");
    expect(answer.note).toContain("variables are gone");
    expected.kept = undefined;
  },
  async crash(bench, _step, expected) {
    const answer = await bench.run(CRASH, ROOM);
    expect(answer.status).toBe("crashed");
    expect(answer.note).toContain("variables are gone");
    expected.kept = undefined;
  },
  async reset(bench, _step, expected) {
    await bench.reset();
    expected.kept = undefined;
  },
};

/** Steps after which the files are looked at, one by one. */
export const DISRUPTIVE: readonly Kind[] = ["kill", "crash", "reset"];

/** The files are there, for the host and for Python, with what was put into them. */
export async function checkFiles(bench: Bench, { files }: Expected): Promise<void> {
  const listed = await bench.page.evaluate(async (name) => {
    const sandbox = window.sandboxes[name];
    if (!sandbox) throw new Error(`no sandbox ${name}`);
    const found: Record<string, string> = {};
    for (const { path } of await sandbox.files.list()) found[path] = await (await sandbox.files.read(path)).text();
    return found;
  }, bench.name);
  expect(listed).toEqual(Object.fromEntries(files));
  const paths = python(JSON.stringify([...files.keys()]));
  const answer = await bench.run(
    `import json\n[len(open(p, encoding="utf-8", newline="").read()) for p in json.loads(${paths})]`,
    ROOM,
  );
  expect(answer.text).toBe(`[${[...files.values()].map((text) => text.length).join(", ")}]`);
}
