// The frame's session: one Python at a time, one run at a time, the files that outlive both.
//
//   loading ──ready──► idle ──execute──► running ──done──► idle
//                       ▲                   │
//                       └──── replace ◄─────┴─ killed, crashed, flooded, reset
//
// Whatever happens to a worker, every request of the host gets exactly one answer.

import type {
  BootSettings,
  Delivery,
  FrameMessage,
  HostMessage,
  ImageOffer,
  RunEvent,
  RunOutcome,
  WorkerMessage,
} from "../protocol/messages";
import { PROFILE } from "../protocol/messages";
import type { FileChange } from "../protocol/results";
import { Shelf } from "../protocol/shelf";
import { FileStore } from "./file-store";
import { mint } from "./names";
import { Needs } from "./needs";
import { Ping } from "./ping";
import { Pool, type PoolEvents } from "./pool";
import { type PythonWorker, type WorkerListener, waitsForAll } from "./python-worker";
import { Quota } from "./quota";
import { Run, type Shown } from "./run";
import type { Runtime } from "./runtime";
import { Streams } from "./streams";

const FILES_KEPT = "Files are kept.";
/** What a Python that is ended takes along: between runs, and in the middle of one. */
const LOST = "Python had to be restarted: variables are gone, files are kept.";
const LOST_MIDWAY = "Files that this run wrote are lost; files from before are kept.";
const LOST_UNLISTED = "Files that this run wrote are lost, but for those that are listed; files from before are kept.";
/** An idle worker must answer a ping within this time, or something still computes in it. */
const PING_MS = 3_000;
/** Until the next cell starts it is asked again, this long after each answer. */
const AGAIN_MS = 250;
/** A character of a cell may take so long to be parsed and compiled, in milliseconds: ten times what it did where this was written. */
const PARSE_MS = 0.05;
/** A worker that has nothing to compute answers a ping within this time. */
const HEARING_MS = 150;
/** A worker that waits answers a ping within this time, also beside others that take the processor. */
const WAITING_MS = 500;
/** A worker that can't even boot is tried this often before the frame gives up. */
const BOOT_TRIES = 2;
/** A cell that is on its way out takes no more interrupts than this. */
const CAUGHT = 2;
/** So many questions may wait for a person at once. */
const QUESTIONS = 32;
/** Of so many files it is said that they could not be kept. */
const UNKEPT = 10;

type Say = (message: FrameMessage) => void;

export class FrameSession implements WorkerListener {
  readonly #settings: BootSettings;
  readonly #say: Say;
  readonly #files: FileStore;
  readonly #pool: Pool;
  readonly #restoring: boolean;
  /** What packages' images lacked, by package; null where it can't be had. */
  readonly #rests = new Shelf<Blob | null>();
  readonly #streams = new Streams((name, text) => this.#event({ type: "stream", name, text }));
  /** What the present worker asks for. */
  #needs: Needs;
  readonly #completions = new Map<string, number>();
  #run: Run | undefined;
  #idle: Quota;
  /**
   * A run that claims to be done must leave an idle worker behind, and the next one must start: what an earlier cell
   * left there may compute for ever.
   */
  readonly #idleness: Ping;
  /** Asks a run that is to stop whether it can hear. */
  readonly #hearing: Ping;
  /** Asks a run that says that it waits whether it does. */
  readonly #waiting: Ping;
  #paging = false;
  /** What the worker had said of interrupts when the run was to stop. */
  #before = { taken: 0, over: false };
  #changes: string[] = [];
  /** Files that the run has handed over. */
  readonly #handed = new Map<string, FileChange>();
  #failures = 0;
  #failed: string | undefined;

