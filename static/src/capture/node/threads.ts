// What the frame's code finds in Node in a browser's stead: workers that are threads, and the files of a job.

import realm from "belljar:realm";
import { resolveObjectURL } from "node:buffer";
import { readFileSync } from "node:fs";
import { Worker as Thread } from "node:worker_threads";
import { Shelf } from "../../common/shelf";
import { expression } from "../../host/supply/expression";
import { type BootSettings, RUNTIME } from "../../protocol/messages";

/** What Python asks for, as JSON in a file. Each file was verified by whoever asks. */
export interface Job {
  settings: BootSettings;
  /** Paths of the runtime's files and of the parts of a snapshot, by name. */
  files: Record<string, string>;
  /** The packages' archives: name and path, in the order in which they are loaded. */
  archives: [name: string, path: string][];
  /** Where what was made goes. */
  out: string;
}

/** As much of a browser's worker as frames use. Blobs go over as their bytes: reading one would take a turn there. */
class ThreadWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly #thread: Promise<Thread>;
  #last: Promise<unknown>;

  constructor(url: string) {
    this.#thread = this.#start(url);
    this.#last = this.#thread.catch((error: Error) => this.onerror?.(error));
  }

  postMessage(message: object): void {
    this.#last = this.#last.then(async () => (await this.#thread).postMessage(await this.#sent(message)));
  }

  terminate(): void {
    void this.#thread.then((thread) => thread.terminate());
  }

  async #start(url: string): Promise<Thread> {
    const script = await resolveObjectURL(url)?.text();
    const thread = new Thread(realm, { eval: true, workerData: { script }, env: {} });
    thread.on("message", (data: unknown) => this.onmessage?.({ data: this.#received(data) }));
    thread.on("error", (error: Error) => this.onerror?.(error));
    return thread;
  }

  async #sent(message: object): Promise<object> {
    const fields = Object.entries(message).map(async ([name, value]) => [
      name,
      value instanceof Blob ? { blob: new Uint8Array(await value.arrayBuffer()) } : value,
    ]);
    return Object.fromEntries(await Promise.all(fields)) as object;
  }

  #received(data: unknown): unknown {
    if (typeof data !== "object" || data === null) return data;
    const fields = Object.entries(data).map(([name, value]: [string, { blob?: unknown } | null]) => [
      name,
      value?.blob instanceof Uint8Array ? new Blob([value.blob as Uint8Array<ArrayBuffer>]) : value,
    ]);
    return Object.fromEntries(fields);
  }
}

/** The job that this program was started for, with its files on a shelf. */
export function takeUp(): { job: Job; parts: Shelf<Blob> } {
  if (!("Suspending" in WebAssembly)) throw new Error("this Node can't switch stacks");
  Object.assign(globalThis, { self: globalThis, Worker: ThreadWorker });
  const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
  const parts = new Shelf<Blob>();
  for (const [name, path] of Object.entries(job.files)) {
    const bytes = new Uint8Array(readFileSync(path));
    const isModule = name === RUNTIME.loader || name === RUNTIME.factory;
    parts.put(name, isModule ? expression(name, bytes) : new Blob([bytes]));
  }
  return { job, parts };
}

/** Ends this program, threads and all. */
export function end(work: Promise<unknown>): void {
  work.then(
    () => process.exit(0),
    (error: Error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
