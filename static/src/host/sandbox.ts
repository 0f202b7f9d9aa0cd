// The sandbox as callers know it. Owns the network: fetches, verifies and hands inward every byte.
//
//   loading ──► ready ⇄ running            failed: could not start, or the frame is gone
//                 ▲        │               closed: by close() or the signal
//                 └ restarting ◄┘
//
// Every promise given out is settled, also when the frame dies or the sandbox is closed.

import type { FrameMessage, HostMessage, NamedBytes, ReadyInfo, RunEvent, RunOutcome } from "../protocol/messages";
import type { Policy } from "../protocol/policy";
import { now, type Step, Timeline } from "../protocol/timing";
import { call, Emitter, type Listener } from "./emitter";
import { Execution, Gathering, Result } from "./execution";
import { Files } from "./files";
import { keepSnapshot, keptSnapshot } from "./keep";
import { forget } from "./kept";
import type { FrameLink, LinkEvents } from "./link";
import { type Handed, openFrame, send } from "./opening";
import {
  checkedTimeout,
  type ExecuteOptions,
  type SandboxEvents,
  type SandboxOptions,
  type SandboxState,
} from "./options";
import { type LoadedPolicy, loadPolicy } from "./policy";
import { leave, prepare, take } from "./standby";
import { Supply } from "./supply";
import { unsupported } from "./support";
import { Watchdog } from "./watchdog";

export interface SandboxInfo extends ReadyInfo {
  isolation: "isolated" | "plain";
  /** From `create` to ready. */
  readyMs: number;
}

interface RunningCell {
  request: number;
  gathering: Gathering;
  options: ExecuteOptions;
  resolve(execution: Execution): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** How long the frame may take to answer what needs no Python, in milliseconds. */
const ANSWER_MS = 10_000;

/** How long after the start a first cell is waited for before the network is used for other things. */
const IDLE_MS = 1_500;

/** How long nothing must run before a frame is prepared for a further sandbox; this one's own spare comes first. */
const STANDBY_MS = { alone: 700, afterSpare: 4_000 };

/** How long nothing must run before what the server sent is kept as it was unpacked. */
const UNPACKED_MS = 1_500;

/** How long nothing must run before this browser makes a snapshot for itself. */
const REST_MS = 8_000;

type Request = Extract<HostMessage, { request: number }>;
type Unnumbered<T> = T extends unknown ? Omit<T, "request"> : never;

export class Sandbox {
  /** Resolves when Python is ready; rejects with a sentence when it can't be. */
  readonly ready: Promise<void>;
  readonly policy: Promise<Policy>;
  readonly files: Files;
  info: SandboxInfo | undefined;
  /** Why the server's snapshot could not be used, where that was tried. */
  unrestorable: string | undefined;
  #state: SandboxState = "loading";
  #reason: string | undefined;
  #link: FrameLink | undefined;
  readonly #base: URL;
  /** Settles when the present frame has been given everything. */
  #opened: Promise<Handed> | undefined;
  #supply: Supply | undefined;
  #watchdog: Watchdog | undefined;
  #cell: RunningCell | undefined;
  #requests = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #settleReady!: { resolve(): void; reject(error: Error): void };
  /** Stop by interrupt first. */
  #soft = false;
  readonly #timeline = new Timeline();
  /** Of the first interpreter, which the start waited for. */
  #firstSteps: Step[] = [];
  readonly #began = now();
  readonly #waiting = new Map<number, Waiting>();
  readonly #emitter = new Emitter<SandboxEvents>();
  readonly #abort = new AbortController();
  /** Run out when nothing has run for a while. */
  readonly #rests: ReturnType<typeof setTimeout>[] = [];
  /** The first cell is over, or none came. */
  readonly #idle = deferred();
  readonly #options: SandboxOptions;

