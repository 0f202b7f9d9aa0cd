// Aggregates that may leave: computed here, out of the person's own files, of groups that are large enough.
//
// A table that a model's code returns can call itself an aggregate and be the data; nothing about it tells. So in the mode
// "aggregates" code's tables are reported as coarsely as under "schema", and what leaves is what this file computed.

import { numberOf } from "../schema/kinds";
import type { Probed, Table } from "../schema/probe";

const FUNCTIONS = ["count", "sum", "mean", "std"] as const;
type Measure = { column: string; function: (typeof FUNCTIONS)[number] };

/** What a model asks for. */
export interface AggregateRequest {
  file: string;
  /** The sheet or the table, of a file that has several; "" for the only one. */
  table: string;
  by: string[];
  measures: Measure[];
}

export interface AggregateLimits {
  /** Members that a group has at least. */
  k: number;
  /** Groups that one table has at most. */
  rows: number;
}

/** Columns to group by, and measures, of one table. */
const KEYS = 3;
const MEASURES = 8;

/** Groups that are kept while counting; more is no aggregate. */
const GROUPS = 100_000;

/** Part of a sum that one member may have at most: a sum that is one value, but for a little, is that value. */
const DOMINANT = 0.8;

/** The request in what a model wrote, or a sentence on what is wrong with it. */
export function aggregateRequest(given: Readonly<Record<string, unknown>>): AggregateRequest | string {
  const { file, table = "", by = [], measures = [] } = given;
  if (typeof file !== "string") return "file must be the path of one of the person's files.";
  if (typeof table !== "string") return "table must be the name of a sheet or a table in the file.";
  if (!Array.isArray(by) || by.length > KEYS || by.some((name) => typeof name !== "string")) {
    return `by must be a list of up to ${KEYS} names of columns.`;
  }
  const fine = (one: unknown): one is Measure =>
    typeof one === "object" &&
    one !== null &&
    typeof (one as Measure).column === "string" &&
    FUNCTIONS.includes((one as Measure).function);
  if (!Array.isArray(measures) || measures.length > MEASURES || !measures.every(fine)) {
    return `measures must be a list of up to ${MEASURES} objects with column and function (${FUNCTIONS.join(", ")}).`;
  }
  return { file, table, by: by as string[], measures };
}

/** The table that was asked for, tab-separated, or a sentence. Groups below k are left out. */
export async function aggregate(
  files: readonly Probed[],
  request: AggregateRequest,
  { k, rows }: AggregateLimits,
): Promise<string> {
  const table = tableOf(files, request);
  if (typeof table === "string") return table;
  if (!table.rows) return "Of this table no aggregates are computed here.";
  const keys = request.by.map((name) => columnOf(table, name));
  const measured = request.measures.map(({ column }) => columnOf(table, column));
  if ([...keys, ...measured].includes(-1)) return "There is no column of that name. Names are those of the schema.";
  const groups = new Map<string, { key: string[]; count: number; sums: Sum[] }>();
  try {
    for await (const piece of table.rows([...keys, ...measured], Number.POSITIVE_INFINITY))
      for (const row of piece) {
        const key = keys.map((at) => row[at] ?? "");
        const id = JSON.stringify(key);
        const group = groups.get(id) ?? { key, count: 0, sums: measured.map(() => new Sum()) };
        groups.set(id, group);
        if (groups.size > GROUPS) return "These are too many groups for an aggregate.";
        group.count++;
        for (const [at, column] of measured.entries()) group.sums[at]?.add(numberOf(row[column] ?? ""));
      }
  } catch {
    // Of what is wrong with the file nothing is told: a reader's words may be the data's.
    return "The rows of this file can't be read here.";
  }
  const large = [...groups.values()].filter(({ count }) => count >= k).sort((a, b) => b.count - a.count);
  const head = [...request.by, "rows", ...request.measures.map((one) => `${one.function} of ${one.column}`)];
  const lines = large
    .slice(0, rows)
    .map(({ key, count, sums }) => [
      ...key.map((cell) => cell.slice(0, 80).replace(/\s/g, " ")),
      String(count),
      ...request.measures.map((one, at) => sums[at]?.told(one.function, k) ?? ""),
    ]);
  const notes = [
    large.length < groups.size ? `Groups of fewer than ${k} rows are left out.` : "",
    large.length > rows ? `Only the ${rows} largest groups are shown.` : "",
  ].filter((note) => note !== "");
  return [head.join("\t"), ...lines.map((line) => line.join("\t")), ...notes].join("\n");
}

/** The table that a request means, or a sentence. */
function tableOf(files: readonly Probed[], { file, table: name }: AggregateRequest): Table | string {
  const found = files.find(({ path }) => path === file);
  const parts = found?.parts ?? [];
  if (parts.length && name === "") return "The file has several tables. Name one by table, as the schema has it.";
  const table = parts.length ? parts.find((part) => part.name === name)?.table : found?.table;
  return table ?? "There is no table of that name of which aggregates are computed here.";
}

/** Place of a column; by number ("column 2") where the names stay with the person. */
function columnOf(table: Table, name: string): number {
  if (table.named) return table.columns.findIndex((column) => column.name === name);
  const number = Number(/^column (\d{1,4})$/.exec(name)?.[1] ?? 0);
  return number >= 1 && number <= table.columns.length ? number - 1 : -1;
}

/** What is known of a group's numbers, without keeping them. */
class Sum {
  #count = 0;
  #sum = 0;
  #magnitude = 0;
  #largest = 0;
  #mean = 0;
  #squares = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#count++;
    this.#sum += value;
    this.#magnitude += Math.abs(value);
    this.#largest = Math.max(this.#largest, Math.abs(value));
    const off = value - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (value - this.#mean);
  }

  told(measure: Measure["function"], k: number): string {
    if (this.#count < k) return "withheld";
    if (measure === "count") return String(this.#count);
    if (this.#largest > DOMINANT * this.#magnitude) return "withheld";
    const value = { sum: this.#sum, mean: this.#mean, std: Math.sqrt(this.#squares / Math.max(1, this.#count - 1)) }[
      measure
    ];
    return String(Number(value.toPrecision(6)));
  }
}
