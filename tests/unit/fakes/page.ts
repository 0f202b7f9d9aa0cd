// A page without a browser, in which a sandbox may be opened: what its frames would say, the test says.
//
// Everything of the host is real, from the policy to the port. What is not: the document, the network and the port's
// other end. A port that was closed still delivers here, so that the host itself has to be deaf to a frame that is gone.

import { vi } from "vitest";
import type { FrameMessage } from "../../../static/src/protocol/from-frame";
import type { ReadyInfo, RunOutcome } from "../../../static/src/protocol/messages";
import { PROTOCOL } from "../../../static/src/protocol/messages";
import type { Policy } from "../../../static/src/protocol/policy";
import type { HostMessage } from "../../../static/src/protocol/to-frame";
import { turns } from "./promised";

export const BASE = "https://sandbox.test/";

type Heard<T extends HostMessage["type"]> = Extract<HostMessage, { type: T }>;

class FakePort {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  other: FakePort | undefined;
  postMessage(data: unknown): void {
    const { other } = this;
    void Promise.resolve().then(() => other?.onmessage?.({ data }));
  }
  close(): void {}
}

class FakeChannel {
  readonly port1 = new FakePort();
  readonly port2 = new FakePort();
  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

export const READY: ReadyInfo = {
  python: "3.14.2",
  pyodide: "314.0.3",
  jspi: true,
  interrupt: true,
  start: "wheels",
  steps: [],
};

export const OUTCOME: RunOutcome = {
  status: "ok",
  error: null,
  ran: true,
  execution_count: 1,
  duration_ms: 1,
  changes: [],
  truncated: null,
  note: null,
};

/** What a frame that works does by itself; `pings`: it answers them. */
export interface Habits {
  loads: boolean;
  hello: boolean;
  sealed: boolean;
  pings: boolean;
  ready: boolean;
}

const WORKS: Habits = { loads: true, hello: true, sealed: true, pings: true, ready: true };

/** An iframe with somebody in it, for whom the test speaks. */
export class FakeFrame extends EventTarget {
  readonly style = {};
  tabIndex = 0;
  title = "";
  src = "";
  /** It is not in the document any more. */
  removed = false;
  /** What the host has said to it. */
  readonly heard: HostMessage[] = [];
  readonly contentWindow = {
    postMessage: (_message: unknown, _origin: string, [port]: [FakePort]): void => this.#connect(port),
  };
  readonly #habits: Habits;
  #port: FakePort | undefined;
  #start: ReadyInfo["start"] = "wheels";

  constructor(habits: Habits) {
    super();
    this.#habits = habits;
  }

  setAttribute(): void {}

  remove(): void {
    this.removed = true;
  }

  /** It has loaded, for the first time or as another page. */
  load(): void {
    this.dispatchEvent(new Event("load"));
  }

