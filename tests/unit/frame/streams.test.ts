// What a run prints, in order, batch by batch.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Streams } from "../../../static/src/frame/streams";

describe("streams", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function streams(): { sent: string[]; out: Streams } {
    const sent: string[] = [];
    return { sent, out: new Streams((name, text) => sent.push(`${name}: ${text}`)) };
  }

  test("the first text goes at once, and what comes in a burst goes out together", () => {
    const { sent, out } = streams();
    for (let part = 0; part < 1_000; part++) out.add("stdout", `${part % 10}`);
    expect(sent).toEqual(["stdout: 0"]);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual(["stdout: 0", `stdout: ${"0123456789".repeat(100).slice(1)}`]);
    out.add("stdout", "later");
    expect(sent).toHaveLength(3);
  });

  test("texts of both streams stay in their order, and nothing is sent twice", () => {
    const { sent, out } = streams();
    out.add("stdout", "a");
    out.add("stdout", "b");
    out.add("stderr", "c");
    out.add("stdout", "d");
    out.flush();
    vi.advanceTimersByTime(100);
    out.flush();
    expect(sent).toEqual(["stdout: a", "stdout: b", "stderr: c", "stdout: d"]);
  });
});
