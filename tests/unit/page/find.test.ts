import { describe, expect, it } from "vitest";
import { find, replaced } from "../../../static/src/page/editor/find";

const wanted = { text: "sales", matchCase: false, wholeWord: false };
const words = (source: string, more: object = {}) =>
  find(source, { ...wanted, ...more }).map(({ from, to }) => source.slice(from, to));

describe("what is looked for", () => {
  it("is found whatever its case, unless the case is meant", () => {
    expect(words("sales = Sales(SALES)")).toEqual(["sales", "Sales", "SALES"]);
    expect(words("sales = Sales(SALES)", { matchCase: true })).toEqual(["sales"]);
  });
  it("is found as a whole word where that is meant", () => {
    expect(words("sales, presales, sales_2, sales", { wholeWord: true })).toEqual(["sales", "sales"]);
  });
  it("is text, and no pattern", () => {
    expect(words("a.b(c) axb(c) \\n", { text: "a.b(" })).toEqual(["a.b("]);
    expect(words("a\\nb", { text: "\\n" })).toEqual(["\\n"]);
  });
  it("is nothing where nothing is asked for", () => {
    expect(words("sales", { text: "" })).toEqual([]);
  });
  it("is counted up to a limit", () => {
    expect(find("a".repeat(500), { ...wanted, text: "a" }, 100)).toHaveLength(100);
  });
  it("keeps its places over lines and beside letters of two units", () => {
    expect(words("😀 sales\n😀😀 sales")).toEqual(["sales", "sales"]);
  });
});

it("another text comes in its places, and nothing else changes", () => {
  const source = "sales + Sales\nsales";
  expect(replaced(source, find(source, wanted), "x")).toBe("x + x\nx");
  expect(replaced(source, find(source, wanted), "salessales")).toBe("salessales + salessales\nsalessales");
  expect(replaced(source, [], "x")).toBe(source);
});
