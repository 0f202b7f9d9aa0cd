// Events: who listens is told, whatever another listener does.

import { describe, expect, test, vi } from "vitest";
import { call, Emitter } from "../../../static/src/host/api/emitter";

describe("events", () => {
  test("a listener that throws is reported and stops nobody else", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const emitter = new Emitter<{ tick: number }>();
    const heard: number[] = [];
    emitter.on("tick", () => {
      throw new Error("theirs");
    });
    const off = emitter.on("tick", (n) => heard.push(n));
    emitter.emit("tick", 1);
    off();
    emitter.emit("tick", 2);
    expect(heard).toEqual([1]);
    expect(report).toHaveBeenCalledTimes(2);
    call(undefined);
    vi.unstubAllGlobals();
  });
});
