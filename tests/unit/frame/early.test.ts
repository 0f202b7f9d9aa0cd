// A first cell in a frame without shared memory: it begins before all of the image is here, and is run again if it lacks some.

import { describe, expect, test } from "vitest";
import { SNAPSHOT } from "../../../static/src/protocol/snapshot";
import { turns } from "../fakes/promised";
import { grace_ms, open, pass, staged } from "../fakes/session";
import type { Scene } from "../fakes/worker";

staged();

const PAGE = { type: "page", part: SNAPSHOT.rest, offset: 0, length: 10 } as const;

interface Bare extends Scene {
  /** What comes later has come. */
  arrive(): Promise<void>;
}

async function bare(): Promise<Bare> {
  let come = (_: Blob): void => {};
  const later = new Promise<Blob>((resolve) => {
    come = resolve;
  });
  const scene = open({ isolated: false, snapshot: true, later });
  await turns();
  const arrive = async (): Promise<void> => {
    come(new Blob(["all the rest"]));
    await turns();
  };
  return Object.assign(scene, { arrive });
}

const events = (scene: Scene): string[] => scene.all("event").map(({ event }) => event.type);

describe("a first cell", () => {
  test("is handed over before all is here, and asks for nothing of it", async () => {
    const scene = await bare();
    const execution = scene.execute();
    expect(scene.worker.last("run")).toMatchObject({ early: true });
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
    expect(scene.all("stalled")).toEqual([]);
  });

  test("that lacks something is run again where nothing is lacking, as if nothing had been", async () => {
    const scene = await bare();
    await scene.ask({ type: "file_write", path: "given.txt", blob: new Blob(["given"]), disk: false });
    const execution = scene.execute("import colorsys");
    const first = scene.worker;
    first.start();
    first.print("once");
    first.send({ type: "file", path: "made.txt", blob: new Blob(["made"]) });
    first.send({ type: "file", path: "given.txt", blob: new Blob(["changed"]) });
    await turns();
    first.say(PAGE);
    await turns();
    expect(first.terminated).toBe(true);
    expect(scene.all("stalled")).not.toEqual([]);
    const second = scene.worker;
    expect(second.last("run")).toMatchObject({ code: "import colorsys", early: false });
    expect(second.heard.filter(({ type }) => type === "file_write")).toMatchObject([
      { path: "given.txt", blob: { size: 5 } },
    ]);
    expect(scene.all("files").at(-1)?.files).toEqual([{ path: "given.txt", size: 5 }]);
    await scene.arrive();
    second.start();
    second.print("twice");
    second.done();
    expect(await execution).toMatchObject({ status: "ok", note: null, changes: [] });
    expect(events(scene)).toEqual(["started", "stream", "clear", "loading", "loaded", "started", "stream"]);
    expect(scene.all("restarted")).toEqual([]);
  });

  test("that lacks something before its code begins is begun once", async () => {
    const scene = await bare();
    const execution = scene.execute();
    scene.worker.say(PAGE);
    await turns();
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
    expect(events(scene)).toEqual(["started"]);
  });

  test("has its whole time again", async () => {
    const scene = await bare();
    const execution = scene.execute("1", { timeout_ms: 5_000 });
    scene.worker.start();
    await pass(4_000);
    scene.worker.say(PAGE);
    await pass(20_000); // on its way, which is not the code's time
    scene.worker.start();
    await pass(4_000);
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
  });

  test("that is to stop is stopped, and not run again", async () => {
    const scene = await bare();
    const execution = scene.execute();
    scene.worker.start();
    scene.hear({ type: "interrupt" });
    scene.worker.habits.pongs = false;
    scene.worker.say(PAGE);
    await pass(6 * grace_ms);
    expect(await execution).toMatchObject({ status: "interrupted" });
    expect(scene.workers.flatMap(({ heard }) => heard.filter(({ type }) => type === "run"))).toHaveLength(1);
  });
});

test("what a first cell has left behind, and lacks something, is ended, and it is said that variables are gone", async () => {
  const scene = await bare();
  const first = scene.execute();
  scene.worker.start();
  scene.worker.done();
  await first;
  scene.worker.say(PAGE);
  await turns();
  expect(scene.all("restarted")).toMatchObject([{ reason: "Python needed a part of itself that had not arrived." }]);
  const next = scene.execute("2");
  await turns();
  scene.worker.start();
  scene.worker.done();
  expect(await next).toMatchObject({ status: "ok" });
});

describe("a cell that is not the first", () => {
  test("is waited for by nobody but itself: what it may need is asked for, and it begins when that is here", async () => {
    const scene = await bare();
    const first = scene.execute();
    scene.worker.start();
    scene.worker.done();
    await first;
    const second = scene.execute("2");
    expect(scene.worker.last("run")).toMatchObject({ code: "2", early: false });
    expect(scene.all("stalled")).toHaveLength(1);
    await scene.arrive();
    scene.worker.start();
    // One that says that it lacks something is not believed: nothing is run again.
    scene.worker.say(PAGE);
    await turns();
    expect(scene.workers).toHaveLength(1);
    scene.worker.done();
    expect(await second).toMatchObject({ status: "ok" });
  });

  test("asks for nothing where all is here", async () => {
    const scene = await bare();
    await scene.arrive();
    const execution = scene.execute();
    expect(scene.worker.last("run")).toMatchObject({ early: false });
    scene.worker.start();
    scene.worker.done();
    expect(await execution).toMatchObject({ status: "ok" });
    expect(scene.all("stalled")).toEqual([]);
  });
});
