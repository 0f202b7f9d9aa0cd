import { describe, expect, it } from "vitest";
import {
  cellText,
  decimals,
  isNumeric,
  nextSorting,
  order,
  separated,
  shapeText,
} from "../../../static/src/page/model/table";
import type { Cell, TableColumn, TableData } from "../../../static/src/protocol/results";

function table(dtype: string, values: Cell[], shape?: [number, number]): TableData {
  const columns: TableColumn[] = [
    { name: "", dtype: "int64", role: "index" },
    { name: "x", dtype, role: "column" },
  ];
  return { kind: "table", columns, rows: values.map((value, i) => [i, value]), shape: shape ?? [values.length, 1] };
}
const sorted = (data: TableData, direction: "ascending" | "descending") =>
  order(data, { column: 1, direction }).map((i) => data.rows[i]?.[1]);

describe("sorting", () => {
  it("keeps missing values last in both directions, as pandas does", () => {
    const data = table("float64", [2, null, 10, 1]);
    expect(sorted(data, "ascending")).toEqual([1, 2, 10, null]);
    expect(sorted(data, "descending")).toEqual([10, 2, 1, null]);
  });
  it("compares integers past 2^53 as numbers although they travel as text", () => {
    expect(sorted(table("int64", ["9007199254740993", 5, 400]), "ascending")).toEqual([5, 400, "9007199254740993"]);
  });
  it("puts names in the order of a dictionary", () => {
    expect(sorted(table("str", ["b", "A", "ä", "a10", "a9"]), "ascending")).toEqual(["A", "ä", "a9", "a10", "b"]);
  });
  it("is stable", () => {
    const data = table("int64", [1, 1, 0, 1]);
    expect(order(data, { column: 1, direction: "descending" })).toEqual([0, 1, 3, 2]);
  });
  it("goes from ascending to descending to none", () => {
    const once = nextSorting(undefined, 1);
    const twice = nextSorting(once, 1);
    expect([once?.direction, twice?.direction, nextSorting(twice, 1)]).toEqual(["ascending", "descending", undefined]);
    expect(nextSorting(twice, 0)).toEqual({ column: 0, direction: "ascending" });
  });
});

describe("numbers", () => {
  it("share the decimals their column needs, at most four", () => {
    expect(decimals([1, 2.5, 3.25, null])).toBe(2);
    expect(decimals([1, 2])).toBe(0);
    expect(decimals([1 / 3])).toBe(4);
    expect(decimals([0.1 + 0.2])).toBe(1);
  });
  it("are grouped from five digits, so that years stay years", () => {
    expect(cellText(2024, "int64", 0)).toBe("2024");
    expect(cellText(1204311, "int64", 0)).toBe("1,204,311");
    expect(cellText(1204311.5, "float64", 2)).toBe("1,204,311.50");
  });
  it("very small or large are written with an exponent", () => {
    expect(cellText(1.5e-7, "float64", 4)).toBe("1.500e-7");
    expect(cellText(3e20, "float64", 0)).toBe("3.000e+20");
  });
  it("are told by dtype, and in object columns by what they hold", () => {
    expect(isNumeric({ name: "x", dtype: "object", role: "column" }, [[1], [null], [2.5]], 0)).toBe(true);
    expect(isNumeric({ name: "x", dtype: "object", role: "column" }, [[1], ["a"]], 0)).toBe(false);
    expect(isNumeric({ name: "x", dtype: "str", role: "column" }, [["1"]], 0)).toBe(false);
  });
});

describe("words", () => {
  it("always give the whole shape", () => {
    expect(shapeText(table("int64", [1], [1, 1]))).toBe("1 row × 1 column");
    expect(shapeText(table("int64", [1, 2], [20_000, 3]))).toBe("first 2 of 20,000 rows × 3 columns");
  });
  it("for booleans are Python's, for missing none", () => {
    expect(cellText(true, "bool", 0)).toBe("True");
    expect(cellText(null, "float64", 2)).toBe("");
  });
});

describe("CSV", () => {
  it("quotes what needs it and keeps exact values", () => {
    const data = table("object", ['say "hi", you', 0.1, null, true, "two\nlines"]);
    expect(separated(data, [0, 1, 2, 3, 4], ",")).toBe(',x\n0,"say ""hi"", you"\n1,0.1\n2,\n3,True\n4,"two\nlines"\n');
  });
  it("for the clipboard has one line per row, whatever the cells hold", () => {
    expect(separated(table("object", ["a\tb\nc"]), [0], "\t")).toBe("\tx\n0\ta b c\n");
  });
});
