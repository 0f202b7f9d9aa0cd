import { describe, expect, it, vi } from "vitest";
import { type OutputNews, Outputs } from "../../../static/src/page/model/outputs";

function kinds(outputs: Outputs): string[] {
  return outputs.items.map((item) => item.kind);
}

const figure = (id?: string) => ({ kind: "bundle", bundle: { text: "figure" }, id, main: false }) as const;

describe("streams", () => {
  it("of one print loop are one block", () => {
    const outputs = new Outputs();
    outputs.stream("stdout", "a\n");
    outputs.stream("stderr", "b\n");
    outputs.stream("stdout", "c\n");
    expect(kinds(outputs)).toEqual(["text"]);
  });
  it("start a new block after a display", () => {
    const outputs = new Outputs();
    outputs.stream("stdout", "a\n");
    outputs.add(figure());
    outputs.stream("stdout", "b\n");
    expect(kinds(outputs)).toEqual(["text", "bundle", "text"]);
  });
  it("tell apart new blocks from more text", () => {
    const outputs = new Outputs();
    const news: OutputNews[] = [];
    outputs.changed.on((one) => news.push(one));
    outputs.stream("stdout", "a");
    outputs.stream("stdout", "b");
    outputs.stream("stdout", "");
    expect(news).toEqual(["list", "text"]);
  });
});

describe("displays", () => {
  it("are replaced in place by an update of their id", () => {
    const outputs = new Outputs();
    outputs.add(figure("a"));
    outputs.stream("stdout", "later\n");
    expect(outputs.update("a", { text: "new" })).toBe(true);
    expect(outputs.items[0]).toMatchObject({ bundle: { text: "new" }, id: "a" });
    expect(outputs.update("b", { text: "new" })).toBe(false);
  });
});

describe("clearing", () => {
  it("happens at once, or with `wait` when something new comes", () => {
    const outputs = new Outputs();
    outputs.stream("stdout", "a");
    outputs.clear(true);
    expect(outputs.items).toHaveLength(1);
    outputs.add(figure());
    expect(kinds(outputs)).toEqual(["bundle"]);
    outputs.clear();
    expect(outputs.items).toHaveLength(0);
  });
  it("answers an open prompt with nobody", () => {
    const answer = vi.fn();
    const outputs = new Outputs();
    outputs.add({ kind: "input", prompt: "?", password: false, answer });
    outputs.clear();
    expect(answer).toHaveBeenCalledExactlyOnceWith(null);
  });
});

describe("names of a figure's parts", () => {
  const bundle = (bundle: object, main: boolean) => ({ kind: "bundle" as const, bundle, id: undefined, main });
  it.each([
    "[<matplotlib.lines.Line2D object at 0x1>]",
    "<Axes: xlabel='x'>",
    "array([<Axes: >, <Axes: >], dtype=object)",
    "Text(0.5, 1.0, 'Zig')",
  ])("do not stand over it: %s", (text) => {
    const outputs = new Outputs();
    outputs.add(bundle({ text }, true));
    outputs.dropNames();
    expect(outputs.items).toHaveLength(1);
    outputs.add(bundle({ png: "AA==" }, false));
    outputs.dropNames();
    expect(outputs.items).toMatchObject([{ bundle: { png: "AA==" } }]);
  });
  it("are nothing else", () => {
    const outputs = new Outputs();
    outputs.add(bundle({ png: "AA==" }, false));
    outputs.add(bundle({ text: "42" }, true));
    outputs.add(bundle({ text: "<Axes: >", html: "<b>" }, true));
    outputs.dropNames();
    expect(outputs.items).toHaveLength(3);
  });
});
