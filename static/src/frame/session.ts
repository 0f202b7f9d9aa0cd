// The frame's session: one Python at a time, one run at a time, the files that outlive both.
//
//   loading ──ready──► idle ──execute──► running ──done──► idle
//                       ▲                   │
//                       └──── replace ◄─────┴─ killed, crashed, flooded, reset
//
// Whatever happens to a worker, every request of the host gets exactly one answer.

import type { FrameMessage } from "../protocol/from-frame";
import type { WorkerMessage } from "../protocol/from-worker";
import { type BootSettings, type Delivery, PROFILE, type RunOutcome } from "../protocol/messages";
import type { HostMessage } from "../protocol/to-frame";
import { ActiveWorker, type ActiveWorkerOwner, type Question } from "./active-worker";
import { Cell } from "./cell";
import { Deferred } from "./deferred";
import { FileStore, type Kept } from "./file-store";
import { Pool } from "./pool";
import type { PythonWorker } from "./python-worker";
import { Quota } from "./quota";
import type { Runtime } from "./runtime";

const FILES_KEPT = "Files are kept.";
/** A worker that can't even boot is tried this often before the frame gives up. */
const BOOT_TRIES = 2;

type Say = (message: FrameMessage) => void;

export class FrameSession implements ActiveWorkerOwner {
  readonly say: Say;
  /** The run that there is. */
  cell: Cell | undefined;
  readonly #settings: BootSettings;
  readonly #files: FileStore;
  readonly #pool: Pool;
  readonly #restoring: boolean;
  readonly #deferred: Deferred;
  #active: ActiveWorker;
  /** Of what comes while nothing runs. */
  #idle: Quota;
  /** The files that there were when an early cell began. */
  #before: [string, Kept][] = [];
  /** So many workers in a row could not boot. */
  #failures = 0;
  #failed: string | undefined;

  /** `held`: it boots once it hears `begin`. */
  constructor(runtime: Runtime, settings: BootSettings, say: Say, held = false) {
    this.#settings = settings;
    this.say = say;
    this.#restoring = runtime.snapshot !== null;
    this.#files = new FileStore(settings.limits);
    this.#idle = new Quota(settings.limits);
    this.#deferred = new Deferred(runtime.pieces);
    const events = {
      spares: (count: number) => say({ type: "spare", count }),
      waits: () => say({ type: "stalled" }),
    };
    this.#pool = new Pool(runtime, settings, this.#deferred, events, held);
    this.#active = this.#use(this.#pool.active);
  }

  #use(worker: PythonWorker): ActiveWorker {
    return new ActiveWorker(worker, this.#settings, this);
  }

