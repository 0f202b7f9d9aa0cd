// Aggregates that may leave: computed here, out of the person's own files, of groups that are large enough.
//
// A table that a model's code returns can call itself an aggregate and be the data; nothing about it tells. So in the mode
// "aggregates" code's tables are reported as coarsely as under "schema", and what leaves is what this file computed.

import { numberOf } from "../schema/kinds";
import type { Probed, Table } from "../schema/probe";
import { Differences, groupOf, type Told } from "./differences";

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

/** A group while it is counted. */
interface Group {
  key: string[];
  count: number;
  sums: Sum[];
}

/**
 * The table that was asked for, tab-separated, or a sentence. Groups below k are left out, and so is what would tell of them by
 * a difference, among what is told now and all that was `told` before; what is told now is added there.
 */
export async function aggregate(
  files: readonly Probed[],
  request: AggregateRequest,
  { k, rows }: AggregateLimits,
  told: Told[] = [],
): Promise<string> {
  const table = tableOf(files, request);
  if (typeof table === "string") return table;
  if (!table.rows) return "Of this table no aggregates are computed here.";
  const by = request.by.map((name) => columnOf(table, name));
  const measured = request.measures.map(({ column }) => columnOf(table, column));
  if ([...by, ...measured].includes(-1)) return "There is no column of that name. Names are those of the schema.";
  const columns = [...new Set(measured)];
  // Of a file that has become another one under the same name, what fits.
  const before = told.filter(
    (one) =>
      one.file === request.file && one.table === request.table && one.by.every((at) => at < table.columns.length),
  );
  const groups = new Map<string, Group>();
  const following = (what: string, how: "counts" | "values"): Differences =>
    new Differences(
      before.filter((one) => one.what === what),
      how,
      k,
    );
  const whole = following("rows", "counts");
  const counts = columns.map((at) => following(`counts ${at}`, "counts"));
  const values = columns.map((at) => following(`values ${at}`, "values"));
  const read = [...by, ...measured, ...before.flatMap((one) => one.by)];
  try {
    for await (const piece of table.rows(read, Number.POSITIVE_INFINITY))
      for (const row of piece) {
        const id = groupOf(row, by);
        const key = by.map((at) => row[at] ?? "");
        const group = groups.get(id) ?? { key, count: 0, sums: columns.map(() => new Sum()) };
        groups.set(id, group);
        group.count++;
        let few = groups.size <= GROUPS && whole.add(row, id, 1);
        for (const [at, column] of columns.entries()) {
          const value = numberOf(row[column] ?? "");
          group.sums[at]?.add(value);
          few &&= (counts[at]?.add(row, id, value) && values[at]?.add(row, id, value)) === true;
        }
        if (!few) return "These are too many groups for an aggregate.";
      }
  } catch {
    // Of what is wrong with the file nothing is told: a reader's words may be the data's.
    return "The rows of this file can't be read here.";
  }
  const large = [...groups].filter(([, { count }]) => count >= k).sort(([, a], [, b]) => b.count - a.count);
  const shown = large.slice(0, rows).map(([id]) => id);
  const chosen = whole.told(shown);
  const counted = counts.map((one) => one.told([...chosen]));
  const valued = values.map((one) => one.told([...chosen]));
  const note = (what: string, ids: Iterable<string>): void => {
    const { file, table: name } = request;
    told.push({ file, table: name, what, by, groups: [...ids] });
  };
  note("rows", chosen);
  for (const [at, column] of columns.entries()) {
    note(`counts ${column}`, counted[at] ?? []);
    note(`values ${column}`, valued[at] ?? []);
  }
  const measure = (id: string, { sums }: Group, { function: name }: Measure, place: number): string => {
    const at = columns.indexOf(place);
    const [numbers, sum] = [counted[at]?.has(id), valued[at]?.has(id)];
    // A sum by a mean is a count.
    const may = name === "count" ? numbers : name === "sum" ? numbers && sum : sum;
    return (may && sums[at]?.told(name, k)) || "withheld";
  };
  const head = [...request.by, "rows", ...request.measures.map((one) => `${one.function} of ${one.column}`)];
  const lines = [...groups].filter(([id]) => chosen.has(id)).sort(([, a], [, b]) => b.count - a.count);
  const notes = [
    large.length < groups.size ? `Groups of fewer than ${k} rows are left out.` : "",
    chosen.size < shown.length
      ? "So are groups by which those, or parts of what was told before, could be computed."
      : "",
    large.length > rows ? `Only the ${rows} largest groups are shown.` : "",
  ].filter((one) => one !== "");
  const cells = lines.map(([id, group]) => [
    ...group.key.map((cell) => cell.slice(0, 80).replace(/\s/g, " ")),
    String(group.count),
    ...request.measures.map((one, at) => measure(id, group, one, measured[at] as number)),
  ]);
  return [head.join("\t"), ...cells.map((line) => line.join("\t")), ...notes].join("\n");
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
  #mean = 0;
  #squares = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#count++;
    this.#sum += value;
    const off = value - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (value - this.#mean);
  }

  told(measure: Measure["function"], k: number): string {
    if (this.#count < k) return "withheld";
    if (measure === "count") return String(this.#count);
    const value = { sum: this.#sum, mean: this.#mean, std: Math.sqrt(this.#squares / Math.max(1, this.#count - 1)) }[
      measure
    ];
    return String(Number(value.toPrecision(6)));
  }
}
