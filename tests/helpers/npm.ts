// The npm package as somebody gets it: made, packed, and installed from its tarball into a folder of its own.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Gives the folder of a project that has nothing but the package; it is the caller's to remove. */
export async function installed(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "belljar-npm-"));
  await run("node", [join(root, "static/npm.mjs")]);
  await run("npm", ["pack", "--silent", "--pack-destination", folder, join(root, "build/npm")]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  // Nothing comes with it, so nothing is fetched.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`], { cwd: folder });
  return folder;
}
