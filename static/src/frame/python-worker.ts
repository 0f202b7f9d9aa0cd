// One worker with a Python in it: spawned, booted, killed here. Everything it says goes through the guards.
//
//   (held ──release──►) booting ──ready──► ready ──kill──► dead
//                          └──failed/crash/load clock──────►┘
//
// A held one has everything but the interpreter's memory: its thread, its code, the libraries in their places. It
// weighs little and is ready within a tenth of a second once it is released.

import { bytesOf } from "../common/blobs";
import { Countdown } from "../common/countdown";
import { Gate } from "../common/gate";
import { ENDED, INTERRUPT_BYTES, INTERRUPTED, OVER, SIGNAL, TAKEN } from "../common/interrupt";
import { makeMailbox, PAGE_BYTES, putPage } from "../common/pager";
import { now, type Step } from "../common/timing";
import type { WorkerMessage } from "../protocol/from-worker";
import { parseWorkerText } from "../protocol/from-worker";
import { path as pathGuard } from "../protocol/guards";
import {
  type BootSettings,
  type Delivery,
  deferredOf,
  type Piece,
  type ReadyInfo,
  UNSTARTABLE,
  type WorkerCommand,
} from "../protocol/messages";
import { Malformed } from "../protocol/shape";
import { HEAP, LATER_PARTS, SNAPSHOT } from "../protocol/snapshot";
import type { Deferred } from "./deferred";
import type { Run } from "./run";
import type { Runtime } from "./runtime";

/** What the owner of a worker hears. */
export interface WorkerListener {
  /** Counts everything that arrives, understood or not; false means the worker floods and is gone now. */
  admit(size: number): boolean;
  /** Counts bytes that are read because of what it says; false means that it was too much and the worker is gone. */
  caused(bytes: number): boolean;
  message(message: WorkerMessage, size: number): void;
  file(path: string, blob: Blob): void;
  /** It waits for something that is not here yet. */
  paging(): void;
  /** That has been handed over. */
  paged(): void;
  /** It can't wait for what it needs: its cell began before all was here, and does not go on. */
  lacking(): void;
  /** The worker has come to an end that nobody asked for. */
  died(reason: string): void;
}

/** Without shared memory all of an image has to be here before anything can be done with it. */
export const waitsForAll = ({ images }: Delivery, { paged }: PythonWorker): boolean =>
  !paged && images.some(({ deferred }) => deferred);

export class PythonWorker {
  state: "booting" | "ready" | "dead" = "booting";
  info: ReadyInfo | undefined;
  /** Packages inside. */
  readonly loaded = new Set<string>();
  listener: WorkerListener | undefined;
  readonly #worker: Worker;
  readonly #loadClock: Countdown;
  readonly #interrupt: Uint8Array | null;
  readonly #mailbox: SharedArrayBuffer | null;
  readonly #start: ReadyInfo["start"];
  readonly #steps: readonly Step[];
  #began = now();
  #held: boolean;
  /** Opened by the worker's first word. */
  readonly #awake = new Gate();
  readonly #pieces: Runtime["pieces"];
  readonly #deferred: Deferred;
  /** One page is asked for at a time: there is one place to put it. */
  #paging = false;
  readonly #allowed: object;
  readonly #read: Runtime["read"];
  /** No cell has to wait for a part of the image: where it can't be read while it comes, all of it is here. */
  whole: boolean;
  /** No cell has run in it. */
  #unused = true;
  #early = false;

