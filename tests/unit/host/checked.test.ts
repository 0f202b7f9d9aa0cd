// Options that no sandbox can do with are refused before anything starts.

import { describe, expect, test } from "vitest";
import { checkedPath, checkedPool, checkedTimeout } from "../../../static/src/host/api/options";
import { ONE as limits } from "../fakes/limits";

describe("options", () => {
  test("a timeout that can't be is refused with what is allowed", () => {
    for (const bad of [0, -1, Number.NaN, 600_001, Number.POSITIVE_INFINITY, "5" as never]) {
      expect(() => checkedTimeout(bad, limits)).toThrow(/up to 600000/);
    }
    expect(checkedTimeout(undefined, limits)).toBe(30_000);
    expect(checkedTimeout(0.2, limits)).toBe(1);
  });

  test("the pool is a small number, and spare says it in short", () => {
    const pools = [{}, { spare: false }, { spare: true }, { pool: 0 }, { pool: 3 }, { pool: 2, spare: false }];
    expect(pools.map(checkedPool)).toEqual([1, 0, 1, 0, 3, 2]);
    for (const pool of [-1, 0.5, 9, Number.NaN, "2" as never]) {
      expect(() => checkedPool({ pool })).toThrow(
        new RangeError(`pool must be a whole number from 0 to 8, not ${pool}.`),
      );
    }
  });

  test("a path outside the session's folder is refused with what is allowed", () => {
    for (const bad of ["/a", "../a", "", "a/", "a/../b", 7 as never])
      expect(() => checkedPath(bad)).toThrow(/is needed/);
    expect(checkedPath("./data/a.csv")).toBe("data/a.csv");
  });
});
