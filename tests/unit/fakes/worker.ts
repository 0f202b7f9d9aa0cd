// A frame's session without a browser: its workers are objects that the test speaks for, and so is the host.

import { expect } from "vitest";
import { Timeline } from "../../../static/src/common/timing";
import type { Runtime } from "../../../static/src/frame/runtime";
import { FrameSession } from "../../../static/src/frame/session";
import type { FrameMessage } from "../../../static/src/protocol/from-frame";
import type { WorkerMessage } from "../../../static/src/protocol/from-worker";
import type { BootSettings, Piece, WorkerCommand } from "../../../static/src/protocol/messages";
import { LATER_PARTS, SNAPSHOT } from "../../../static/src/protocol/snapshot";
import type { HostMessage } from "../../../static/src/protocol/to-frame";
import type { Promised } from "./promised";

type Command<T extends WorkerCommand["type"]> = Extract<WorkerCommand, { type: T }>;
type Ended = Partial<Extract<WorkerMessage, { type: "done" }>>;
/** A request before it has its number. */
type Unnumbered<T> = T extends { request: number } ? Omit<T, "request"> : never;

/** What a worker that works does by itself. */
export interface Habits {
  boots: boolean;
  pongs: boolean;
}

/** A worker. One that was terminated can still be heard here: what listens to it has to be deaf to it. */
export class FakeWorker {
  onmessage: ((event: { data: unknown; ports: [] }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  terminated = false;
  /** What it was told. */
  readonly heard: WorkerCommand[] = [];
  readonly habits: Habits;

  constructor(habits: Habits) {
    this.habits = habits;
  }

  postMessage(command: WorkerCommand): void {
    if (this.terminated) throw new Error("a worker that was terminated was told something");
    this.heard.push(command);
    void Promise.resolve().then(() => this.#answer(command));
  }

  #answer(command: WorkerCommand): void {
    if (command.type === "boot" && this.habits.boots) this.ready();
    if (command.type === "ping" && this.habits.pongs) this.say({ type: "pong", nonce: command.nonce });
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: WorkerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message), ports: [] });
  }

  /** Sends something that is no text. */
  send(data: unknown): void {
    this.onmessage?.({ data, ports: [] });
  }

  fail(message: string): void {
    this.onerror?.({ message, preventDefault: () => {} });
  }

  ready(packages: string[] = []): void {
    this.say({ type: "ready", python: "3.14.2", pyodide: "314.0.3", jspi: true, packages, steps: [] });
  }

  /** The last command of a kind; fails when there was none. */
  last<T extends WorkerCommand["type"]>(type: T): Command<T> {
    const found = this.heard.findLast((command): command is Command<T> => command.type === type);
    if (!found)
      throw new Error(`The worker was told no "${type}", but ${this.heard.map((one) => one.type).join(", ")}.`);
    return found;
  }

  count(type: WorkerCommand["type"]): number {
    return this.heard.filter((command) => command.type === type).length;
  }

  /** The cell that was handed over last begins. */
  start(): void {
    this.say({ type: "started", run: this.last("run").run });
  }

  print(text: string): void {
    this.say({ type: "stream", run: this.last("run").run, name: "stdout", text });
  }

  /** It ends. */
  done(ended: Ended = {}): void {
    const { run } = this.last("run");
    const counts = { execution_count: 1, duration_ms: 1, changes: [], truncated: null };
    this.say({ type: "done", run, outcome: "ok", error: null, ...counts, ...ended });
  }
}

export const SETTINGS: BootSettings = {
  limits: {
    grace_ms: 1_000,
    load_timeout_ms: 60_000,
    memory_bytes: 1e9,
    stream_chars: 1_000,
    displays: 10,
    display_bytes: 1e6,
    flood_messages: 1_000,
    flood_bytes: 1e6,
    file_bytes: 1_000,
    files: 10,
    disk_bytes: 1_000_000,
    disk_files: 20,
  },
  packages: { numpy: { version: "2", imports: ["numpy"], depends: [] } },
  load: [],
  interrupt: true,
  pool: 0,
};

