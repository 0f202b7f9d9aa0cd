// Every message that one room accepts from the next: what it is made of, as the parsers that rebuild it. The rule (MCP's):
// valid → deliver; foreign → ignore (null); ours but malformed → Malformed. The types of messages are what these let through.
//
//   host  ⇄  frame     over one MessagePort, handed over once          HostMessage / FrameMessage
//   frame ──► worker   postMessage, trusted                            WorkerCommand (messages.ts)
//   worker ──► frame   only JSON text and file blobs, no live objects  WorkerMessage

import { frameLimits } from "./limits";
import type {
  BootSettings,
  Check,
  FileInfo,
  Inspection,
  MountedFile,
  ReadyInfo,
  RunOptions,
  RunOutcome,
} from "./messages";
import { isPlainPath } from "./paths";
import {
  type Bundle,
  type Cell,
  CHART_MIMES,
  type Chart,
  type ErrorInfo,
  type FileChange,
  type TableColumn,
  type TableData,
} from "./results";
import {
  amount,
  blob,
  buffer,
  count,
  flag,
  json,
  list,
  Malformed,
  type MessageOf,
  mapOf,
  oneOf,
  optional,
  orNull,
  type Parse,
  record,
  text,
  union,
  withDefault,
} from "./shape";

const NAME = 200;
const SENTENCE = 4_000;
const DOC = 20_000;
const TEXT = 64_000_000;
/** Files of one folder. */
const MOUNTED = 100_000;
/** Cells of a table. */
const CELLS = 1_000_000;

const kind = <T extends string>(name: T): Parse<T> => oneOf(name);

/**
 * A plain path relative to the working directory; see `isPlainPath`. One rule for both directions, so a file can neither
 * be written nor reported outside the session's folder, nor under a name that is hidden or stands for another one.
 */
export const path: Parse<string> = (value, at) => {
  const given = text(500)(value, at);
  if (!isPlainPath(given)) throw new Malformed(`${at} must be a file name or a path like "folder/file.csv"`);
  // Some systems hand letters over in parts (NFD), and nobody types them so: one name, one file.
  return given.normalize("NFC");
};

const base64 =
  (max: number): Parse<string> =>
  (value, at) => {
    const given = text(max)(value, at);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw new Malformed(`${at} must be base64`);
    return given;
  };

const cell: Parse<Cell> = (value, at) => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  throw new Malformed(`${at} must be a table cell`);
};

const column: Parse<TableColumn> = record<TableColumn>({
  name: text(SENTENCE),
  dtype: text(NAME),
  role: oneOf("index", "column"),
});

const columns = list(column, 2_000);

const pair: Parse<[number, number]> = (value, at) => {
  const [first, second, ...rest] = list(count(), 2)(value, at);
  if (first === undefined || second === undefined || rest.length > 0) throw new Malformed(`${at} must be a pair`);
  return [first, second];
};

export const table: Parse<TableData> = (value, at) => {
  const { columns: heads } = record<Pick<TableData, "columns">>({ columns })(value, at);
  const row: Parse<Cell[]> = (cells, where) => {
    if (!Array.isArray(cells) || cells.length !== heads.length) {
      throw new Malformed(`${at}.rows must be as wide as its columns`);
    }
    return list(cell, heads.length)(cells, where);
  };
  return record<TableData>({
    kind: kind("table"),
    columns: () => heads,
    // One row may have been sent a hundred thousand times at the price of one: the whole has a limit, too.
    rows: list(row, Math.min(100_000, Math.floor(CELLS / Math.max(1, heads.length)))),
    shape: pair,
    ref: optional(text(64)),
  })(value, at);
};

