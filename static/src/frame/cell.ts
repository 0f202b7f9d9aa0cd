// What of a run goes to the host: its events as they come, within its quotas, and the outcome that ends them.

import type { FrameMessage, RunEvent } from "../protocol/from-frame";
import type { WorkerMessage } from "../protocol/from-worker";
import type { BootSettings, RunOutcome } from "../protocol/messages";
import type { FileChange } from "../protocol/results";
import type { HostMessage } from "../protocol/to-frame";
import { Run, type RunEnds } from "./run";
import { Streams } from "./streams";

/** What a Python that is ended takes along: between runs, and in the middle of one. */
const LOST = "Python had to be restarted: variables are gone, files are kept.";
const LOST_MIDWAY = "Files that this run wrote are lost; files from before are kept.";
const LOST_UNLISTED = "Files that this run wrote are lost, but for those that are listed; files from before are kept.";
/** So many questions may wait for a person at once. */
const QUESTIONS = 32;
/** Of so many files it is said that they could not be kept. */
const UNKEPT = 10;
/** The longest note, in characters. */
const NOTE = 4_000;

type Done = Extract<WorkerMessage, { type: "done" }>;
export type RunMessage = Extract<WorkerMessage, { run: string }>;

/** A message as the event that it is outside, where nobody knows the run by this name. */
type Outside<M> = M extends RunMessage ? Omit<M, "run"> : never;
const withoutRun = <M extends RunMessage>({ run, ...event }: M): Outside<M> => event as Outside<M>;

export interface CellEvents extends RunEnds {
  say(message: FrameMessage): void;
  /** The code asks something, or nobody will ever answer it. */
  asked(id: string, answerable: boolean): void;
  /** It has come to its end by itself. */
  done(message: Done): void;
}

export class Cell {
  run: Run;
  /** It was run before, and began too early. */
  repeated = false;
  readonly #make: () => Run;
  readonly #events: CellEvents;
  readonly #allowed: object;
  readonly #streams = new Streams((name, text) => this.event({ type: "stream", name, text }));
  /** Files that it has handed over. */
  readonly #handed = new Map<string, FileChange>();
  /** Why others could not be kept. */
  readonly #unkept: string[] = [];
  /** It has been told that the code runs, and then that it waits until it can be run again. */
  #waits = false;

  constructor(
    { request, code, options }: Extract<HostMessage, { type: "execute" }>,
    settings: BootSettings,
    events: CellEvents,
  ) {
    this.#make = () => new Run(request, code, options, settings, events);
    this.run = this.#make();
    this.#events = events;
    this.#allowed = settings.packages;
  }

  /** What the worker says of it. */
  hear(message: RunMessage, size: number): void {
    const { run } = this;
    switch (message.type) {
      case "started":
        if (!run.begin()) return;
        if (this.#waits) this.event({ type: "loaded", packages: [], ms: 0 });
        this.#waits = false;
        return this.event({ type: "started" });
      case "stream": {
        const text = run.quota.stream(message.text);
        return text ? this.#streams.add(message.name, text) : undefined;
      }
      case "display":
      case "result":
        return run.quota.display(size) ? this.event(withoutRun(message)) : undefined;
      case "clear":
        if (!run.quota.may("clear")) return;
        run.quota.cleared();
        return this.event(withoutRun(message));
      case "loading":
        return this.#telling(message.packages);
      case "loaded": {
        const { packages, ms } = message;
        if (run.told()) this.event({ type: "loaded", packages: packages.filter((name) => this.#allows(name)), ms });
        return;
      }
      case "input": {
        const { id } = message;
        const answerable = run.options.input && run.quota.may("input") && run.asking(id, QUESTIONS);
        this.#events.asked(id, answerable);
        return answerable ? this.event(withoutRun(message)) : undefined;
      }
      case "done":
        return this.#events.done(message);
    }
  }

  /** It is run again from its beginning, as if nothing had been; until then it loads. */
  again(): void {
    if (this.run.begun) {
      this.event({ type: "clear", wait: false });
      this.event({ type: "loading", packages: [] });
      this.#waits = true;
    }
    this.repeated = true;
    this.run.end();
    this.run = this.#make();
    this.#handed.clear();
    this.#unkept.length = 0;
  }

  event(event: RunEvent): void {
    if (event.type !== "stream") this.#streams.flush();
    this.#events.say({ type: "event", request: this.run.request, event });
  }

  /** A file of it is kept, where there was one or wasn't. */
  kept(path: string, size: number, before: boolean): void {
    const change = before && !this.#handed.has(path) ? "changed" : "created";
    this.#handed.set(path, { path, change, size });
  }

  /** A file of it can't be kept, for a reason in a sentence. */
  unkept(problem: string): void {
    if (this.#unkept.length < UNKEPT) this.#unkept.push(problem);
  }

  /** Its outcome, as the worker tells it. */
  outcome(done: Done): RunOutcome {
    const { run } = this;
    const { outcome, error, execution_count, duration_ms, changes } = done;
    const status = outcome !== "ok" && run.cause ? run.cause : outcome;
    const notes = [...this.#unkept];
    const more = run.quota.left("blocked");
    if (more > 0) notes.push(`${more} more refusals are not listed.`);
    if (status === "timeout" || status === "interrupted") notes.unshift("Your variables are still there.");
    const note = notes.length > 0 ? notes.join(" ").slice(0, NOTE) : null;
    const truncated = run.quota.with(done.truncated);
    return { status, error, ran: run.begun, execution_count, duration_ms, changes, truncated, note };
  }

  /** The outcome of one that was ended; `said`: why its Python is gone. */
  ended(status: RunOutcome["status"], said: string): RunOutcome {
    const { run } = this;
    const lost = this.#handed.size > 0 ? LOST_UNLISTED : LOST_MIDWAY;
    const note = run.begun ? `${said} ${lost}` : said;
    const ended = { status, error: null, ran: run.begun, execution_count: 0, duration_ms: Math.round(run.spent) };
    return { ...ended, changes: [...this.#handed.values()], truncated: run.quota.truncated, note };
  }

  /** The outcome of one whose worker was killed, or died. */
  killed(status: RunOutcome["status"], reason: string): RunOutcome {
    const crash = status === "crashed" ? `The Python interpreter crashed: ${reason}. ` : "";
    return this.ended(status, `${crash}${this.run.begun ? "Python had to be restarted: variables are gone." : LOST}`);
  }

  /** Nothing more comes of it. */
  end(): void {
    this.#streams.flush();
    this.run.end();
  }

  #allows(name: string): boolean {
    return Object.hasOwn(this.#allowed, name);
  }

  /** Tells that packages are being loaded: those of the allowlist, each named once. */
  #telling(given: readonly { name: string; version: string }[]): void {
    const named = new Map(given.filter(({ name }) => this.#allows(name)).map((one) => [one.name, one]));
    if (named.size === 0 || !this.run.quota.may("loading")) return;
    this.run.tell();
    this.event({ type: "loading", packages: [...named.values()] });
  }
}
