// Starts from a snapshot as visitors' workers do, with their code, and tells what Python says of itself: see page.ts.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareRuntime } from "../../frame/runtime";
import { HEAP } from "../../protocol/snapshot";
import { VERIFIED } from "../frame/whole";
import { QUESTION, SUM } from "../question";
import { end, takeUp } from "./threads";

/** As much of what a worker says as is looked at. */
interface Said {
  type: string;
  reason?: string;
  data?: { text?: string };
  outcome?: string;
  error?: { value: string };
}

async function prove(): Promise<void> {
  const { job, parts } = takeUp();
  const { settings } = job;
  const heap = Object.keys(job.files).filter((name) => name.startsWith(HEAP)).length;
  const snapshot = { heap, load: settings.load };
  const runtime = await prepareRuntime(parts, snapshot, VERIFIED);
  runtime.compileCold();
  const worker = runtime.spawn();
  const heard = new Promise<string[]>((resolve, reject) => {
    const answers: string[] = [];
    const cells = [`NAMES = ${JSON.stringify(settings.load)}\n${QUESTION}`, SUM];
    const options = { timeout_ms: 60_000, input: false, svg: false, context: "main", fresh: false };
    const next = (): void => {
      const code = cells.shift();
      if (code === undefined) resolve(answers);
      else worker.postMessage({ type: "run", run: `cell-${cells.length}`, code, options, early: false });
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== "string") return;
      const said = JSON.parse(data) as Said;
      if (said.type === "failed" || said.type === "crashed") reject(new Error(said.reason));
      if (said.type === "result") answers.push(said.data?.text ?? "");
      if (said.type === "done" && said.outcome !== "ok") reject(new Error(said.error?.value ?? said.outcome));
      else if (said.type === "ready" || said.type === "done") next();
    };
  });
  worker.postMessage({ type: "boot", settings, interrupt: null, snapshot, mailbox: null });
  for (const [name, piece] of runtime.pieces) {
    const value = await piece;
    // Whoever copies the heap to its place takes bytes.
    worker.postMessage({
      type: "piece",
      name,
      value: name.startsWith(HEAP) && value instanceof Blob ? await value.arrayBuffer() : value,
    });
  }
  const [versions = "", answer] = await heard;
  // The value of a string is shown as Python writes it.
  const told = JSON.parse(versions.slice(1, -1)) as object;
  writeFileSync(join(job.out, "proof"), JSON.stringify({ start: "snapshot", ...told, answer }));
}

end(prove());