export const bundle: Parse<Bundle> = record<Bundle>({
  text: optional(text(TEXT)),
  html: optional(text(TEXT)),
  markdown: optional(text(TEXT)),
  svg: optional(text(TEXT)),
  png: optional(base64(TEXT)),
  jpeg: optional(base64(TEXT)),
  latex: optional(text(TEXT)),
  // A lone NaN is null, and null is no value.
  json: (value, at) => optional(json(40))(value, at) ?? undefined,
  data: optional(table),
  chart: optional(record<Chart>({ mime: oneOf(...CHART_MIMES), spec: text(TEXT) })),
  alt: optional(text(SENTENCE)),
  width: optional(amount),
  height: optional(amount),
  name: optional(text(NAME)),
});

export const errorInfo: Parse<ErrorInfo> = record<ErrorInfo>({
  name: text(NAME),
  value: text(200_000),
  traceback: text(1_000_000),
  line: optional(count()),
  hint: optional(text(SENTENCE)),
});

export const change: Parse<FileChange> = record<FileChange>({
  path,
  change: oneOf("created", "changed", "deleted"),
  size: count(),
});

const blocked = { by: oneOf("csp", "python"), what: text(NAME), target: text(500) };
const pack = record({ name: text(NAME), version: text(NAME) });
const packs = list(pack, 1_000);
const names = list(text(NAME), 1_000);
const namedBytes = record({ name: text(500), bytes: buffer });
const truncated = orNull(record({ stream_chars: count(), displays: count() }));
const id = text(64);
const steps = list(record({ name: text(NAME), start: amount, ms: amount }), 100);
const settings = record<BootSettings>({
  limits: frameLimits,
  packages: mapOf(record({ version: text(NAME), imports: names, depends: names }), 2_000),
  load: names,
  interrupt: flag,
  pool: count(),
});
const stream = oneOf("stdout", "stderr");

// ---------------------------------------------------------------- worker → frame (JSON text)

/** Messages of a worker: JSON text. */
export type WorkerMessage = MessageOf<typeof fromWorker>;

const fromWorker = union({
  stage: { label: text(NAME) },
  ready: { python: text(NAME), pyodide: text(NAME), jspi: flag, packages: names, steps },
  failed: { reason: text(SENTENCE) },
  warmed: {},
  /** `part`: one of a snapshot's (snapshot.ts), or `deferredOf` a package. */
  page: { part: text(500), offset: count(), length: count() },
  need: { id, names },
  installed: { id, names },
  input: { run: id, id, prompt: text(SENTENCE), password: flag },
  blocked: { ...blocked },
  started: { run: id },
  stream: { run: id, name: stream, text: text(TEXT) },
  display: { run: id, data: bundle, id: orNull(text(NAME)), update: withDefault(flag, false) },
  result: { run: id, data: bundle, execution_count: count() },
  clear: { run: id, wait: withDefault(flag, false) },
  loading: { run: id, packages: packs },
  loaded: { run: id, packages: names, ms: withDefault(amount, 0) },
  done: {
    run: id,
    outcome: oneOf("ok", "error", "interrupted"),
    error: orNull(errorInfo),
    execution_count: count(),
    duration_ms: amount,
    changes: list(change, 10_000),
    /** What the harness itself held back, to spare the channel. */
    truncated,
  },
  crashed: { reason: text(SENTENCE) },
  completed: { id, matches: list(record({ text: text(NAME), type: text(NAME) }), 1_000), start: count() },
  inspected: {
    id,
    found: orNull(record<Inspection>({ name: text(NAME), signature: text(SENTENCE), doc: text(DOC) })),
  },
  pong: { nonce: id },
});

/** One JSON text out of a worker, rebuilt; null when it isn't one of ours. */
export function parseWorkerText(data: string): WorkerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  return fromWorker(value);
}

// ---------------------------------------------------------------- host → frame

export type HostMessage = MessageOf<typeof parseHostMessage>;

