// What a run gives back, in wire form. The harness emits these shapes, guards.ts rebuilds them, host/api/execution.ts presents them.

/** A JSON scalar as a table cell. Dates are ISO strings; missing values are null; integers past 2^53 are strings. */
export type Cell = string | number | boolean | null;

export interface TableColumn {
  name: string;
  /** pandas/numpy dtype name, e.g. "int64", "datetime64[us]", "str". */
  dtype: string;
  role: "index" | "column";
}

/** A data frame or series as structured data; `rows` is capped, `shape` is the whole. */
export interface TableData {
  kind: "table";
  columns: TableColumn[];
  /** Row-major; each row is as long as `columns`. */
  rows: Cell[][];
  /** Whole size: rows, columns (index columns not counted). */
  shape: [number, number];
  /** Where not all of it is here: the name by which the session that showed it knows the whole. */
  ref?: string;
}

/** MIME types of charts that can be touched. Bokeh has no usual one: this is what its `json_item` gives. */
export const CHART_MIMES = [
  "application/vnd.plotly.v1+json",
  "application/vnd.vegalite.v6+json",
  "application/vnd.vegalite.v5+json",
  "application/vnd.vega.v6+json",
  "application/vnd.vega.v5+json",
  "application/vnd.bokeh.item+json",
] as const;

/** A chart of plotly, altair or bokeh: what its library draws. */
export interface Chart {
  mime: (typeof CHART_MIMES)[number];
  /** JSON text. Untrusted: a specification can name addresses, and markup for titles. */
  spec: string;
}

/** One MIME bundle with the fields of Jupyter's and E2B's results. Images are base64. */
export interface Bundle {
  /** As Python prints it. */
  text?: string;
  /** Untrusted markup: never put it into a page of yours as it is. */
  html?: string;
  markdown?: string;
  /** Untrusted markup as well. */
  svg?: string;
  png?: string;
  jpeg?: string;
  latex?: string;
  json?: unknown;
  /** A data frame or series, as data. */
  data?: TableData;
  /** A chart that can be touched; `text` tells what is in it. */
  chart?: Chart;
  /** Alternative text of a figure, from its title and axis labels. */
  alt?: string;
  /** CSS pixels of png or jpeg (the image itself may hold twice as many). */
  width?: number;
  height?: number;
  /** Figure label, for file names. */
  name?: string;
}

export interface ErrorInfo {
  /** Class name, e.g. "ZeroDivisionError". */
  name: string;
  /** Message. */
  value: string;
  /** Text as Python prints it, frames of belljar cut. Ends with "Name: value". */
  traceback: string;
  /** 1-based line of the cell that failed, where there is one. */
  line?: number;
  /** What to do about it, where we know. */
  hint?: string;
}

export interface FileChange {
  /** Relative to the working directory, "/"-separated. */
  path: string;
  change: "created" | "changed" | "deleted";
  /** Bytes; 0 when deleted. */
  size: number;
}

/** One thing the sandbox was refused. Reported from inside: information for people, never evidence. */
export interface Blocked {
  /** Which control: "csp" (the browser refused) or "python" (refused before it got that far). */
  by: "csp" | "python";
  /** What was tried: "fetch", "socket", "import requests", "connect-src", ... */
  what: string;
  /** URL, host or module, at most 500 characters. */
  target: string;
}

export type Status = "ok" | "error" | "timeout" | "interrupted" | "crashed" | "refused" | "unavailable";
