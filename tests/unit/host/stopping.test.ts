// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: stopping and starting anew.

import { describe, expect, test } from "vitest";
import { pass } from "../fakes/page";
import { turns } from "../fakes/promised";
import { page, promised, running, staged, started } from "../fakes/sandbox";

staged();

describe("stopping and starting anew", () => {
  test("two stops give one answer", async () => {
    const scene = await running();
    await Promise.all([scene.sandbox.interrupt(), scene.sandbox.interrupt()]);
    page.frame.done({ status: "interrupted", note: "Your variables are still there." });
    page.frame.done({ status: "crashed" });
    await turns();
    expect(scene.sandbox.state).toBe("ready");
    await pass(60_000);
    expect([scene.sandbox.state, page.frames.length]).toEqual(["ready", 1]);
    await scene.sandbox.close();
  });

  test("a signal that aborts a run stops that one and no other", async () => {
    const scene = await started();
    const controller = new AbortController();
    const first = scene.execute("first", { signal: controller.signal });
    await turns();
    page.frame.done();
    expect(await first).toMatchObject({ status: "ok" });
    const second = scene.execute("second");
    await turns();
    controller.abort();
    await turns();
    expect(page.frame.count("interrupt")).toBe(0);
    page.frame.done();
    expect(await second).toMatchObject({ status: "ok" });
    await scene.sandbox.close();
  });

  test("a reset while a cell runs ends the cell first", async () => {
    const scene = await started();
    const cell = scene.execute();
    await turns();
    const reset = promised.given("reset", scene.sandbox.reset());
    await turns();
    page.frame.done({ status: "interrupted", note: "The sandbox was reset." });
    page.frame.say({ type: "restarted", reason: "The sandbox was reset.", lost: "Variables.", kept: "Files." });
    page.frame.reply("reset");
    expect(await cell).toMatchObject({ status: "interrupted" });
    await reset;
    expect(scene.sandbox.state).toBe("restarting");
    page.frame.ready();
    await turns();
    expect(scene.sandbox.state).toBe("ready");
    await scene.sandbox.close();
  });

  test("an answer to input() that comes when its cell is over counts for no other", async () => {
    const scene = await started();
    const answers: ((answer: string) => void)[] = [];
    const onInput = (): Promise<string> => new Promise((resolve) => answers.push(resolve));
    const ask = (): void => {
      const { request } = page.frame.last("execute");
      page.frame.say({
        type: "event",
        request,
        event: { type: "input", id: `${request}`, prompt: "?", password: false },
      });
    };
    scene.execute("first", { onInput, timeout: 1_000 });
    await turns();
    page.frame.start();
    ask();
    await turns();
    page.frame.done({ status: "timeout" });
    const second = scene.execute("second", { onInput, timeout: 1_000 });
    await turns();
    page.frame.start();
    ask();
    await turns();
    answers[0]?.("too late");
    await pass(600_000);
    expect(
      [scene.sandbox.state, page.frames.length, page.frame.count("input")],
      "a person may take their time",
    ).toEqual(["running", 1, 0]);
    answers[1]?.("in time");
    await turns();
    expect(page.frame.last("input").text).toBe("in time");
    page.frame.done();
    expect(await second).toMatchObject({ status: "ok" });
    await scene.sandbox.close();
  });
});
