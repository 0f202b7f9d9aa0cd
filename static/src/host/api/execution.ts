// What `execute` gives back.

import type { RunOutcome, Truncated } from "../../protocol/messages";
import type { Blocked, Bundle, Chart, ErrorInfo, FileChange, Status, TableData } from "../../protocol/results";

const MIME: [keyof Bundle, string][] = [
  ["text", "text/plain"],
  ["html", "text/html"],
  ["markdown", "text/markdown"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["jpeg", "image/jpeg"],
  ["latex", "text/latex"],
  ["json", "application/json"],
  ["data", "application/vnd.belljar.table+json"],
];

/** One thing a cell showed: a MIME bundle with Jupyter's and E2B's fields. */
export class Result implements Bundle {
  readonly text?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly svg?: string;
  readonly png?: string;
  readonly jpeg?: string;
  readonly latex?: string;
  readonly json?: unknown;
  readonly data?: TableData;
  readonly chart?: Chart;
  readonly alt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly name?: string;

  /** @internal */
  constructor(
    bundle: Bundle,
    /** True for the value of the cell's last expression, false for what it displayed. */
    readonly isMain: boolean,
  ) {
    Object.assign(this, bundle);
  }

  /** The image as base64: PNG, else JPEG. Undefined when this is no raster image. */
  get contentBase64(): string | undefined {
    return this.png ?? this.jpeg;
  }

  /** MIME types present, plainest first. */
  get mime(): string[] {
    const found = MIME.filter(([field]) => this[field] !== undefined).map(([, type]) => type);
    return this.chart ? [...found, this.chart.mime] : found;
  }
}

/** What a run printed. */
export interface Logs {
  stdout: string;
  stderr: string;
}

interface ExecutionFields {
  status: Status;
  results?: Result[];
  logs?: Logs;
  error?: ErrorInfo | null;
  ran?: boolean;
  executionCount?: number;
  durationMs?: number;
  files?: FileChange[];
  truncated?: { streamChars: number; displays: number } | undefined;
  blocked?: Blocked[];
  packages?: string[];
  note?: string | null;
}

/** The complete answer to one `execute`. */
export class Execution {
  /** "ok" | "error" | "timeout" | "interrupted" | "crashed" | "refused" | "unavailable" */
  readonly status: Status;
  /** What it showed, in order: figures, tables, the value of its last expression. */
  readonly results: Result[];
  readonly logs: Logs;
  /** What was raised, or why it didn't run; undefined when all went well. */
  readonly error: ErrorInfo | undefined;
  /** Whether the code began to run: false when it was refused, cancelled before, or could not be compiled or loaded. */
  readonly ran: boolean;
  /** Number of the run in its context, from 1; 0 where it has none. */
  readonly executionCount: number;
  /** Running time of the code in milliseconds; loading packages is not counted. */
  readonly durationMs: number;
  /** Files the code created, changed or deleted; of code that was ended, those that had been handed over by then. */
  readonly files: FileChange[];
  /** What was left out of the output because there was too much of it. */
  readonly truncated: { streamChars: number; displays: number } | undefined;
  /** What the sandbox refused while the code ran. Said by the sandbox's inside: information, not evidence. */
  readonly blocked: Blocked[];
  /** Packages that were loaded for this run. */
  readonly packages: string[];
  /** What was lost and what was kept, in a sentence, where anything was. */
  readonly note: string | undefined;
  readonly backend = "browser";

  /** @internal */
  constructor(fields: ExecutionFields) {
    this.status = fields.status;
    this.results = fields.results ?? [];
    this.logs = fields.logs ?? { stdout: "", stderr: "" };
    this.error = fields.error ?? undefined;
    this.ran = fields.ran ?? false;
    this.executionCount = fields.executionCount ?? 0;
    this.durationMs = fields.durationMs ?? 0;
    this.files = fields.files ?? [];
    this.truncated = fields.truncated;
    this.blocked = fields.blocked ?? [];
    this.packages = fields.packages ?? [];
    this.note = fields.note ?? undefined;
  }

  /** Whether the code ran to its end; where it didn't, `note` or `error.value` says why. */
  get ok(): boolean {
    return this.status === "ok";
  }

  /** The last expression as text; undefined when there was none. */
  get text(): string | undefined {
    return this.results.find((result) => result.isMain)?.text;
  }

  /** What it printed. */
  get stdout(): string {
    return this.logs.stdout;
  }

  /** What it printed to standard error; warnings are there, too. */
  get stderr(): string {
    return this.logs.stderr;
  }

  /** Every image the cell showed. */
  get plots(): Result[] {
    return this.results.filter((result) => result.contentBase64 !== undefined || result.svg !== undefined);
  }

  /** @internal A result for code that never ran. */
  static without(status: "refused" | "unavailable" | "interrupted", name: string, value: string): Execution {
    const traceback = `${name}: ${value}`;
    return new Execution({ status, error: { name, value, traceback }, note: value });
  }
}

/** Gathers a run's events until its outcome completes them. */
export class Gathering {
  #stdout: string[] = [];
  #stderr: string[] = [];
  #results: Result[] = [];
  readonly #ids = new Map<string, number>();
  /** What there is goes when more comes. */
  #clearing = false;
  readonly blocked: Blocked[] = [];
  readonly packages: string[] = [];

  /** Code clears its output: what it had shown is none of its answer. With `wait` not before more comes. */
  clear(wait: boolean): void {
    this.#clearing = wait;
    if (wait) return;
    this.#stdout = [];
    this.#stderr = [];
    this.#results = [];
    this.#ids.clear();
  }

  stream(name: "stdout" | "stderr", text: string): void {
    if (this.#clearing) this.clear(false);
    (name === "stdout" ? this.#stdout : this.#stderr).push(text);
  }

  /** Adds a display, or replaces the one with the same id. */
  display(result: Result, id: string | null, update: boolean): void {
    const at = id === null ? undefined : this.#ids.get(id);
    if (update && at !== undefined) {
      this.#results[at] = result;
      return;
    }
    if (update) return;
    if (this.#clearing) this.clear(false);
    if (id !== null) this.#ids.set(id, this.#results.length);
    this.#results.push(result);
  }

  finish(outcome: RunOutcome): Execution {
    return new Execution({
      ...this.#gathered,
      status: outcome.status,
      error: outcome.error,
      ran: outcome.ran,
      executionCount: outcome.execution_count,
      durationMs: outcome.duration_ms,
      files: outcome.changes,
      truncated: truncated(outcome.truncated),
      note: outcome.note,
    });
  }

  /** Nobody is left who could say how it ended. `durationMs`: of code that has begun. */
  unavailable(reason: string, durationMs: number | undefined): Execution {
    const error = { name: "Unavailable", value: reason, traceback: `Unavailable: ${reason}` };
    const ran = durationMs !== undefined;
    return new Execution({
      ...this.#gathered,
      status: "unavailable",
      error,
      ran,
      durationMs: durationMs ?? 0,
      note: reason,
    });
  }

  get #gathered(): Pick<ExecutionFields, "results" | "logs" | "blocked" | "packages"> {
    const logs = { stdout: this.#stdout.join(""), stderr: this.#stderr.join("") };
    return { results: this.#results, logs, blocked: this.blocked, packages: this.packages };
  }
}

function truncated(wire: Truncated | null): { streamChars: number; displays: number } | undefined {
  return wire ? { streamChars: wire.stream_chars, displays: wire.displays } : undefined;
}
