// The host's own clock: it strikes when the frame does not answer in time, and only then.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GRACES } from "../../../static/src/common/interrupt";
import { Watchdog } from "../../../static/src/host/tenancy/watchdog";
import type { RunEvent } from "../../../static/src/protocol/from-frame";
import type { Limits } from "../../../static/src/protocol/limits";

const limits = { load_timeout_ms: 60_000, grace_ms: 1_000 } as Limits;
const MARGIN = 3_000;
/** What a cell that has heard may take until its answer is there. */
const GRACE = GRACES * limits.grace_ms;

describe("watchdog", () => {
  const bark = vi.fn();
  let dog: Watchdog;
  beforeEach(() => {
    vi.useFakeTimers();
    bark.mockReset();
    dog = new Watchdog(limits, bark);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a frame that never says `started` is noticed after the time for loading and running", () => {
    dog.execute(1_000);
    vi.advanceTimersByTime(60_000 + 1_000 + GRACE + MARGIN - 1);
    expect(bark).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("a frame that never says `done` is noticed after the time for running", () => {
    dog.execute(2_000);
    dog.heard({ type: "started" });
    vi.advanceTimersByTime(2_000 + GRACE + MARGIN);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("loading in the middle of a run gets its own time", () => {
    dog.execute(2_000);
    dog.heard({ type: "started" });
    dog.heard({ type: "loading", packages: [] });
    vi.advanceTimersByTime(50_000);
    dog.heard({ type: "loaded", packages: [], ms: 1 });
    vi.advanceTimersByTime(2_000 + GRACE + MARGIN - 1);
    expect(bark).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("a run that says again and again that it loads, or that it has started, gets no more time for it", () => {
    const words: RunEvent[] = [{ type: "loading", packages: [] }, { type: "started" }];
    for (const word of words) {
      bark.mockReset();
      dog.execute(1_000);
      for (let second = 0; second < 60 + 1 + (GRACE + MARGIN) / 1_000; second++) {
        dog.heard(word);
        dog.heard({ type: "loaded", packages: [], ms: 1 });
        dog.heard(word);
        vi.advanceTimersByTime(1_000);
      }
      expect(bark).toHaveBeenCalledOnce();
    }
  });

  test("a person may take as long as they like", () => {
    dog.execute(1_000);
    dog.heard({ type: "started" });
    dog.heard({ type: "input", id: "1", prompt: "", password: false });
    vi.advanceTimersByTime(86_400_000);
    expect(bark).not.toHaveBeenCalled();
    dog.answered();
    vi.advanceTimersByTime(1_000 + GRACE + MARGIN);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("as long as one of three questions has no answer, nobody is hurried", () => {
    dog.execute(1_000);
    dog.heard({ type: "started" });
    for (const id of ["1", "2", "3"]) dog.heard({ type: "input", id, prompt: "", password: false });
    dog.answered();
    dog.answered();
    vi.advanceTimersByTime(86_400_000);
    expect(bark).not.toHaveBeenCalled();
    dog.answered();
    vi.advanceTimersByTime(1_000 + GRACE + MARGIN);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("a frame that was asked to stop must do so within its graces, whatever it says meanwhile", () => {
    dog.execute(600_000);
    dog.heard({ type: "started" });
    dog.stop();
    dog.heard({ type: "input", id: "1", prompt: "", password: false });
    vi.advanceTimersByTime(GRACE + MARGIN);
    expect(bark).toHaveBeenCalledOnce();
  });

  test("nothing is expected of a frame that has nothing to do", () => {
    dog.execute(1_000);
    dog.done();
    dog.stop();
    dog.heard({ type: "started" });
    vi.advanceTimersByTime(86_400_000);
    expect(bark).not.toHaveBeenCalled();
  });
});