  hello(): void {
    const check = { name: "origin", ok: this.#habits.sealed, detail: "its origin is not opaque" };
    this.say({ type: "hello", protocol: PROTOCOL, isolated: true, checks: [check] });
  }

  ready(): void {
    this.say({ type: "ready", info: { ...READY, start: this.#start } });
  }

  say(message: FrameMessage): void {
    this.#port?.postMessage(message);
  }

  /** The last message of a kind; fails when there was none. */
  last<T extends HostMessage["type"]>(type: T): Heard<T> {
    const found = this.heard.findLast((message): message is Heard<T> => message.type === type);
    if (!found)
      throw new Error(`The frame has heard no "${type}", but ${this.heard.map((one) => one.type).join(", ")}.`);
    return found;
  }

  count(type: HostMessage["type"]): number {
    return this.heard.filter((message) => message.type === type).length;
  }

  /** Answers the last request of a kind. */
  reply(type: "reset" | "complete" | "file_write" | "file_remove" | "folder_mount", value: unknown = null): void {
    this.say({ type: "reply", request: this.last(type).request, value, error: null });
  }

  /** The cell that was handed over last begins. */
  start(): void {
    this.say({ type: "event", request: this.last("execute").request, event: { type: "started" } });
  }

  /** It ends. */
  done(outcome: Partial<RunOutcome> = {}): void {
    this.say({ type: "done", request: this.last("execute").request, outcome: { ...OUTCOME, ...outcome } });
  }

  /** It is in the document now. */
  appended(): void {
    if (this.#habits.loads) void Promise.resolve().then(() => this.load());
  }

  #connect(port: FakePort): void {
    this.#port = port;
    port.onmessage = ({ data }) => this.#hear(data as HostMessage);
    if (this.#habits.hello) this.hello();
  }

  #hear(message: HostMessage): void {
    this.heard.push(message);
    if (message.type === "ping" && this.#habits.pings) {
      this.say({ type: "reply", request: message.request, value: null, error: null });
    }
    if (message.type === "file_write" && this.#habits.pings) {
      const { path, blob, request } = message;
      this.say({ type: "reply", request, value: { path, size: blob.size }, error: null });
    }
    if (message.type === "boot") this.#start = message.snapshot ? "snapshot" : "wheels";
    const boots = (message.type === "boot" && !message.hold) || message.type === "begin";
    if (boots && this.#habits.ready) this.ready();
  }
}

export const LIMITS: Policy["limits"] = {
  timeout_ms: 30_000,
  max_timeout_ms: 600_000,
  grace_ms: 1_000,
  load_timeout_ms: 60_000,
  memory_bytes: 1e9,
  code_chars: 1_000,
  stream_chars: 1e6,
  displays: 100,
  display_bytes: 1e8,
  flood_messages: 1e5,
  flood_bytes: 1e9,
  file_bytes: 1e9,
  files: 100,
  disk_bytes: 1e12,
  disk_files: 10_000,
};

export const POLICY: Policy = {
  version: 1,
  belljar: "0.1.0",
  stamp: "stamp",
  pyodide: "314.0.3",
  python: "3.14.2",
  bytecode: true,
  frame: { isolated: "frame/isolated.html", plain: "frame/plain.html" },
  core: [],
  packages: {},
  profile: { name: "core", load: [] },
  profiles: { core: { load: [] } },
  snapshots: [],
  limits: LIMITS,
};

/** A page, its frames and the server that it is served by. */
export class FakePage {
  readonly frames: FakeFrame[] = [];
  /** What frames that come from now on do by themselves. */
  habits: Habits = { ...WORKS };
  /** What the server sends, by path; a function may take its time. */
  readonly served = new Map<string, () => Response | Promise<Response>>();

  constructor(policy: Policy = POLICY) {
    this.served.set("policy.json", () => Response.json(policy));
  }

  /** Puts it in the place of what a browser would have. Call `vi.unstubAllGlobals()` afterwards. */
  stand(): void {
    const document = Object.assign(new EventTarget(), {
      hidden: false,
      body: { append: (frame: FakeFrame) => frame.appended() },
      createElement: () => this.#frame(),
    });
    vi.stubGlobal("document", document);
    vi.stubGlobal("self", { crossOriginIsolated: true });
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("Worker", class {});
    vi.stubGlobal("MessageChannel", FakeChannel);
    vi.stubGlobal("addEventListener", () => {});
    vi.stubGlobal("fetch", (url: URL, { signal }: RequestInit) => this.#fetch(new URL(url), signal));
  }

  /** The frame in use, or the last one that was. */
  get frame(): FakeFrame {
    const frame = this.frames.at(-1);
    if (!frame) throw new Error("There is no frame.");
    return frame;
  }

  /** Frames that are in the document. */
  get living(): FakeFrame[] {
    return this.frames.filter(({ removed }) => !removed);
  }

  #frame(): FakeFrame {
    const frame = new FakeFrame({ ...this.habits });
    this.frames.push(frame);
    return frame;
  }

  async #fetch(url: URL, signal: AbortSignal | null | undefined): Promise<Response> {
    const answer = this.served.get(url.pathname.slice(1));
    if (!answer) return new Response(null, { status: 404 });
    return await new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason));
      Promise.resolve(answer()).then(resolve, reject);
    });
  }
}

/** Time passes, and what was said meanwhile is heard. */
export async function pass(ms: number): Promise<void> {
  await turns();
  await vi.advanceTimersByTimeAsync(ms);
  await turns();
}

/** Time passes, `ms` at a time, until something is so; what takes real time meanwhile, as a digest does, has it. */
export async function until(so: () => boolean, ms = 1): Promise<void> {
  const late = Date.now() + 10_000;
  while (!so()) {
    if (Date.now() > late) throw new Error(`It never came to be that ${so}`);
    await pass(ms);
  }
}
