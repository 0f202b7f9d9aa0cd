// The life of a frame's session, drawn in frame/session.ts, pool.ts and python-worker.ts: each end of a worker at each place.

import { describe, expect, test } from "vitest";
import { turns } from "../fakes/promised";
import { DEATHS, expectWorks, load_timeout_ms, open, PLACES, pass, ready, running, staged } from "../fakes/session";
import type { FakeWorker } from "../fakes/worker";

staged();

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
