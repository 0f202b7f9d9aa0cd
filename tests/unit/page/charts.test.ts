import { describe, expect, it } from "vitest";
import { kindOf } from "../../../static/src/page/view/chart-view";
import { bundle } from "../../../static/src/protocol/bundle";
import { chartAnswer, chartRequest } from "../../../static/src/protocol/charts";
import { CHART_MIMES } from "../../../static/src/protocol/results";
import { Malformed } from "../../../static/src/protocol/shape";

const [mime] = CHART_MIMES;

describe("a chart on its way", () => {
  it("is a text under a MIME type that a frame can draw, and nothing else", () => {
    const chart = { mime, spec: "{}" };
    expect(bundle({ text: "t", chart: { ...chart, more: 1 } }, "bundle")).toEqual({ text: "t", chart });
    expect(() => bundle({ chart: { mime: "text/html", spec: "{}" } }, "bundle")).toThrow(Malformed);
    expect(() => bundle({ chart: { mime, spec: {} } }, "bundle")).toThrow(Malformed);
    expect(chartRequest({ type: "draw", ...chart })).toEqual({ type: "draw", ...chart });
  });
  it("is drawn by one of three libraries, whatever its version", () => {
    expect(CHART_MIMES.map((each) => kindOf({ mime: each, spec: "" }))).toEqual([
      "plotly",
      "vega",
      "vega",
      "vega",
      "vega",
      "bokeh",
    ]);
  });
});

describe("what a chart's frame answers", () => {
  it("is a height, a short sentence or bytes", () => {
    expect(chartAnswer({ type: "drawn", height: 300 })).toEqual({ type: "drawn", height: 300 });
    expect(chartAnswer({ type: "picture", png: new ArrayBuffer(2) })).toMatchObject({ type: "picture" });
    expect(chartAnswer({ type: "navigate", to: "x" })).toBeNull();
  });
  it("is refused where it is anything else", () => {
    for (const height of [-1, Number.NaN, Number.POSITIVE_INFINITY, "300"])
      expect(() => chartAnswer({ type: "drawn", height })).toThrow(Malformed);
    expect(() => chartAnswer({ type: "failed", reason: "x".repeat(3_000) })).toThrow(Malformed);
    expect(() => chartAnswer({ type: "picture", png: "data:" })).toThrow(Malformed);
  });
});
