import { describe, expect, it } from "vitest";
import { Traffic } from "../../../static/src/page/model/traffic";

describe("traffic", () => {
  it("counts what crossed the line, once per address, and what was cached apart", () => {
    const traffic = new Traffic("https://here");
    traffic.fetch("https://here/a", 1_000, false);
    traffic.fetch("https://here/a", 1_000, false, 300);
    traffic.fetch("https://here/b", 500, true);
    traffic.fetch("https://there/c", 0, false, 80);
    traffic.fetch("blob:null/x", 9_999, false, 9_999);
    expect(traffic.fetched).toHaveLength(3);
    expect([traffic.bytes, traffic.sentBytes, traffic.cachedBytes]).toEqual([1_500, 380, 500]);
    expect(traffic.fetched.map(({ own }) => own)).toEqual([true, true, false]);
  });
});
