// The life of a frame's session, drawn in frame/session.ts, pool.ts and python-worker.ts: each end of a worker at each place,
// each silence, each handover, each late word.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IDLE_MS } from "../../static/src/common/idle";
import { INTERRUPTED, OVER, SIGNAL, TAKEN } from "../../static/src/common/interrupt";
import { Promised, turns } from "./fakes/promised";
import { type FakeWorker, Scene, type SceneOptions, SETTINGS } from "./fakes/worker";

const { grace_ms, load_timeout_ms, flood_messages } = SETTINGS.limits;
const QUIET_MS = IDLE_MS.spare;

let promised: Promised;
let scenes: Scene[];

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

function open(options: SceneOptions = {}): Scene {
  const scene = new Scene(promised, options);
  scenes.push(scene);
  return scene;
}

async function ready(options: SceneOptions = {}): Promise<Scene> {
  const scene = open(options);
  await turns();
  return scene;
}

async function pass(ms: number): Promise<void> {
  await turns();
  await vi.advanceTimersByTimeAsync(ms);
  await turns();
}

/** Whatever a worker that was ended says, nobody hears it. */
async function expectDeaf(dead: FakeWorker[]): Promise<void> {
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
async function expectWorks(scene: Scene): Promise<void> {
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
const PLACES: Record<string, { go(): Promise<Scene>; cell?: object }> = {
  "nothing runs": { go: () => ready() },
  "something is completed": {
    go: async () => {
      const scene = await ready();
      void scene.ask({ type: "complete", code: "pri", cursor: 3 });
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

async function running(
  options: SceneOptions = {},
  timeout_ms = 5_000,
): Promise<Scene & { execution: Promise<unknown> }> {
  const scene = await ready(options);
  const execution = scene.execute("1", { timeout_ms });
  scene.worker.start();
  return Object.assign(scene, { execution });
}

/** How a worker can end, and why the session says it did. */
const DEATHS: Record<string, { reason: string; act(worker: FakeWorker): void }> = {
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

describe("every request is answered once, and the session goes on", () => {
  const rows = Object.keys(PLACES).flatMap((place) => Object.keys(DEATHS).map((death) => ({ place, death })));

  test.each(rows)("when $place and the worker is one $death", async ({ place, death }) => {
    const { go, cell } = PLACES[place] as (typeof PLACES)[string];
    const { reason, act } = DEATHS[death] as (typeof DEATHS)[string];
    const scene = await go();
    const before = scene.said.length;
    const execution = (scene as { execution?: Promise<unknown> }).execution;
    act(scene.worker);
    expect(scene.workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    const restarted = scene.said.slice(before).filter((message) => message.type === "restarted");
    expect(restarted).toHaveLength(1);
    expect(restarted[0]?.reason).toContain(reason);
    if (execution) expect(await execution).toMatchObject({ status: "crashed", ...cell });
    await expectWorks(scene);
  });

  test.each(Object.keys(PLACES))("when %s and the sandbox is reset", async (place) => {
    const scene = await (PLACES[place] as (typeof PLACES)[string]).go();
    const execution = (scene as { execution?: Promise<unknown> }).execution;
    expect(await scene.ask({ type: "reset" })).toEqual({ value: null, error: null });
    expect(scene.workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(scene.all("restarted").map(({ reason }) => reason)).toEqual(["The sandbox was reset."]);
    if (execution)
      expect(await execution).toMatchObject({ status: "interrupted", note: expect.stringContaining("was reset") });
    await expectWorks(scene);
  });

  test("a flood between two cells ends one Python, and not those that come afterwards", async () => {
    const scene = await ready();
    DEATHS["that floods the page"]?.act(scene.worker);
    await pass(10_000);
    expect(scene.workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(scene.all("restarted")).toHaveLength(1);
  });

  test("also what comes while a cell runs, or is for what isn't there", async () => {
    const scene = await running();
    expect(await scene.execute("too soon")).toMatchObject({ error: "A cell is already running in this sandbox." });
    expect(await scene.ask({ type: "complete", code: "a", cursor: 1 })).toEqual({
      value: { matches: [], start: 1 },
      error: null,
    });
    expect(await scene.ask({ type: "file_remove", path: "a" })).toMatchObject({ error: 'There is no file "a".' });
    scene.worker.done();
    expect(await scene.execution).toMatchObject({ status: "ok" });
  });

  test("when a fresh Python is asked for, the old one goes first", async () => {
    const scene = await ready();
    const execution = scene.execute("1", { fresh: true });
    expect(scene.workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    await turns();
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
    expect(scene.all("restarted")).toEqual([]);
  });
});

describe("a worker that does not boot", () => {
  test("is tried a second time; then the session gives up, and says so to whoever asks", async () => {
    const scene = open();
    scene.worker.habits.boots = false;
    scene.habits.boots = false;
    const waiting = scene.execute();
    scene.workers[0]?.say({ type: "failed", reason: "no memory" });
    expect([scene.workers.length, scene.all("failed")]).toEqual([2, []]);
    scene.worker.say({ type: "failed", reason: "no memory" });
    const failed = "Python could not start: no memory.";
    expect(scene.all("failed")).toEqual([{ type: "failed", reason: failed }]);
    expect(await waiting).toMatchObject({ status: "crashed", ran: false, note: failed });
    expect(await scene.execute()).toMatchObject({ error: failed });
  });

  test("in its time is ended, and a cell that waits for it runs in the next one", async () => {
    const scene = open();
    (scene.workers[0] as FakeWorker).habits.boots = false;
    await pass(10);
    const waiting = scene.execute();
    await pass(load_timeout_ms - 11);
    expect(scene.workers).toHaveLength(1);
    await pass(1);
    expect(scene.workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    scene.worker.start();
    scene.worker.done();
    expect(await waiting).toMatchObject({ status: "ok" });
  });

  test("nor does the next one: a cell that waits for them has its time for loading, and no more", async () => {
    const scene = open();
    scene.habits.boots = false;
    (scene.workers[0] as FakeWorker).habits.boots = false;
    await pass(10);
    const waiting = scene.execute();
    await pass(load_timeout_ms);
    expect(await waiting).toMatchObject({ status: "timeout", ran: false });
  });

  test("out of a snapshot is told as such, for the host to start without", async () => {
    const scene = open({ snapshot: true });
    scene.worker.habits.boots = false;
    scene.worker.say({ type: "failed", reason: "another engine" });
    expect(scene.all("unrestorable")).toEqual([{ type: "unrestorable", reason: "another engine" }]);
    expect(scene.workers).toHaveLength(1);
  });

  test("and is held has all the time that there is, until it is released", async () => {
    const scene = open({ snapshot: true, held: true });
    (scene.workers[0] as FakeWorker).habits.boots = false;
    await pass(10 * load_timeout_ms);
    expect(scene.all("unrestorable")).toEqual([]);
    scene.hear({ type: "begin" });
    await pass(load_timeout_ms);
    expect(scene.all("unrestorable")).toHaveLength(1);
  });
});

describe("a run that is to stop", () => {
  const shared = (worker: FakeWorker): Uint8Array => new Uint8Array(worker.last("boot").interrupt as SharedArrayBuffer);

  test("in time and hears it keeps its Python, whichever the reason", async () => {
    for (const [cause, act] of [
      ["timeout", () => vi.advanceTimersByTime(5_000)],
      ["interrupted", (scene: Scene) => scene.hear({ type: "interrupt" })],
    ] as const) {
      const scene = await running();
      act(scene);
      expect(shared(scene.worker)[SIGNAL]).toBe(INTERRUPTED);
      shared(scene.worker)[TAKEN] = 1;
      scene.worker.done({ outcome: "interrupted" });
      expect(await scene.execution).toMatchObject({ status: cause, note: "Your variables are still there." });
      expect(scene.workers).toHaveLength(1);
      await expectWorks(scene);
    }
  });

  test.each([
    ["hears nothing", () => {}, 1],
    ["hears it and goes on", (bytes: Uint8Array) => bytes.set([1], TAKEN), 2],
    ["hears it, and its answer is never made", (bytes: Uint8Array) => bytes.set([1], OVER), 5],
  ] as const)("and %s is ended after its graces", async (_, act, graces) => {
    const scene = await running();
    scene.hear({ type: "interrupt" });
    act(shared(scene.worker));
    await pass(graces * grace_ms - 1);
    expect(scene.workers).toHaveLength(1);
    await pass(1);
    expect(scene.workers).toHaveLength(2);
    expect(await scene.execution).toMatchObject({ status: "interrupted" });
    await expectWorks(scene);
  });

  test("without shared memory is asked whether it hears: one that computes is ended at once", async () => {
    const scene = await running({ isolated: false });
    scene.worker.habits.pongs = false;
    scene.hear({ type: "interrupt" });
    await pass(149);
    expect(scene.workers).toHaveLength(1);
    await pass(1);
    expect(await scene.execution).toMatchObject({ status: "interrupted" });
    await expectWorks(scene);
  });

  test("without shared memory and waits has its grace", async () => {
    const scene = await running({ isolated: false });
    scene.hear({ type: "interrupt" });
    await pass(grace_ms - 1);
    expect(scene.workers).toHaveLength(1);
    scene.worker.done({ outcome: "interrupted" });
    expect(await scene.execution).toMatchObject({ status: "interrupted", note: "Your variables are still there." });
  });

  test("hears one signal for each cell: what earlier ones have heard counts no more", async () => {
    const scene = await running();
    shared(scene.worker)[TAKEN] = 1;
    scene.worker.done();
    await scene.execution;
    const execution = scene.execute("2", { timeout_ms: 100_000 });
    scene.worker.start();
    scene.hear({ type: "interrupt" });
    await pass(grace_ms);
    expect(await execution).toMatchObject({ status: "interrupted" });
    expect(scene.workers).toHaveLength(2);
  });

  test("twice has one reason and one answer", async () => {
    const scene = await running();
    vi.advanceTimersByTime(5_000);
    scene.hear({ type: "interrupt" });
    scene.hear({ type: "interrupt" });
    scene.worker.done({ outcome: "interrupted" });
    scene.worker.done({ outcome: "error" });
    expect(await scene.execution).toMatchObject({ status: "timeout" });
    await pass(10 * grace_ms);
    expect(scene.workers).toHaveLength(1);
  });
});

describe("a worker that is silent", () => {
  test("after a cell has ended is replaced: something computes in it", async () => {
    const scene = await running();
    scene.worker.habits.pongs = false;
    scene.worker.done();
    await pass(2_999);
    expect(scene.workers).toHaveLength(1);
    await pass(1);
    expect(scene.all("restarted").map(({ reason }) => reason)).toEqual([
      "Python was stopped: something went on computing after the cell had ended.",
    ]);
    await expectWorks(scene);
  });

  test("before it starts a cell is replaced, and the cell runs in the next one", async () => {
    const scene = await ready();
    scene.worker.habits.pongs = false;
    const execution = scene.execute("patient");
    await pass(3_001);
    expect(scene.workers).toHaveLength(2);
    expect(scene.worker.last("run").code).toBe("patient");
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });

  test("in a cell that computes is nobody's business", async () => {
    const scene = await running({}, 600_000);
    scene.worker.habits.pongs = false;
    await pass(500_000);
    expect(scene.workers).toHaveLength(1);
    scene.worker.done();
    scene.worker.habits.pongs = true;
    expect(await scene.execution).toMatchObject({ status: "ok" });
  });

  test("and has started the cell, too, even if it never answered before", async () => {
    const scene = await ready();
    scene.worker.habits.pongs = false;
    const execution = scene.execute("1", { timeout_ms: 100_000 });
    scene.worker.start();
    await pass(50_000);
    expect(scene.workers).toHaveLength(1);
    scene.worker.habits.pongs = true;
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });

  test("and is gone by then is not missed: the next one has its own time", async () => {
    const scene = await running();
    scene.worker.habits.pongs = false;
    scene.worker.done();
    await pass(2_000);
    scene.worker.say({ type: "crashed", reason: "x" });
    await pass(2_999);
    expect([scene.workers.length, scene.all("restarted").length]).toEqual([2, 1]);
  });

  test("and says that its cell waits for packages computes, and its time counts", async () => {
    const scene = await running();
    scene.worker.say({ type: "need", id: "1", names: ["numpy"] });
    await pass(50_000);
    expect(scene.worker.count("interrupt"), "one that answers is not hurried").toBe(0);
    scene.worker.habits.pongs = false;
    await pass(5_000 + 1_000);
    expect(scene.worker.count("interrupt")).toBeGreaterThan(0);
    await pass(grace_ms);
    expect(await scene.execution).toMatchObject({ status: "timeout" });
  });

  test("no: it answers, but never starts the cell; then it is replaced, too", async () => {
    const scene = await ready();
    const execution = scene.execute();
    await pass(24 * 250 + 100);
    expect(scene.all("restarted").map(({ reason }) => reason)).toEqual([
      "Python was stopped: after an earlier cell it started no other.",
    ]);
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });
});

describe("what a cell leaves", () => {
  test("is told before its end: text that waited for more, files, and why others could not be kept", async () => {
    const scene = await running();
    const { worker } = scene;
    await scene.ask({ type: "file_write", path: "old.txt", blob: new Blob(["1"]) });
    for (const text of ["a", "b", "c"]) worker.print(text);
    for (const path of ["old.txt", "new.txt", "new.txt"]) worker.send({ type: "file", path, blob: new Blob(["12"]) });
    worker.send({ type: "file", path: "../out.txt", blob: new Blob(["3"]) });
    worker.send({ type: "file", path: "large.txt", blob: new Blob(["x".repeat(5_000)]) });
    scene.hear({ type: "interrupt" });
    await pass(grace_ms);
    const texts = scene.all("event").map(({ event }) => (event.type === "stream" ? event.text : ""));
    expect(texts.join("")).toBe("abc");
    expect(scene.all("kept").map(({ path }) => path)).toEqual(["old.txt", "new.txt", "new.txt"]);
    expect(await scene.execution).toMatchObject({
      changes: [
        { path: "old.txt", change: "changed" },
        { path: "new.txt", change: "created" },
      ],
    });
    const other = await running();
    other.worker.send({ type: "file", path: "large.txt", blob: new Blob(["x".repeat(5_000)]) });
    other.worker.print("last");
    other.worker.print(" words");
    other.worker.done();
    expect(other.all("event").at(-1)).toMatchObject({ event: { text: " words" } });
    expect(await other.execution).toMatchObject({ note: expect.stringContaining('"large.txt" (1 MB) does not fit') });
  });

  test("is not what another run says", async () => {
    const scene = await running();
    const ended = { execution_count: 1, duration_ms: 1, changes: [], truncated: null };
    scene.worker.say({ type: "stream", run: "another", name: "stdout", text: "another's" });
    scene.worker.say({ type: "done", run: "another", outcome: "error", error: null, ...ended });
    expect(scene.all("event").map(({ event }) => event.type)).toEqual(["started"]);
    scene.worker.done();
    expect(await scene.execution).toMatchObject({ status: "ok" });
  });

  test("waits for its packages before it starts, however long the host takes over them", async () => {
    const scene = await ready();
    const execution = scene.execute("import numpy");
    scene.worker.say({ type: "need", id: "1", names: ["numpy"] });
    await pass(50_000);
    expect(scene.all("restarted")).toEqual([]);
    const [need] = scene.all("need");
    scene.hear({ type: "packages", id: need?.id ?? "", files: [], images: [], error: null });
    scene.worker.say({ type: "installed", id: "1", names: ["numpy"] });
    expect(scene.all("packages_loaded").at(-1)).toEqual({ type: "packages_loaded", names: ["numpy"] });
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });
});

describe("files and packages outlive a worker", () => {
  test("the next one gets every file that there is, before the cell that waits", async () => {
    const scene = await ready();
    await scene.ask({ type: "file_write", path: "a.txt", blob: new Blob(["a"]) });
    await scene.ask({ type: "file_write", path: "b.txt", blob: new Blob(["b"]) });
    await scene.ask({ type: "file_remove", path: "b.txt" });
    scene.worker.say({ type: "crashed", reason: "x" });
    const execution = scene.execute();
    await turns();
    expect(scene.worker.heard.map(({ type }) => type)).toEqual(["boot", "file_write", "run"]);
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });

  test("packages that the old one waited for are not given to the new one", async () => {
    const scene = await running();
    scene.worker.say({ type: "need", id: "1", names: ["numpy"] });
    const [need] = scene.all("need");
    scene.worker.say({ type: "crashed", reason: "x" });
    await scene.execution;
    await turns();
    scene.hear({ type: "packages", id: need?.id ?? "", files: [], images: [], error: null });
    expect(scene.worker.count("packages")).toBe(0);
    await expectWorks(scene);
  });
});

describe("a spare", () => {
  const spares = (scene: Scene): number[] => scene.all("spare").map(({ count }) => count);

  /** Session whose one spare stands ready. */
  async function withSpare(options: SceneOptions = {}): Promise<Scene> {
    const scene = await ready({ pool: 1, ...options });
    await pass(QUIET_MS);
    if (!options.snapshot) scene.worker.say({ type: "warmed" });
    expect([scene.workers.length, spares(scene)]).toEqual([2, [1]]);
    return scene;
  }

  test("boots when nothing has run for a while, and not before", async () => {
    const scene = await ready({ pool: 1 });
    await pass(QUIET_MS - 100);
    const execution = scene.execute("1", { timeout_ms: 100_000 });
    scene.worker.start();
    await pass(10 * QUIET_MS);
    expect(scene.workers).toHaveLength(1);
    scene.worker.done();
    await execution;
    await pass(QUIET_MS - 1);
    expect(scene.workers).toHaveLength(1);
    await pass(1);
    expect([scene.workers.length, spares(scene)]).toEqual([2, []]);
    scene.worker.say({ type: "warmed" });
    expect(spares(scene)).toEqual([1]);
  });

  test.each([false, true])(
    "takes over at once after a kill, with the files there are (from a snapshot: %s)",
    async (snapshot) => {
      const scene = await withSpare({ snapshot });
      const [first, spare] = scene.workers as [FakeWorker, FakeWorker];
      await scene.ask({ type: "file_write", path: "a.txt", blob: new Blob(["a"]) });
      const execution = scene.execute();
      first.start();
      const before = scene.all("ready").length;
      first.say({ type: "crashed", reason: "x" });
      expect(await execution).toMatchObject({ status: "crashed" });
      expect([scene.all("ready").length, spares(scene), scene.workers.length]).toEqual([before + 1, [1, 0], 2]);
      expect(spare.last("file_write").path).toBe("a.txt");
      await expectWorks(scene);
      expect(spare.last("run").code).toBe("next");
    },
  );

  test("that boots yet takes over as well, and the cell waits for it", async () => {
    const scene = await ready({ pool: 1 });
    scene.habits.boots = false;
    await pass(QUIET_MS);
    const [first, spare] = scene.workers as [FakeWorker, FakeWorker];
    first.say({ type: "crashed", reason: "x" });
    const execution = scene.execute();
    expect([scene.workers.length, spare.count("run")]).toEqual([2, 0]);
    spare.ready();
    spare.start();
    spare.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });

  test("that dies, or floods, is dropped, another one comes, and nobody else notices", async () => {
    for (const act of [DEATHS["whose interpreter crashes"], DEATHS["that floods the page"]]) {
      const scene = await withSpare();
      act?.act(scene.worker);
      expect([spares(scene), scene.all("restarted")]).toEqual([[1, 0], []]);
      expect(scene.workers.map(({ terminated }) => terminated)).toEqual([false, true]);
      await expectWorks(scene);
      await pass(QUIET_MS);
      expect(scene.workers).toHaveLength(3);
    }
  });

  test("says nothing of its own before it takes over", async () => {
    const scene = await withSpare();
    const before = scene.said.length;
    const { worker } = scene;
    worker.say({ type: "blocked", by: "csp", what: "fetch", target: "" });
    worker.say({ type: "need", id: "1", names: ["numpy"] });
    worker.say({ type: "started", run: "1" });
    worker.send({ type: "file", path: "a.txt", blob: new Blob(["a"]) });
    expect(scene.said.slice(before)).toEqual([]);
  });

  test("out of a snapshot is followed by one that is held, which boots when the spare is taken", async () => {
    const scene = await withSpare({ snapshot: true });
    scene.habits.boots = false;
    await pass(QUIET_MS);
    expect(scene.workers).toHaveLength(3);
    const held = scene.worker;
    const execution = scene.execute("1", { fresh: true });
    await turns();
    const [, spare] = scene.workers as [FakeWorker, FakeWorker];
    spare.start();
    spare.done();
    expect(await execution).toMatchObject({ status: "ok" });
    expect(held.count("piece"), "the heap is not its before").toBe(0);
    await pass(50);
    expect(spares(scene)).toEqual([1, 0]);
    held.say({ type: "stage", label: "" });
    await vi.waitFor(() => expect(held.count("piece")).toBe(1));
    held.ready();
    expect([spares(scene), scene.workers.length]).toEqual([[1, 0, 1], 3]);
  });
});
