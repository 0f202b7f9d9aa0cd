// The npm package: what is in it, and that programs compile against its types.

import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installed } from "../../helpers/npm";

const TSC = fileURLToPath(new URL("../../../node_modules/.bin/tsc", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await installed();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program of somebody who has the package, with what they may do and what they may not. */
const PROGRAM = `
import { type Execution, type ExecuteOptions, Sandbox, type SandboxOptions, type Context } from "belljar";
import { type Answer, ask as question, chat, type Model, type OutflowOptions, type Step } from "belljar/ask";

const options: SandboxOptions = {
  base: "https://sandbox.example/",
  profile: "science",
  policy: { limits: { timeout_ms: 5_000 }, packages: ["numpy"] },
  assets: new URL("https://cdn.example/"),
  isolation: "auto",
};
const controller = new AbortController();
const sandbox: Sandbox = await Sandbox.open({ ...options, signal: controller.signal });
const ask: ExecuteOptions = {
  timeout: 1_000,
  files: { "a.txt": "x", "b.bin": new Uint8Array(1), "c.bin": new Blob([]), "d.bin": new ArrayBuffer(1) },
  fresh: true,
  onStdout: (text) => console.log(text.toUpperCase()),
  onResult: (result) => console.log(result.contentBase64?.length, result.mime.join()),
};
const answer: Execution = await sandbox.execute("1", ask);
const status: "ok" | "error" | "timeout" | "interrupted" | "crashed" | "refused" | "unavailable" = answer.status;
const ada: Context = sandbox.context("ada");
const text: string | undefined = (await ada.execute("1", { signal: controller.signal })).text;
await sandbox.execute("1", { context: ada });
const off: () => void = sandbox.on("state", ({ state, reason }) => console.log(state, reason?.length));
const bytes: ArrayBuffer = await (await sandbox.files.read("a.txt", { signal: controller.signal })).arrayBuffer();
await sandbox.reset({ signal: controller.signal });
console.log(status, text, off, bytes, (await sandbox.policy).profiles);

const model: Model = chat({ base: "https://api.example/v1", model: "m", key: "k" });
const outflow: OutflowOptions = { mode: "approve", approve: async ({ text }) => text };
const told: Answer = await question(sandbox, "Why?", {
  model,
  outflow,
  files: { "a.csv": new Blob([]) },
  limits: { steps: 3 },
  onStep: ({ state, execution }: Step) => console.log(state, execution?.text),
});
const same: Execution | undefined = told.steps[0]?.execution;
console.log(same, told.why, told.ledger.entries[0]?.body, JSON.stringify(told.ledger));
// @ts-expect-error: there is no such mode
await question(sandbox, "Why?", { model, outflow: "all" });

// @ts-expect-error: names are checked
await Sandbox.open({ profle: "data" });
// @ts-expect-error: the wire's limits have the wire's names
await Sandbox.open({ policy: { limits: { timeout: 5 } } });
// @ts-expect-error: a context can't run in another one
await ada.execute("1", { context: "eve" });
// @ts-expect-error: no event has this name
sandbox.on("ended", () => {});
// @ts-expect-error: what is inside isn't public
sandbox.files.kept("a", new Blob([]));
`;

test("the package is two modules with their types, a README, a licence, and nothing that comes with it", async () => {
  const inside = join(folder, "node_modules/belljar");
  expect((await readdir(inside)).sort()).toEqual([
    "LICENSE",
    "README.md",
    "ask.d.ts",
    "ask.js",
    "index.d.ts",
    "index.js",
    "package.json",
  ]);
  expect(await readdir(join(folder, "node_modules"))).toEqual([".package-lock.json", "belljar"]);
  const manifest = JSON.parse(await readFile(join(inside, "package.json"), "utf8"));
  const root = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ name: "belljar", version: root.version, license: "MIT", type: "module" });
  expect(manifest).not.toHaveProperty("dependencies");
  for (const name of ["index.js", "ask.js"]) {
    expect(await readFile(join(inside, name), "utf8")).not.toMatch(/^import\b.*["']|require\(/m);
  }
});

test.each([
  ["a bundler", { module: "esnext", moduleResolution: "bundler" }],
  ["Node", { module: "nodenext", moduleResolution: "nodenext" }],
])(
  "a strict program compiles against its types as %s resolves them",
  async (_name, resolution) => {
    const compilerOptions = {
      ...resolution,
      target: "es2022",
      lib: ["es2022", "dom"],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
    };
    await writeFile(join(folder, "program.ts"), PROGRAM);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    const told = await promisify(execFile)(TSC, ["-p", folder]).then(
      () => "",
      (error: { stdout: string }) => error.stdout,
    );
    expect(told).toBe("");
  },
  60_000,
);
