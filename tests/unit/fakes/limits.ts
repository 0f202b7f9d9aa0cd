// Limits so small that a test reaches them.

import type { FrameLimits, Limits } from "../../../static/src/protocol/limits";

/** What a frame keeps to: ten characters, two figures, three files. */
export const FEW: FrameLimits = {
  grace_ms: 1_000,
  load_timeout_ms: 60_000,
  memory_bytes: 1,
  stream_chars: 10,
  displays: 2,
  display_bytes: 100,
  flood_messages: 5,
  flood_bytes: 1_000,
  file_bytes: 100,
  files: 3,
  disk_bytes: 1_000,
  disk_files: 5,
};

/** What a server says: one of everything, and the usual times. */
export const ONE: Limits = {
  timeout_ms: 30_000,
  max_timeout_ms: 600_000,
  grace_ms: 1_000,
  load_timeout_ms: 1,
  memory_bytes: 1,
  code_chars: 1,
  stream_chars: 1,
  displays: 1,
  display_bytes: 1,
  flood_messages: 1,
  flood_bytes: 1,
  file_bytes: 1,
  files: 1,
  disk_bytes: 1,
  disk_files: 1,
};
