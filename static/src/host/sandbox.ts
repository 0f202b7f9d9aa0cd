// The sandbox as callers know it: what can be asked of it, in calls that wait for their turn. What becomes of it is its
// lifecycle's.

import type { Step } from "../common/timing";
import type { Inspection } from "../protocol/messages";
import type { Policy } from "../protocol/policy";
import { abortable, type CallOptions } from "./api/abort";
import { Context } from "./api/context";
import { Emitter, type Listener } from "./api/emitter";
import type { Execution } from "./api/execution";
import type { Files } from "./api/files";
import {
  type Completions,
  checkedPool,
  checkOpening,
  checkRunning,
  type ExecuteOptions,
  type SandboxEvents,
  type SandboxInfo,
  type SandboxOptions,
  type SandboxState,
} from "./api/options";
import { Lifecycle } from "./lifecycle";
import { checkChoice } from "./supply/choice";
import { offered } from "./supply/server";
import { Supply } from "./supply/supply";
import { Asked } from "./tenancy/cell";

/** A Python of its own, in a frame of its own that reaches nothing. */
export class Sandbox {
  /** Resolves when Python is ready; rejects with a sentence when it can't be. */
  readonly ready: Promise<void>;
  /** What this sandbox may load and use: the server's policy, and what the options narrowed in it. */
  readonly policy: Promise<Policy>;
  readonly files: Files;
  readonly #emitter = new Emitter<SandboxEvents>();
  readonly #life: Lifecycle;
  /** Settles when the last call of `execute` so far has its answer. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: SandboxOptions) {
    checkOpening(options);
    checkChoice(options);
    checkedPool(options);
    this.#life = new Lifecycle(options, this.#emitter);
    this.ready = this.#life.ready;
    this.policy = this.#life.policy;
    this.files = this.#life.files;
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

  /**
   * Bytes that a sandbox with these options has to fetch before it is ready, compressed as far as the server or the exported
   * folder tells. What of them the browser has kept costs no network. Rejects with a sentence.
   */
  static async estimate(options: SandboxOptions = {}): Promise<number> {
    checkOpening(options);
    checkChoice(options);
    const { signal = new AbortController().signal } = options;
    return new Supply(await offered(options, signal), options, new Emitter(), signal).wire;
  }

  /** Where the time of the start went, by the starts of the steps, in milliseconds from `create` on. */
  get timing(): Step[] {
    return this.#life.timing;
  }

  /** Where it stands now; the event "state" tells of changes. */
  get state(): SandboxState {
    return this.#life.state;
  }

  /** Undefined until it is ready. */
  get info(): SandboxInfo | undefined {
    return this.#life.info;
  }

  /** Why the server's snapshot could not be used, where that was tried. */
  get unrestorable(): string | undefined {
    return this.#life.unrestorable;
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
    checkRunning(options);
    const asked = new Asked(code, options);
    const turn = this.#tail.then(() => this.#life.run(asked));
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
    if (this.state !== "ready") return { matches: [], start: cursor };
    const answer = (): Promise<unknown> => this.#life.ask({ type: "complete", code, cursor }, signal).catch(() => null);
    return ((await abortable(signal, answer)) ?? { matches: [], start: cursor }) as Completions;
  }

  /**
   * Signature and documentation of the name at a cursor position (UTF-16 offset), else of the call that it is in. Nothing of
   * it is markup. Undefined where nothing is known, and while a cell runs.
   */
  async inspect(code: string, cursor: number, options: CallOptions = {}): Promise<Inspection | undefined> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.state !== "ready") return undefined;
    const answer = (): Promise<unknown> => this.#life.ask({ type: "inspect", code, cursor }, signal).catch(() => null);
    return ((await abortable(signal, answer)) ?? undefined) as Inspection | undefined;
  }

  /** Stops the running cell: its variables stay where the browser allows, else Python is replaced. */
  async interrupt(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#life.interrupt();
  }

  /**
   * A clean Python: variables and imports are gone, files are kept. Ends the running cell. One that is cancelled
   * before the sandbox is ready does nothing; later it may have been done.
   */
  async reset(options: CallOptions = {}): Promise<void> {
    const { signal } = options;
    await abortable(signal, async () => {
      await this.ready;
      await this.#life.ask({ type: "reset" }, signal);
    });
  }

  /** Ends everything. Pending calls are answered with status "unavailable". */
  async close(): Promise<void> {
    this.#life.close();
  }
}