  /** Only a worker that starts from a snapshot can be held. */
  constructor(runtime: Runtime, settings: BootSettings, deferred: Deferred, held = false) {
    const shared = settings.interrupt && runtime.isolated ? new SharedArrayBuffer(INTERRUPT_BYTES) : null;
    this.#interrupt = shared ? new Uint8Array(shared) : null;
    this.#worker = runtime.spawn();
    this.#worker.onmessage = (event) => this.#hear(event);
    this.#worker.onmessageerror = () => this.#end("it sent a message that could not be read");
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message || UNSTARTABLE);
    };
    const seconds = Math.round(settings.limits.load_timeout_ms / 1000);
    this.#loadClock = new Countdown(settings.limits.load_timeout_ms, () => {
      this.#end(`Python was not ready within ${seconds} s`);
    });
    const { pieces, read, snapshot, timeline } = runtime;
    this.#pieces = pieces;
    this.#deferred = deferred;
    this.#read = read;
    this.#held = held && snapshot !== null;
    if (!this.#held) this.#loadClock.resume();
    this.#steps = timeline.steps;
    this.#start = snapshot ? "snapshot" : "wheels";
    this.#mailbox = runtime.isolated ? makeMailbox() : null;
    this.#allowed = settings.packages;
    this.whole = snapshot === null || this.#mailbox !== null;
    if (!this.whole) this.#arrive().catch(() => {}); // whoever fetches it tells of that
    this.post({ type: "boot", settings, interrupt: shared, snapshot, mailbox: this.#mailbox });
    this.#handAll((name) => !this.#held || !name.startsWith(HEAP));
  }

  async #arrive(): Promise<void> {
    await Promise.all(LATER_PARTS.map((part) => this.#pieces.get(SNAPSHOT[part])));
    this.whole = true;
  }

  /** Lets a held worker go on to `ready`. */
  release(): void {
    if (!this.#held || this.state !== "booting") return;
    this.#held = false;
    this.#began = now();
    this.#loadClock.resume();
    this.#handAll((name) => name.startsWith(HEAP));
  }

  /**
   * Hands over a cell. The first one need not wait until the image is whole: if it turns out to lack something of it,
   * nothing is lost by running it again in another worker, which is not `eager`.
   */
  run({ id, code, options }: Pick<Run, "id" | "code" | "options">, eager = true): void {
    this.#early = eager && this.#unused && !this.whole;
    this.#unused = false;
    this.post({ type: "run", run: id, code, options, early: this.#early });
  }

  /** The cell that it was given last began before all was here. */
  get early(): boolean {
    return this.#early;
  }

  /** It can read what is on its way, page by page, while it runs a cell. */
  get paged(): boolean {
    return this.#mailbox !== null;
  }

  /** True when running code can be interrupted without losing its variables. */
  get interruptible(): boolean {
    return this.#interrupt !== null;
  }

  post(command: WorkerCommand, transfer: Transferable[] = []): void {
    if (this.state !== "dead") this.#worker.postMessage(command, transfer);
  }

  #handAll(chosen: (name: string) => boolean): void {
    for (const [name, piece] of this.#pieces) {
      if (chosen(name)) this.#hand(name, piece).catch((error: Error) => this.#end(error.message));
    }
  }

  /**
   * Hands over a piece of what it starts from. The heap is read here, while the worker prepares its place: not before
   * it has spoken, because all that is said to a new worker goes through this thread once it has read its code.
   */
  async #hand(name: string, piece: Promise<Piece>): Promise<void> {
    const value = await piece;
    if (!(value instanceof Blob) || !name.startsWith(HEAP)) return this.post({ type: "piece", name, value });
    await this.#awake.opened;
    const bytes = await bytesOf(value, name);
    this.#read(name, bytes);
    this.post({ type: "piece", name, value: bytes }, [bytes]);
  }

  /**
   * Hands over packages, as copies if they are `kept` for others. Their deferred files follow where this worker can read
   * what is on its way; elsewhere they are waited for.
   */
  async deliver(id: string, { files, images, error }: Delivery, kept = false): Promise<void> {
    const names = images.filter(({ deferred }) => deferred).map(({ name }) => name);
    const came = names.map((name) => this.#follow(name));
    if (!this.paged) await Promise.all(came);
    this.post({ type: "packages", id, files, images, error }, kept ? [] : images.map(({ bytes }) => bytes));
  }

  /** Hands over the deferred files of a package once they are here; resolves when that is known to be, or not. */
  async #follow(name: string): Promise<void> {
    const value = await this.#deferred.of(name);
    if (value) this.post({ type: "piece", name: deferredOf(name), value });
    else if (this.state !== "dead") void this.#follow(name); // they may be there the next time
  }

  /** Asks the running cell to stop: computing code through the buffer, waiting code by message. */
  interrupt(): void {
    if (this.#interrupt) this.#interrupt[SIGNAL] = INTERRUPTED;
    this.post({ type: "interrupt" });
  }

  /** What the worker itself says of interrupts: how many it has taken, and whether the cell's code is over. */
  get heard(): { taken: number; over: boolean } {
    const [taken = 0, over = 0] = this.#interrupt ? [this.#interrupt[TAKEN], this.#interrupt[OVER]] : [];
    return { taken, over: over === 1 };
  }

  kill(): void {
    this.state = "dead";
    this.#loadClock.pause();

    if (this.#interrupt) this.#interrupt[SIGNAL] = ENDED;
    this.#worker.terminate();
  }

  #end(reason: string): void {
    if (this.state === "dead") return;
    const listener = this.listener;
    this.kill();
    listener?.died(reason);
  }

  #hear(event: MessageEvent<unknown>): void {
    if (this.state === "dead") return;
    this.#awake.open();
    for (const port of event.ports) port.close();
    const data = event.data;
    if (this.listener?.admit(typeof data === "string" ? data.length : 0) === false) return;
    if (typeof data !== "string") {
      this.#hearFile(data);
      return;
    }
    let message: WorkerMessage | null;
    try {
      message = parseWorkerText(data);
    } catch (error) {
      if (error instanceof Malformed) return; // ours in kind only: dropped
      throw error;
    }
    if (!message) return;
    if (message.type === "ready") {
      if (this.state !== "booting") return;
      this.state = "ready";
      this.#loadClock.pause();
      this.info = {
        python: message.python,
        pyodide: message.pyodide,
        jspi: message.jspi,
        interrupt: this.interruptible,
        start: this.#start,
        steps: this.#stepsOf(message.steps),
      };
      for (const name of message.packages) if (Object.hasOwn(this.#allowed, name)) this.loaded.add(name);
    } else if (message.type === "failed" || message.type === "crashed") {
      this.#end(message.reason);
      return;
    } else if (message.type === "page") {
      return void this.#page(message);
    }
    this.listener?.message(message, data.length);
  }

  /** A cell needs a file of the image that has not been handed over yet. */
  async #page({ part, offset, length }: Extract<WorkerMessage, { type: "page" }>): Promise<void> {
    const mailbox = this.#mailbox;
    const later = this.#deferred.find(part);
    if (!mailbox && this.#early) return this.listener?.lacking();
    if (!mailbox || this.#paging) return;
    const size = Math.min(length, PAGE_BYTES);
    if (this.listener?.caused(size) === false) return;
    this.#paging = true;
    const waits = later?.here === false;
    if (waits) this.listener?.paging();
    try {
      const image = (await later?.blob) as Blob; // what can't be had has no bytes to give
      const bytes = await bytesOf(image.slice(offset, offset + size), part);
      putPage(mailbox, new Uint8Array(bytes));
    } catch {
      putPage(mailbox, null);
    }
    this.#paging = false;
    if (waits) this.listener?.paged();
  }

  /** The frame's part of a start and the worker's; of one that was held, what came after its release. */
  #stepsOf(worker: readonly Step[]): Step[] {
    const first = worker[0]?.start ?? now();
    if (first > this.#began) {
      const thread = { name: "worker: its thread", start: this.#began, ms: first - this.#began };
      return [...this.#steps, thread, ...worker];
    }
    const after = worker.filter(({ start, ms }) => start + ms > this.#began);
    return after.map(({ name, start, ms }) => {
      const from = Math.max(start, this.#began);
      return { name, start: from, ms: start + ms - from };
    });
  }

  #hearFile(data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    const { type, path, blob } = data as Record<string, unknown>;
    if (type !== "file" || !(blob instanceof Blob) || this.listener?.caused(blob.size) === false) return;
    try {
      this.listener?.file(pathGuard(path, "path"), blob);
    } catch {
      // A path outside the working folder: nobody hears of it.
    }
  }
}
