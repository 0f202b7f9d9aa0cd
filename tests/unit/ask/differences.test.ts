// Aggregates under attack: what is told is subtracted from what was told, by every road that is known here; and the controls, in
// which nothing was withheld and the subtraction finds its row.

import { afterAll, describe, expect, test } from "vitest";
import { ask, chat } from "../../../static/src/ask/index";
import { Outflow } from "../../../static/src/ask/outflow/outflow";
import { probe } from "../../../static/src/ask/schema/probe";
import { fakeSandbox } from "./sandboxes";
import { endServers, following, modelServer } from "./servers";

afterAll(endServers);

type Row = [region: string, kind: string, units: number | ""];
const csvOf = (rows: Row[]): string => `region,kind,units\n${rows.map((row) => row.join(",")).join("\n")}\n`;
const many = (count: number, region: string, kind: string, units: (at: number) => number | ""): Row[] =>
  Array.from({ length: count }, (_, at) => [region, kind, units(at)]);
const SUM = [{ column: "units", function: "sum" }];

/** Somebody who asks for one aggregate after the other; gives tables as lists of rows, each with its notes taken off. */
async function asking(rows: Row[]) {
  const file = await probe("a.csv", csvOf(rows));
  const outflow = new Outflow({ mode: "aggregates", k: 10 });
  return async (by: string[], measures: object[] = SUM) => {
    const { outgoing } = await outflow.aggregate([file], { file: "a.csv", by, measures });
    const lines = outgoing.text.split("\n").slice(1);
    const notes = lines.filter((line) => !line.includes("\t") && by.length > 0);
    return { table: lines.filter((line) => !notes.includes(line)).map((line) => line.split("\t")), notes };
  };
}

const numbers = (table: string[][], at: number): number => table.reduce((sum, row) => sum + Number(row.at(at)), 0);

describe("the total less the groups that are shown", () => {
  const rows = [
    ...many(30, "north", "a", (at) => at),
    ...many(20, "south", "a", (at) => at),
    ...many(1, "west", "a", () => 47),
  ];

  test.each([true, false])("is no small group; the total asked for first: %s", async (first) => {
    const aggregate = await asking(rows);
    const total = first ? await aggregate([]) : undefined;
    const { table, notes } = await aggregate(["region"]);
    const all = (total ?? (await aggregate([]))).table;
    const left = numbers(all, 0) - numbers(table, 1);
    expect(table.map(([region]) => region)).toEqual(["north"]);
    expect(left).toBe(21);
    expect(notes.join(" ")).toMatch(/fewer than 10 rows are left out\. So are groups by which those/);
  });

  test("shows all groups where none is small, and all large ones where those that are left out are many: the controls", async () => {
    const aggregate = await asking(rows.slice(0, 50));
    const { table, notes } = await aggregate(["region"]);
    expect([numbers((await aggregate([])).table, 1) - numbers(table, 2), table.length, notes]).toEqual([0, 2, []]);
    const small = Array.from({ length: 4 }, (_, at) => many(5, `s${at}`, "a", (at) => at)).flat();
    expect((await (await asking([...rows.slice(0, 50), ...small]))(["region"])).table).toHaveLength(2);
  });
});

