// The sandbox as callers know it. Owns the network: fetches, verifies and hands inward every byte.
//
//   loading ──► ready ⇄ running            failed: could not start, or the frame is gone
//                 ▲        │               closed: by close() or the signal
//                 └ restarting ◄┘
//
// Every promise given out is settled, also when the frame dies or the sandbox is closed.

import { Gate } from "../protocol/gate";
import type { FrameMessage, ReadyInfo } from "../protocol/messages";
import type { Policy } from "../protocol/policy";
import { now, type Step, Timeline } from "../protocol/timing";
import { abortable, type CallOptions, onAbort } from "./abort";
import { Asked, cancelled, RunningCell } from "./cell";
import { checkChoice } from "./choice";
import { Context } from "./context";
import { EarlyFrame } from "./early";
import { Emitter, type Listener } from "./emitter";
import { Execution } from "./execution";
import { Files } from "./files";
import { forgetKept, keptSnapshot } from "./keep";
import { type FrameLink, type LinkEvents, send } from "./link";
import { type Handed, openFrame } from "./opening";
import {
  checkedPool,
  checkedTimeout,
  type ExecuteOptions,
  type SandboxEvents,
  type SandboxOptions,
  type SandboxState,
} from "./options";
import type { Parcels } from "./parcels";
import type { LoadedPolicy } from "./policy";
import { Gone, type Request, Requests } from "./requests";
import { Rest } from "./rest";
import { offered } from "./server";
import { drop, stands, take } from "./standby";
import { Supply } from "./supply";
import { unsupported } from "./support";
import { attend, Watchdog } from "./watchdog";

const SILENT = "The sandbox frame stopped answering and was replaced.";

/** So many frames may fall silent in a row while Python starts before it is given up. */
const SILENT_STARTS = 2;

/** What is known of a sandbox once it is ready. */
export interface SandboxInfo extends ReadyInfo {
  /** "isolated" where the soft interrupt is there: stopping then keeps the variables of code that computes. */
  isolation: "isolated" | "plain";
  /** From `create` to ready. */
  readyMs: number;
}

/** Completions at a place in a piece of code. */
export interface Completions {
  matches: { text: string; type: string }[];
  /** Where in the code what they replace begins (UTF-16 offset). */
  start: number;
}

/** A Python of its own, in a frame of its own that reaches nothing. */
export class Sandbox {
  /** Resolves when Python is ready; rejects with a sentence when it can't be. */
  readonly ready: Promise<void>;
  /** What this sandbox may load and use: the server's policy, and what the options narrowed in it. */
  readonly policy: Promise<Policy>;
  readonly files: Files;
  /** Undefined until it is ready. */
  info: SandboxInfo | undefined;
  /** Why the server's snapshot could not be used, where that was tried. */
  unrestorable: string | undefined;
  #state: SandboxState = "loading";
  #reason: string | undefined;
  #early: EarlyFrame | undefined;
  #link: FrameLink | undefined;
  /** Settles when the present frame has been given everything. */
  #opened: Promise<Handed> | undefined;
  #parcels: Parcels | undefined;
  #supply: Supply | undefined;
  #watchdog: Watchdog | undefined;
  #cell: RunningCell | undefined;
  readonly #requests = new Requests(() => this.#hangs());
  /** So many frames in a row fell silent before Python was up. */
  #silent = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #settleReady!: { resolve(): void; reject(error: Error): void };
  /** Stop by interrupt first. */
  #soft = false;
  readonly #timeline = new Timeline();
  /** Of the first interpreter, which the start waited for. */
  #firstSteps: Step[] = [];
  readonly #began = now();
  readonly #emitter = new Emitter<SandboxEvents>();
  readonly #abort = new AbortController();
  readonly #rest: Rest;
  /** Nothing has run for a while, or a cell waits for what comes then. */
  readonly #idle = new Gate();
  readonly #options: SandboxOptions;
  /** Stops listening to the signal of the options. */
  readonly #forget: () => void;

