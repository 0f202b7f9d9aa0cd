import { describe, expect, it } from "vitest";
import { bytes, bytesOf, clock, duration, plainName, plural } from "../../../static/src/page/model/format";
import { notes } from "../../../static/src/page/model/outcome";
import { type Situation, statusOf as status } from "../../../static/src/page/model/status";
import { Traffic } from "../../../static/src/page/model/traffic";

describe("sizes and times", () => {
  it("are short", () => {
    expect([0, 1, 999, 1000, 1234, 17_381, 999_999, 1_234_567, 21_400_000].map(bytes)).toEqual([
      "0 bytes",
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "1.2 kB",
      "17 kB",
      "1.0 MB",
      "1.2 MB",
      "21 MB",
    ]); // prettier-ignore
    expect([0.2, 8, 120, 1234, 15_000, 65_000, 300_000].map(duration)).toEqual([
      "< 1 ms",
      "8 ms",
      "0.12 s",
      "1.2 s",
      "15 s",
      "1 min 5 s",
      "5 min",
    ]); // prettier-ignore
    expect(clock(1234)).toBe("1.2 s");
    expect(plural(1, "row")).toBe("1 row");
    expect(plural(1000, "row")).toBe("1,000 rows");
  });
  it("in progress share the unit of the whole and never exceed it", () => {
    expect(bytesOf(6_100_000, 8_400_000)).toBe("6.1 of 8.4 MB");
    expect(bytesOf(400_000, 47_500_000)).toBe("0 of 48 MB");
    expect(bytesOf(99e6, 47_500_000)).toBe("48 of 48 MB");
  });
});

describe("names", () => {
  it("cannot steer how they are read", () => {
    expect(plainName("x\u202Egnp.csv")).toBe("x\ufffdgnp.csv");
    expect(plainName("données (1).csv")).toBe("données (1).csv");
  });
});

describe("the status", () => {
  const situation = (part: Partial<Situation>): Situation => ({ phase: "ready", queued: 0, loading: [], ...part });

  it("counts bytes while fetching and only then", () => {
    const progress = {
      stage: "runtime",
      label: "",
      loaded: 6_100_000,
      total: 8_400_000,
      received: 1_500_000,
      wire: 2_100_000,
    };
    expect(status(situation({ phase: "loading", progress }))).toMatchObject({
      text: "fetching Python 1.5 of 2.1 MB",
      short: "72 %",
    });
    expect(status(situation({ phase: "loading", progress, left: 47 })).text).toBe(
      "fetching Python 1.5 of 2.1 MB · about 45 s",
    );
    const starting = { ...progress, stage: "starting" };
    expect(status(situation({ phase: "loading", progress: starting }))).toMatchObject({
      text: "starting Python",
      fraction: undefined,
    });
  });
  it("says sealed only once it is", () => {
    expect(status(situation({ phase: "loading" })).sealed).toBe(false);
    expect(status(situation({ python: "3.14.2", readyMs: 900 }))).toMatchObject({
      sealed: true,
      text: "sealed · Python 3.14 · ready in 0.90 s",
    });
  });
  it("names what is loaded and how many cells wait", () => {
    expect(status(situation({ phase: "running", loading: ["scipy", "x"], queued: 2 })).text).toBe(
      "sealed · loading scipy and more · 2 queued",
    );
  });
  it("is spoken without numbers that change", () => {
    const at = (loaded: number) =>
      status(
        situation({
          phase: "loading",
          progress: { stage: "runtime", label: "", loaded, total: 9e6, received: loaded, wire: 9e6 },
        }),
      ).spoken;
    expect(at(1e6)).toBe(at(2e6));
  });
});

describe("endings", () => {
  it("of good runs need no words", () => {
    expect(notes({ status: "ok" }, 30_000, false)).toEqual([]);
    expect(notes({ status: "error", error: { name: "E", value: "v" } }, 30_000, false)).toEqual([]);
  });
  it("by time say what is lost and what to do", () => {
    expect(notes({ status: "timeout" }, 30_000, false)).toMatchObject([
      { text: "Stopped after 30 s. Your variables are still there.", action: undefined },
    ]);
    expect(notes({ status: "timeout" }, 30_000, true)).toMatchObject([
      {
        text: "Stopped after 30 s. Python had to be restarted: variables are gone, files are kept.",
        action: "run-above",
      },
    ]);
  });
  it("do not say the same thing twice when the sandbox has its own words", () => {
    const value = "The sandbox could not start.";
    expect(
      notes({ status: "unavailable", note: value, error: { name: "Unavailable", value } }, 1, false),
    ).toMatchObject([{ text: value, action: "retry" }]);
    const note = "Stopped after 30 s. Your variables are still there.";
    expect(notes({ status: "timeout", note }, 30_000, false)).toMatchObject([{ text: note }]);
  });
  it("tell how much was left out", () => {
    const [note] = notes({ status: "ok", truncated: { streamChars: 1500, displays: 1 } }, 1, false);
    expect(note?.text).toContain("1,500 more characters of text and 1 more result");
  });
});

describe("traffic", () => {
  it("lists an address once, with the larger of what was seen", () => {
    const traffic = new Traffic("http://here");
    traffic.fetch("http://here/a", 0, true);
    traffic.fetch("http://here/a", 10, false);
    traffic.fetch("blob:http://here/x", 5, false);
    expect(traffic.fetched).toEqual([{ url: "http://here/a", bytes: 10, fromCache: false, own: true }]);
  });
  it("tells foreign addresses from its own", () => {
    const traffic = new Traffic("http://here");
    traffic.fetch("http://here.evil/a", 1, false);
    expect(traffic.fetched[0]?.own).toBe(false);
  });
  it("counts attempts, the same one on one line", () => {
    const traffic = new Traffic("http://here");
    const attempt = { by: "python", what: "socket", target: "x:1" } as const;
    expect(traffic.summary()).toBe("0 bytes left this page");
    traffic.block(attempt);
    expect(traffic.summary()).toBe("0 bytes left this page; 1 attempt blocked");
    traffic.block(attempt);
    expect(traffic.attempts).toHaveLength(1);
    expect(traffic.blockedCount).toBe(2);
  });
});
