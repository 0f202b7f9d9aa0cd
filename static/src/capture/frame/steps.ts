// Makes a snapshot: one worker installs and packs the files, a second one starts on them and is captured, a third one
// proves that it can be restored.

import type { Runtime } from "../../frame/runtime";
import type { BootSettings, NamedBytes, WorkerCommand } from "../../protocol/messages";
import type { CapturedParts, Command, PackedFiles, RawSnapshot } from "../messages";

/** One command, one answer, and the worker is gone. Rejects with a sentence. */
function step<Answer>(runtime: Runtime, command: Command, answer: string): Promise<Answer> {
  const worker = runtime.spawn();
  for (const [name, piece] of runtime.pieces) {
    void piece.then((value) => worker.postMessage({ type: "piece", name, value } satisfies WorkerCommand));
  }
  return new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "object" && (data as { type?: unknown })?.type === answer) resolve(data as Answer);
      if (typeof data !== "string") return;
      const said = JSON.parse(data) as { type: string; reason?: string };
      if (said.type === "failed" || said.type === "crashed") reject(new Error(said.reason));
    };
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not be started"));
    worker.postMessage(command);
  }).finally(() => worker.terminate());
}

export async function makeSnapshot(
  runtime: Runtime,
  { files, settings }: { files: NamedBytes[]; settings: BootSettings },
  main: Blob,
): Promise<CapturedParts> {
  const common = { settings };
  const packed = await step<PackedFiles>(runtime, { type: "pack", ...common, files }, "packed");
  const { index, image, packages } = packed;
  const raw = await step<RawSnapshot>(runtime, { type: "snap", ...common, index, image, packages }, "snapped");
  const { state, heap } = raw;
  return step<CapturedParts>(runtime, { type: "prove", ...common, state, heap, image, main }, "captured");
}
