// Files whose schema stands in their bytes: workbooks, Parquet, databases, as common tools write them (fixtures/tables).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Outflow } from "../../../static/src/ask/outflow/outflow";
import { type Probed, probe } from "../../../static/src/ask/schema/probe";

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/tables/${name}`, import.meta.url)));
const probed = (name: string): Promise<Probed> => probe(name, bytesOf(name));
const told = async (name: string, mode: "schema" | "everything" = "schema"): Promise<string> =>
  (await new Outflow({ mode }).files([await probed(name)])).text;

const PEOPLE =
  '301 rows; columns: "id" (number), "full name" (text), "born, on" (date), "revenue" (number), "member" (boolean), ' +
  '"odd`one" (mixed), "note" (text)';

test.each(["people.sqlite", "wide.db"])(
  "a database, %s, tells its tables, their columns as declared, and counts",
  async (name) => {
    const lines = (await told(name)).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      `"${name}", "people" in it: ${PEOPLE}`,
      `"${name}", "é 🙂" in it: 700 rows; columns: "a" (number), "b" (number)`,
    ]);
    // Its statement lies on several pages.
    expect(lines[2]).toMatch(
      /"wide" in it: fewer than 10 rows; columns: "a_rather_long_name_of_column_0" \(number\), .*_59" \(number\)$/,
    );
    expect(lines[3]).toBe(`"${name}", "empty" in it: fewer than 10 rows; columns: "a" (mixed)`);
    expect(lines).toHaveLength(4);
  },
);

test("a Parquet file tells its columns by their logical kinds, and its rows' count", async () => {
  expect(await told("sales.parquet")).toBe(
    '"sales.parquet": 40 rows; columns: "region" (text), "units" (number), "price" (number), "cost" (number), "day" (date), ' +
      '"at" (date), "paid" (boolean), "tags" (mixed), "where" (mixed), "last" (text)',
  );
});

test("a workbook tells its sheets; a first line that may be data stays here, as with CSV", async () => {
  expect((await told("book.xlsx")).split("\n")).toEqual([
    '"book.xlsx", "Sales & more" in it: 26 rows; columns: "region" (text), "day" (date), "units" (number), "price €" (number), "paid" (boolean)',
    '"book.xlsx", "bare" in it: 12 rows; columns: column 1 (text), column 2 (text). The names of its columns are withheld, its first line may be data: use positions (frame.columns[0])',
  ]);
});

describe("aggregates", () => {
  const of = async (name: string, asked: object, k = 10) => {
    const outflow = new Outflow({ mode: "aggregates", k });
    const { outgoing, failed } = await outflow.aggregate([await probed(name)], { file: name, ...asked });
    // None of these files' secrets comes of it, whatever was asked.
    for (const word of ["Zenobia", "Quillfeather", "4711"]) expect(outgoing.text).not.toContain(word);
    expect(failed).toBe(false);
    return outgoing.text.split("\n");
  };
  const sum = (column: string) => ({ column, function: "sum" });
  const mean = (column: string) => ({ column, function: "mean" });
  const FEW = "Groups of fewer than 10 rows are left out.";
  // In each of these files one row is somebody's: the group that is worth least hides it, by a difference from all rows.
  const HIDING = "So are groups by which those, or parts of what was told before, could be computed.";

  test("are computed of a workbook with one sheet, and of a sheet that is named in one with several", async () => {
    expect(await of("single.xlsx", { by: ["region"] })).toEqual(["region\trows", "north\t15", "south\t15"]);
    expect(await of("book.xlsx", { by: ["region"] })).toEqual([
      "The file has several tables. Name one by table, as the schema has it.",
    ]);
    const measures = [sum("units"), mean("price €")];
    expect(await of("book.xlsx", { table: "Sales & more", by: ["region"], measures })).toEqual([
      "region\trows\tsum of units\tmean of price €",
      "north\t13\twithheld\t15",
      FEW,
      HIDING,
    ]);
    // Columns without names by their places, as the schema has them.
    expect(await of("book.xlsx", { table: "bare", by: ["column 2"] })).toEqual(["column 2\trows", FEW, HIDING]);
    expect((await of("book.xlsx", { table: "none" }))[0]).toMatch(/^There is no table of that name/);
  });

  test("are computed of a database's tables: ids, fractions, negative numbers, rows on several pages", async () => {
    const measures = [sum("number"), sum("price"), { column: "debt", function: "count" }, mean("price")];
    expect(await of("sold.sqlite", { table: "sold", by: ["region"], measures })).toEqual([
      "region\trows\tsum of number\tsum of price\tcount of debt\tmean of price",
      "north\t30\twithheld\twithheld\twithheld\twithheld",
      FEW,
      HIDING,
    ]);
    const debts = (await of("sold.sqlite", { table: "sold", by: ["debt"] }, 6)).slice(1, -2);
    const cells = debts.map((line) => line.split("\t")[0]);
    const all = ["-1", "300", "-70000", "9000000", "-3000000000", "35184372088832", "-1152921504606846976", "0", "1"];
    expect(cells.sort()).toEqual(all.sort());
    expect(await of("sold.sqlite", { table: "sold", by: ["seen"] }, 20)).toEqual([
      "seen\trows",
      "Groups of fewer than 20 rows are left out.",
      HIDING,
    ]);
    const people = { table: "people", measures: [mean("revenue"), mean("id")] };
    for (const name of ["people.sqlite", "wide.db"])
      expect(await of(name, people)).toEqual(["rows\tmean of revenue\tmean of id", "301\t149.505\t164.654"]);
  });

  test.each([
    ["apart", "Of this table no aggregates are computed here."],
    ["computed", "Of this table no aggregates are computed here."],
    ["later", "The rows of this file can't be read here."],
  ])("of a database's table %s, whose cells lie elsewhere than declared, there are none", async (table, sentence) => {
    expect(await of("sold.sqlite", { table, measures: [sum("b")] })).toEqual([sentence]);
  });

  test.each(["groups.parquet", "packed.parquet", "zipped.parquet"])(
    "are computed of %s, over its groups of rows",
    async (name) => {
      const measures = [sum("units"), { column: "units", function: "count" }, mean("price"), sum("cost")];
      expect(await of(name, { by: ["region", "day"], measures })).toEqual([
        "region\tday\trows\tsum of units\tcount of units\tmean of price\tsum of cost",
        "north\t2026-01-01\t30\twithheld\twithheld\t7.25\t86",
        FEW,
        HIDING,
      ]);
      expect(await of(name, {})).toEqual(["rows", "61"]);
    },
  );

  test("of a file packed in a way that isn't read here there are none, and its schema is told all the same", async () => {
    expect(await of("brotli.parquet", { by: ["region"] })).toEqual(["The rows of this file can't be read here."]);
    expect(await told("brotli.parquet")).toContain('61 rows; columns: "region" (text), "units" (number)');
  });
});