  private constructor(options: SandboxOptions) {
    this.#options = options;
    checkChoice(options);
    checkedPool(options);
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(() => {}); // also reported as state "failed"
    this.files = new Files((message, signal) => this.#ask(message, signal));
    this.#rest = new Rest(options, this.#abort.signal, {
      idle: () => this.#state === "ready" && !document.hidden,
      whole: () => this.#opened?.then(({ whole }) => whole),
      idles: () => this.#complete(),
      spoiled: (reason) => void this.#drop(reason),
      kept: (bytes) => this.#emitter.emit("kept", { bytes }),
    });
    this.#forget = onAbort(options.signal, () => {
      this.#end("closed", "The sandbox was closed.", options.signal?.reason as Error);
    });
    const loaded = this.#timeline.time("policy", offered(options, this.#abort.signal));
    this.policy = loaded.then(({ policy }) => policy);
    this.policy.catch(() => {});
    this.#boot(loaded).catch((error: Error) => this.#end("failed", error.message, error));
  }

  /** Starts loading at once and gives the sandbox back immediately; see `ready`. */
  static create(options: SandboxOptions = {}): Sandbox {
    return new Sandbox(options);
  }

  /** A sandbox that is ready. Rejects with a sentence when it can't be, with the signal's reason if that aborts. */
  static async open(options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    await sandbox.ready;
    return sandbox;
  }

  /** Where the time of the start went, by the starts of the steps, in milliseconds from `create` on. */
  get timing(): Step[] {
    const steps = [...this.#timeline.steps, ...this.#firstSteps];
    return steps.map((step) => ({ ...step, start: step.start - this.#began })).sort((a, b) => a.start - b.start);
  }

  /** Where it stands now; the event "state" tells of changes. */
  get state(): SandboxState {
    return this.#state;
  }

  /** Listens to an event; gives the function that stops listening. */
  on<K extends keyof SandboxEvents>(name: K, listener: Listener<SandboxEvents[K]>): () => void {
    return this.#emitter.on(name, listener);
  }

  /**
   * Runs Python and gives what a notebook cell would. Calls are queued; one made before `ready` waits for it.
   * Never rejects for what the code did; rejects for what it was called with: a RangeError or TypeError for an option
   * that can't be, an Error for a file that there is no room for.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    if (typeof code !== "string") throw new TypeError(`execute() takes code as a string, not ${typeof code}.`);
    const asked = new Asked(code, options);
    const turn = this.#tail.then(() => this.#execute(asked));
    this.#tail = turn.catch(() => {});
    return asked.answer(turn);
  }

  /**
   * A session by name, with variables of its own in the same interpreter; made by its first run. It is no wall:
   * callers who don't trust each other get sandboxes of their own. Throws a TypeError for a name that can't be.
   */
  context(name: string): Context {
    return new Context(name, (code, options) => this.execute(code, options));
  }

  /** Completions at a cursor position (UTF-16 offset) of a piece of code. Empty while a cell runs. */
  async complete(code: string, cursor: number, options: CallOptions = {}): Promise<Completions> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#state !== "ready") return { matches: [], start: cursor };
    const answer = (): Promise<unknown> => this.#ask({ type: "complete", code, cursor }, signal).catch(() => null);
    return ((await abortable(signal, answer)) ?? { matches: [], start: cursor }) as Completions;
  }

  /** Stops the running cell: its variables stay where the browser allows, else Python is replaced. */
  async interrupt(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#watchdog?.stop();
    this.#link?.post({ type: "interrupt" });
  }

  /**
   * A clean Python: variables and imports are gone, files are kept. Ends the running cell. One that is cancelled
   * before the sandbox is ready does nothing; later it may have been done.
   */
  async reset(options: CallOptions = {}): Promise<void> {
    const { signal } = options;
    await abortable(signal, async () => {
      await this.ready;
      await this.#ask({ type: "reset" }, signal);
    });
  }

  /** Ends everything. Pending calls are answered with status "unavailable". */
  async close(): Promise<void> {
    this.#end("closed", "The sandbox was closed.");
  }

  // ------------------------------------------------------------ starting

  async #boot(loaded: Promise<LoadedPolicy>): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const lacking = unsupported();
    if (lacking) throw new Error(lacking);
    this.#emitter.emit("progress", { stage: "policy", label: "reading the policy", loaded: 0, total: 0 });
    if (!stands()) this.#early = EarlyFrame.begin(this.#options);
    const found = await loaded;
    const { packages, start, keep = true } = this.#options;
    const kept = keep && start !== "wheels" ? await keptSnapshot(found.policy, found.base, packages) : null;
    this.#abort.signal.throwIfAborted(); // no frame for what was closed meanwhile
    const supply = new Supply(found, this.#options, this.#emitter, this.#abort.signal, this.#timeline, kept);
    this.#supply = supply;
    this.#watchdog = new Watchdog(supply.policy.limits, () => this.#replaceFrame(SILENT));
    await this.#open(supply);
  }

  async #open(supply: Supply): Promise<void> {
    const events: LinkEvents = {
      message: (message) => this.#hear(message),
      lost: (reason) => this.#end("failed", reason),
    };
    const idle = this.#idle.opened;
    const opening =
      take(supply, this.#options, events) ?? openFrame(supply, this.#options, events, { idle, early: this.#early });
    this.#early?.close();
    this.#link = opening.link;
    this.#parcels = opening.parcels;
    this.#opened = opening.handed;
    const current = (): boolean => this.#link === opening.link;
    const handed = await opening.handed.catch((error: Error) => {
      if (current()) throw error;
    });
    if (!handed || !current()) return; // another frame has taken its place
    this.#soft = handed.soft;
    handed.whole.catch((error: Error) => current() && this.#startOver(error.message));
    this.#attend();
  }

  /** A frame whose process ends while Python starts would leave everybody waiting: its own clock has ended with it. */
  #attend(): void {
    const link = this.#link;
    const ping = (): Promise<unknown> =>
      this.#requests.ask({ type: "ping" }, Promise.resolve(), (message) => send(link, message));
    attend(() => this.#link === link && this.#starting, ping);
  }

  get #starting(): boolean {
    return this.#state === "loading" || this.#state === "restarting";
  }

  #hangs(): void {
    if (this.#starting && ++this.#silent > SILENT_STARTS)
      return this.#end("failed", `Python could not start: ${SILENT}`);
    this.#replaceFrame(SILENT);
  }

  /** In a new frame: from the server's files where some that are kept were used, else the snapshot doesn't fit this browser. */
  #startOver(reason: string): void {
    const supply = this.#supply;
    if (!supply?.snapshot) return this.#end("failed", `Python could not start: ${reason}.`);
    if (this.#ended) return;
    forgetKept().catch(() => {}); // at worst the next visit tries again
    if (!supply.dropKept()) {
      this.unrestorable = reason;
      supply.dropSnapshot();
    }
    this.#replaceFrame("A start from the snapshot failed, and the sandbox was replaced.");
  }

  /** What this browser had kept is spoiled. */
  async #drop(problem: string): Promise<void> {
    await forgetKept().catch(() => {}); // the next start reads it again, and the next rest finds it out again
    if (this.#state === "restarting") return; // more than one thing was
    this.#replaceFrame(`What this browser had kept is spoiled: ${problem} The sandbox was replaced.`);
  }

  #reopen(supply: Supply): void {
    this.#link?.close();
    supply.restart();
    this.#open(supply).catch((error: Error) => this.#end("failed", error.message));
  }

  /** Away with a frame that is of no use any more, and a new one in its place. */
  #replaceFrame(reason: string): void {
    const supply = this.#supply;
    if (!supply || this.#ended) return;
    // Nothing has run in it yet, so nothing is lost.
    if (this.#state === "loading") return this.#reopen(supply);
    const lost = "Variables and imports are gone.";
    drop();
    this.#enter("restarting", reason);
    this.#settleAll(reason, (cell) => cell.lost(reason));
    this.#emitter.emit("restarted", { reason, lost, kept: "Files are kept." });
    this.#reopen(supply);
    this.files.restore();
  }

  // ------------------------------------------------------------ running

  async #execute(asked: Asked): Promise<Execution> {
    if (!asked.cancelled) await this.ready.catch(() => {});
    const { code, options, context } = asked;
    // Its caller has had an answer already.
    if (asked.cancelled) return cancelled();
    const limits = this.#supply?.policy.limits;
    if (!limits || this.#ended) return this.#unavailable();
    if (code.length > limits.code_chars) {
      const value = `The code is ${code.length} characters long; this sandbox takes ${limits.code_chars}.`;
      return Execution.without("refused", "PolicyError", value);
    }
    const timeout_ms = checkedTimeout(options.timeout, limits);
    const unput = await this.#put(asked);
    if (unput) return unput;
    const request = this.#requests.next();
    const cell = new RunningCell(request, options, {
      blocked: (blocked) => this.#emitter.emit("blocked", blocked),
      loading: (names) => this.#supply?.mark(names, "loading"),
      answered: (id, text) => {
        this.#watchdog?.answered();
        send(this.#link, { type: "input", id, text });
      },
    });
    this.#cell = cell;
    asked.begun = true;
    this.#enter("running");
    this.#rest.end();
    this.#parcels?.begin();
    this.#watchdog?.execute(timeout_ms);
    const { svg, fresh } = options;
    const input = options.onInput !== undefined;
    const asOptions = { timeout_ms, input, svg: svg === true, context, fresh: fresh === true };
    send(this.#link, { type: "execute", request, code, options: asOptions });
    // One that hung before, or whose process has ended, would be noticed only when the cell's time is over.
    attend(
      () => this.#cell === cell,
      () => this.#ask({ type: "ping" }),
    );
    const off = onAbort(options.signal, () => void this.interrupt());
    return cell.execution.finally(off);
  }

  /** Puts the files of a run in their place; gives its answer if it then can't run any more. */
  async #put(asked: Asked): Promise<Execution | undefined> {
    try {
      for (const [path, blob] of asked.files) {
        await this.files.write(path, blob);
        if (asked.cancelled) return cancelled();
      }
    } catch (error) {
      if (this.#ended) return this.#unavailable();
      if (error instanceof Gone) return Execution.without("unavailable", "Unavailable", error.message);
      throw error;
    }
    return undefined;
  }

  get #ended(): boolean {
    return this.#state === "failed" || this.#state === "closed";
  }

  #unavailable(): Execution {
    return Execution.without("unavailable", "Unavailable", this.#reason ?? "The sandbox could not start.");
  }

  #ask(message: Request, signal?: AbortSignal): Promise<unknown> {
    if (this.#ended) return Promise.reject(new Gone(this.#reason ?? "The sandbox is closed."));
    const open = this.ready.then(() => this.#opened);
    return this.#requests.ask(message, open, (numbered) => send(this.#link, numbered), signal);
  }

  // ------------------------------------------------------------ hearing

  #hear(message: FrameMessage): void {
    switch (message.type) {
      case "hello":
        return;
      case "progress":
        return this.#supply?.progress(message.stage, message.label);
      case "ready": {
        const link = this.#link;
        return void this.#opened
          ?.then(({ verified }) => verified)
          .then(
            () => this.#link === link && this.#becomeReady(message.info),
            () => {}, // whoever opened the frame hears of it
          );
      }
      case "failed":
        return this.#end("failed", message.reason);
      case "stalled":
        return this.#complete();
      case "unrestorable":
        return this.#startOver(message.reason);
      case "read":
      case "captured":
        return; // nobody asked
      case "need":
        return void this.#provide(message.id, message.names);
      case "event":
        if (this.#cell?.request !== message.request) return;
        this.#watchdog?.heard(message.event);
        return this.#cell.hear(message.event);
      case "done": {
        const cell = this.#cell;
        if (cell?.request !== message.request) return;
        this.#cell = undefined;
        this.#watchdog?.done();
        this.#rests();
        if (this.#state === "running") this.#enter("ready");
        return cell.finish(message.outcome);
      }
      case "restarted": {
        const { reason, lost, kept } = message;
        this.#enter("restarting", reason);
        this.#attend();
        return this.#emitter.emit("restarted", { reason, lost, kept });
      }
      case "spare":
        return this.#emitter.emit("spare", { ready: message.count > 0, count: message.count });
      case "blocked":
        return this.#emitter.emit("blocked", message.blocked);
      case "packages_loaded":
        return this.#supply?.mark(message.names, "loaded");
      case "kept":
        return this.files.kept(message.path, message.blob);
      case "files":
        this.files.heard(message.files);
        return this.#emitter.emit("files", message.files);
      case "reply":
        return this.#requests.reply(message);
    }
  }

  #becomeReady(info: ReadyInfo): void {
    const isolation = this.#soft ? "isolated" : "plain";
    const readyMs = this.info?.readyMs || now() - this.#began;
    if (!this.info) this.#firstSteps = info.steps;
    this.info = { ...info, isolation, readyMs };
    this.#silent = 0;
    this.#settleReady.resolve();
    this.#rests();
    this.#enter(this.#cell ? "running" : "ready");
  }

  #rests(): void {
    if (this.#supply) this.#rest.begin(this.#supply, this.unrestorable === undefined);
  }

  /** Fetches what cells can do without for a while. */
  #complete(): void {
    this.#idle.open();
    this.#parcels?.complete();
  }

  /** Answers the frame's need for packages, with their bytes or with a sentence. */
  async #provide(id: string, names: string[]): Promise<void> {
    const parcels = this.#parcels;
    try {
      if (this.#supply) await parcels?.give(this.#supply, id, names);
    } catch (problem) {
      parcels?.refuse(id, (problem as Error).message);
    }
  }

  // ------------------------------------------------------------ ends

  #enter(state: SandboxState, reason?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emitter.emit("state", reason === undefined ? { state } : { state, reason });
  }

  #end(state: "failed" | "closed", reason: string, error = new Error(reason)): void {
    if (this.#ended) return;
    this.#reason = reason;
    this.#abort.abort(error);
    this.#forget?.(); // not there yet where the signal had aborted before
    this.#rest.close();
    this.#early?.close();
    this.#link?.close();
    this.#enter(state, reason);
    this.#settleReady.reject(error);
    this.#settleAll(reason, (cell) => cell.close(reason));
  }

  /** Answers everything that is pending. */
  #settleAll(reason: string, answer: (cell: RunningCell) => void): void {
    this.#watchdog?.done();
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell) answer(cell);
    this.#requests.lose(reason);
  }
}
