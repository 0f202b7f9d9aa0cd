// The life of a frame's session, drawn in frame/session.ts, pool.ts and python-worker.ts: runs that are to stop, and workers that are silent.

import { describe, expect, test, vi } from "vitest";
import { INTERRUPTED, OVER, SIGNAL, TAKEN } from "../../../static/src/common/interrupt";
import { expectWorks, grace_ms, pass, ready, running, staged } from "../fakes/session";
import type { FakeWorker, Scene } from "../fakes/worker";

staged();

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
