// The rows of the table: what each is called, its target, and how its samples become one number.

/** Samples by side, in turn: the n-th of each were taken one after the other. */
export interface Samples {
  plain: number[];
  ours: number[];
}

export interface Row {
  key: string;
  title: string;
  unit: "ms" | "MB";
  /** What `value` may be: a ratio against the plain page, or a number in the row's unit. */
  target?: { ratio: number } | { at_most: number };
  /** The row of the plain page that it is held against, if not its own. */
  against?: string;
}

export const ROWS: Row[] = [
  { key: "first", title: "first visit, empty browser cache", unit: "ms", target: { ratio: 0.2 } },
  { key: "repeat", title: "repeat visit, warm HTTP cache", unit: "ms", target: { ratio: 0.1 } },
  { key: "version", title: "a further sandbox: until `print(pd.__version__)`", unit: "ms", target: { ratio: 0.05 } },
  { key: "further", title: "a further sandbox: until a figure", unit: "ms", target: { ratio: 0.07 } },
  { key: "pool", title: "`reset()` with a spare: until `print(1)`", unit: "ms", target: { at_most: 50 } },
  { key: "kill", title: "after a kill: until the figure works again", unit: "ms", target: { at_most: 150 } },
  { key: "spare", title: "after a kill: until the next spare", unit: "ms", target: { ratio: 0.06 }, against: "kill" },
  { key: "bytes", title: "bytes until the first figure", unit: "MB", target: { ratio: 1 } },
  { key: "at100", title: "first visit at 100 Mbit/s", unit: "ms" },
  { key: "at20", title: "first visit at 20 Mbit/s", unit: "ms" },
  { key: "suite", title: "ten cells", unit: "ms", target: { ratio: 1.02 } },
  { key: "lines", title: "100,000 printed lines", unit: "ms", target: { ratio: 1 } },
  { key: "gap", title: "100,000 printed lines: longest gap of the page", unit: "ms", target: { at_most: 50 } },
  { key: "memory", title: "memory of a further sandbox", unit: "MB", target: { ratio: 0.5 } },
];

/** One for each timed cell: their sum hides what one of them costs behind what another one gains. */
export function cellRows(names: readonly string[]): Row[] {
  return names.map((name) => ({ key: cellKey(name), title: `cell: ${name}`, unit: "ms", target: { ratio: 1.05 } }));
}

export const cellKey = (name: string): string => `cell ${name}`;

export interface Figure {
  median: number;
  least: number;
  most: number;
  count: number;
}

export interface Outcome extends Row {
  plain: Figure | null;
  ours: Figure | null;
  /** Ours by plain, of the medians. */
  ratio: number | null;
  met: boolean | null;
}

export function figure(samples: number[]): Figure | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? 0;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, least: at(0), most: at(sorted.length - 1), count: sorted.length };
}

export function outcomes(samples: Map<string, Samples>, rows: readonly Row[] = ROWS): Outcome[] {
  return rows
    .filter((row) => samples.has(row.key))
    .map((row) => {
      const plain = figure(samples.get(row.against ?? row.key)?.plain ?? []);
      const ours = figure(samples.get(row.key)?.ours ?? []);
      const ratio = plain && ours ? ours.median / plain.median : null;
      let met: boolean | null = null;
      if (row.target && "ratio" in row.target) met = ratio === null ? null : ratio <= row.target.ratio;
      else if (row.target) met = ours === null ? null : ours.median <= row.target.at_most;
      return { ...row, plain, ours, ratio, met };
    });
}

const shown = (value: Figure | null, unit: string): string =>
  value === null ? "–" : `${format(value.median)} ${unit} (${format(value.least)}–${format(value.most)})`;

const format = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));

export function table(found: Outcome[]): string {
  const head = ["what", "plain page", "belljar", "ratio", "target", ""];
  const lines = found.map((row) => [
    row.title,
    shown(row.plain, row.unit),
    shown(row.ours, row.unit),
    row.ratio === null ? "–" : row.ratio.toFixed(3),
    !row.target ? "–" : "ratio" in row.target ? `≤ ${row.target.ratio}` : `≤ ${row.target.at_most} ${row.unit}`,
    row.met === null ? "" : row.met ? "met" : "MISSED",
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => (line[column] ?? "").length)));
  return [head, ...lines].map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")).join("\n");
}
