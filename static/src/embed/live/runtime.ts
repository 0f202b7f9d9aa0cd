// The one sandbox of all cells of a page: opened for what the first of them need, a namespace for each session.

import {
  type Execution,
  type Inspection,
  type Policy,
  type Progress,
  Sandbox,
  type SandboxOptions,
} from "../../host/index";
import { loadPolicy } from "../../host/supply/policy";
import type { Completions } from "../../page/editor/editor";
import { Emitter } from "../../page/model/emitter";
import type { NamedAddress } from "../markup";
import { packageNamed, packagesFor, startFor } from "./choice";
import { importedModules } from "./imports";

/** What a cell needs besides its own code. */
export interface Needs {
  session: string;
  setup: string | undefined;
  files: readonly NamedAddress[];
  packages: readonly string[];
}

/** What one of the steps before a cell has failed with: a sentence, and what Python said where it was asked. */
export class Unprepared extends Error {
  readonly execution: Execution | undefined;

  constructor(message: string, execution?: Execution) {
    super(message);
    this.execution = execution;
  }
}

/** A session of the present Python. */
interface Session {
  /** Its namespace: another one after each reset. */
  context: string;
  /** Hidden code that has run in it. */
  readonly ready: Set<string>;
}

/** A namespace for what is done for a cell beforehand. */
const OWN = "belljar-embed";

export class Runtime {
  readonly base: string;
  readonly progress = new Emitter<Progress>();
  /** How far the start has come. */
  last: Progress | undefined;
  /** Python was replaced: variables of all sessions are gone. */
  readonly restarted = new Emitter<void>();
  readonly #policyUrl: URL;
  #policy: Promise<Policy> | undefined;
  #sandbox: Sandbox | undefined;
  #opening: Promise<Sandbox> | undefined;
  #generation = 0;
  #resets = 0;
  readonly #sessions = new Map<string, Session>();
  /** What starts fetch, by what they start with. */
  readonly #sizes = new Map<string, Promise<number>>();
  /** Addresses by the names of files that were written. */
  readonly #written = new Map<string, string>();

  /** Gives the code of all cells of the page. */
  readonly #page: () => string;

  constructor(base: string, page: () => string) {
    this.base = base;
    this.#page = page;
    this.#policyUrl = new URL("policy.json", base);
  }

  get generation(): number {
    return this.#generation;
  }

  get isReady(): boolean {
    return this.#sandbox?.state === "ready" || this.#sandbox?.state === "running";
  }

