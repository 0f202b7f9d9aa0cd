// What becomes of a sandbox. It lives in one frame after the other: a FrameTenancy is the life of one, and what comes when
// that has ended is decided here. Owns the network: fetches, verifies and hands inward every byte.
//
//   loading ──► ready ⇄ running            failed: could not start, or the frame is gone
//                 ▲        │               closed: by close() or the signal
//                 └ restarting ◄┘
//
// Every promise given out is settled, also when the frame dies or the sandbox is closed.

import { isLoss } from "../common/blobs";
import { now, type Step, Timeline } from "../common/timing";
import type { ReadyInfo } from "../protocol/messages";
import type { Policy } from "../protocol/policy";
import { onAbort } from "./api/abort";
import type { Emitter } from "./api/emitter";
import { Execution } from "./api/execution";
import { Files } from "./api/files";
import {
  checkedTimeout,
  type SandboxEvents,
  type SandboxInfo,
  type SandboxOptions,
  type SandboxState,
} from "./api/options";
import { begin } from "./beginning";
import { Idle } from "./idle/idle";
import { drop, take } from "./idle/standby";
import { keeps } from "./idle/storage";
import { forgetUnpacked } from "./idle/unpacked";
import { failedForIsolation, ISOLATED } from "./supply/isolation";
import { offered } from "./supply/server";
import type { Supply } from "./supply/supply";
import { type Asked, cancelled } from "./tenancy/cell";
import type { EarlyFrame } from "./tenancy/early";
import { openFrame } from "./tenancy/opening";
import { Gone, type Request } from "./tenancy/requests";
import { FrameTenancy, type News, type TenancyEnd } from "./tenancy/tenancy";

const CLOSED = "The sandbox was closed.";
const SILENT = "The sandbox frame stopped answering and was replaced.";

/** So many frames may fall silent in a row while Python starts before it is given up. */
const SILENT_STARTS = 2;

/** The same of frames whose browser has lost what they were to start from. */
const LOST_STARTS = 2;

export class Lifecycle {
  readonly ready: Promise<void>;
  readonly policy: Promise<Policy>;
  readonly files: Files;
  state: SandboxState = "loading";
  info: SandboxInfo | undefined;
  /** Why the server's snapshot could not be used, where that was tried. */
  unrestorable: string | undefined;
  /** Why it has ended. */
  #reason = "";
  #supply: Supply | undefined;
  /** The present frame's, or the last one's. */
  #tenancy: FrameTenancy | undefined;
  /** So many frames in a row fell silent before Python was up. */
  #silent = 0;
  /** What is to be kept can be, as far as that is known. */
  #keeps = true;
  /** The browser has lost what so many frames in a row were to start from. */
  #losses = 0;
  #settleReady!: { resolve(): void; reject(error: Error): void };
  readonly #timeline = new Timeline();
  /** Of the first interpreter, which the start waited for. */
  #firstSteps: Step[] = [];
  readonly #began = now();
  readonly #emitter: Emitter<SandboxEvents>;
  readonly #abort = new AbortController();
  readonly #idle: Idle;
  readonly #options: SandboxOptions;
  /** Stops listening to the signal of the options. */
  readonly #forget: () => void;

