// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: each silence, each late word.

import { describe, expect, test, vi } from "vitest";
import { type FakeFrame, POLICY, pass, until } from "../fakes/page";
import { turns } from "../fakes/promised";
import { chatter, MS, page, promised, replaced, running, Scene, silence, staged, started } from "../fakes/sandbox";

staged();

describe("a frame that falls silent", () => {
  test("while its cell runs is replaced: the cell crashed, files are kept, the next cell runs", async () => {
    const scene = await running();
    const { sandbox } = scene;
    await promised.given("write", sandbox.files.write("kept.txt", "1"));
    const first = page.frame;
    page.frame.say({
      type: "event",
      request: first.last("execute").request,
      event: { type: "stream", name: "stdout", text: "so far" },
    });
    const [crashed, next] = [scene.execute("never, for it is queued"), scene.execute("next")];
    first.done();
    await turns();
    expect(sandbox.state).toBe("running");
    silence(first);
    await pass(MS.answer + 5_000);
    expect(page.frames).toHaveLength(2);
    expect(await crashed).toMatchObject({ status: "crashed", ran: false });
    expect((await crashed).note).toMatch(
      /stopped answering and was replaced\. Python had to be restarted: variables are gone/,
    );
    await turns();
    expect(page.frame.last("file_write").path).toBe("kept.txt");
    expect(page.frame.last("execute").code).toBe("next");
    page.frame.done({ execution_count: 7 });
    expect(await next).toMatchObject({ status: "ok", executionCount: 7 });
    expect(scene.told.filter((told) => !told.startsWith("packages")).map((told) => told.split(" ")[0])).toEqual([
      ...["ready", "running", "ready", "running", "restarting", "restarted", "running", "ready"],
    ]);
    await sandbox.close();
  });

  test("in the middle of a cell says what became of its files, and what it had printed", async () => {
    const scene = await started();
    const cell = scene.execute();
    await turns();
    page.frame.start();
    const { request } = page.frame.last("execute");
    page.frame.say({ type: "event", request, event: { type: "stream", name: "stdout", text: "so far" } });
    await turns();
    silence(page.frame);
    await pass(MS.answer + 5_000);
    expect(await cell).toMatchObject({ status: "crashed", ran: true, stdout: "so far" });
    expect((await cell).note).toMatch(/Files that this run wrote are lost; files from before are kept\./);
    await scene.sandbox.close();
  });

  test("while Python starts is replaced twice, then it is given up", async () => {
    const scene = await started({ ready: false, pings: false });
    const waiting = scene.execute();
    for (const frames of [2, 3]) {
      await pass(MS.answer);
      expect([scene.sandbox.state, page.frames.length, page.living.length]).toEqual(["loading", frames, 1]);
    }
    await pass(MS.answer);
    expect(scene.sandbox.state).toBe("failed");
    await expect(scene.sandbox.ready).rejects.toThrow(/^Python could not start: .*stopped answering/);
    expect(await waiting).toMatchObject({ status: "unavailable" });
  });

  test("twice, and comes up the third time, is told to nobody, and counts no more", async () => {
    const scene = await started({ ready: false, pings: false });
    await pass(MS.answer);
    Object.assign(page.habits, { ready: true, pings: true });
    await pass(MS.answer);
    expect([scene.sandbox.state, page.frames.length]).toEqual(["ready", 3]);
    expect(scene.told.filter((told) => told.startsWith("restarted"))).toEqual([]);
    page.frame.say({ type: "restarted", reason: "It crashed.", lost: "Variables.", kept: "Files." });
    await turns();
    silence(page.frame);
    Object.assign(page.habits, { ready: false, pings: false });
    for (const frames of [4, 5]) {
      await pass(MS.answer + 5_000);
      expect([scene.sandbox.state, page.frames.length]).toEqual(["restarting", frames]);
    }
    await scene.sandbox.close();
  });

  test("while a cell waits for its files gives the cell its answer", async () => {
    const { sandbox } = await started({ pings: false });
    const cell = promised.given("execute", sandbox.execute("1", { files: { "a.txt": "a" } }));
    page.habits.pings = true;
    await pass(MS.answer);
    const reason = "The sandbox frame stopped answering and was replaced.";
    expect(await cell).toMatchObject({ status: "unavailable", ran: false, note: reason });
    expect([sandbox.state, page.frames.length]).toEqual(["ready", 2]);
    await sandbox.close();
  });

  test("whose server is still being set up waits for it, and says so", async () => {
    const told: string[] = [];
    const sentence = "This server is being set up: about 40 s.";
    page.served.set("policy.json", () => Response.json({ error: sentence, setup: 40 }, { status: 503 }));
    const { sandbox } = new Scene();
    sandbox.on("progress", ({ stage, label }) => told.push(`${stage}: ${label}`));
    await pass(0);
    await pass(4_000);
    expect(sandbox.state).toBe("loading");
    expect(told.filter((one) => one === `setup: ${sentence}`).length).toBeGreaterThan(1);
    page.served.set("policy.json", () => Response.json(POLICY));
    await until(() => sandbox.state === "ready", 100);
    await sandbox.close();
    // One that failed says so at once.
    page.served.set("policy.json", () => Response.json({ error: "This server is not set up yet." }, { status: 503 }));
    await expect(new Scene().sandbox.ready).rejects.toThrow("This server is not set up yet.");
  });

  test("that loads without its script is said within a second, with the line for the server's settings", async () => {
    vi.stubGlobal("location", new URL("http://docs.test:9000/guide/"));
    const { sandbox } = await started({ hello: false });
    await pass(1_000);
    await expect(sandbox.ready).rejects.toThrow(
      /^The sandbox frame did not answer.* does not name this page's origin among its embedders\. Whoever runs it names this page: `belljar serve --embedders "http:\/\/docs\.test:9000"`, or `embedders = \["http:\/\/docs\.test:9000"\]` in belljar\.toml\.$/,
    );
    expect(page.living).toEqual([]);
  });

  test("and never says hello ends the sandbox with a sentence, whether it loads or not", async () => {
    const scene = await started({ hello: false });
    await pass(MS.hello);
    await expect(scene.sandbox.ready).rejects.toThrow(/^The sandbox frame did not answer\./);
    const other = await started({ loads: false });
    await pass(MS.load - 1);
    expect(other.sandbox.state).toBe("loading");
    await pass(1);
    await expect(other.sandbox.ready).rejects.toThrow(/^The sandbox frame did not answer\./);
  });

  test("and answers, but never ends the cell, is replaced when the cell's time, its graces and a margin are over", async () => {
    const scene = await started();
    const cell = scene.execute("1", { timeout: 1_000 });
    await turns();
    page.frame.start();
    await pass(1_000 + MS.graces + MS.margin - 10);
    expect([scene.sandbox.state, page.frames.length]).toEqual(["running", 1]);
    await pass(20);
    expect([scene.sandbox.state, page.frames.length]).toEqual(["ready", 2]);
    expect(await cell).toMatchObject({ status: "crashed", ran: true });
    await scene.sandbox.close();
  });

  test("and does not stop is replaced when the graces are over, however often it is asked to", async () => {
    const scene = await running();
    const { sandbox } = scene;
    await sandbox.interrupt();
    await pass(1_000);
    await sandbox.interrupt();
    expect(page.frame.count("interrupt")).toBe(2);
    await pass(MS.graces + MS.margin - 10);
    expect(page.frames).toHaveLength(1);
    await pass(20);
    expect([sandbox.state, page.frames.length]).toEqual(["ready", 2]);
    await sandbox.close();
  });

  test("is replaced, and what it says too late is heard by nobody", async () => {
    const { sandbox, told } = await replaced();
    const [dead] = page.frames as [FakeFrame];
    const before = told.length;
    const reset = promised.given("reset", sandbox.reset());
    const written = promised.given("write", sandbox.files.write("a.txt", "a"));
    await turns();
    await chatter(dead);
    await turns();
    expect([sandbox.state, page.living, told.slice(before)]).toEqual(["restarting", [page.frame], []]);
    page.frame.ready();
    page.frame.reply("reset");
    await Promise.all([reset, written]);
    expect([sandbox.state, await sandbox.files.list()]).toEqual(["ready", [{ path: "a.txt", size: 1 }]]);
    await sandbox.close();
  });
});
