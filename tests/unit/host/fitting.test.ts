// Which of the server's snapshots fits what a page asks for.

import { describe, expect, test } from "vitest";
import { fitting } from "../../../static/src/host/supply/supply";
import type { PolicySnapshot } from "../../../static/src/protocol/policy";

describe("the choice of a snapshot", () => {
  const file = { name: "a", url: "a", size: 1, sha256: "" };
  const of = (...load: string[]): PolicySnapshot => ({
    load,
    script: file,
    state: file,
    heap: [file],
    hot: file,
    cold: file,
    rest: file,
  });

  test("takes the one with most of what is wanted, and never one with more", () => {
    const all = [of(), of("numpy"), of("numpy", "pandas"), of("numpy", "pandas", "scipy")];
    expect(fitting(all, ["pandas", "numpy"])?.load).toEqual(["numpy", "pandas"]);
    expect(fitting(all, ["numpy", "lxml"])?.load).toEqual(["numpy"]);
    expect(fitting(all, [])?.load).toEqual([]);
    expect(fitting([of("numpy")], [])).toBeNull();
    expect(fitting([], ["numpy"])).toBeNull();
  });
});
