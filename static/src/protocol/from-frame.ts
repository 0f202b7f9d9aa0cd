// Messages of the frame, which the host reads.

import { bundle } from "./bundle";
import {
  blocked,
  change,
  errorInfo,
  id,
  NAME,
  names,
  packs,
  path,
  SENTENCE,
  steps,
  stream,
  TEXT,
  truncated,
} from "./guards";
import type { Check, FileInfo, ReadyInfo, RunOutcome } from "./messages";
import {
  amount,
  blob,
  count,
  flag,
  json,
  list,
  Malformed,
  type MessageOf,
  oneOf,
  optional,
  orNull,
  type Parse,
  record,
  text,
  union,
} from "./shape";

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
