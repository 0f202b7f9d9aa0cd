// What attributes of a cell mean, and what is said of those that mean nothing.

import { expect, test } from "vitest";
import { settingsOf, unknownAttributes } from "../../../static/src/embed/markup";

const read = (given: Record<string, string>) => settingsOf(new Map(Object.entries(given)));

test("without attributes a cell shares the page's session, waits to be asked, and nothing is wrong", () => {
  expect(read({})).toEqual({
    settings: {
      session: "page",
      setup: undefined,
      files: [],
      packages: [],
      autorun: "never",
      readonly: false,
      output: undefined,
      timeout: undefined,
      editor: "full",
      theme: "auto",
      base: undefined,
      label: undefined,
    },
    problems: [],
  });
});

test("every attribute has its meaning", () => {
  const { settings, problems } = read({
    session: " a ",
    setup: "import math",
    packages: "numpy, pandas,scikit-learn",
    autorun: "Visible",
    readonly: "",
    output: "#expected",
    timeout: "2.5",
    editor: "plain",
    theme: "furo",
    base: "https://py.example/jar",
    label: "Adding",
  });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    session: "a",
    setup: "import math",
    packages: ["numpy", "pandas", "scikit-learn"],
    autorun: "visible",
    readonly: true,
    output: "#expected",
    timeout: 2500,
    editor: "plain",
    theme: "furo",
    base: "https://py.example/jar",
    label: "Adding",
  });
});

test("files are named by their addresses, or by what stands before the equals sign", () => {
  const { settings, problems } = read({
    files: "data/sales.csv  b.csv=https://x.example/y?a=1&b=2 https://x.example/q?v=3/../four%20five.txt#f",
  });
  expect(problems).toEqual([]);
  expect(settings.files).toEqual([
    { name: "sales.csv", url: "data/sales.csv" },
    { name: "b.csv", url: "https://x.example/y?a=1&b=2" },
    { name: "q", url: "https://x.example/q?v=3/../four%20five.txt#f" },
  ]);
});

test.each([
  [{ autorun: "always" }, 'autorun="always" can\'t be: never, visible, load can. "never" is used.'],
  [{ theme: "neon" }, 'theme="neon" can\'t be'],
  [{ editor: "vim" }, 'editor="vim" can\'t be'],
  [{ timeout: "soon" }, 'timeout="soon" can\'t be: it is a number of seconds'],
  [{ timeout: "-1" }, 'timeout="-1" can\'t be'],
  [{ packages: "numpy,../etc" }, 'packages names "../etc", which is no name of a package.'],
  [{ files: "https://x.example/" }, "which has no file name: write name=address."],
  [{ files: ".hidden=a.csv" }, "which has no file name"],
  [{ session: "x".repeat(181) }, "more than 180 characters"],
])("what can't be is said in one sentence, and the default is used: %j", (given, sentence) => {
  const { settings, problems } = read(given as Record<string, string>);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
  expect(settings).toMatchObject({ session: "page", autorun: "never", theme: "auto", editor: "full" });
});

test("an attribute that nobody knows is named, with the one that was probably meant", () => {
  expect(unknownAttributes(["sesion"])).toEqual(['There is no attribute "sesion": did you mean "session"?']);
  expect(unknownAttributes(["colour"])[0]).toContain("known are session, setup");
  expect(unknownAttributes(["session", "selector", "id", "class", "data-x", "aria-label", "style", "onclick"])).toEqual(
    [],
  );
});

test("attributes of any length are read in no time", () => {
  const long = `${"a=".repeat(200_000)} ${" ".repeat(200_000)}`;
  const began = performance.now();
  for (const name of ["files", "packages", "session", "timeout", "theme", "setup"]) read({ [name]: long });
  unknownAttributes([long]);
  expect(performance.now() - began).toBeLessThan(1500);
});
