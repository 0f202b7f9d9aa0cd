// The one place that decides what leaves. Whatever of files, executions and errors goes into a request to a model comes out of
// here as text, and nothing asks the model to keep to anything. docs/ask.md has the reasons.

import type { Execution } from "../../host/index";
import type { Column, Probed, Table } from "../schema/probe";
import { type AggregateLimits, aggregate, aggregateRequest } from "./aggregate";
import { coarse, hold, LATE_MS } from "./coarse";
import type { Told } from "./differences";
import { cut, figures, whole } from "./whole";

/** How much may leave, the least first. */
export const MODES = ["schema", "aggregates", "approve", "everything"] as const;
export type Mode = (typeof MODES)[number];

/** What a person is shown before it leaves. */
export interface Proposed {
  /** What it is about: the person's files, or what a step's code gave. */
  about: "files" | "step";
  /** Number of the step; 0 for files. */
  step: number;
  /** Exactly what would be sent. */
  text: string;
}

export interface OutflowOptions {
  mode: Mode;
  /** Rows that a count or a group has at least (default 10, at least 2). */
  k?: number;
  /** Rows of a table of aggregates at most (default 50). */
  rows?: number;
  /** In the mode "approve": gives the text that is sent, as it is or edited; null sends nothing of it. */
  approve?(proposed: Proposed): Promise<string | null>;
  /**
   * By path, whether a file's first line has the names of its columns. Without a word they are told where the file shows it
   * (a first line of names above columns of numbers or dates), and else stay here.
   */
  headers?: Readonly<Record<string, boolean>>;
}

/** What may leave about something. */
export interface Outgoing {
  text: string;
  images: readonly string[];
  /** What the choice of it can carry at most; undefined in modes that send what code shows. */
  bits: number | undefined;
  /** The person struck it out. */
  denied?: boolean;
}

/** Said in place of what a person struck out. */
const STRUCK = "The person did not let this result be sent. Go on without it, or answer with what you have.";

/** Rows that are shown beside the schema under "everything". */
const SAMPLE = 5;

/** Longest text that a person may make of a report, in characters. */
const EDITED_CHARS = 100_000;

export class Outflow {
  readonly mode: Mode;
  /** Aggregates that were told, in the whole conversation: what is told next is weighed with them. */
  readonly told: Told[] = [];
  readonly #limits: AggregateLimits;
  readonly #approve: OutflowOptions["approve"];

  /** Throws a TypeError or RangeError for options that can't be. */
  constructor({ mode, k = 10, rows = 50, approve }: OutflowOptions) {
    if (!MODES.includes(mode)) throw new TypeError(`outflow must be one of ${MODES.join(", ")}, not ${String(mode)}.`);
    if (!Number.isInteger(k) || k < 2) throw new RangeError(`k must be a whole number from 2 on, not ${String(k)}.`);
    if (!Number.isInteger(rows) || rows < 1)
      throw new RangeError(`rows must be a whole number from 1 on, not ${rows}.`);
    if (mode === "approve" && typeof approve !== "function") {
      throw new TypeError('The mode "approve" needs a function approve, which is given each text before it is sent.');
    }
    this.mode = mode;
    this.#limits = { k, rows };
    this.#approve = approve;
  }

  /** Code's results leave only as one of a closed list of reports. */
  get closed(): boolean {
    return this.mode === "schema" || this.mode === "aggregates";
  }

  /** What may be said of the person's files. */
  async files(files: readonly Probed[]): Promise<Outgoing> {
    if (!files.length) return { text: "", images: [], bits: 0 };
    const text = (await Promise.all(files.map((file) => this.#file(file)))).join("\n");
    return this.#asked({ about: "files", step: 0, text }, []);
  }

  /** What may be said of a run of `code`. */
  async execution(step: number, code: string, execution: Execution): Promise<Outgoing> {
    if (this.closed) return { ...coarse(execution, code.split("\n").length), images: [] };
    return this.#asked({ about: "step", step, text: whole(execution) }, figures(execution));
  }

  /** A table of aggregates of the person's files. */
  async aggregate(
    files: readonly Probed[],
    given: Readonly<Record<string, unknown>>,
  ): Promise<{ outgoing: Outgoing; failed: boolean }> {
    const request = aggregateRequest(given);
    const failed = typeof request === "string";
    const text = failed ? request : cut(await aggregate(files, request, this.#limits, this.told), 8_000);
    return { outgoing: { text, images: [], bits: 0 }, failed };
  }

  /**
   * Waits for the next moment at which a report on what began at `began` may leave (`performance.now()`). `wait` waits for
   * so many milliseconds, and may reject.
   */
  async moment(began: number, wait: (ms: number) => Promise<void>): Promise<void> {
    if (!this.closed) return;
    for (;;) {
      const ms = performance.now() - began;
      const due = ms + hold(ms);
      await wait(due - ms);
      // What is drawn meanwhile can keep the page busy beyond that moment, and it can be the data's: then the next one.
      if (performance.now() - began - due <= LATE_MS) return;
    }
  }

  async #asked(proposed: Proposed, images: readonly string[]): Promise<Outgoing> {
    const bits = this.closed ? 0 : undefined;
    if (this.mode !== "approve") return { text: proposed.text, images: this.closed ? [] : images, bits };
    const said: unknown = await this.#approve?.(proposed);
    // Only a text that came back is a yes; figures can't be read through and struck out, so they stay.
    if (typeof said !== "string") return { text: STRUCK, images: [], bits, denied: true };
    return { text: cut(said, EDITED_CHARS), images: [], bits };
  }

  /** One file: its name as the person has it, its size, its columns. */
  async #file({ path, bytes, table, parts }: Probed): Promise<string> {
    const name = JSON.stringify(path);
    if (parts?.length) {
      const texts = parts.map((part) => this.#table(`${name}, ${JSON.stringify(part.name)} in it`, part.table));
      return (await Promise.all(texts)).join("\n");
    }
    if (!table) return `${name}: ${bytes} bytes; its columns are not known here, your code can read them`;
    return this.#table(name, table);
  }

  async #table(name: string, table: Table): Promise<string> {
    const { k } = this.#limits;
    const count = !this.closed || table.count >= k ? `${table.count} rows` : `fewer than ${k} rows`;
    const withheld = this.closed && !table.named;
    const columns = table.columns.map((column, at) => columnText(column, at, withheld)).join(", ");
    const note = withheld
      ? ". The names of its columns are withheld, its first line may be data: use positions (frame.columns[0])"
      : "";
    const sample = this.mode === "everything" ? await sampleOf(table) : "";
    return `${name}: ${count}; columns: ${columns}${note}${sample}`;
  }
}

const columnText = ({ name, kind }: Column, at: number, withheld: boolean): string =>
  `${withheld ? `column ${at + 1}` : JSON.stringify(name)} (${kind})`;

/** The first rows of a table; none of one whose rows can't be read here. */
async function sampleOf({ rows, columns }: Table): Promise<string> {
  const lines: string[] = [];
  try {
    const pieces = rows?.(
      columns.map((_, at) => at),
      SAMPLE,
    );
    for await (const piece of pieces ?? [])
      for (const row of piece) if (lines.push(cut(row.join("\t"), 500)) >= SAMPLE) break;
  } catch {}
  return lines.length ? `\nfirst rows:\n${lines.slice(0, SAMPLE).join("\n")}` : "";
}
