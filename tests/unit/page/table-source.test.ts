import { describe, expect, it } from "vitest";
import { type Condition, sourceOf } from "../../../static/src/page/model/table-source";
import type { TableData } from "../../../static/src/protocol/results";

const column = (name: string, dtype: string, role: "index" | "column" = "column") => ({ name, dtype, role });
const table: TableData = {
  kind: "table",
  columns: [column("", "int64", "index"), column("town", "str"), column("people", "int64"), column("open", "bool")],
  rows: [
    [0, "Ulm", 126, true],
    [1, "Bonn", 330, false],
    [2, null, 9, null],
  ],
  shape: [3, 3],
};
const all = { from: 0, rows: 50, left: 0, columns: 100 };
const page = (data: TableData, asked: object = {}) => sourceOf(data, undefined).page({ ...all, ...asked }) as TableData;
const firsts = (data: TableData) => data.rows.map(([first]) => first);

describe("a table that is here", () => {
  it("is sorted, with missing values last in either direction", () => {
    expect(firsts(page(table, { sort: { column: 1, direction: "ascending" } }))).toEqual([1, 0, 2]);
    expect(firsts(page(table, { sort: { column: 1, direction: "descending" } }))).toEqual([0, 1, 2]);
  });
  it("is searched in all columns, whatever the case", () => {
    expect(page(table, { search: "BON" })).toMatchObject({ shape: [1, 3], rows: [[1, "Bonn", 330, false]] });
    expect(firsts(page(table, { search: "true" }))).toEqual([0]);
  });
  it.each<[{ column: number; by: Condition; value: string }, number[]]>([
    [{ column: 2, by: ">", value: "100" }, [0, 1]],
    [{ column: 2, by: "≤", value: "126" }, [0, 2]],
    [{ column: 1, by: "≠", value: "Ulm" }, [1]],
    [{ column: 1, by: "missing", value: "" }, [2]],
    [{ column: 3, by: "present", value: "" }, [0, 1]],
    [{ column: 3, by: "=", value: "False" }, [1]],
  ])("is filtered: %o", (filter, rows) => {
    expect(firsts(page(table, { filter }))).toEqual(rows);
  });
  it("shows a window of its columns, with those of the index", () => {
    expect(page(table, { left: 1, columns: 1 }).columns.map(({ name }) => name)).toEqual(["", "people"]);
  });
  it("is exported as it is selected", async () => {
    const csv = await sourceOf(table, undefined).csv({ filter: { column: 2, by: ">", value: "100" } }, "t");
    expect(csv).toEqual({ text: ",town,people,open\n0,Ulm,126,True\n1,Bonn,330,False\n" });
  });
});

describe("a table that was cut", () => {
  const cut = { ...table, shape: [5_000, 3] as [number, number], ref: "r" };
  it("is no source of truth where nobody can be asked", () => {
    expect(sourceOf(cut, undefined).whole).toBe(false);
    expect(sourceOf({ ...table, shape: [5_000, 3] }, undefined).whole).toBe(false);
  });
  it("is asked of Python, but for the rows that are here", async () => {
    const asked: unknown[] = [];
    const source = sourceOf(cut, {
      page: async (ref, question) => {
        asked.push({ ref, ...question });
        return table;
      },
      prepare: async () => false,
      save: async () => "t.csv",
    });
    expect(source.whole).toBe(true);
    source.page({ ...all, rows: 3 });
    expect(asked).toEqual([]);
    await source.page({ ...all, rows: 3, from: 3 });
    await source.page({ ...all, rows: 3, sort: { column: 2, direction: "ascending" } });
    expect(asked).toMatchObject([
      { ref: "r", from: 3 },
      { ref: "r", sort: { column: 2 } },
    ]);
    expect(await source.csv({}, "t")).toEqual({ path: "t.csv" });
  });
  it("has a column made ready once, and again only where Python was busy", async () => {
    const [prepared, answers]: [unknown[], boolean[]] = [[], [false, true]];
    const source = sourceOf(cut, {
      page: async () => table,
      prepare: async (ref, what) => {
        prepared.push([ref, what]);
        if (answers.shift() === false) throw new Error("Python is busy.");
        return false;
      },
      save: async () => "t.csv",
    });
    for (let time = 0; time < 3; time++) await source.prepare?.({ sort: 1 });
    await source.prepare?.({ text: 1 });
    expect(prepared).toEqual([
      ["r", { sort: 1 }],
      ["r", { sort: 1 }],
      ["r", { text: 1 }],
    ]);
    expect(sourceOf(table, undefined).prepare).toBeUndefined();
  });
  it("has a column made ready in pieces, until nothing is left", async () => {
    const left = [true, true, false, true];
    const source = sourceOf(cut, {
      page: async () => table,
      prepare: async () => left.shift() ?? false,
      save: async () => "t.csv",
    });
    await source.prepare?.({ text: 1 });
    expect(left).toEqual([true]);
  });
});
