// The page's one sandbox: opened, watched, restarted. Beside the self-test, which opens its own, the only
// file of the page that touches the SDK's values.

import {
  type Execution,
  type FileInfo,
  type Inspection,
  type PackageState,
  type Policy,
  Sandbox,
  type SandboxOptions,
} from "../host/index";
import type { Completions } from "./editor/editor";
import { Emitter } from "./model/emitter";
import type { Engine, RunHooks } from "./model/runner";
import type { Started } from "./model/start";
import type { Phase, Progress } from "./model/status";
import type { TableAsk } from "./model/table-source";
import type { Traffic } from "./model/traffic";
import { tablesOf } from "./python-tables";

export type SessionNews = "phase" | "progress" | "files" | "packages" | "traffic" | "policy";

/** The page has one sandbox. */
const OPTIONS = { standby: false } satisfies SandboxOptions;

export class Session implements Engine {
  readonly news = new Emitter<SessionNews>();
  /** Python was restarted; the sentences say why, what is lost and what is kept. */
  readonly restarted = new Emitter<{ reason: string; lost: string; kept: string }>();
  readonly #traffic: Traffic;
  #sandbox: Sandbox | undefined;
  #offs: (() => void)[] = [];
  #phase: Phase = "waiting";
  #progress: Progress | undefined;
  #files: FileInfo[] = [];
  #packages: readonly PackageState[] = [];
  #policy: Policy | undefined;
  #failure: string | undefined;
  #generation = 0;
  readonly #holds = new Set<Promise<unknown>>();
  /** Tables that Python keeps. */
  readonly tables: TableAsk = tablesOf({
    idle: () => this.#phase === "ready",
    run: (code) => this.#open.execute(code, { context: "belljar-page" }),
  });

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  get phase(): Phase {
    return this.#phase;
  }
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get files(): readonly FileInfo[] {
    return this.#files;
  }
  get packages(): readonly PackageState[] {
    return this.#packages;
  }
  get policy(): Policy | undefined {
    return this.#policy;
  }
  /** Why it could not start: a sentence. */
  get failure(): string | undefined {
    return this.#failure;
  }
  get generation(): number {
    return this.#generation;
  }
  get isReady(): boolean {
    return this.#phase === "ready" || this.#phase === "running";
  }
  get info(): Sandbox["info"] {
    return this.#sandbox?.info;
  }

  /** How it started, once it has. */
  get started(): Started | undefined {
    const { info, unrestorable, timing = [] } = this.#sandbox ?? {};
    if (!info) return undefined;
    const { start, jspi, keeps, readyMs } = info;
    return { start, unrestorable, interrupt: info.isolation === "isolated", jspi, keeps, ms: readyMs, steps: timing };
  }

  /** Starts loading. Again after a failure: a new sandbox takes the place of the old one. */
  open(): void {
    for (const off of this.#offs) off();
    void this.#sandbox?.close().catch(() => undefined);
    const sandbox = Sandbox.create(OPTIONS);
    this.#sandbox = sandbox;
    this.#failure = undefined;
    this.#packages = [];
    this.#files = [];
    this.#setPhase("loading");
    this.#offs = [
      sandbox.on("progress", (progress) => {
        this.#progress = progress;
        this.news.emit("progress");
      }),
      sandbox.on("state", ({ state, reason }) => {
        if (state === "failed") {
          this.#failure = reason;
          // Nothing comes any more of what was on its way.
          this.#packages = this.#packages.map((one) =>
            one.state === "loading" ? { ...one, state: "available" } : one,
          );
          this.news.emit("packages");
        }
        this.#setPhase(state);
      }),
      sandbox.on("files", (files) => {
        this.#files = [...files].sort((a, b) => a.path.localeCompare(b.path));
        this.news.emit("files");
      }),
      sandbox.on("packages", (packages) => {
        this.#packages = packages;
        this.#tellAsked(packages);
        this.news.emit("packages");
      }),
      sandbox.on("blocked", (blocked) => {
        this.#traffic.block(blocked);
        this.news.emit("traffic");
      }),
      sandbox.on("fetched", ({ url, bytes, fromCache }) => {
        this.#traffic.fetch(url, bytes, fromCache);
        this.news.emit("traffic");
      }),
      sandbox.on("restarted", (what) => {
        this.#generation += 1;
        this.restarted.emit(what);
      }),
    ];
    sandbox.policy.then(
      (policy) => {
        this.#policy = policy;
        this.news.emit("policy");
      },
      () => undefined,
    );
    sandbox.ready.then(
      () => this.news.emit("phase"),
      (error: unknown) => {
        if (this.#sandbox !== sandbox) return;
        this.#failure ??= error instanceof Error ? error.message : String(error);
        this.#setPhase("failed");
      },
    );
  }

  /** Runs a cell, after the files that were on their way when it was asked for have arrived. */
  async execute(code: string, hooks: RunHooks): Promise<Execution> {
    const sandbox = this.#open;
    await Promise.allSettled(this.#holds);
    return sandbox.execute(code, hooks);
  }

  /** Makes runs wait for this. */
  hold(promise: Promise<unknown>): void {
    this.#holds.add(promise);
    const release = () => this.#holds.delete(promise);
    promise.then(release, release);
  }

  /** Imports a package for the person who pressed its name; nothing of it stays in the notebook's names. */
  async load(module: string): Promise<boolean> {
    if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(module)) return false;
    const execution = await this.#open.execute(`import ${module}`, { context: "belljar-page" });
    return execution.status === "ok";
  }

  async complete(code: string, cursor: number): Promise<Completions> {
    return this.#open.complete(code, cursor);
  }

  async inspect(code: string, cursor: number): Promise<Inspection | undefined> {
    return this.#open.inspect(code, cursor);
  }

  async interrupt(): Promise<void> {
    await this.#sandbox?.interrupt();
  }

  /** A clean Python; files stay. */
  async restart(): Promise<void> {
    await this.#open.reset();
  }

  async write(path: string, data: Blob): Promise<void> {
    const written = this.#open.files.write(path, data);
    this.hold(written);
    await written;
  }

  /** Files of a folder of the person's disk, to be read where they lie. */
  async mount(path: string, files: readonly File[]): Promise<FileInfo> {
    const mounted = this.#open.files.mount(path, files);
    this.hold(mounted);
    return mounted;
  }

  async read(path: string): Promise<Blob> {
    return this.#open.files.read(path);
  }

  async remove(path: string): Promise<void> {
    await this.#open.files.remove(path);
  }

  /** Bytes that loading will take, cached or not. */
  size(): Promise<number> {
    return Sandbox.estimate(OPTIONS);
  }

  // Asking for Python is reason enough to load it, where the page has not dared to.
  get #open(): Sandbox {
    if (!this.#sandbox) this.open();
    return this.#sandbox as Sandbox;
  }

  /** What was not meant to be there from the start was asked for by code. */
  #tellAsked(packages: readonly PackageState[]): void {
    const first = this.#policy?.profile.load;
    if (!first) return;
    const asked = packages.filter(({ name, state }) => state !== "available" && !first.includes(name));
    for (const { name } of asked) this.#traffic.asked(name);
    if (asked.length > 0) this.news.emit("traffic");
  }

  #setPhase(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.news.emit("phase");
  }
}