export const parseHostMessage = union({
  /** `hold`: everything but the interpreter's memory is put in place; it boots at `begin`. */
  boot: { settings, snapshot: orNull(record({ heap: count(), load: names })), hold: withDefault(flag, false) },
  begin: {},
  /** `unverified`: the frame says with `read` what it found in it. */
  part: { name: text(NAME), blob, unverified: flag },
  /** A Delivery. */
  packages: {
    id,
    files: list(namedBytes, 1_000),
    images: list(record({ name: text(NAME), bytes: buffer, deferred: flag }), 1_000),
    error: orNull(text(SENTENCE)),
  },
  /** A package's deferred files; null where they can't be had. */
  deferred: { name: text(NAME), blob: orNull(blob) },
  execute: {
    request: count(),
    code: text(Number.MAX_SAFE_INTEGER),
    options: record<RunOptions>({ timeout_ms: count(), input: flag, svg: flag, context: text(NAME), fresh: flag }),
  },
  interrupt: {},
  reset: { request: count() },
  input: { id, text: orNull(text(TEXT)) },
  complete: { request: count(), code: text(TEXT), cursor: count() },
  inspect: { request: count(), code: text(TEXT), cursor: count() },
  /** `disk`: the blob is a file that the person has chosen, which stays on their disk. */
  file_write: { request: count(), path, blob, disk: withDefault(flag, false) },
  /** Of a mounted folder: all of it. */
  file_remove: { request: count(), path },
  /** Files of a folder of the person's disk, which can be read and not written. */
  folder_mount: { request: count(), path, files: list(record<MountedFile>({ path, blob }), MOUNTED) },
  /** Answered at once. */
  ping: { request: count() },
});

// ---------------------------------------------------------------- frame → host

/** What a run streams while it runs. */
export type RunEvent = MessageOf<typeof parseRunEvent>;

const parseRunEvent = union({
  started: {},
  stream: { name: stream, text: text(TEXT) },
  display: { data: bundle, id: orNull(text(NAME)), update: flag },
  result: { data: bundle, execution_count: count() },
  clear: { wait: flag },
  blocked: { blocked: record(blocked) },
  loading: { packages: packs },
  loaded: { packages: names, ms: amount },
  input: { id, prompt: text(SENTENCE), password: flag },
});

const runEvent: Parse<RunEvent> = (value, at) => {
  const parsed = parseRunEvent(value);
  if (!parsed) throw new Malformed(`${at} is no run event`);
  return parsed;
};

const files = list(record<FileInfo>({ path, size: count(), disk: optional(flag), files: optional(count()) }), 20_000);

export type FrameMessage = MessageOf<typeof parseFrameMessage>;

export const parseFrameMessage = union({
  hello: {
    protocol: count(),
    isolated: flag,
    checks: list(record<Check>({ name: text(NAME), ok: flag, detail: text(SENTENCE) }), 50),
  },
  progress: { stage: oneOf("runtime", "packages", "starting"), label: text(NAME) },
  ready: {
    info: record<ReadyInfo>({
      python: text(NAME),
      pyodide: text(NAME),
      jspi: flag,
      interrupt: flag,
      start: oneOf("wheels", "snapshot"),
      steps,
    }),
  },
  failed: { reason: text(SENTENCE) },
  unrestorable: { reason: text(SENTENCE) },
  stalled: {},
  /** What the bytes of a part were, by their SHA-256; null where that can't be told here. */
  read: { name: text(NAME), sha256: orNull(text(64)) },
  need: { id, names },
  event: { request: count(), event: runEvent },
  done: {
    request: count(),
    outcome: record<RunOutcome>({
      status: oneOf("ok", "error", "timeout", "interrupted", "crashed"),
      error: orNull(errorInfo),
      ran: flag,
      execution_count: count(),
      duration_ms: amount,
      changes: list(change, 10_000),
      truncated,
      note: orNull(text(SENTENCE)),
    }),
  },
  restarted: { reason: text(SENTENCE), lost: text(SENTENCE), kept: text(SENTENCE) },
  spare: { count: count() },
  blocked: { blocked: record(blocked) },
  packages_loaded: { names },
  kept: { path, blob },
  files: { files },
  reply: { request: count(), value: (value) => json(12)(value ?? null, "value"), error: orNull(text(SENTENCE)) },
});
