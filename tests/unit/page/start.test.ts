import { describe, expect, it } from "vitest";
import {
  lacks,
  STOP_RESTARTS,
  type Started,
  startNote,
  startSummary,
  stepRows,
} from "../../../static/src/page/model/start";

const started: Started = {
  start: "snapshot",
  unrestorable: undefined,
  interrupt: true,
  jspi: true,
  keeps: true,
  ms: 1_000,
  steps: [
    { name: "policy", start: 0, ms: 100 },
    { name: "fetch a", start: 100, ms: 200 },
    { name: "fetch b", start: 150, ms: 350 },
    { name: "worker: heap", start: 400, ms: 500 },
    { name: "worker: nothing", start: 900, ms: 0.2 },
    { name: "fetch rest", start: 1_200, ms: 300 },
  ],
};

describe("how it started", () => {
  it("is one line, and says why where it could have been faster", () => {
    expect(startSummary(started)).toBe("Started in 1.0 s (snapshot)");
    expect(startNote(started)).toBeUndefined();
    const slow: Started = { ...started, start: "wheels", unrestorable: "it is of another belljar" };
    expect(startSummary(slow)).toBe("Started in 1.0 s (packages)");
    expect(startNote(slow)).toBe("The server's snapshot was not used: it is of another belljar.");
  });
  it("is shown step by step, downloads as one, without what came later", () => {
    expect(stepRows(started)).toEqual([
      { name: "policy", ms: 100, from: 0, width: 0.1 },
      { name: "fetch 2 files", ms: 400, from: 0.1, width: 0.4 },
      { name: "worker: heap", ms: 500, from: 0.4, width: 0.5 },
    ]);
  });
  it("says what cells can't have in this browser, where there is something", () => {
    expect(lacks(started)).toEqual([]);
    expect(lacks({ interrupt: false, jspi: true, keeps: true })).toEqual([STOP_RESTARTS]);
    const all = lacks({ interrupt: false, jspi: false, keeps: false });
    for (const what of ["Stop", "input()", "asyncio.run()", "imported", "time.sleep()", "next visit"]) {
      expect(
        all.filter((sentence) => sentence.includes(what)),
        what,
      ).toHaveLength(1);
    }
  });
  it("never reaches beyond its bar", () => {
    for (const { from, width } of stepRows({
      ...started,
      ms: 450,
      steps: [...started.steps, { name: "odd", start: -5, ms: 9_000 }],
    })) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(from + width).toBeLessThanOrEqual(1);
    }
  });
});
