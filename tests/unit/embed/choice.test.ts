// What Python starts with: as little as the code that is about to run imports.

import { expect, test } from "vitest";
import { packagesFor, startFor, unknownPackages } from "../../../static/src/embed/live/choice";
import { importedModules } from "../../../static/src/embed/live/imports";
import type { Policy } from "../../../static/src/host/index";

type Offer = Pick<Policy, "packages" | "profiles" | "snapshots">;

const DATA = ["numpy", "pandas", "matplotlib"];
const offer = {
  packages: Object.fromEntries(
    [
      ["numpy", ["numpy"]],
      ["pandas", ["pandas"]],
      ["matplotlib", ["matplotlib", "mpl_toolkits"]],
      ["scikit-learn", ["sklearn"]],
      ["sympy", ["sympy"]],
    ].map(([name, imports]) => [name, { name, imports }]),
  ),
  profiles: { core: { load: [] }, data: { load: DATA }, science: { load: [...DATA, "scikit-learn"] } },
  snapshots: [{ load: [] }, { load: DATA }],
} as unknown as Offer;

test("imports are found by their lines, whatever form they have", () => {
  const code = `import numpy as np, pandas
from matplotlib import pyplot
    import sklearn.cluster; x = 1
from . import mine
important = 3
# import sympy
import os  # and import this`;
  expect([...importedModules(code)]).toEqual(["numpy", "pandas", "matplotlib", "sklearn", "os"]);
});

test("modules and names lead to packages of the allowlist, others to none", () => {
  expect(packagesFor(offer, ["sklearn", "os", "mpl_toolkits"])).toEqual(["scikit-learn", "matplotlib"]);
  expect(packagesFor(offer, [], ["Scikit_Learn", "sklearn"])).toEqual(["scikit-learn"]);
  expect(unknownPackages(offer, ["numpy", "torch"])).toEqual(["torch"]);
});

test("plain Python starts with nothing but Python", () => {
  expect(startFor(offer, [])).toEqual({ profile: "core" });
  expect(startFor({ ...offer, profiles: {} }, [])).toEqual({ packages: [] });
});

test("what a snapshot has starts from it, and what none has from the packages", () => {
  expect(startFor(offer, ["pandas"])).toEqual({ profile: "data" });
  expect(startFor(offer, ["pandas", "matplotlib"])).toEqual({ profile: "data" });
  // There is such a profile, but nobody has made a snapshot of it.
  expect(startFor(offer, ["scikit-learn"])).toEqual({ packages: ["scikit-learn"] });
  expect(startFor(offer, ["sympy", "pandas"])).toEqual({ packages: [...DATA, "sympy"] });
});

test("pandas alone starts without what draws, unless it draws or another cell of the page does", () => {
  const pandas = ["numpy", "pandas"];
  const more = {
    ...offer,
    profiles: { ...offer.profiles, pandas: { load: pandas } },
    snapshots: [...offer.snapshots, { load: pandas }],
  } as unknown as Offer;
  expect(startFor(more, ["pandas"])).toEqual({ profile: "pandas" });
  expect(startFor(more, ["pandas"], ["matplotlib"])).toEqual({ profile: "data" });
  // Nothing has both of them ready: what is wanted now is.
  expect(startFor(more, ["pandas"], ["sympy"])).toEqual({ profile: "pandas" });
  expect(startFor(more, [], ["pandas"])).toEqual({ profile: "core" });
  expect([...importedModules("import pandas as pd\npd.Series([1]).plot()")]).toEqual(["pandas", "matplotlib"]);
  expect([...importedModules("turtle.plot()")]).toEqual([]);
});

test("lines of any length are read in no time", () => {
  const began = performance.now();
  importedModules(`import ${"a,".repeat(300_000)}\n${"import ".repeat(100_000)}\n${"from ".repeat(100_000)}`);
  expect(performance.now() - began).toBeLessThan(1000);
});
