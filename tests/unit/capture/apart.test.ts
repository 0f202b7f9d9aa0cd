// What is made once is apart from what always runs.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { captureScript, frameScript } from "../../../static/build.mjs";
import { trials } from "../../../static/src/capture/worker/trials";

/** Bytes of UTF-8 of the frame's script with the worker inside: what every visitor's frame is served as. */
const MOST = 70_000;

/** Names and sentences that only what makes snapshots has, one of each of its parts. */
const MARKS = [
  "a bracket that nothing opens",
  "needs a screen or a network",
  "async function _createPyodideModule",
  "RandomForestClassifier",
  "def blindly",
  "nothing more while free memory is emptied",
  "a JavaScript object is held by Python",
  "this is no module",
  "compileall",
];

describe("the frame that visitors are served, and the worker inside", () => {
  test("have nothing in them that only makes snapshots", async () => {
    const [served, made] = [new Set<string>(), new Set<string>()];
    const frame = await frameScript(undefined, served);
    const capture = await captureScript(undefined, undefined, made);
    const only = (inputs: Set<string>): string[] => [...inputs].filter((path) => path.startsWith("capture/"));
    expect(only(served)).toEqual([]);
    expect(MARKS.filter((mark) => frame.includes(mark))).toEqual([]);
    // The controls: what is looked for is there where it belongs, and what is served is looked into.
    expect(MARKS.filter((mark) => !capture.includes(mark))).toEqual([]);
    expect(only(made).length).toBeGreaterThan(20);
    expect([...served]).toEqual(expect.arrayContaining(["frame/session.ts", "worker/snapshot/restore.ts"]));
  });

  test(`are no longer than ${MOST} bytes`, async () => {
    expect(Buffer.byteLength(await frameScript())).toBeLessThan(MOST);
  });
});

describe("the trials of a snapshot", () => {
  const folder = join(import.meta.dirname, "../../../static/src/capture/trials");
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".py"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const { first, more } = trials(files, ["numpy", "pandas"]);

  test("are those of the packages that are there, alone and together", () => {
    expect(first).toContain("import sys");
    expect(first).toContain("import pandas as pd");
    expect(more.some((cell) => cell.includes("np.linalg"))).toBe(true);
    expect(more.some((cell) => cell.includes("big.merge"))).toBe(true);
    expect([first, ...more].filter((cell) => /matplotlib|sklearn/.test(cell))).toEqual([]);
    const less = trials(files, []);
    expect([less.first, ...less.more].filter((cell) => /numpy|pandas/.test(cell))).toEqual([]);
  });

  test("are cells of their own, without what marks them; what is no Python is as people wrote it", () => {
    expect(more.filter((cell) => cell.includes("# %%"))).toEqual([]);
    expect(more).toContain("x = (1,\n");
    expect(more).toContain("1 / 0\n");
  });

  test("are all of the files", () => {
    const packages = new Set(Object.keys(files).flatMap((name) => name.replace(".py", "").split("+")));
    packages.delete("python");
    const marks =
      Object.values(files)
        .join("\n")
        .match(/^# %%.*$/gm) ?? [];
    const firsts = marks.filter((mark) => mark === "# %% first");
    expect(trials(files, [...packages]).more).toHaveLength(marks.length - firsts.length);
  });
});
