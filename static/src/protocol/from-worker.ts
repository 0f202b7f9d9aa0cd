// Messages of a worker, which the frame reads: JSON text.

import { blocked, change, errorInfo, id, NAME, names, packs, SENTENCE, steps, stream, TEXT, truncated } from "./guards";
import type { Inspection } from "./messages";
import type { Bundle } from "./results";
import {
  amount,
  count,
  flag,
  json,
  list,
  type MessageOf,
  oneOf,
  orNull,
  type Parse,
  record,
  text,
  union,
  withDefault,
} from "./shape";

const DOC = 20_000;

/**
 * A Bundle that nobody has looked into: plain data, as deep and as large as one may be. The page around trusts no frame, and
 * checks its form (bundle.ts); where that is wrong, this message alone is lost.
 */
const shown = json(41, 3_000_000) as Parse<Bundle>;

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
  display: { run: id, data: shown, id: orNull(text(NAME)), update: withDefault(flag, false) },
  result: { run: id, data: shown, execution_count: count() },
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
