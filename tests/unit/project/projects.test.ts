// Every TypeScript file is checked: what no project includes, no compiler looks at.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const lines = async (command: string, ...args: string[]): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(command, args, { cwd: root, maxBuffer: 1 << 24 });
  return stdout.split("\n").filter((line) => line !== "");
};

test("every TypeScript file of the repository is in a project that `npm run check` checks", async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { check: string } };
  const commands = scripts.check.split(" && ").filter((command) => command.startsWith("tsc"));
  const projects = commands.map((command) => /-p (\S+)/.exec(command)?.[1] ?? "tsconfig.json");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const listed = await Promise.all(projects.map((project) => lines("node", tsc, "--listFilesOnly", "-p", project)));
  const checked = new Set(listed.flat().map((path) => relative(root, path).replaceAll("\\", "/")));
  // Those that are new and not known to git yet, too.
  const files = await lines("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.ts");
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => !checked.has(file))).toEqual([]);
});
