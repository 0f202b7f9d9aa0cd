// A session of a frame with workers that the test speaks for, brought to each place where one can be.

import { afterEach, beforeEach, expect, vi } from "vitest";
import { IDLE_MS } from "../../../static/src/common/idle";
import { Promised, turns } from "./promised";
import { type FakeWorker, Scene, type SceneOptions, SETTINGS } from "./worker";

export const { grace_ms, load_timeout_ms, flood_messages } = SETTINGS.limits;

export const QUIET_MS = IDLE_MS.spare;

export let promised: Promised;

export let scenes: Scene[];

export function open(options: SceneOptions = {}): Scene {
  const scene = new Scene(promised, options);
  scenes.push(scene);
  return scene;
}

export async function ready(options: SceneOptions = {}): Promise<Scene> {
  const scene = open(options);
  await turns();
  return scene;
}

export async function pass(ms: number): Promise<void> {
  await turns();
  await vi.advanceTimersByTimeAsync(ms);
  await turns();
}

/** Whatever a worker that was ended says, nobody hears it. */
export async function expectDeaf(dead: FakeWorker[]): Promise<void> {
  const said = scenes.map((scene) => scene.said.length);
  for (const worker of dead) {
    worker.ready(["numpy"]);
    worker.say({ type: "need", id: "late", names: ["numpy"] });
    worker.say({ type: "blocked", by: "csp", what: "late", target: "late" });
    worker.say({ type: "page", part: "late", offset: 0, length: 1 });
    for (const { nonce } of worker.heard.filter((command) => command.type === "ping"))
      worker.say({ type: "pong", nonce });
    if (worker.count("run") > 0) {
      worker.start();
      worker.print("late");
      worker.say({ type: "input", run: worker.last("run").run, id: "late", prompt: "?", password: false });
      worker.done();
    }
    if (worker.count("complete") > 0)
      worker.say({ type: "completed", id: worker.last("complete").id, matches: [], start: 0 });
    if (worker.count("inspect") > 0) worker.say({ type: "inspected", id: worker.last("inspect").id, found: null });
    worker.send({ type: "file", path: "late.txt", blob: new Blob(["late"]) });
    worker.say({ type: "crashed", reason: "late" });
    worker.fail("late");
    worker.onmessageerror?.();
  }
  await turns();
  expect(
    scenes.map((scene) => scene.said.length),
    "nothing was said because of a worker that is gone",
  ).toEqual(said);
}

/** The session goes on: a cell runs, in the worker that is there. */
export async function expectWorks(scene: Scene): Promise<void> {
  await turns();
  const next = scene.execute("next");
  await turns();
  const worker = scene.living.find(({ heard }) =>
    heard.some((command) => command.type === "run" && command.code === "next"),
  );
  worker?.start();
  worker?.done();
  expect(await next).toMatchObject({ status: "ok" });
}

/** Where a session can be, and how it gets there. Each gives what the cell's outcome is to say when the worker dies there. */
export const PLACES: Record<string, { go(): Promise<Scene>; cell?: object }> = {
  "nothing runs": { go: () => ready() },
  "something is completed": {
    go: async () => {
      const scene = await ready();
      void scene.ask({ type: "complete", code: "pri", cursor: 3 });
      return scene;
    },
  },
  "something is looked up": {
    go: async () => {
      const scene = await ready();
      void scene.ask({ type: "inspect", code: "print(", cursor: 6 });
      return scene;
    },
  },
  "a cell was handed over": {
    go: async () => {
      const scene = await ready();
      void scene.execute();
      return scene;
    },
    cell: { ran: false, note: expect.stringMatching(/variables are gone, files are kept\.$/) },
  },
  "a cell runs": {
    go: async () => running(),
    cell: {
      ran: true,
      note: expect.stringMatching(/variables are gone\. Files that this run wrote are lost; files from before/),
    },
  },
  "a cell that has handed over a file runs": {
    go: async () => {
      const scene = await running();
      scene.worker.send({ type: "file", path: "a.txt", blob: new Blob(["a"]) });
      return scene;
    },
    cell: {
      changes: [{ path: "a.txt", change: "created", size: 1 }],
      note: expect.stringMatching(/Files that this run wrote are lost, but for those that are listed/),
    },
  },
  "a cell waits for packages": {
    go: async () => {
      const scene = await running();
      scene.worker.say({ type: "need", id: "1", names: ["numpy"] });
      expect(scene.all("need")).toHaveLength(1);
      return scene;
    },
    cell: { ran: true },
  },
  "a cell waits for a person": {
    go: async () => {
      const scene = await running();
      scene.worker.say({ type: "input", run: scene.worker.last("run").run, id: "1", prompt: "?", password: false });
      return scene;
    },
    cell: { ran: true },
  },
  "a cell is to stop": {
    go: async () => {
      const scene = await running();
      scene.hear({ type: "interrupt" });
      return scene;
    },
    cell: { ran: true },
  },
};

export async function running(
  options: SceneOptions = {},
  timeout_ms = 5_000,
): Promise<Scene & { execution: Promise<unknown> }> {
  const scene = await ready(options);
  const execution = scene.execute("1", { timeout_ms });
  scene.worker.start();
  return Object.assign(scene, { execution });
}

/** How a worker can end, and why the session says it did. */
export const DEATHS: Record<string, { reason: string; act(worker: FakeWorker): void }> = {
  "whose interpreter crashes": {
    reason: "out of memory",
    act: (worker) => worker.say({ type: "crashed", reason: "out of memory" }),
  },
  "whose script fails": { reason: "Uncaught RangeError", act: (worker) => worker.fail("Uncaught RangeError") },
  "that sends what can't be read": {
    reason: "it sent a message that could not be read",
    act: (worker) => worker.onmessageerror?.(),
  },
  "that floods the page": {
    reason: "it sent more output than a page can take",
    act: (worker) => {
      for (let at = 0; at <= flood_messages; at++) worker.send("not even JSON");
    },
  },
  "that sends files without end": {
    reason: "it asked for more than a page can give",
    act: (worker) => worker.send({ type: "file", path: "b.bin", blob: { size: 1e12, __proto__: Blob.prototype } }),
  },
};

/** Each test has a clock and sessions of its own, leaves no promise open, and hears nothing of workers that are gone. */
export function staged(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    promised = new Promised();
    scenes = [];
  });
  afterEach(async () => {
    await promised.expectSettled();
    for (const { workers } of scenes) await expectDeaf(workers.filter(({ terminated }) => terminated));
    vi.useRealTimers();
  });
}
