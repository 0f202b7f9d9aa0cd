// The worker's one way out: JSON text, and file blobs. Captured before user code exists, so that nothing it
// replaces later changes what ours does.

import type { WorkerMessage } from "../protocol/from-worker";
import type { WorkerFile } from "../protocol/messages";

const post = self.postMessage.bind(self);

/** Says something to the frame. */
export function say(message: WorkerMessage): void {
  post(JSON.stringify(message));
}

/** Passes on an event that the harness has already written as JSON. */
export function sayText(text: string): void {
  post(text);
}

/** Hands a file's bytes to the frame, which keeps them over a restart. */
export function sayFile(file: WorkerFile): void {
  post(file);
}

/** What is wrong, for people. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().slice(0, 1_000);
}