  private constructor(options: SandboxOptions) {
    this.#options = options;
    this.#base = new URL(options.base ?? ".", import.meta.url);
    if (!this.#base.pathname.endsWith("/")) this.#base.pathname += "/";
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(() => {}); // also reported as state "failed"
    this.files = new Files((message) => this.#ask(message));
    const loaded = this.#timeline.time("policy", loadPolicy(this.#base));
    this.policy = loaded.then(({ policy }) => policy);
    this.policy.catch(() => {});
    options.signal?.addEventListener("abort", () => void this.close());
    this.#boot(loaded).catch((error: Error) => this.#end("failed", error.message));
  }

  /** Starts loading at once and gives the sandbox back immediately; see `ready`. */
  static create(options: SandboxOptions = {}): Sandbox {
    return new Sandbox(options);
  }

  /** A sandbox that is ready. Rejects with a sentence when it can't be. */
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

  get state(): SandboxState {
    return this.#state;
  }

  on<K extends keyof SandboxEvents>(name: K, listener: Listener<SandboxEvents[K]>): () => void {
    return this.#emitter.on(name, listener);
  }

  /**
   * Runs Python and gives what a notebook cell would. Calls are queued; one made before `ready` waits for it.
   * Never rejects for what the code did; rejects with RangeError for an option that can't be.
   */
  execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    const turn = this.#tail.then(() => this.#execute(String(code), options));
    this.#tail = turn.catch(() => {});
    return turn;
  }

  /** Completions at a cursor position (UTF-16 offset) of a piece of code. Empty while a cell runs. */
  async complete(code: string, cursor: number): Promise<{ matches: { text: string; type: string }[]; start: number }> {
    if (this.#state !== "ready") return { matches: [], start: cursor };
    const answer = await this.#ask({ type: "complete", code, cursor }).catch(() => null);
    return (answer ?? { matches: [], start: cursor }) as { matches: { text: string; type: string }[]; start: number };
  }

  /** Stops the running cell: its variables stay where the browser allows, else Python is replaced. */
  async interrupt(): Promise<void> {
    this.#watchdog?.stop();
    this.#link?.post({ type: "interrupt" });
  }

  /** A clean Python: variables and imports are gone, files are kept. Ends the running cell. */
  async reset(): Promise<void> {
    await this.ready;
    await this.#ask({ type: "reset" });
  }

  /** Ends everything. Pending calls are answered with status "unavailable". */
  async close(): Promise<void> {
    this.#end("closed", "The sandbox was closed.");
  }

  // ------------------------------------------------------------ starting

  async #boot(loaded: Promise<LoadedPolicy>): Promise<void> {
    const lacking = unsupported();
    if (lacking) throw new Error(lacking);
    this.#emitter.emit("progress", { stage: "policy", label: "reading the policy", loaded: 0, total: 0 });
    const found = await loaded;
    const { packages, start, keep = true } = this.#options;
    const kept = keep && start !== "wheels" ? await keptSnapshot(found.policy, found.base, packages) : null;
    const supply = new Supply(found, this.#options, this.#emitter, this.#abort.signal, this.#timeline, kept);
    this.#supply = supply;
    this.#watchdog = new Watchdog(supply.policy.limits, () => this.#replaceFrame());
    await this.#open(supply);
  }

  async #open(supply: Supply): Promise<void> {
    const events: LinkEvents = {
      message: (message) => this.#hear(message),
      lost: (reason) => this.#end("failed", reason),
    };
    const opening =
      take(supply, this.#options, events) ?? openFrame(supply, this.#options, events, { idle: this.#idle.promise });
    this.#link = opening.link;
    this.#opened = opening.handed;
    const { soft, whole } = await opening.handed;
    this.#soft = soft;
    whole.catch((error: Error) => {
      if (this.#link === opening.link) this.#startOver(error.message);
    });
  }

  /** The snapshot doesn't fit this browser: from the wheels, in a new frame. */
  #startOver(reason: string): void {
    const supply = this.#supply;
    if (!supply?.snapshot) return this.#end("failed", `Python could not start: ${reason}.`);
    if (this.#state === "failed" || this.#state === "closed") return;
    this.unrestorable = reason;
    forget().catch(() => {}); // at worst the next visit tries again
    supply.dropSnapshot();
    if (this.#state !== "loading") return this.#replaceFrame();
    this.#link?.close();
    supply.restart();
    this.#open(supply).catch((error: Error) => this.#end("failed", error.message));
  }

  /** The frame itself no longer answers: away with it, and a new one in its place. */
  #replaceFrame(): void {
    const supply = this.#supply;
    if (!supply || this.#state === "failed" || this.#state === "closed") return;
    const reason = "The sandbox frame stopped answering and was replaced.";
    const lost = "Variables and imports are gone.";
    this.#link?.close();
    this.#enter("restarting", reason);
    const note = `${reason} Python had to be restarted: variables are gone, files are kept.`;
    this.#settleAll(reason, (cell) => cell.resolve(cell.gathering.finish(gone(note))));
    this.#emitter.emit("restarted", { reason, lost, kept: "Files are kept." });
    supply.restart();
    this.#open(supply).catch((error: Error) => this.#end("failed", error.message));
    for (const [path, blob] of this.files.all()) {
      this.#ask({ type: "file_write", path, blob }).catch(() => {}); // it did fit before
    }
  }

  // ------------------------------------------------------------ running

  async #execute(code: string, options: ExecuteOptions): Promise<Execution> {
    if (options.signal?.aborted)
      return Execution.without("interrupted", "Cancelled", "It was cancelled before it ran.");
    const aborted = new Promise<"aborted">((resolve) => {
      options.signal?.addEventListener("abort", () => resolve("aborted"));
    });
    const ready = this.ready.catch(() => {});
    if ((await Promise.race([ready, aborted])) === "aborted") {
      return Execution.without("interrupted", "Cancelled", "It was cancelled before it ran.");
    }
    const limits = this.#supply?.policy.limits;
    if (!limits || this.#state === "failed" || this.#state === "closed") {
      return Execution.without("unavailable", "Unavailable", this.#reason ?? "The sandbox could not start.");
    }
    if (code.length > limits.code_chars) {
      const value = `The code is ${code.length} characters long; this sandbox takes ${limits.code_chars}.`;
      return Execution.without("refused", "PolicyError", value);
    }
    const timeout_ms = checkedTimeout(options.timeout, limits);
    const request = this.#requests++;
    const execution = new Promise<Execution>((resolve) => {
      this.#cell = { request, gathering: new Gathering(), options, resolve };
    });
    this.#enter("running");
    this.#restless();
    this.#watchdog?.execute(timeout_ms);
    const { context = "default", svg = false, fresh = false } = options;
    const input = options.onInput !== undefined;
    send(this.#link, { type: "execute", request, code, options: { timeout_ms, input, svg, context, fresh } });
    void aborted.then(() => {
      if (this.#cell?.request === request) void this.interrupt();
    });
    return execution;
  }

  #ask(message: Unnumbered<Request>): Promise<unknown> {
    if (this.#state === "failed" || this.#state === "closed") {
      return Promise.reject(new Error(this.#reason ?? "The sandbox is closed."));
    }
    const request = this.#requests++;
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          settle(value);
        };
      this.#waiting.set(request, { resolve: settled(resolve), reject: settled(reject) });
      const open = this.ready.then(() => this.#opened);
      void open.then(
        () => {
          // Each of these is answered by the frame itself, at once: no answer means that it hangs.
          timer = setTimeout(() => this.#replaceFrame(), ANSWER_MS);
          send(this.#link, { ...message, request } as HostMessage);
        },
        () => {}, // #end has answered it
      );
    });
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
        return this.#idle.resolve();
      case "unrestorable":
        return this.#startOver(message.reason);
      case "captured":
        return; // nobody asked
      case "need":
        return void this.#provide(message.id, message.names);
      case "event":
        return this.#cell?.request === message.request ? this.#event(this.#cell, message.event) : undefined;
      case "done": {
        const cell = this.#cell;
        if (cell?.request !== message.request) return;
        this.#cell = undefined;
        this.#watchdog?.done();
        this.#idle.resolve();
        this.#restful();
        if (this.#state === "running") this.#enter("ready");
        return cell.resolve(cell.gathering.finish(message.outcome));
      }
      case "restarted": {
        const { reason, lost, kept } = message;
        this.#enter("restarting", reason);
        return this.#emitter.emit("restarted", { reason, lost, kept });
      }
      case "spare":
        return this.#emitter.emit("spare", { ready: message.ready });
      case "blocked":
        return this.#emitter.emit("blocked", message.blocked);
      case "packages_loaded":
        return this.#supply?.mark(message.names, "loaded");
      case "kept":
        return this.files.kept(message.path, message.blob);
      case "files":
        this.files.heard(message.files);
        return this.#emitter.emit("files", message.files);
      case "reply": {
        const waiting = this.#waiting.get(message.request);
        this.#waiting.delete(message.request);
        return message.error === null ? waiting?.resolve(message.value) : waiting?.reject(new Error(message.error));
      }
    }
  }

  #becomeReady(info: ReadyInfo): void {
    const isolation = this.#soft ? "isolated" : "plain";
    const readyMs = this.info?.readyMs || now() - this.#began;
    if (!this.info) this.#firstSteps = info.steps;
    this.info = { ...info, isolation, readyMs };
    this.#settleReady.resolve();
    this.#restful();
    setTimeout(() => this.#idle.resolve(), IDLE_MS);
    this.#enter(this.#cell ? "running" : "ready");
  }

  /** Nothing runs: if that lasts, what makes the next start fast is prepared. */
  #restful(): void {
    this.#restless();
    const supply = this.#supply;
    if (!supply) return;
    const { start, keep = true, spare = true } = this.#options;
    this.#after(spare ? STANDBY_MS.afterSpare : STANDBY_MS.alone, () => void this.#standBy(supply));
    if (!keep || start === "wheels" || this.unrestorable) return;
    const kept = (keeping: Promise<number | null>): void => {
      keeping.then(
        (bytes) => bytes !== null && this.#emitter.emit("kept", { bytes }),
        () => {}, // then the next visit takes as long as this one
      );
    };
    if (supply.snapshot) this.#after(UNPACKED_MS, () => kept(supply.keep()));
    if (supply.snapshot && supply.missing.length === 0) return;
    this.#after(REST_MS, () => kept(keepSnapshot(supply.policy, this.#base, supply.first, this.#abort.signal)));
  }

  #after(ms: number, act: () => void): void {
    this.#rests.push(setTimeout(() => this.#state === "ready" && !document.hidden && act(), ms));
  }

  #restless(): void {
    for (const timer of this.#rests.splice(0)) clearTimeout(timer);
  }

  /** A frame for a further sandbox, once this one has everything. */
  async #standBy(supply: Supply): Promise<void> {
    const whole = this.#opened?.then((handed) => handed.whole);
    const came = await whole?.then(
      () => true,
      () => false,
    );
    if (came && this.#state === "ready") prepare(this, supply, this.#options);
  }

  #event(cell: RunningCell, event: RunEvent): void {
    this.#watchdog?.heard(event);
    const { gathering, options } = cell;
    switch (event.type) {
      case "started":
        return call(options.onStart);
      case "stream":
        gathering.stream(event.name, event.text);
        return event.name === "stdout" ? call(options.onStdout, event.text) : call(options.onStderr, event.text);
      case "display": {
        const result = new Result(event.data, false);
        gathering.display(result, event.id, event.update);
        const shown = { result, update: event.update };
        return call(options.onDisplay, event.id === null ? shown : { ...shown, id: event.id });
      }
      case "result": {
        const result = new Result(event.data, true);
        gathering.display(result, null, false);
        return call(options.onResult, result);
      }
      case "clear":
        return call(options.onClear, event.wait);
      case "blocked":
        gathering.blocked.push(event.blocked);
        this.#emitter.emit("blocked", event.blocked);
        return call(options.onBlocked, event.blocked);
      case "loading":
        this.#supply?.mark(
          event.packages.map(({ name }) => name),
          "loading",
        );
        return event.packages.length > 0 ? call(options.onLoading, event.packages) : undefined;
      case "loaded":
        gathering.packages.push(...event.packages);
        return undefined;
      case "input":
        return void this.#answer(event.id, event.prompt, event.password, options);
    }
  }

  async #answer(id: string, prompt: string, password: boolean, options: ExecuteOptions): Promise<void> {
    const text = await Promise.resolve(options.onInput?.(prompt, password) ?? null).catch(() => null);
    this.#watchdog?.answered();
    send(this.#link, { type: "input", id, text });
  }

  /** Answers the frame's need for packages, with their bytes or with a sentence. */
  async #provide(id: string, names: string[]): Promise<void> {
    let files: NamedBytes[] = [];
    let error: string | null = null;
    try {
      files = (await this.#supply?.packages(names)) ?? [];
    } catch (problem) {
      error = (problem as Error).message;
    }
    send(this.#link, { type: "packages", id, files, error });
  }

  // ------------------------------------------------------------ ends

  #enter(state: SandboxState, reason?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emitter.emit("state", reason === undefined ? { state } : { state, reason });
  }

  #end(state: "failed" | "closed", reason: string): void {
    if (this.#state === "failed" || this.#state === "closed") return;
    this.#reason = reason;
    this.#abort.abort();
    this.#restless();
    leave(this);
    this.#link?.close();
    this.#enter(state, reason);
    this.#settleReady.reject(new Error(reason));
    this.#settleAll(reason, (cell) => cell.resolve(Execution.without("unavailable", "Unavailable", reason)));
  }

  /** Answers everything that is pending. */
  #settleAll(reason: string, answer: (cell: RunningCell) => void): void {
    this.#watchdog?.done();
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell) answer(cell);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(reason));
  }
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let settle: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: () => settle?.() };
}

/** The outcome of a run whose frame is gone. */
function gone(note: string): RunOutcome {
  return { status: "crashed", error: null, execution_count: 0, duration_ms: 0, changes: [], truncated: null, note };
}
