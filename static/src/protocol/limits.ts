// What one run, and one sandbox, may use. Written once: what the policy says, what the frame is told, who checks it.

import { count, type Parse, record } from "./shape";

/** What one run, and one sandbox, may use. */
export interface Limits {
  /** Default run time until the cell is interrupted. The clock never includes loading. */
  timeout_ms: number;
  /** The longest timeout a caller may ask for. */
  max_timeout_ms: number;
  /** Between interrupt and kill. */
  grace_ms: number;
  /** Boot, or loading packages for one run. */
  load_timeout_ms: number;
  /** Ceiling of the WebAssembly heap. */
  memory_bytes: number;
  /** Characters of source in one cell. */
  code_chars: number;
  /** Characters of stdout and stderr together that one run may show. */
  stream_chars: number;
  /** Display bundles (figures, tables, ...) one run may show. */
  displays: number;
  /** Bytes of all display bundles of one run. */
  display_bytes: number;
  /** Messages from one run, and bytes of them, past which the worker is killed as a flood. */
  flood_messages: number;
  flood_bytes: number;
  /** Bytes and number of files a sandbox keeps. */
  file_bytes: number;
  files: number;
  /** The same of files that stay on the person's disk, and are read where they lie. */
  disk_bytes: number;
  disk_files: number;
}

/** Those that the frame enforces. */
const IN_FRAME = [
  "grace_ms",
  "load_timeout_ms",
  "memory_bytes",
  "stream_chars",
  "displays",
  "display_bytes",
  "flood_messages",
  "flood_bytes",
  "file_bytes",
  "files",
  "disk_bytes",
  "disk_files",
] as const satisfies readonly (keyof Limits)[];

/** Those that the page around it does. */
const IN_PAGE = ["timeout_ms", "max_timeout_ms", "code_chars"] as const satisfies readonly (keyof Limits)[];

export type FrameLimits = Pick<Limits, (typeof IN_FRAME)[number]>;

const counts = <Name extends string>(names: readonly Name[]): Parse<Record<Name, number>> =>
  record(Object.fromEntries(names.map((name) => [name, count()])) as { [K in Name]-?: Parse<number> });

export const frameLimits: Parse<FrameLimits> = counts(IN_FRAME);

/** All of them. A limit that is in no list above is a type error here. */
export const allLimits: Parse<Limits> = (value, at) => counts([...IN_PAGE, ...IN_FRAME])(value, at);