  get #worker(): PythonWorker {
    return this.#active.worker;
  }

  /** What counts at present: the run's, or that of the time between runs. */
  get quota(): Quota {
    return this.cell?.run.quota ?? this.#idle;
  }

  // ------------------------------------------------------------ from the host

  hear(message: Exclude<HostMessage, { type: "boot" | "part" }>): void {
    switch (message.type) {
      case "begin":
        return this.#pool.release();
      case "packages":
        return this.#packages(message.id, message);
      case "deferred":
        return this.#deferred.put(message.name, message.blob);
      case "execute":
        return this.#execute(message);
      case "interrupt":
        return this.cell?.run.stop("interrupted");
      case "reset":
        return this.#reset(message.request);
      case "input":
        if (!this.cell?.run.answered(message.id)) return;
        this.#active.vigil.attend();
        return this.#worker.post({ type: "input", id: message.id, text: message.text });
      case "complete":
        return this.#ask(message, { matches: [], start: message.cursor });
      case "inspect":
        return this.#ask(message, null);
      case "file_write":
        return this.#write(message);
      case "folder_mount":
        return this.#mount(message);
      case "file_remove": {
        const type = this.#files.get(message.path)?.folder ? "folder_remove" : "file_remove";
        const removed = this.#files.remove(message.path);
        if (removed) this.#worker.post({ type, path: message.path });
        this.#reply(message.request, null, removed ? null : `There is no file "${message.path}".`);
        return this.#tellFiles();
      }
    }
  }

  #reply(request: number, value: unknown, error: string | null = null): void {
    this.say({ type: "reply", request, value, error });
  }

  #packages(id: string, delivery: Delivery): void {
    if (id === PROFILE) this.#pool.deliverProfile(delivery);
    else this.#active.deliver(id, delivery);
  }

  #execute(message: Extract<HostMessage, { type: "execute" }>): void {
    if (this.cell || this.#failed) {
      return this.#reply(message.request, null, this.#failed ?? "A cell is already running in this sandbox.");
    }
    this.#pool.busy();
    this.#active.again();
    const cell = new Cell(message, this.#settings, {
      say: this.say,
      interrupt: (first) => this.#active.interrupt(first),
      shown: () => this.#active.shown(),
      kill: (status, reason) => this.#kill(cell, status, reason),
      asked: (id, answerable) => {
        this.#active.vigil.attend();
        if (!answerable) this.#worker.post({ type: "input", id, text: null });
      },
      done: (done) => this.#done(cell, done),
    });
    this.cell = cell;
    if (message.options.fresh) this.#replace();
    else if (this.#worker.state === "ready") {
      this.#active.vigil.idle();
      this.#start(cell);
    }
    // Otherwise `ready` starts it.
  }

  #reset(request: number): void {
    const said = "The sandbox was reset.";
    if (this.cell) this.#finish(this.cell, this.cell.ended("interrupted", said));
    this.#restart(said);
    this.#reply(request, null);
  }

  #ask(question: Question, nothing: unknown): void {
    if (this.cell || this.#worker.state !== "ready") this.#reply(question.request, nothing);
    else this.#active.ask(question, nothing);
  }

  #write({ request, path, blob, disk }: Extract<HostMessage, { type: "file_write" }>): void {
    const problem = this.#files.put(path, blob, disk);
    if (!problem && this.#worker.state === "ready") this.#worker.post({ type: "file_write", path, blob });
    this.#reply(request, problem ? null : { path, size: blob.size, ...(disk && { disk }) }, problem);
    this.#tellFiles();
  }

  #mount({ request, path, files }: Extract<HostMessage, { type: "folder_mount" }>): void {
    const problem = this.#files.mount(path, files);
    if (!problem && this.#worker.state === "ready") this.#worker.post({ type: "folder_mount", path, files });
    const size = files.reduce((sum, { blob }) => sum + blob.size, 0);
    this.#reply(request, problem ? null : { path, size, disk: true, files: files.length }, problem);
    this.#tellFiles();
  }

  #tellFiles(): void {
    this.say({ type: "files", files: this.#files.list() });
  }

  // ------------------------------------------------------------ from the worker in use

  file(path: string, blob: Blob): void {
    const before = this.#files.get(path) !== undefined;
    const problem = this.#files.put(path, blob);
    if (problem) return this.cell?.unkept(problem);
    this.cell?.kept(path, blob.size, before);
    this.say({ type: "kept", path, blob });
  }

  ready(): void {
    this.#failures = 0;
    const { info, loaded } = this.#worker;
    if (info) this.say({ type: "ready", info });
    this.say({ type: "packages_loaded", names: [...loaded] });
    // It takes up the session: its files, then the run that waits.
    for (const [path, { blob, folder }] of this.#files.entries()) {
      if (blob) this.#worker.post({ type: "file_write", path, blob });
      else if (folder) this.#worker.post({ type: "folder_mount", path, files: folder });
    }
    if (this.cell) this.#start(this.cell);
    else this.#pool.quiet();
  }

  #start(cell: Cell): void {
    this.#active.start(cell);
    this.#before = this.#worker.early ? this.#files.entries() : [];
  }

  /** What it has done is undone, and it begins anew where nothing is lacking. */
  lacking(): void {
    const { cell } = this;
    if (!cell) return this.#restart("Python needed a part of itself that had not arrived.");
    if (cell.run.cause) return; // one that is to stop is ended
    this.say({ type: "stalled" });
    this.#files.become(this.#before);
    this.#tellFiles();
    cell.again();
    this.#replace();
  }

  #done(cell: Cell, message: Extract<WorkerMessage, { type: "done" }>): void {
    for (const { path, change } of message.changes) if (change === "deleted") this.#files.remove(path);
    this.#finish(cell, cell.outcome(message));
    this.#active.vigil.idle();
    this.#pool.quiet();
  }

  flooded(reason: string): void {
    if (this.cell) this.#kill(this.cell, "crashed", reason);
    else this.#restart(`Python was stopped: ${reason}.`);
  }

  useless(reason: string): void {
    this.#restart(reason);
  }

  died(reason: string): void {
    const booting = this.#worker.info === undefined;
    // The host starts over from the wheels: slower, and sure.
    if (booting && this.#restoring) return this.say({ type: "unrestorable", reason });
    if (booting && ++this.#failures >= BOOT_TRIES) return this.#fail(reason);
    if (booting) this.#replace();
    else if (this.cell) this.#kill(this.cell, "crashed", reason);
    else this.#restart(`The Python interpreter crashed: ${reason}.`);
  }

  // ------------------------------------------------------------ ends

  #finish(cell: Cell, outcome: RunOutcome): void {
    cell.end();
    this.cell = undefined;
    this.#active.vigil.finish();
    this.#idle = new Quota(this.#settings.limits);
    this.#tellFiles();
    this.say({ type: "done", request: cell.run.request, outcome });
  }

  #kill(cell: Cell, status: RunOutcome["status"], reason: string): void {
    const { begun } = cell.run;
    this.#finish(cell, cell.killed(status, reason));
    const why = status === "crashed" ? `The interpreter crashed: ${reason}.` : `The cell was stopped: ${reason}.`;
    this.#restart(why, begun ? "Files from before the run are kept." : FILES_KEPT);
  }

  #restart(reason: string, kept = FILES_KEPT): void {
    this.say({ type: "restarted", reason, lost: "Variables and imports are gone.", kept });
    this.#replace();
  }

  /** Another worker takes the place of the one in use, and the run that waits with it. */
  #replace(): void {
    this.#active.end();
    this.#idle = new Quota(this.#settings.limits);
    this.#active = this.#use(this.#pool.replace());
    if (this.#worker.state !== "ready") return;
    this.#active.begin();
    this.ready();
  }

  #fail(reason: string): void {
    this.#failed = `Python could not start: ${reason}.`;
    if (this.cell) this.#finish(this.cell, this.cell.ended("crashed", this.#failed));
    this.say({ type: "failed", reason: this.#failed });
  }
}
