// A time line of a start.

import { describe, expect, test } from "vitest";
import { Timeline } from "../../../static/src/common/timing";

describe("a timeline", () => {
  test("has steps one behind the other, and those that ran beside them, also when they fail", async () => {
    const timeline = new Timeline();
    timeline.lap("first");
    await timeline.time("beside", Promise.reject(new Error("x"))).catch(() => {});
    timeline.lap("second");
    const [first, beside, second] = timeline.steps;
    expect([first?.name, beside?.name, second?.name]).toEqual(["first", "beside", "second"]);
    expect((first?.start ?? 0) + (first?.ms ?? 0)).toBeCloseTo(second?.start ?? 0, 3);
  });
});