test.each(["people.sqlite", "wide.db", "sales.parquet", "groups.parquet", "book.xlsx"])(
  "no row of %s is told under schema",
  async (name) => {
    const text = await told(name);
    for (const word of ["Zenobia", "Quillfeather", "4711", "Person", "north"]) expect(text).not.toContain(word);
    // The control: it is in what was read.
    const raw = Buffer.from(bytesOf(name));
    const wide = Buffer.from("Zenobia", "utf16le");
    const ways = [Buffer.from("Zenobia"), wide, Buffer.from(wide).swap16()];
    expect(ways.some((way) => raw.includes(way)) || (await told(name, "everything")).includes("north")).toBe(true);
  },
);

test.each([
  ...["people.sqlite", "wide.db", "sold.sqlite", "groups.parquet", "packed.parquet", "zipped.parquet"],
  ...["book.xlsx", "single.xlsx"],
])(
  "%s, cut or damaged anywhere, is unknown or read, and never a fault or a wait",
  async (name) => {
    const whole = bytesOf(name);
    const began = performance.now();
    let [seed, unknown] = [7, 0];
    for (let at = 0; at < 150; at++) {
      const bytes = whole.slice(0, at % 3 ? whole.length : Math.floor((whole.length * at) / 150));
      for (let change = 0; change < at % 9; change++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        // Most of what matters stands at either end.
        const near = seed % Math.min(bytes.length || 1, 2_000);
        bytes[at % 2 ? near : bytes.length - 1 - near] = seed >>> 24;
      }
      const found = await probe(name, bytes);
      if (!found.table && !found.parts) unknown++;
      for (const one of found.parts ?? (found.table ? [{ name: "", table: found.table }] : [])) {
        const asked = { file: name, table: one.name, by: [one.table.columns[0]?.name ?? ""] };
        const { outgoing } = await new Outflow({ mode: "aggregates" }).aggregate([found], asked);
        expect(outgoing.text).not.toContain("Zenobia");
      }
    }
    expect(unknown).toBeGreaterThan(20);
    expect(performance.now() - began).toBeLessThan(20_000);
  },
  30_000,
);

test("a file that unpacks to far more than it is, is unknown", async () => {
  const zeros = new Blob([new Uint8Array(70_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(zeros).arrayBuffer());
  const name = Buffer.from("xl/workbook.xml");
  const head = (size: number) => Buffer.alloc(size);
  const local = head(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const central = head(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt16LE(name.length, 28);
  const end = head(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  const bomb = Buffer.concat([local, name, packed, central, name, end]);
  expect(bomb.length).toBeLessThan(200_000);
  expect(await probe("bomb.xlsx", new Uint8Array(bomb))).toMatchObject({ table: null, bytes: bomb.length });
});