describe("one way of grouping less another", () => {
  // North and south, a and b: each has many rows, but one of them is north and b.
  const rows = [
    ...many(30, "north", "a", (at) => at),
    ...many(1, "north", "b", () => 47),
    ...many(30, "south", "b", (at) => at),
  ];

  test("is no small piece: what would cut it out is left out", async () => {
    const aggregate = await asking(rows);
    expect((await aggregate(["region"])).table).toHaveLength(2);
    const { table, notes } = await aggregate(["kind"]);
    // The rows of kind a are those of north, but for one.
    expect(table).toEqual([]);
    expect(notes).toHaveLength(1);
  });

  test("finds the row where nobody remembers: the control", async () => {
    const [one, other] = [await asking(rows), await asking(rows)];
    const north = (await one(["region"])).table.find(([region]) => region === "north");
    const a = (await other(["kind"])).table.find(([kind]) => kind === "a");
    expect([Number(north?.[1]) - Number(a?.[1]), Number(north?.[2]) - Number(a?.[2])]).toEqual([1, 47]);
  });

  test("is remembered in the question that follows, too", async () => {
    const call = (by: string[]) => ({
      calls: [{ name: "aggregate", arguments: JSON.stringify({ file: "a.csv", by }) }],
    });
    const moves = [call(["region"]), { say: "One." }, call(["kind"]), { say: "Two." }];
    const { base } = await modelServer(following("chat", moves));
    const options = { model: chat({ base, model: "m" }), outflow: "aggregates" as const };
    const first = await ask(fakeSandbox(), "?", { ...options, files: { "a.csv": csvOf(rows) } });
    // As it is kept.
    const kept = JSON.parse(JSON.stringify(first.conversation.aggregates));
    const after = { conversation: { ...first.conversation, aggregates: kept } };
    const second = await ask(fakeSandbox(), "?", { ...options, after });
    expect(first.steps[0]?.sent).toContain("north\t31");
    expect(second.steps[0]?.sent).not.toMatch(/\t\d/);
  });
});

describe("rows less numbers", () => {
  const measures = ["count", "sum", "mean"].map((name) => ({ column: "units", function: name }));

  test("are no few missing values", async () => {
    const rows = [...many(30, "north", "a", (at) => (at < 2 ? "" : at)), ...many(30, "south", "a", (at) => at)];
    const { table } = await (await asking(rows))(["region"], measures);
    expect(table.find(([region]) => region === "north")).toEqual(["north", "30", "withheld", "withheld", "15.5"]);
    // South has all of its numbers, but the total less south would tell of north.
    expect(table.find(([region]) => region === "south")?.slice(0, 3)).toEqual(["south", "30", "withheld"]);
  });

  test("are told where many are missing, or none: the control", async () => {
    const rows = [...many(30, "north", "a", (at) => (at < 12 ? "" : at)), ...many(30, "south", "a", (at) => at)];
    const { table } = await (await asking(rows))(["region"], measures);
    expect(table).toEqual([
      ["north", "30", "18", "369", "20.5"],
      ["south", "30", "30", "435", "14.5"],
    ]);
  });
});

test("a sum that is left over is no single value, however many rows it has", async () => {
  const rows = [...many(30, "north", "a", (at) => at), ...many(12, "west", "a", (at) => (at === 0 ? 100_000 : 1))];
  const aggregate = await asking(rows);
  const total = (await aggregate([])).table;
  const { table } = await aggregate(["region"]);
  expect(total[0]?.[1]).toBe("withheld");
  expect(table.map((row) => row[2])).toEqual(["withheld", "withheld"]);
});

test("whatever is asked, in whatever order, no sum or difference of what was told is of few rows", async () => {
  let seed = 3;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 12; round++) {
    const rows: Row[] = Array.from({ length: 90 }, () => [`r${random(2 + random(5))}`, `k${random(3)}`, 1 + random(9)]);
    const aggregate = await asking(rows);
    const sets: Set<number>[] = [new Set(rows.keys())];
    for (const by of [["kind"], ["region"], ["region", "kind"], []]) {
      for (const line of (await aggregate(by)).table) {
        const own = rows.flatMap((row, at) => {
          const key = by.map((name) => row[name === "region" ? 0 : 1]);
          return key.every((cell, place) => cell === line[place]) ? [at] : [];
        });
        expect(String(own.length)).toBe(line[by.length]);
        sets.push(new Set(own));
      }
    }
    const pieces = new Map<string, number>();
    for (const at of rows.keys()) {
      const key = sets.map((set) => Number(set.has(at))).join("");
      pieces.set(key, (pieces.get(key) ?? 0) + 1);
    }
    expect(Math.min(...pieces.values())).toBeGreaterThanOrEqual(10);
  }
});