  /** `held`: it boots once it hears `begin`. */
  constructor(runtime: Runtime, settings: BootSettings, say: Say, held = false) {
    this.#settings = settings;
    this.#say = say;
    this.#restoring = runtime.snapshot !== null;
    this.#files = new FileStore(settings.limits);
    this.#idle = new Quota(settings.limits);
    const events: PoolEvents = {
      spares: (count) => say({ type: "spare", count }),
      waits: () => say({ type: "stalled" }),
    };
    this.#needs = this.#noNeeds();
    this.#pool = new Pool(runtime, settings, this.#rests, events, held);
    this.#pool.active.listener = this;
    const ask = (nonce: string): void => this.#worker.post({ type: "ping", nonce });
    this.#hearing = new Ping(HEARING_MS, ask, () => this.#run?.deaf());
    this.#waiting = new Ping(WAITING_MS, ask, () => this.#run?.silence(true));
    this.#idleness = new Ping(PING_MS, ask, () => {
      if (!this.#run?.begun) this.#restart("Python was stopped: something went on computing after the cell had ended.");
    });
  }

  get #worker(): PythonWorker {
    return this.#pool.active;
  }

  // ------------------------------------------------------------ from the host

  hear(message: Exclude<HostMessage, { type: "boot" | "part" }>): void {
    switch (message.type) {
      case "begin":
        return this.#pool.release();
      case "packages":
        return this.#packages(message.id, message);
      case "rest":
        this.#rests.put(message.name, message.blob);
        return message.blob ? undefined : this.#rests.drop(message.name); // the next time it may be there
      case "execute":
        return this.#execute(message);
      case "interrupt":
        return this.#run?.stop("interrupted");
      case "reset":
        return this.#reset(message.request);
      case "input":
        if (!this.#run?.answered(message.id)) return;
        this.#attend();
        return this.#worker.post({ type: "input", id: message.id, text: message.text });
      case "complete":
        return this.#complete(message);
      case "file_write":
        return this.#write(message.request, message.path, message.blob);
      case "file_remove": {
        const removed = this.#files.remove(message.path);
        if (removed) this.#worker.post({ type: "file_remove", path: message.path });
        this.#reply(message.request, null, removed ? null : `There is no file "${message.path}".`);
        return this.#tellFiles();
      }
    }
  }

  #reply(request: number, value: unknown, error: string | null = null): void {
    this.#say({ type: "reply", request, value, error });
  }

  #packages(id: string, delivery: Delivery<ImageOffer>): void {
    if (id === PROFILE) this.#pool.deliverProfile(delivery);
    else this.#needs.deliver(id, delivery);
  }

  #noNeeds(): Needs {
    return new Needs(this.#settings.packages, {
      ask: (id, names) => this.#say({ type: "need", id, names }),
      hand: (id, delivery) => this.#hand(id, delivery),
    });
  }

  /** The worker gets what it asked for. */
  #hand(id: string, delivery: Delivery<ImageOffer>): void {
    const bytes = [...delivery.files, ...delivery.images].reduce((sum, one) => sum + one.bytes.byteLength, 0);
    if (!this.caused(bytes)) return;
    // Unpacking them takes its time, in which it hears nothing.
    if (!delivery.error) this.#idleness.drop();
    if (waitsForAll(delivery)) this.#say({ type: "stalled" });
    void this.#worker.deliver(id, delivery, this.#rests);
    this.#run?.handed(bytes);
    this.#loads();
  }

  /** What the run waits for may have changed. */
  #loads(): void {
    const { fetching, installing } = this.#needs;
    this.#run?.loads({ fetching, installing, paging: this.#paging });
    this.#attend();
  }

  /** Asks a run that says that it waits, again and again, whether it does. */
  #attend(): void {
    if (!this.#run?.waits) {
      this.#waiting.drop();
      this.#run?.silence(false);
    } else if (!this.#waiting.asked) this.#waiting.ask();
  }

  #execute({ request, code, options }: Extract<HostMessage, { type: "execute" }>): void {
    if (this.#run || this.#failed) {
      return this.#reply(request, null, this.#failed ?? "A cell is already running in this sandbox.");
    }
    this.#pool.busy();
    this.#changes = [];
    this.#handed.clear();
    this.#needs.again();
    const run = new Run(request, code, options, this.#settings, {
      interrupt: (first) => this.#interrupt(first),
      shown: () => this.#shown(),
      kill: (status, reason) => this.#killRun(run, status, reason),
    });
    this.#run = run;
    if (options.fresh) this.#replace();
    else if (this.#worker.state === "ready") {
      this.#idleness.ask();
      this.#start(run);
    }
    // Otherwise `ready` starts it.
  }

  /**
   * Without shared memory only code that waits hears of it. Code that computes doesn't answer either, and is not given
   * the grace that it could not use. What waits may take its time once it has heard, so it is asked before.
   */
  #interrupt(first: boolean): void {
    if (first) this.#before = this.#worker.heard;
    if (!this.#worker.interruptible && !this.#hearing.asked) this.#hearing.ask();
    this.#worker.interrupt();
    this.#attend();
  }

  /** What has become of the interrupts so far. Who takes one after the other, catches them. */
  #shown(): Shown {
    const { taken, over } = this.#worker.heard;
    if (over && !this.#before.over) return "over";
    const more = (taken - this.#before.taken + 256) % 256;
    return more > 0 && more <= CAUGHT ? "heard" : "nothing";
  }

  /** As long as a run waits to be started by the worker. */
  #watchStart(ms = 0): void {
    if (this.#run && !this.#run.begun) this.#idleness.askIn(ms, this.#run.code.length * PARSE_MS);
  }

  /** It hears and has nothing to wait for; one that never starts the cell is no use to the cell. */
  #unstarted(): void {
    const waits = this.#needs.fetching || this.#needs.installing || !this.#worker.whole;
    if (this.#run && !this.#run.begun && !waits && this.#run.unstarted()) {
      return this.#restart("Python was stopped: after an earlier cell it started no other.");
    }
    this.#watchStart(AGAIN_MS);
  }

  #start(run: Run): void {
    this.#worker.post({ type: "run", run: run.id, code: run.code, options: run.options });
  }

  #reset(request: number): void {
    const run = this.#run;
    if (run) this.#finish(run, this.#ended(run, "interrupted", this.#midway(run, "The sandbox was reset.")));
    this.#restart("The sandbox was reset.");
    this.#reply(request, null);
  }

  #complete({ request, code, cursor }: Extract<HostMessage, { type: "complete" }>): void {
    if (this.#run || this.#worker.state !== "ready") return this.#reply(request, { matches: [], start: cursor });
    const id = mint();
    this.#completions.set(id, request);
    this.#worker.post({ type: "complete", id, code, cursor });
  }

  #write(request: number, path: string, blob: Blob): void {
    const problem = this.#files.put(path, blob);
    if (!problem && this.#worker.state === "ready") this.#worker.post({ type: "file_write", path, blob });
    this.#reply(request, problem ? null : { path, size: blob.size }, problem);
    this.#tellFiles();
  }

  #tellFiles(): void {
    this.#say({ type: "files", files: this.#files.list() });
  }

  // ------------------------------------------------------------ from the worker

  get #quota(): Quota {
    return this.#run?.quota ?? this.#idle;
  }

  admit(size: number): boolean {
    return this.#quota.admit(size) || this.#flooded("it sent more output than a page can take");
  }

  caused(bytes: number): boolean {
    return this.#quota.caused(bytes) || this.#flooded("it asked for more than a page can give");
  }

  #flooded(reason: string): false {
    const run = this.#run;
    if (run) this.#killRun(run, "crashed", reason);
    else this.#restart(`Python was stopped: ${reason}.`);
    return false;
  }

  file(path: string, blob: Blob): void {
    const change = this.#files.get(path) && !this.#handed.has(path) ? "changed" : "created";
    const problem = this.#files.put(path, blob);
    if (!problem && this.#run) this.#handed.set(path, { path, change, size: blob.size });
    if (problem) this.#changes.length < UNKEPT && this.#changes.push(problem);
    else this.#say({ type: "kept", path, blob });
  }

  paging(): void {
    // Its time is not the code's. Named packages are not meant: it is a part of what is there already.
    this.#say({ type: "stalled" });
    this.#idleness.drop();
    this.#paging = true;
    this.#loads();
    if (this.#run?.begun) this.#event({ type: "loading", packages: [] });
  }

  paged(): void {
    this.#watchStart();
    this.#paging = false;
    this.#loads();
    if (this.#run?.begun) this.#event({ type: "loaded", packages: [], ms: 0 });
  }

  died(reason: string): void {
    const booting = this.#worker.info === undefined;
    // The host starts over from the wheels: slower, and sure.
    if (booting && this.#restoring) return this.#say({ type: "unrestorable", reason });
    if (booting && ++this.#failures >= BOOT_TRIES) return this.#fail(reason);
    const run = this.#run;
    if (run && !booting) this.#killRun(run, "crashed", reason);
    else if (booting) this.#replace();
    else this.#restart(`The Python interpreter crashed: ${reason}.`);
  }

  message(message: WorkerMessage, size: number): void {
    switch (message.type) {
      case "stage":
        if (this.#worker.state !== "booting") return;
        return this.#say({ type: "progress", stage: "starting", label: message.label });
      case "ready":
        return this.#ready();
      case "need":
        this.#needs.need(message.id, message.names);
        return this.#loads();
      case "installed": {
        const names = this.#needs.installed(message.id, message.names);
        for (const name of names) this.#worker.loaded.add(name);
        this.#loads();
        this.#watchStart();
        return names.length > 0 ? this.#say({ type: "packages_loaded", names }) : undefined;
      }
      case "blocked": {
        if (!this.#quota.may("blocked")) return;
        const blocked = { by: message.by, what: message.what, target: message.target };
        if (this.#run) return this.#event({ type: "blocked", blocked });
        return this.#say({ type: "blocked", blocked });
      }
      case "completed": {
        const request = this.#completions.get(message.id);
        this.#completions.delete(message.id);
        if (request !== undefined) this.#reply(request, { matches: message.matches, start: message.start });
        return;
      }
      case "pong":
        this.#hearing.heard(message.nonce);
        if (this.#waiting.heard(message.nonce)) {
          this.#run?.silence(false);
          this.#waiting.askIn(AGAIN_MS, 0);
        }
        if (this.#idleness.heard(message.nonce)) this.#unstarted();
        return;
      case "page":
      case "failed":
      case "crashed":
      case "warmed":
      case "answered":
        return;
      default:
        // Everything else belongs to a run, and only the current run's messages count.
        if (this.#run && message.run === this.#run.id) this.#runMessage(this.#run, message, size);
    }
  }

  #runMessage(run: Run, message: Extract<WorkerMessage, { run: string }>, size: number): void {
    switch (message.type) {
      case "started":
        return run.begin() ? this.#event({ type: "started" }) : undefined;
      case "stream": {
        const text = run.quota.stream(message.text);
        return text ? this.#streams.add(message.name, text) : undefined;
      }
      case "display": {
        const { data, id, update } = message;
        return run.quota.display(size) ? this.#event({ type: "display", data, id, update }) : undefined;
      }
      case "result": {
        const { data, execution_count } = message;
        return run.quota.display(size) ? this.#event({ type: "result", data, execution_count }) : undefined;
      }
      case "clear":
        return run.quota.may("clear") ? this.#event({ type: "clear", wait: message.wait }) : undefined;
      case "loading":
        return this.#telling(run, message.packages);
      case "loaded": {
        const { packages, ms } = message;
        if (run.told()) this.#event({ type: "loaded", packages: packages.filter((name) => this.#allows(name)), ms });
        return;
      }
      case "input": {
        const { id, prompt, password } = message;
        const heard = run.options.input && run.quota.may("input") && run.asking(id, QUESTIONS);
        this.#attend();
        if (heard) return this.#event({ type: "input", id, prompt, password });
        return this.#worker.post({ type: "input", id, text: null });
      }
      case "done":
        return this.#done(run, message);
      default:
        return undefined;
    }
  }

  #event(event: RunEvent): void {
    if (event.type !== "stream") this.#streams.flush();
    if (this.#run) this.#say({ type: "event", request: this.#run.request, event });
  }

  #ready(): void {
    this.#failures = 0;
    const worker = this.#worker;
    this.#needs.begin(worker.loaded);
    if (worker.info) this.#say({ type: "ready", info: worker.info });
    this.#say({ type: "packages_loaded", names: [...worker.loaded] });
    this.#adopt(worker);
  }

  /** A booted worker takes up the session: its files, then the run that waits. */
  #adopt(worker: PythonWorker): void {
    for (const [path, blob] of this.#files.entries()) worker.post({ type: "file_write", path, blob });
    if (this.#run) this.#start(this.#run);
    else this.#pool.quiet();
  }

  #allows(name: string): boolean {
    return Object.hasOwn(this.#settings.packages, name);
  }

  /** Tells that packages are being loaded: those of the allowlist, each named once. */
  #telling(run: Run, given: readonly { name: string; version: string }[]): void {
    const named = new Map(given.filter(({ name }) => this.#allows(name)).map((one) => [one.name, one]));
    if (named.size === 0 || !run.quota.may("loading")) return;
    run.tell();
    this.#event({ type: "loading", packages: [...named.values()] });
  }

  #done(run: Run, done: Extract<WorkerMessage, { type: "done" }>): void {
    const { outcome, error, execution_count, duration_ms, changes } = done;
    const status = outcome !== "ok" && run.cause ? run.cause : outcome;
    const notes = [...this.#changes];
    const more = run.quota.left("blocked");
    if (more > 0) notes.push(`${more} more refusals are not listed.`);
    if (status === "timeout" || status === "interrupted") notes.unshift("Your variables are still there.");
    for (const { path, change } of changes) if (change === "deleted") this.#files.remove(path);
    this.#finish(run, {
      status,
      error,
      ran: run.begun,
      execution_count,
      duration_ms,
      changes,
      truncated: run.quota.with(done.truncated),
      note: notes.length > 0 ? notes.join(" ").slice(0, 4_000) : null,
    });
    this.#idleness.ask();
    this.#pool.quiet();
  }

  // ------------------------------------------------------------ ends

  #finish(run: Run, outcome: RunOutcome): void {
    this.#streams.flush();
    run.end();
    this.#run = undefined;
    this.#hearing.drop();
    this.#waiting.drop();
    this.#idle = new Quota(this.#settings.limits);
    this.#tellFiles();
    this.#say({ type: "done", request: run.request, outcome });
  }

  #ended(run: Run, status: RunOutcome["status"], note: string): RunOutcome {
    const ended = { status, error: null, ran: run.begun, execution_count: 0, duration_ms: Math.round(run.spent) };
    return { ...ended, changes: [...this.#handed.values()], truncated: run.quota.truncated, note };
  }

  #killRun(run: Run, status: RunOutcome["status"], reason: string): void {
    if (this.#run !== run) return;
    const lost = run.begun ? this.#midway(run, "Python had to be restarted: variables are gone.") : LOST;
    const crash = status === "crashed" ? `The Python interpreter crashed: ${reason}. ` : "";
    this.#finish(run, this.#ended(run, status, `${crash}${lost}`));
    const kept = run.begun ? "Files from before the run are kept." : FILES_KEPT;
    const why = status === "crashed" ? `The interpreter crashed: ${reason}.` : `The cell was stopped: ${reason}.`;
    this.#restart(why, kept);
  }

  /** Says of a run that ends midway what is lost of its files. */
  #midway(run: Run, said: string): string {
    if (!run.begun) return said;
    return `${said} ${this.#handed.size > 0 ? LOST_UNLISTED : LOST_MIDWAY}`;
  }

  #restart(reason: string, kept = FILES_KEPT): void {
    this.#say({ type: "restarted", reason, lost: "Variables and imports are gone.", kept });
    this.#replace();
  }

  #replace(): void {
    this.#idleness.drop();
    this.#waiting.drop();
    this.#paging = false;
    for (const request of this.#completions.values()) this.#reply(request, { matches: [], start: 0 });
    this.#completions.clear();
    this.#needs = this.#noNeeds();
    const worker = this.#pool.replace(this);
    if (worker.state === "ready") this.#ready();
  }

  #fail(reason: string): void {
    this.#failed = `Python could not start: ${reason}.`;
    const run = this.#run;
    if (run) this.#finish(run, this.#ended(run, "crashed", this.#failed));
    this.#say({ type: "failed", reason: this.#failed });
  }
}
