// Makes build/npm: the SDK as a package for npm, out of static/dist. `npm publish build/npm` would publish it.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const target = join(root, "build/npm");

const { name, version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

/** Two ES modules with their types; nothing is installed with them. */
const manifest = {
  name,
  version,
  description: "Run untrusted Python in the reader's own browser, in a frame that reaches nothing: the SDK.",
  license,
  keywords: ["sandbox", "python", "pyodide", "webassembly", "code-interpreter", "llm"],
  type: "module",
  sideEffects: false,
  main: "./index.js",
  types: "./index.d.ts",
  exports: {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./ask": { types: "./ask.d.ts", default: "./ask.js" },
    "./package.json": "./package.json",
  },
  files: ["index.js", "index.d.ts", "ask.js", "ask.d.ts"],
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await writeFile(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await cp(join(here, "dist/sdk.js"), join(target, "index.js"));
await cp(join(here, "dist/sdk.d.ts"), join(target, "index.d.ts"));
await cp(join(here, "dist/ask.js"), join(target, "ask.js"));
const askTypes = await readFile(join(here, "dist/ask.d.ts"), "utf8");
await writeFile(join(target, "ask.d.ts"), askTypes.replace(/(["'])\.\/sdk\.js\1/, '"./index.js"'));
await cp(join(here, "package/README.md"), join(target, "README.md"));
await cp(join(root, "LICENSE"), join(target, "LICENSE"));
