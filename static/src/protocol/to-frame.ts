// Messages of the host, which the frame reads.

import { id, NAME, names, path, SENTENCE, TEXT } from "./guards";
import { frameLimits } from "./limits";
import type { BootSettings, MountedFile, RunOptions } from "./messages";
import {
  blob,
  buffer,
  count,
  flag,
  list,
  type MessageOf,
  mapOf,
  orNull,
  record,
  text,
  union,
  withDefault,
} from "./shape";

/** Files of one folder. */
const MOUNTED = 100_000;

const namedBytes = record({ name: text(500), bytes: buffer });
const settings = record<BootSettings>({
  limits: frameLimits,
  packages: mapOf(record({ version: text(NAME), imports: names, depends: names }), 2_000),
  load: names,
  interrupt: flag,
  pool: count(),
});

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
