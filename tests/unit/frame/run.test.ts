// A run's life and its clocks, without a browser.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Countdown } from "../../../static/src/common/countdown";
import { GRACES } from "../../../static/src/common/interrupt";
import { Run, type Shown } from "../../../static/src/frame/run";
import { FEW as limits } from "../fakes/limits";

const NONE = { fetching: false, installing: false, paging: false };

describe("clocks", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a paused countdown does not count", () => {
    const end = vi.fn();
    const clock = new Countdown(1_000, end);
    clock.resume();
    vi.advanceTimersByTime(600);
    clock.pause();
    vi.advanceTimersByTime(10_000);
    clock.resume();
    vi.advanceTimersByTime(399);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(end).toHaveBeenCalledOnce();
  });

  function started(timeout_ms = 1_000) {
    const ends = { interrupt: vi.fn(), kill: vi.fn(), shown: vi.fn((): Shown => "nothing") };
    const options = { timeout_ms, input: true, svg: false, context: "default", fresh: false };
    const run = new Run(0, "", options, { limits }, ends);
    return { run, ends };
  }

  test("loading does not count as running", () => {
    const { run, ends } = started();
    vi.advanceTimersByTime(50_000);
    run.begin();
    vi.advanceTimersByTime(500);
    run.loads({ ...NONE, fetching: true });
    vi.advanceTimersByTime(9_000);
    run.loads(NONE);
    vi.advanceTimersByTime(499);
    expect(ends.interrupt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("a worker that answers and never starts the cell is noticed by its answers, not by the clock", () => {
    const { run } = started();
    vi.advanceTimersByTime(50_000);
    const answers = Array.from({ length: 24 }, () => run.unstarted());
    expect(answers).toEqual([...Array(23).fill(false), true]);
  });

  test("waiting for a person does not count as running", () => {
    const { run, ends } = started();
    run.begin();
    run.asking("1", 1);
    vi.advanceTimersByTime(3_600_000);
    expect(ends.interrupt).not.toHaveBeenCalled();
    run.answered("1");
    vi.advanceTimersByTime(1_000);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("as long as one of several questions waits for a person, nothing counts", () => {
    const { run, ends } = started();
    run.begin();
    run.asking("1", 2);
    run.asking("2", 2);
    run.answered("2");
    vi.advanceTimersByTime(3_600_000);
    expect(ends.interrupt).not.toHaveBeenCalled();
    run.answered("1");
    vi.advanceTimersByTime(1_000);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("loading has a limit of its own, over the whole run", () => {
    const { run, ends } = started(1_000_000);
    run.begin();
    for (let i = 0; i < 7; i += 1) {
      run.loads({ ...NONE, fetching: true });
      vi.advanceTimersByTime(10_000);
      run.loads(NONE);
    }
    expect(ends.kill).toHaveBeenCalledWith("timeout", "loading took longer than 60 s");
  });

  /** Time passes; the worker is silent in so many milliseconds of each second. */
  function pass(run: Run, seconds: number, silent: number): void {
    for (let at = 0; at < seconds; at++) {
      run.silence(silent > 0);
      vi.advanceTimersByTime(silent);
      run.silence(false);
      vi.advanceTimersByTime(1_000 - silent);
    }
  }

  const WAITS: Record<string, (run: Run) => void> = {
    "for packages": (run) => run.loads({ ...NONE, fetching: true }),
    "for a person": (run) => void run.asking("1", 1),
    "for packages and a person": (run) => {
      run.loads({ ...NONE, fetching: true });
      run.asking("1", 1);
    },
  };

  test.each(Object.entries(WAITS))(
    "a run that says that it waits %s and computes is stopped in its time",
    (_, wait) => {
      const { run, ends } = started(5_000);
      run.begin();
      wait(run);
      pass(run, 5, 1_000);
      expect(run.cause).toBe("timeout");
      vi.advanceTimersByTime(1_000);
      expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 5 s");
    },
  );

  test.each(Object.entries(WAITS))("one that waits %s and answers is not hurried", (_, wait) => {
    const { run, ends } = started(1_000);
    run.begin();
    wait(run);
    pass(run, 50, 0);
    expect(ends.interrupt).not.toHaveBeenCalled();
  });

  test("computing now and then while it says that it waits adds up", () => {
    const { run } = started(5_000);
    run.begin();
    run.asking("1", 1);
    pass(run, 9, 500);
    expect(run.cause).toBeUndefined();
    pass(run, 2, 500);
    expect(run.cause).toBe("timeout");
  });

  test("packages that are never installed end the run: their time, then the run's", () => {
    const { run } = started(3_000);
    run.begin();
    run.handed(10 * 2 ** 20);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_000 + 10 * 300 + 2_999);
    expect(run.cause).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(run.cause).toBe("timeout");
  });

  test("packages that come one by one, each with nothing in it, bring no time along", () => {
    const { run } = started(3_000);
    run.begin();
    for (let at = 0; at < 100; at++) run.handed(1);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_000 + 3_000 + 1);
    expect(run.cause).toBe("timeout");
  });

  test("a cell that never starts because of packages is ended, too", () => {
    const { run, ends } = started(1_000);
    run.handed(1);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_001 + 1_000 + 1_000);
    expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 1 s");
  });

  test("an answer to what was not asked, or was answered, changes nothing", () => {
    const { run } = started();
    expect([run.asking("0", 2), run.begin(), run.begin()]).toEqual([false, true, false]);
    expect(["1", "1", "2", "3"].map((id) => run.asking(id, 2))).toEqual([true, false, true, false]);
    expect(["4", "1", "1", "2"].map((id) => run.answered(id))).toEqual([false, true, false, true]);
  });

  test("first the interrupt, after the grace the kill", () => {
    const { run, ends } = started();
    run.begin();
    vi.advanceTimersByTime(1_000);
    expect(run.cause).toBe("timeout");
    expect(ends.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 1 s");
  });

  test("the interrupt is repeated until the run ends, because one may get lost", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    vi.advanceTimersByTime(500);
    expect(ends.interrupt).toHaveBeenCalledTimes(4);
    run.end();
    vi.advanceTimersByTime(10_000);
    expect(ends.interrupt).toHaveBeenCalledTimes(4);
  });

  test.each([
    ["nothing", 1],
    ["heard", 2],
    ["over", GRACES],
  ] as const)("a cell that shows %s when it is to stop has %i graces, and no more", (shown, graces) => {
    const { run, ends } = started();
    ends.shown.mockReturnValue(shown);
    run.begin();
    run.stop("interrupted");
    vi.advanceTimersByTime(graces * 1_000 - 1);
    expect(ends.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ends.kill).toHaveBeenCalledWith("interrupted", "it was asked to stop");
  });

  test("an ended run is never killed", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    run.end();
    vi.advanceTimersByTime(1_000_000);
    expect(ends.kill).not.toHaveBeenCalled();
  });

  test("a worker can't restart its run clock by saying `started` again", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    run.begin();
    vi.advanceTimersByTime(1_000);
    expect(ends.kill).toHaveBeenCalledOnce();
  });
});