  constructor(options: SandboxOptions, emitter: Emitter<SandboxEvents>) {
    this.#options = options;
    this.#emitter = emitter;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(() => {}); // also reported as state "failed"
    this.files = new Files((message, signal) => this.ask(message, signal));
    const { signal } = this.#abort;
    this.#idle = new Idle(options, signal, {
      idle: () => this.state === "ready" && !document.hidden,
      whole: () => this.#tenancy?.whole,
      complete: () => this.#tenancy?.complete(),
      spoiled: (reason) => void this.#drop(reason),
      kept: (bytes) => emitter.emit("kept", { bytes }),
    });
    this.#forget = onAbort(options.signal, () => this.close(options.signal?.reason as Error));
    if (options.keep !== false)
      void keeps().then((found) => {
        this.#keeps = found;
      });
    const loaded = this.#timeline.time(
      "policy",
      offered(options, signal, (label) => {
        emitter.emit("progress", { stage: "setup", label, loaded: 0, total: 0, received: 0, wire: 0 });
      }),
    );
    this.policy = loaded.then(({ policy }) => policy);
    this.policy.catch(() => {});
    begin(loaded, options, emitter, signal, this.#timeline)
      .then(({ supply, early }) => this.#open(supply, early))
      .catch((error: Error) => this.#end("failed", error));
  }

  /** Where the time of the start went; in milliseconds from its beginning on. */
  get timing(): Step[] {
    const steps = [...this.#timeline.steps, ...this.#firstSteps];
    return steps.map((step) => ({ ...step, start: step.start - this.#began })).sort((a, b) => a.start - b.start);
  }

  /** Runs a cell whose turn it is. Rejects for what was asked, never for what becomes of it. */
  async run(asked: Asked): Promise<Execution> {
    if (!asked.cancelled) await this.ready.catch(() => {});
    if (asked.cancelled) return cancelled(); // its caller has had an answer already
    const limits = this.#supply?.policy.limits;
    if (!limits || this.#ended) return this.#unavailable();
    const refused = asked.refused(limits);
    if (refused) return refused;
    const timeout_ms = checkedTimeout(asked.options.timeout, limits);
    const unput = await asked.put(this.files);
    const tenancy = this.#tenancy;
    if (unput || !tenancy) return unput ?? this.#unavailable();
    asked.begun = true;
    const running = tenancy.run(asked, timeout_ms);
    if (tenancy.running) this.#enter("running");
    this.#idle.end();
    const off = onAbort(asked.options.signal, () => tenancy.interrupt());
    return running.finally(off);
  }

  /** Has the frame answer a request, once Python is ready. Rejects with its sentence, or with Gone. */
  async ask(message: Request, signal?: AbortSignal): Promise<unknown> {
    await this.ready.catch(() => {});
    if (!this.#tenancy) throw new Gone(this.#reason);
    return this.#tenancy.ask(message, signal);
  }

  /** Asks the cell to stop, if one runs. */
  interrupt(): void {
    this.#tenancy?.interrupt();
  }

  /** Ends everything. What is pending is answered; `ready` rejects with the error, if it is pending. */
  close(error = new Error(CLOSED)): void {
    this.#end("closed", error, CLOSED);
  }

  get #ended(): boolean {
    return this.state === "failed" || this.state === "closed";
  }

  #unavailable(): Execution {
    return Execution.without("unavailable", "Unavailable", this.#reason);
  }

  // ------------------------------------------------------------ one frame after the other

  #open(supply: Supply, early?: EarlyFrame): void {
    this.#supply = supply;
    const options = this.#options;
    const owner = {
      ready: (info: ReadyInfo, soft: boolean) => this.#becomeReady(info, soft),
      news: (message: News) => this.#hear(message),
      done: () => this.#done(),
      ended: (end: TenancyEnd) => this.#follow(end),
    };
    try {
      this.#tenancy = new FrameTenancy(
        supply,
        owner,
        (events) => take(supply, options, events) ?? openFrame(supply, options, events, { early }),
      );
    } catch (error) {
      this.#end("failed", error as Error);
    }
    early?.close();
  }

  /** What comes after a frame that has ended by itself. */
  #follow(end: TenancyEnd): void {
    const said = end.why === "failed" ? end.error.message : end.why === "unrestorable" ? end.reason : "";
    if (failedForIsolation(said)) return this.#end("failed", new Error(ISOLATED));
    if (end.why === "failed") return this.#end("failed", end.error);
    if (end.why === "unrestorable") return this.#startOver(end.reason);
    const starting = this.state === "loading" || this.state === "restarting";
    if (!starting || ++this.#silent <= SILENT_STARTS) return this.#replace(SILENT);
    this.#end("failed", new Error(`Python could not start: ${SILENT}`));
  }

  /** In a new frame: from the server's files where some that are kept were used, else the snapshot doesn't fit this browser. */
  #startOver(reason: string): void {
    const supply = this.#supply;
    if (!supply?.snapshot) return this.#end("failed", new Error(`Python could not start: ${reason}.`));
    if (isLoss(reason) && ++this.#losses <= LOST_STARTS) supply.fetchAnew();
    else {
      forgetUnpacked().catch(() => {}); // at worst the next visit tries again
      if (!supply.dropKept()) {
        this.unrestorable = reason;
        supply.dropSnapshot();
      }
    }
    this.#replace("A start from the snapshot failed, and the sandbox was replaced.");
  }

  /** What this browser had kept is spoiled. */
  async #drop(problem: string): Promise<void> {
    await forgetUnpacked().catch(() => {}); // the next start reads it again, and the next rest finds it out again
    if (this.state === "restarting") return; // more than one thing was
    this.#replace(`What this browser had kept is spoiled: ${problem} The sandbox was replaced.`);
  }

  /** Away with a frame that is of no use any more, and a new one in its place. */
  #replace(reason: string): void {
    const supply = this.#supply;
    if (!supply || this.#ended) return;
    const used = this.state !== "loading"; // where nothing has run, nothing is lost
    if (used) {
      drop();
      this.#enter("restarting", reason);
    }
    this.#tenancy?.end(reason, (cell) => cell.lost(reason));
    const lost = "Variables and imports are gone.";
    if (used) this.#emitter.emit("restarted", { reason, lost, kept: "Files are kept." });
    if (this.#ended) return; // a listener has closed it
    supply.restart();
    this.#open(supply);
    if (used) this.files.restore();
  }

  // ------------------------------------------------------------ what a frame tells

  #becomeReady(info: ReadyInfo, soft: boolean): void {
    const readyMs = this.info?.readyMs || now() - this.#began;
    if (!this.info) this.#firstSteps = info.steps;
    this.info = { ...info, isolation: soft ? "isolated" : "plain", keeps: this.#keeps, readyMs };
    this.#silent = 0;
    this.#losses = 0;
    this.#settleReady.resolve();
    this.#rest();
    this.#enter(this.#tenancy?.running ? "running" : "ready");
  }

  #done(): void {
    this.#rest();
    if (this.state === "running") this.#enter("ready");
  }

  #rest(): void {
    if (this.#supply) this.#idle.begin(this.#supply);
  }

  #hear(message: News): void {
    switch (message.type) {
      case "restarted": {
        const { reason, lost, kept } = message;
        this.#enter("restarting", reason);
        return this.#emitter.emit("restarted", { reason, lost, kept });
      }
      case "spare":
        return this.#emitter.emit("spare", { ready: message.count > 0, count: message.count });
      case "blocked":
        return this.#emitter.emit("blocked", message.blocked);
      case "kept":
        return this.files.kept(message.path, message.blob);
      case "files":
        this.files.heard(message.files);
        return this.#emitter.emit("files", message.files);
    }
  }

  // ------------------------------------------------------------ ends

  #enter(state: SandboxState, reason?: string): void {
    if (this.state === state) return;
    this.state = state;
    this.#emitter.emit("state", reason === undefined ? { state } : { state, reason });
  }

  #end(state: "failed" | "closed", error: Error, reason = error.message): void {
    if (this.#ended) return;
    this.#reason = reason;
    this.#abort.abort(error);
    this.#forget?.(); // not there yet where the signal had aborted before
    this.#idle.close();
    this.#enter(state, reason);
    this.#settleReady.reject(error);
    this.#tenancy?.end(reason, (cell) => cell.close(reason));
  }
}