const OPTIONS = { timeout_ms: 5_000, input: true, svg: false, context: "default", fresh: false };

export interface SceneOptions {
  pool?: number;
  /** The frame is isolated: workers share memory with it. */
  isolated?: boolean;
  snapshot?: boolean;
  held?: boolean;
  /** What of the snapshot comes later; all of it is here where this is not given. */
  later?: Promise<Piece>;
}

/** A session, its workers, and the host that asks it. */
export class Scene {
  readonly workers: FakeWorker[] = [];
  readonly habits: Habits = { boots: true, pongs: true };
  /** What it has said, but for answers. */
  readonly said: FrameMessage[] = [];
  readonly session: FrameSession;
  readonly #answers = new Map<number, (answer: unknown) => void>();
  readonly #promised: Promised;
  #next = 0;

  constructor(
    promised: Promised,
    { pool = 0, isolated = true, snapshot = false, held = false, later }: SceneOptions = {},
  ) {
    this.#promised = promised;
    const runtime: Runtime = {
      spawn: () => this.#spawn() as unknown as Worker,
      isolated,
      pieces: new Map<string, Promise<Piece>>([
        ...(snapshot ? [[SNAPSHOT.heap(0), Promise.resolve<Piece>(new Blob(["heap"]))] as const] : []),
        ...(later ? LATER_PARTS.map((part) => [SNAPSHOT[part], later] as const) : []),
      ]),
      read: Object.assign(() => {}, { wants: () => false }),
      snapshot: snapshot ? { heap: 1, load: [] } : null,
      compileCold: () => {},
      timeline: new Timeline(),
    };
    this.session = new FrameSession(runtime, { ...SETTINGS, pool }, (message) => this.#hear(message), held);
  }

  /** The worker in use is the last one that is told to run something; this is the last one that was spawned. */
  get worker(): FakeWorker {
    return this.workers.at(-1) as FakeWorker;
  }

  get living(): FakeWorker[] {
    return this.workers.filter(({ terminated }) => !terminated);
  }

  /** The messages of a kind that it has said. */
  all<T extends FrameMessage["type"]>(type: T): Extract<FrameMessage, { type: T }>[] {
    return this.said.filter((message): message is Extract<FrameMessage, { type: T }> => message.type === type);
  }

  hear(message: Exclude<HostMessage, { type: "boot" | "part" | "capture" | "ping" }>): void {
    this.session.hear(message);
  }

  /** Asks for something; the promise is of its one answer. */
  ask(message: Unnumbered<Exclude<HostMessage, { type: "execute" | "ping" }>>): Promise<unknown> {
    return this.#ask(message.type, (request) => this.hear({ ...message, request } as never));
  }

  execute(code = "1", options: Partial<typeof OPTIONS> = {}): Promise<unknown> {
    return this.#ask("execute", (request) =>
      this.hear({ type: "execute", request, code, options: { ...OPTIONS, ...options } }),
    );
  }

  #ask(name: string, post: (request: number) => void): Promise<unknown> {
    const request = this.#next++;
    const answered = new Promise((resolve) => this.#answers.set(request, resolve));
    post(request);
    return this.#promised.given(name, answered);
  }

  #spawn(): FakeWorker {
    const worker = new FakeWorker({ ...this.habits });
    this.workers.push(worker);
    return worker;
  }

  #hear(message: FrameMessage): void {
    if (message.type !== "done" && message.type !== "reply") {
      this.said.push(message);
      return;
    }
    const answer = this.#answers.get(message.request);
    expect(answer, `request ${message.request} is answered once`).toBeDefined();
    this.#answers.delete(message.request);
    answer?.(message.type === "done" ? message.outcome : { value: message.value, error: message.error });
  }
}