  /** Nothing has been loaded of Python yet. */
  get untouched(): boolean {
    return this.#opening === undefined;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** What the server allows. Rejects with a sentence. */
  policy(): Promise<Policy> {
    this.#policy ??= loadPolicy(this.#policyUrl).then(({ policy }) => policy);
    this.#policy.catch(() => {
      this.#policy = undefined;
    });
    return this.#policy;
  }

  /** Bytes that a start for this code would fetch. Rejects with a sentence. */
  async size(code: string, needs: Needs): Promise<number> {
    const options = await this.#options(code, needs);
    const key = JSON.stringify([options.profile, options.packages]);
    const known = this.#sizes.get(key) ?? Sandbox.estimate(options);
    this.#sizes.set(key, known);
    known.catch(() => this.#sizes.delete(key));
    return known;
  }

  async #options(code: string, { packages, setup = "" }: Needs): Promise<SandboxOptions> {
    const policy = await this.policy();
    const wanted = packagesFor(policy, importedModules(`${setup}\n${code}`), packages);
    const soon = packagesFor(policy, importedModules(this.#page()));
    // One sandbox for a page, and none in reserve: a page to read should not take twice the memory.
    return { base: this.base, policy, standby: false, spare: false, ...startFor(policy, wanted, soon) };
  }

  /** `code`: of all cells that are about to run. Rejects with a sentence. */
  open(code: string, needs: Needs): Promise<Sandbox> {
    if (this.#sandbox?.state === "failed" || this.#sandbox?.state === "closed") this.#forget();
    this.#opening ??= this.#open(code, needs);
    this.#opening.catch(() => this.#forget());
    return this.#opening;
  }

  async #open(code: string, needs: Needs): Promise<Sandbox> {
    const sandbox = Sandbox.create(await this.#options(code, needs));
    this.#sandbox = sandbox;
    sandbox.on("progress", (progress) => {
      this.last = progress;
      this.progress.emit(progress);
    });
    sandbox.on("restarted", () => this.#lost());
    await sandbox.ready;
    return sandbox;
  }

  /** Gives a start up that can't succeed; what waits for it is answered. */
  abandon(): void {
    void this.#sandbox?.close();
  }

  #forget(): void {
    this.#opening = undefined;
    this.#sandbox = undefined;
    this.#policy = undefined; // the server may be another one by now
    this.last = undefined;
    this.#written.clear();
    this.#sessions.clear();
  }

  #lost(): void {
    this.#generation += 1;
    this.#sessions.clear();
    this.restarted.emit();
  }

  #session(name: string): Session {
    let session = this.#sessions.get(name);
    if (!session) {
      session = { context: this.#resets === 0 ? name : `${name}#${this.#resets}`, ready: new Set() };
      this.#sessions.set(name, session);
    }
    return session;
  }

  /** The namespace of a session in which all is ready that a cell needs. Rejects with Unprepared, or a sentence. */
  async prepare(sandbox: Sandbox, needs: Needs): Promise<string> {
    await this.#write(sandbox, needs.files);
    await this.#load(sandbox, needs.packages);
    const session = this.#session(needs.session);
    const { setup } = needs;
    if (setup !== undefined && !session.ready.has(setup)) {
      const execution = await sandbox.context(session.context).execute(setup);
      if (execution.status !== "ok") throw new Unprepared("The hidden code before this cell failed.", execution);
      session.ready.add(setup);
    }
    return session.context;
  }

  async #write(sandbox: Sandbox, files: readonly NamedAddress[]): Promise<void> {
    const missing = files.filter(({ name, url }) => this.#written.get(name) !== url);
    await Promise.all(
      missing.map(async ({ name, url }) => {
        await sandbox.files.write(name, await fetched(name, url));
        this.#written.set(name, url);
      }),
    );
  }

  /** Packages that the cell's own imports don't name. */
  async #load(sandbox: Sandbox, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const policy = await this.policy();
    for (const name of names) {
      const found = packageNamed(policy, name);
      if (!found) throw new Unprepared(`packages names ${name}, which this server does not have.`);
      const [module] = found.imports;
      if (module === undefined || !/^[A-Za-z_]\w*$/.test(module)) continue;
      const execution = await sandbox.context(OWN).execute(`import ${module}`);
      if (execution.status !== "ok") throw new Unprepared(`${name} could not be loaded.`, execution);
    }
  }

  async complete(code: string, cursor: number): Promise<Completions> {
    return (await this.#sandbox?.complete(code, cursor)) ?? { matches: [], start: cursor };
  }

  async inspect(code: string, cursor: number): Promise<Inspection | undefined> {
    return this.#sandbox?.inspect(code, cursor);
  }

  get mayComplete(): boolean {
    return this.#sandbox?.state === "ready";
  }

  async read(path: string): Promise<Blob> {
    if (!this.#sandbox) throw new Error(`There is no file "${path}".`);
    return this.#sandbox.files.read(path);
  }

  async interrupt(): Promise<void> {
    await this.#sandbox?.interrupt();
  }

  /**
   * A session without variables. Where the page has no other one, Python is started anew; else the others keep theirs and
   * the session gets a new namespace. Gives a sentence on what was lost and what was kept.
   */
  async reset(name: string): Promise<string> {
    const sandbox = this.#sandbox;
    const session = this.#sessions.get(name);
    if (!sandbox || !session) return "";
    const others = this.#sessions.size > 1;
    this.#sessions.delete(name);
    if (others) {
      this.#resets += 1;
      return `Session "${name}" starts over: its variables are gone. Imported modules, files and other sessions stay.`;
    }
    await sandbox.reset();
    this.#generation += 1;
    return "Python starts over: variables are gone, files are kept.";
  }
}

/** A file that the page names. Rejects with a sentence. */
async function fetched(name: string, address: string): Promise<Blob> {
  let url: URL;
  try {
    url = new URL(address, document.baseURI);
  } catch {
    throw new Unprepared(`files names "${address}", which is no address.`);
  }
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin" });
  } catch {
    const offline = navigator.onLine ? "its server does not answer this page" : "you are offline";
    throw new Unprepared(`The file ${name} could not be fetched from ${url.host}: ${offline}.`);
  }
  if (!response.ok)
    throw new Unprepared(`The file ${name} could not be fetched: ${url.host} answered ${response.status}.`);
  return response.blob();
}
