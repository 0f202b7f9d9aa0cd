// What each room accepts from the next. The rule (MCP's): valid → deliver; foreign → ignore (null); ours but
// malformed → Malformed. A message kind without a parser here is a type error, because the tables are mapped
// over the unions' discriminants.

import type { FrameMessage, HostMessage, RunEvent, WorkerMessage } from "./messages";
import { isPlainPath } from "./paths";
import type { Bundle, Cell, ErrorInfo, FileChange, TableColumn, TableData } from "./results";
import {
  amount,
  blob,
  buffer,
  count,
  flag,
  json,
  list,
  Malformed,
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
const TEXT = 64_000_000;
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
  return given;
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
const limits = record({
  grace_ms: count(),
  load_timeout_ms: count(),
  memory_bytes: count(),
  stream_chars: count(),
  displays: count(),
  display_bytes: count(),
  flood_messages: count(),
  flood_bytes: count(),
  file_bytes: count(),
  files: count(),
});
const steps = list(record({ name: text(NAME), start: amount, ms: amount }), 100);
const settings = record({
  limits,
  packages: mapOf(record({ version: text(NAME), imports: names, depends: names }), 2_000),
  load: names,
  interrupt: flag,
  pool: count(),
});
const stream = oneOf("stdout", "stderr");

// ---------------------------------------------------------------- worker → frame (JSON text)

const fromWorker = union<WorkerMessage>({
  stage: record({ type: kind("stage"), label: text(NAME) }),
  ready: record({ type: kind("ready"), python: text(NAME), pyodide: text(NAME), jspi: flag, packages: names, steps }),
  failed: record({ type: kind("failed"), reason: text(SENTENCE) }),
  warmed: record({ type: kind("warmed") }),
  page: record({ type: kind("page"), part: text(500), offset: count(), length: count() }),
  need: record({ type: kind("need"), id, names }),
  installed: record({ type: kind("installed"), id, names }),
  input: record({ type: kind("input"), run: id, id, prompt: text(SENTENCE), password: flag }),
  answered: record({ type: kind("answered"), run: id, id }),
  blocked: record({ type: kind("blocked"), ...blocked }),
  started: record({ type: kind("started"), run: id }),
  stream: record({ type: kind("stream"), run: id, name: stream, text: text(TEXT) }),
  display: record({
    type: kind("display"),
    run: id,
    data: bundle,
    id: orNull(text(NAME)),
    update: withDefault(flag, false),
  }),
  result: record({ type: kind("result"), run: id, data: bundle, execution_count: count() }),
  clear: record({ type: kind("clear"), run: id, wait: withDefault(flag, false) }),
  loading: record({ type: kind("loading"), run: id, packages: packs }),
  loaded: record({ type: kind("loaded"), run: id, packages: names, ms: withDefault(amount, 0) }),
  done: record({
    type: kind("done"),
    run: id,
    outcome: oneOf("ok", "error", "interrupted"),
    error: orNull(errorInfo),
    execution_count: count(),
    duration_ms: amount,
    changes: list(change, 10_000),
    truncated,
  }),
  crashed: record({ type: kind("crashed"), reason: text(SENTENCE) }),
  completed: record({
    type: kind("completed"),
    id,
    matches: list(record({ text: text(NAME), type: text(NAME) }), 1_000),
    start: count(),
  }),
  pong: record({ type: kind("pong"), nonce: id }),
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

export const parseHostMessage = union<HostMessage>({
  boot: record({
    type: kind("boot"),
    settings,
    snapshot: orNull(record({ heap: count(), load: names })),
    hold: withDefault(flag, false),
  }),
  begin: record({ type: kind("begin") }),
  part: record({ type: kind("part"), name: text(NAME), blob, unverified: flag }),
  packages: record({
    type: kind("packages"),
    id,
    files: list(namedBytes, 1_000),
    images: list(record({ name: text(NAME), bytes: buffer, more: flag }), 1_000),
    error: orNull(text(SENTENCE)),
  }),
  rest: record({ type: kind("rest"), name: text(NAME), blob: orNull(blob) }),
  execute: record({
    type: kind("execute"),
    request: count(),
    code: text(Number.MAX_SAFE_INTEGER),
    options: record({ timeout_ms: count(), input: flag, svg: flag, context: text(NAME), fresh: flag }),
  }),
  interrupt: record({ type: kind("interrupt") }),
  reset: record({ type: kind("reset"), request: count() }),
  input: record({ type: kind("input"), id, text: orNull(text(TEXT)) }),
  complete: record({ type: kind("complete"), request: count(), code: text(TEXT), cursor: count() }),
  file_write: record({ type: kind("file_write"), request: count(), path, blob }),
  file_remove: record({ type: kind("file_remove"), request: count(), path }),
  ping: record({ type: kind("ping"), request: count() }),
});

// ---------------------------------------------------------------- frame → host

const runEvent: Parse<RunEvent> = (value, at) => {
  const parsed = parseRunEvent(value);
  if (!parsed) throw new Malformed(`${at} is no run event`);
  return parsed;
};

const parseRunEvent = union<RunEvent>({
  started: record({ type: kind("started") }),
  stream: record({ type: kind("stream"), name: stream, text: text(TEXT) }),
  display: record({ type: kind("display"), data: bundle, id: orNull(text(NAME)), update: flag }),
  result: record({ type: kind("result"), data: bundle, execution_count: count() }),
  clear: record({ type: kind("clear"), wait: flag }),
  blocked: record({ type: kind("blocked"), blocked: record(blocked) }),
  loading: record({ type: kind("loading"), packages: packs }),
  loaded: record({ type: kind("loaded"), packages: names, ms: amount }),
  input: record({ type: kind("input"), id, prompt: text(SENTENCE), password: flag }),
});

const files = list(record({ path, size: count() }), 20_000);

export const parseFrameMessage = union<FrameMessage>({
  hello: record({
    type: kind("hello"),
    protocol: count(),
    isolated: flag,
    checks: list(record({ name: text(NAME), ok: flag, detail: text(SENTENCE) }), 50),
  }),
  progress: record({ type: kind("progress"), stage: oneOf("runtime", "packages", "starting"), label: text(NAME) }),
  ready: record({
    type: kind("ready"),
    info: record({
      python: text(NAME),
      pyodide: text(NAME),
      jspi: flag,
      interrupt: flag,
      start: oneOf("wheels", "snapshot"),
      steps,
    }),
  }),
  failed: record({ type: kind("failed"), reason: text(SENTENCE) }),
  unrestorable: record({ type: kind("unrestorable"), reason: text(SENTENCE) }),
  stalled: record({ type: kind("stalled") }),
  read: record({ type: kind("read"), name: text(NAME), sha256: orNull(text(64)) }),
  need: record({ type: kind("need"), id, names }),
  event: record({ type: kind("event"), request: count(), event: runEvent }),
  done: record({
    type: kind("done"),
    request: count(),
    outcome: record({
      status: oneOf("ok", "error", "timeout", "interrupted", "crashed"),
      error: orNull(errorInfo),
      ran: flag,
      execution_count: count(),
      duration_ms: amount,
      changes: list(change, 10_000),
      truncated,
      note: orNull(text(SENTENCE)),
    }),
  }),
  restarted: record({ type: kind("restarted"), reason: text(SENTENCE), lost: text(SENTENCE), kept: text(SENTENCE) }),
  spare: record({ type: kind("spare"), count: count() }),
  blocked: record({ type: kind("blocked"), blocked: record(blocked) }),
  packages_loaded: record({ type: kind("packages_loaded"), names }),
  kept: record({ type: kind("kept"), path, blob }),
  files: record({ type: kind("files"), files }),
  reply: record({
    type: kind("reply"),
    request: count(),
    value: (value) => json(12)(value ?? null, "value"),
    error: orNull(text(SENTENCE)),
  }),
});
