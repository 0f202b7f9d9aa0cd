// What messages are made of, as the parsers that rebuild it. Each room reads messages with those of one direction:
//
//   host ──► frame     over one MessagePort, handed over once          to-frame.ts
//   frame ──► host                                                     from-frame.ts
//   worker ──► frame   only JSON text and file blobs, no live objects  from-worker.ts
//   frame ──► worker   postMessage, trusted                            WorkerCommand (messages.ts)
//
// The rule (MCP's): valid → deliver; foreign → ignore (null); ours but malformed → Malformed. The types of messages are
// what these let through. The directions are files of their own, so that nobody carries parsers that it has no use for.

import { isPlainPath } from "./paths";
import type { ErrorInfo, FileChange } from "./results";
import { amount, count, list, Malformed, oneOf, optional, orNull, type Parse, record, text } from "./shape";

export const NAME = 200;
export const SENTENCE = 4_000;
export const TEXT = 64_000_000;

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

export const blocked = { by: oneOf("csp", "python"), what: text(NAME), target: text(500) };
const pack = record({ name: text(NAME), version: text(NAME) });
export const packs = list(pack, 1_000);
export const names = list(text(NAME), 1_000);
export const truncated = orNull(record({ stream_chars: count(), displays: count() }));
export const id = text(64);
export const steps = list(record({ name: text(NAME), start: amount, ms: amount }), 100);
export const stream = oneOf("stdout", "stderr");
