// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: the frame that stands by.

import { describe, expect, test } from "vitest";
import { type FakeFrame, pass, until } from "../fakes/page";
import { MS, page, promised, Scene, silence, staged, withSnapshot } from "../fakes/sandbox";

staged();

describe("a frame that stands by", () => {
  const stands = (frames: number) => until(() => page.frames.length === frames && page.frame.count("boot") === 1, 100);

  async function standing(): Promise<Scene> {
    withSnapshot();
    const scene = new Scene({ standby: true });
    await stands(2);
    expect([scene.sandbox.state, page.frame.last("boot").hold, page.frame.count("begin")]).toEqual(["ready", true, 0]);
    return scene;
  }

  test("is taken by the next sandbox like it, even before it has spoken, and goes with the last one", async () => {
    const first = await standing();
    const second = new Scene({ standby: true });
    await until(() => second.sandbox.state === "ready");
    expect([page.frames.length, page.frame.count("begin")]).toEqual([2, 1]);
    await first.sandbox.close();
    expect(page.living).toEqual([page.frame]);
    await stands(3);
    await second.sandbox.close();
    expect(page.living).toEqual([]);
  });

  test("goes before a silent one is replaced: they share a process", async () => {
    const { sandbox } = await standing();
    const [first, other] = page.frames as [FakeFrame, FakeFrame];
    silence(first);
    promised.given("write", sandbox.files.write("a.txt", "a")).catch(() => {});
    await pass(MS.answer);
    expect(other.removed).toBe(true);
    await until(() => sandbox.state === "ready", 100);
    expect(first.removed).toBe(true);
    await sandbox.close();
  });
});
