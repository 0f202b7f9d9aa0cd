// The guide to upgrading Pyodide: each of its steps has one test, and names files that exist.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("../../..", import.meta.url).pathname;
const guide = readFileSync(join(root, "docs/upgrading-pyodide.md"), "utf8");
const below = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });

test("each assumption of the guide has one contract test, and each contract test a step in the guide", () => {
  const assumptions = guide.slice(guide.indexOf("## The scripts"));
  const steps = [...assumptions.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => Number(number));
  expect(steps).toEqual(steps.map((_, position) => position + 1));
  const files = below("tests/contract").filter((name) => name.endsWith(".test.ts"));
  const sources = files.map((name) => readFileSync(join(root, "tests/contract", name), "utf8"));
  sources.push(readFileSync(join(root, "tests/browser/flows/contract.spec.ts"), "utf8"));
  const tested = sources.flatMap((text) =>
    [...text.matchAll(/^contract(?:OfText)?\((\d+),/gm)].map(([, n]) => Number(n)),
  );
  expect(tested.sort((one, other) => one - other)).toEqual(steps);
});

test("the guide names files that are there", () => {
  const folders = ["static/src", "static/harness", "server/belljar", "tests", "docs"];
  const there = new Set(folders.flatMap(below).map((path) => basename(path)));
  // Of the assets what git has: others may be building them meanwhile.
  for (const name of ["README.md", "CHANGELOG.md", ...readdirSync(join(root, "pyodide_assets"))]) there.add(name);
  // Of Pyodide and its sources, not ours.
  const theirs = /^(?:pyodide(?:\.asm)?\.\w+|pyodide-lock\.json|package|src|system|python_stdlib\.zip)/;
  const named = [...guide.matchAll(/`([\w./-]+\.(?:tsx?|py|md|json))`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(30);
  const lost = named.filter((path) => (!theirs.test(path) || path === "pyodide.ts") && !there.has(basename(path)));
  expect(lost).toEqual([]);
});
