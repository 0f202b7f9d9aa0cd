// What a worker says as the page around the frame hears it: the frame's guard, and the page's of what was shown.

import { bundle } from "../../../static/src/protocol/bundle";
import { parseWorkerText, type WorkerMessage } from "../../../static/src/protocol/from-worker";
import { notPlain } from "./describe";

/** Null for what is no message of ours; throws Malformed. What one guard lets through to the other has to be plain data. */
export function throughBoth(text: string): WorkerMessage | null {
  const message = parseWorkerText(text);
  const problem = notPlain(message);
  if (problem) throw new Error(problem);
  if (message?.type !== "display" && message?.type !== "result") return message;
  return { ...message, data: bundle(message.data, `${message.type}.data`) };
}
