import { expect, it } from "vitest";
import { Pace } from "../../../static/src/page/model/pace";

it("the time that is left follows from what came in the last seconds", () => {
  const pace = new Pace();
  for (let at = 0; at <= 30_000; at += 500) pace.add(at < 20_000 ? at * 1_000 : 20_000_000 + (at - 20_000) * 100, at);
  // 100 bytes a millisecond now, and not a thousand as at first.
  expect(pace.left(26_000_000, 30_000)).toBeCloseTo(50, 0);
});

it("nothing is said before it is known, when it is soon, and where nothing comes", () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(1_000, 1_000);
  expect(pace.left(1e9, 1_000)).toBeUndefined();
  pace.add(4_000, 4_000);
  expect(pace.left(5_000, 4_000)).toBeUndefined();
  expect(pace.left(1e6, 4_000)).toBeCloseTo(996);
  pace.add(10, 4_500);
  expect(pace.left(1e6, 9_000)).toBeUndefined();
});
