// A sandbox in a page that is none, brought to each place where one can be.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, vi } from "vitest";
import { Sandbox, type SandboxEvents, type SandboxOptions } from "../../../static/src/host/index";
import type { AssetFile, Policy } from "../../../static/src/protocol/policy";
import { BASE, type FakeFrame, FakePage, LIMITS, POLICY, pass } from "./page";
import { Promised, turns } from "./promised";

export const MS = { answer: 10_000, hello: 8_000, load: 30_000, graces: 5 * LIMITS.grace_ms, margin: 3_000 };

export let page: FakePage;

export let promised: Promised;

/** A sandbox in the page, what it has told, and the promises that it has given. */
export class Scene {
  readonly told: string[] = [];
  readonly controller = new AbortController();
  readonly sandbox: Sandbox;

  constructor(options: SandboxOptions = {}) {
    const { signal } = this.controller;
    this.sandbox = Sandbox.create({ base: BASE, keep: false, standby: false, pool: 0, signal, ...options });
    promised.given("ready", this.sandbox.ready).catch(() => {});
    promised.given("policy", this.sandbox.policy).catch(() => {});
    this.sandbox.on("state", ({ state }) => this.told.push(state));
    for (const name of ["restarted", "blocked", "spare", "kept", "fetched", "packages"] as const) {
      this.sandbox.on(name, (event: SandboxEvents[typeof name]) => this.told.push(`${name} ${JSON.stringify(event)}`));
    }
  }

  execute(code = "1", options = {}) {
    const execution = promised.given(`execute(${code})`, this.sandbox.execute(code, options));
    execution.catch(() => {});
    return execution;
  }

  /** Asks for everything that can be asked for. */
  ask() {
    const { sandbox } = this;
    const asked = {
      "files.write": sandbox.files.write("a.txt", "a"),
      "files.remove": sandbox.files.remove("b.txt"),
      complete: sandbox.complete("pri", 3),
      reset: sandbox.reset(),
      interrupt: sandbox.interrupt(),
    };
    for (const [name, promise] of Object.entries(asked))
      promised.given(name, promise as Promise<unknown>).catch(() => {});
    return { ...asked, execution: this.execute("2"), filed: this.execute("3", { files: { "c.txt": "c" } }) };
  }
}

/** Where a sandbox can be, and how it gets there. */
export const PLACES: Record<string, { state: Sandbox["state"]; go(): Promise<Scene> }> = {
  "its policy is on its way": {
    state: "loading",
    go: async () => {
      page.served.set("policy.json", () => new Promise(() => {}));
      return new Scene();
    },
  },
  "its frame loads": { state: "loading", go: async () => started({ loads: false }) },
  "its frame proves that it is sealed": { state: "loading", go: async () => started({ hello: false }) },
  "Python starts": { state: "loading", go: async () => started({ ready: false }) },
  "it is ready": { state: "ready", go: async () => started() },
  "a cell waits for its files": {
    state: "ready",
    go: async () => {
      const scene = await started({ pings: false });
      scene.execute("1", { files: { "first.txt": "1" } });
      return scene;
    },
  },
  "a cell runs": { state: "running", go: async () => running() },
  "a cell is to stop": {
    state: "running",
    go: async () => {
      const scene = await running();
      await scene.sandbox.interrupt();
      return scene;
    },
  },
  "Python is replaced in its frame": { state: "restarting", go: async () => replacedInside() },
  "a cell waits for a Python that is replaced": {
    state: "running",
    go: async () => {
      const scene = await replacedInside();
      scene.execute();
      await turns();
      return scene;
    },
  },
  "its frame is replaced": { state: "restarting", go: async () => replaced() },
};

export async function started(habits: Partial<FakePage["habits"]> = {}, options: SandboxOptions = {}): Promise<Scene> {
  Object.assign(page.habits, habits);
  const scene = new Scene(options);
  await turns();
  return scene;
}

export async function running(habits: Partial<FakePage["habits"]> = {}): Promise<Scene> {
  const scene = await started(habits);
  scene.execute();
  await turns();
  page.frame.start();
  await turns();
  return scene;
}

export async function replacedInside(): Promise<Scene> {
  const scene = await started();
  page.frame.say({ type: "restarted", reason: "It crashed.", lost: "Variables.", kept: "Files." });
  await turns();
  return scene;
}

/** Its frame fell silent while a cell ran, and the next one has not started yet. */
export async function replaced(): Promise<Scene> {
  const scene = await running({ pings: false });
  page.habits.ready = false;
  page.habits.pings = true;
  await pass(MS.answer);
  return scene;
}

export const GONE = "The sandbox frame was replaced by another page.";

/** It answers nothing any more. */
export function silence(frame: FakeFrame): void {
  frame.say = () => {};
}

/** A policy with a snapshot, and what the server sends for it. */
export function withSnapshot(): Policy {
  const asset = (name: string): AssetFile => {
    const bytes = Buffer.from(name);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const url = `assets/${sha256}/${name}`;
    page.served.set(url, () => new Response(bytes));
    return { name, url, size: bytes.length, sha256 };
  };
  const snapshot = {
    load: [],
    script: asset("snapshot-script.js"),
    state: asset("snapshot-state.json"),
    heap: [asset("snapshot-heap-0.bin")],
    hot: asset("snapshot-hot.bin"),
    cold: asset("snapshot-cold.bin"),
    rest: asset("snapshot-rest.bin"),
  };
  const policy: Policy = { ...POLICY, snapshots: [snapshot] };
  page.served.set("policy.json", () => Response.json(policy));
  return policy;
}

/** Everything that a frame can say, as one would that has been replaced and does not know it. */
export async function chatter(frame: FakeFrame): Promise<void> {
  frame.say({ type: "progress", stage: "starting", label: "late" });
  frame.ready();
  frame.say({ type: "restarted", reason: "late", lost: "late", kept: "late" });
  frame.say({ type: "spare", count: 3 });
  frame.say({ type: "blocked", blocked: { by: "csp", what: "late", target: "late" } });
  frame.say({ type: "kept", path: "late.txt", blob: new Blob(["late"]) });
  frame.say({ type: "files", files: [] });
  frame.say({ type: "need", id: "late", names: ["numpy"] });
  frame.say({ type: "stalled" });
  if (frame.count("execute") > 0) {
    frame.say({
      type: "event",
      request: frame.last("execute").request,
      event: { type: "stream", name: "stdout", text: "late" },
    });
    frame.done({ status: "error" });
  }
  for (const request of [0, 1, 2, 3, 4, 5]) frame.say({ type: "reply", request, value: "late", error: null });
  frame.say({ type: "unrestorable", reason: "late" });
  frame.say({ type: "failed", reason: "late" });
  frame.hello();
  await turns();
  frame.load();
}

/** Each test has a page and a clock of its own, and leaves no promise open. */
export function staged(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    page = new FakePage();
    page.stand();
    promised = new Promised();
  });
  afterEach(async () => {
    await promised.expectSettled();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
}
