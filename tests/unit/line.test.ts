import { afterEach, expect, it, vi } from "vitest";
import { Line } from "../../static/src/host/supply/line";

const file = { name: "a", url: "a", size: 4_000, sha256: "" };
const sent = () => 1_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a file counts in proportion while it comes, and as the browser tells it once it is there", () => {
  const line = new Line(sent);
  line.advance(file, 2_000);
  expect(line.received).toBe(500);
  line.advance(file, 2_000);
  line.took(file, 900, "runtime");
  expect([line.received, line.spared]).toEqual([900, 100]);
});

it("what was here already has crossed no line", () => {
  const line = new Line(sent);
  line.advance(file, 4_000);
  line.took(file, 0, "runtime");
  expect([line.received, line.spared]).toEqual([0, 1_000]);
});

it("a file that starts over is not counted twice", () => {
  const line = new Line(sent);
  line.advance(file, 3_000);
  line.advance(file, -3_000);
  line.advance(file, 4_000);
  line.took(file, undefined, "runtime");
  expect([line.received, line.spared]).toEqual([1_000, 0]);
});

it("a line is slow where little has come, and not where the browser or the machine makes it seem so", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const large = { ...file, size: 2_000_000 };
  const lines = (): [slow: Line, fast: Line] => [new Line(({ size }) => size), new Line(({ size }) => size)];
  let [slow, fast] = lines();
  fast.advance(large, large.size);
  expect([slow.slow, fast.slow]).toEqual([false, false]);
  vi.advanceTimersByTime(2_000);
  expect([slow.slow, fast.slow]).toEqual([true, false]); // 8 Mbit/s
  vi.advanceTimersByTime(2_000);
  expect(fast.slow).toBe(true);
  vi.stubGlobal("navigator", { connection: { downlink: 1.55 } });
  [slow, fast] = lines();
  fast.advance(large, large.size);
  vi.advanceTimersByTime(100);
  expect([slow.slow, fast.slow]).toEqual([true, false]);
});
