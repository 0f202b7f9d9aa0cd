import { expect, it } from "vitest";
import { Line } from "../../static/src/host/supply/line";

const file = { name: "a", url: "a", size: 4_000, sha256: "" };
const sent = () => 1_000;

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
