// The life of a frame's session, drawn in frame/session.ts, pool.ts and python-worker.ts: what outlives a worker, and the one that stands by.

import { describe, expect, test, vi } from "vitest";
import { turns } from "../fakes/promised";
import { DEATHS, expectWorks, grace_ms, pass, QUIET_MS, ready, running, staged } from "../fakes/session";
import type { FakeWorker, Scene, SceneOptions } from "../fakes/worker";

staged();

describe("what a cell leaves", () => {
  test("is told before its end: text that waited for more, files, and why others could not be kept", async () => {
    const scene = await running();
    const { worker } = scene;
    await scene.ask({ type: "file_write", path: "old.txt", blob: new Blob(["1"]), disk: false });
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
    await scene.ask({ type: "file_write", path: "a.txt", blob: new Blob(["a"]), disk: false });
    await scene.ask({ type: "file_write", path: "b.txt", blob: new Blob(["b"]), disk: false });
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
      await scene.ask({ type: "file_write", path: "a.txt", blob: new Blob(["a"]), disk: false });
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
