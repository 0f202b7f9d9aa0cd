// The wire as its documentation has it (messages.ts, results.ts), written down a second time and apart from the guards:
// the fuzzer makes valid messages from it, and what a guard lets through must be described here.

export type Shape =
  | "text"
  | "name"
  | "id"
  | "path"
  | "base64"
  | "count"
  | "amount"
  | "flag"
  | "json"
  | "cell"
  | "bytes"
  | "blob"
  | "event"
  | { list: Shape; pair?: true }
  | { map: Shape }
  | { one: readonly string[] }
  /** The shape or null. */
  | { maybe: Shape }
  /** Field names that end in "?" may be absent. */
  | { fields: Record<string, Shape> };

export type Messages = Record<string, Record<string, Shape>>;

const list = (shape: Shape): Shape => ({ list: shape });
const maybe = (shape: Shape): Shape => ({ maybe: shape });
const one = (...names: string[]): Shape => ({ one: names });
const fields = (shapes: Record<string, Shape>): Shape => ({ fields: shapes });

const TABLE = fields({
  kind: one("table"),
  columns: list(fields({ name: "text", dtype: "name", role: one("index", "column") })),
  rows: list(list("cell")),
  shape: { list: "count", pair: true },
});
const BUNDLE = fields({
  "text?": "text",
  "html?": "text",
  "markdown?": "text",
  "svg?": "text",
  "png?": "base64",
  "jpeg?": "base64",
  "latex?": "text",
  "json?": "json",
  "data?": TABLE,
  "alt?": "text",
  "width?": "amount",
  "height?": "amount",
  "name?": "name",
});
const ERROR = fields({ name: "name", value: "text", traceback: "text", "line?": "count", "hint?": "text" });
const CHANGES = list(fields({ path: "path", change: one("created", "changed", "deleted"), size: "count" }));
const BLOCKED = { by: one("csp", "python"), what: "name", target: "name" } as const;
const PACKAGES = list(fields({ name: "name", version: "name" }));
const TRUNCATED = maybe(fields({ stream_chars: "count", displays: "count" }));
const FILES = list(fields({ name: "name", bytes: "bytes" }));
const IMAGES = list(fields({ name: "name", bytes: "bytes", deferred: "flag" }));
const STREAM = one("stdout", "stderr");
const NAMES = list("name");
const STEPS = list(fields({ name: "name", start: "amount", ms: "amount" }));

export const FROM_WORKER: Messages = {
  stage: { label: "name" },
  ready: { python: "name", pyodide: "name", jspi: "flag", packages: NAMES, steps: STEPS },
  failed: { reason: "text" },
  warmed: {},
  page: { part: "name", offset: "count", length: "count" },
  need: { id: "id", names: NAMES },
  installed: { id: "id", names: NAMES },
  input: { run: "id", id: "id", prompt: "text", password: "flag" },
  blocked: BLOCKED,
  started: { run: "id" },
  stream: { run: "id", name: STREAM, text: "text" },
  display: { run: "id", data: BUNDLE, id: maybe("name"), update: "flag" },
  result: { run: "id", data: BUNDLE, execution_count: "count" },
  clear: { run: "id", wait: "flag" },
  loading: { run: "id", packages: PACKAGES },
  loaded: { run: "id", packages: NAMES, ms: "amount" },
  done: {
    run: "id",
    outcome: one("ok", "error", "interrupted"),
    error: maybe(ERROR),
    execution_count: "count",
    duration_ms: "amount",
    changes: CHANGES,
    truncated: TRUNCATED,
  },
  crashed: { reason: "text" },
  completed: { id: "id", matches: list(fields({ text: "name", type: "name" })), start: "count" },
  inspected: { id: "id", found: maybe(fields({ name: "name", signature: "text", doc: "text" })) },
  pong: { nonce: "id" },
};

const LIMITS = fields({
  grace_ms: "count",
  load_timeout_ms: "count",
  memory_bytes: "count",
  stream_chars: "count",
  displays: "count",
  display_bytes: "count",
  flood_messages: "count",
  flood_bytes: "count",
  file_bytes: "count",
  files: "count",
  disk_bytes: "count",
  disk_files: "count",
});

const SETTINGS = fields({
  limits: LIMITS,
  packages: { map: fields({ version: "name", imports: NAMES, depends: NAMES }) },
  load: NAMES,
  interrupt: "flag",
  pool: "count",
});

export const FROM_HOST: Messages = {
  boot: {
    settings: SETTINGS,
    snapshot: maybe(fields({ heap: "count", load: NAMES })),
    hold: "flag",
  },
  begin: {},
  part: { name: "name", blob: "blob", unverified: "flag" },
  packages: { id: "id", files: FILES, images: IMAGES, error: maybe("text") },
  deferred: { name: "name", blob: maybe("blob") },
  execute: {
    request: "count",
    code: "text",
    options: fields({ timeout_ms: "count", input: "flag", svg: "flag", context: "name", fresh: "flag" }),
  },
  interrupt: {},
  reset: { request: "count" },
  input: { id: "id", text: maybe("text") },
  complete: { request: "count", code: "text", cursor: "count" },
  file_write: { request: "count", path: "path", blob: "blob", disk: "flag" },
  file_remove: { request: "count", path: "path" },
  folder_mount: { request: "count", path: "path", files: list(fields({ path: "path", blob: "blob" })) },
  ping: { request: "count" },
};

/** What stands in `event` of an "event" message. */
export const EVENTS: Messages = {
  started: {},
  stream: { name: STREAM, text: "text" },
  display: { data: BUNDLE, id: maybe("name"), update: "flag" },
  result: { data: BUNDLE, execution_count: "count" },
  clear: { wait: "flag" },
  blocked: { blocked: fields(BLOCKED) },
  loading: { packages: PACKAGES },
  loaded: { packages: NAMES, ms: "amount" },
  input: { id: "id", prompt: "text", password: "flag" },
};

export const FROM_FRAME: Messages = {
  hello: { protocol: "count", isolated: "flag", checks: list(fields({ name: "name", ok: "flag", detail: "text" })) },
  progress: { stage: one("runtime", "packages", "starting"), label: "name" },
  ready: {
    info: fields({
      python: "name",
      pyodide: "name",
      jspi: "flag",
      interrupt: "flag",
      start: one("wheels", "snapshot"),
      steps: STEPS,
    }),
  },
  failed: { reason: "text" },
  unrestorable: { reason: "text" },
  stalled: {},
  read: { name: "name", sha256: maybe("id") },
  need: { id: "id", names: NAMES },
  event: { request: "count", event: "event" },
  done: {
    request: "count",
    outcome: fields({
      status: one("ok", "error", "timeout", "interrupted", "crashed"),
      error: maybe(ERROR),
      ran: "flag",
      execution_count: "count",
      duration_ms: "amount",
      changes: CHANGES,
      truncated: TRUNCATED,
      note: maybe("text"),
    }),
  },
  restarted: { reason: "text", lost: "text", kept: "text" },
  spare: { count: "count" },
  blocked: { blocked: fields(BLOCKED) },
  packages_loaded: { names: NAMES },
  kept: { path: "path", blob: "blob" },
  files: { files: list(fields({ path: "path", size: "count" })) },
  reply: { request: "count", value: "json", error: maybe("text") },
};
