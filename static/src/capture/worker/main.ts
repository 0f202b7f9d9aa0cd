// A worker in which one step of a capture is done: it never sees a line of user code, and ends with its answer.

import { Shelf } from "../../common/shelf";
import type { Piece, WorkerCommand } from "../../protocol/messages";
import { say, sentence } from "../../worker/channel";
import { coreFrom } from "../../worker/core";
import type { Command } from "../messages";
import { captureStep } from "./steps";

const pieces = new Shelf<Piece>();
const core = coreFrom(pieces);

self.addEventListener("message", ({ data }: MessageEvent<Command | Extract<WorkerCommand, { type: "piece" }>>) => {
  if (data.type === "piece") pieces.put(data.name, data.value);
  else captureStep(data, core).catch((error: unknown) => say({ type: "failed", reason: sentence(error) }));
});
