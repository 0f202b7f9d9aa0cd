// A run's share of what a page can take: output, files, figures.

import { describe, expect, test } from "vitest";
import { Quota } from "../../../static/src/frame/quota";
import { FEW as limits } from "../fakes/limits";

describe("quota", () => {
  test("text passes up to the limit and what is missing is counted", () => {
    const quota = new Quota(limits);
    expect(quota.stream("12345678")).toBe("12345678");
    expect(quota.stream("abcd")).toBe("ab");
    expect(quota.stream("more")).toBe("");
    expect(quota.truncated).toEqual({ stream_chars: 6, displays: 0 });
  });

  test("a surrogate pair is never cut in two", () => {
    const quota = new Quota(limits);
    expect(quota.stream("123456789🎈")).toBe("123456789");
    expect(quota.truncated?.stream_chars).toBe(2);
  });

  test("displays are limited by number and by bytes", () => {
    const quota = new Quota(limits);
    expect([quota.display(60), quota.display(60), quota.display(1)]).toEqual([true, false, false]);
    expect(quota.truncated).toEqual({ stream_chars: 0, displays: 2 });
  });

  test("a flood is told by messages or by bytes", () => {
    const quota = new Quota(limits);
    expect([1, 2, 3, 4, 5, 6].map(() => quota.admit(1))).toEqual([true, true, true, true, true, false]);
    expect(new Quota(limits).admit(1_001)).toBe(false);
  });

  test("what messages cause is counted, whatever their number", () => {
    const quota = new Quota(limits);
    const most = 4 * limits.flood_bytes + 2 * limits.file_bytes;
    expect([quota.caused(most), quota.caused(1), quota.caused(0)]).toEqual([true, false, false]);
  });

  test.each([
    ["blocked", 500],
    ["clear", 5_000],
    ["input", 1_000],
    ["loading", 200],
  ] as const)("so many messages that say `%s` pass, and the others are counted", (kind, most) => {
    const quota = new Quota(limits);
    const passed = Array.from({ length: most + 7 }, () => quota.may(kind)).filter(Boolean);
    expect([passed.length, quota.left(kind)]).toEqual([most, 7]);
  });

  test("what was cleared counts no more, but for its size", () => {
    const quota = new Quota({ ...limits, displays: 2, display_bytes: 50 });
    const shown = (): boolean => quota.display(10);
    expect([shown(), shown(), shown()]).toEqual([true, true, false]);
    quota.cleared();
    expect([shown(), shown()]).toEqual([true, true]);
    quota.cleared();
    expect(shown()).toBe(false);
  });

  test("nothing is reported as truncated when nothing was", () => {
    expect(new Quota(limits).truncated).toBeNull();
  });
});
