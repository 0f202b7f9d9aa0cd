// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: what it starts from, and what that takes.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { Sandbox, type SandboxOptions } from "../../../static/src/host/index";
import { BASE, type FakePage, LIMITS, POLICY, pass, until } from "../fakes/page";
import { turns } from "../fakes/promised";
import { page, promised, Scene, staged, started, withSnapshot } from "../fakes/sandbox";

staged();

describe("a snapshot", () => {
  /** A sandbox whose frame has been told to start from it, and has all its parts. */
  async function given(habits: Partial<FakePage["habits"]>): Promise<Scene> {
    const scene = await started(habits);
    await until(() => page.frames.length > 0 && page.frame.count("part") === 4 && page.frame.count("boot") === 1);
    expect(page.frame.last("boot").snapshot).toEqual({ heap: 1, load: [] });
    return scene;
  }

  test("that can't be restored is done without, in another frame", async () => {
    withSnapshot();
    const { sandbox } = await given({ ready: false });
    page.habits.ready = true;
    page.frame.say({ type: "unrestorable", reason: "another engine" });
    await until(() => sandbox.state === "ready");
    expect([page.frame.last("boot").snapshot, sandbox.unrestorable, page.frames.length]).toEqual([
      null,
      "another engine",
      2,
    ]);
    const progress: object[] = [];
    sandbox.on("progress", ({ loaded, total }) => progress.push({ loaded, total }));
    page.frame.say({ type: "progress", stage: "starting", label: "" });
    await turns();
    expect(progress, "what the first start had fetched counts no more").toEqual([{ loaded: 0, total: 0 }]);
    await sandbox.close();
  });

  test("whose parts the browser has lost is fetched anew and started from again, not for ever", async () => {
    withSnapshot();
    const { sandbox } = await given({ ready: false });
    for (let frames = 2; frames <= 3; frames++) {
      page.frame.say({
        type: "unrestorable",
        reason: "the browser has lost snapshot-heap-0.bin: it gives 0 of its 9 bytes",
      });
      await until(
        () => page.frames.length === frames && page.frame.count("part") === 4 && page.frame.count("boot") === 1,
      );
      expect(page.frame.last("boot").snapshot).toEqual({ heap: 1, load: [] });
    }
    page.habits.ready = true;
    page.frame.say({ type: "unrestorable", reason: "the browser has lost snapshot-heap-0.bin" });
    await until(() => sandbox.state === "ready");
    expect([page.frame.last("boot").snapshot, sandbox.unrestorable]).toEqual([
      null,
      "the browser has lost snapshot-heap-0.bin",
    ]);
    await sandbox.close();
  });

  test("whose frame can't start from the packages either ends the sandbox", async () => {
    withSnapshot();
    const { sandbox } = await given({ ready: false });
    page.frame.say({ type: "unrestorable", reason: "another engine" });
    await until(() => page.frames.length === 2 && page.frame.count("boot") === 1);
    page.frame.say({ type: "unrestorable", reason: "no memory" });
    await turns();
    await expect(sandbox.ready).rejects.toThrow("Python could not start: no memory.");
  });

  test("with a part that isn't what the policy names never becomes ready: another frame starts without", async () => {
    const policy = withSnapshot();
    page.served.set(policy.snapshots[0]?.hot.url ?? "", () => new Response("snapshot-hot.bad"));
    const { sandbox } = await given({});
    await turns();
    expect([sandbox.state, page.frames.length], "Python is up, and what it came from is not verified").toEqual([
      "loading",
      1,
    ]);
    await until(() => sandbox.state !== "loading", 100);
    expect([sandbox.state, page.frames.length, page.frame.last("boot").snapshot]).toEqual(["ready", 2, null]);
    expect(sandbox.unrestorable).toMatch(/^snapshot-hot\.bin could not be loaded: its content is not what/);
    await sandbox.close();
  });
});

describe("a small device", () => {
  /** What the frame of a sandbox is told, where the page asks for nothing of its own. */
  async function told(navigator: object, matches = false, options: SandboxOptions = {}) {
    vi.stubGlobal("navigator", navigator);
    vi.stubGlobal("matchMedia", () => ({ matches }));
    const sandbox = Sandbox.create({ base: BASE, keep: false, ...options });
    promised.given("ready", sandbox.ready).catch(() => {});
    await until(() => sandbox.state === "ready");
    const { limits, pool } = page.frame.last("boot").settings;
    await pass(10_000);
    const frames = page.living.length;
    await sandbox.close();
    return [limits.memory_bytes, pool, frames];
  }

  test("has one Python with a ceiling, and nothing in reserve but what the page asks for", async () => {
    withSnapshot();
    const small = [512 << 20, 0, 1];
    expect(await told({ deviceMemory: 4 })).toEqual(small);
    expect(await told({}, true), "a phone whose browser tells nothing").toEqual(small);
    expect(await told({ deviceMemory: 8 }, true)).toEqual([LIMITS.memory_bytes, 1, 2]);
    expect(await told({}), "a desk").toEqual([LIMITS.memory_bytes, 1, 2]);
    expect(await told({ deviceMemory: 2 }, true, { spare: true, standby: true })).toEqual([512 << 20, 1, 2]);
  });

  test("never has more than the server allows", async () => {
    const limits = { ...LIMITS, memory_bytes: 1 << 20 };
    page.served.set("policy.json", () => Response.json({ ...POLICY, limits }));
    expect(await told({ deviceMemory: 1 })).toEqual([1 << 20, 0, 1]);
  });
});

describe("a browser that starts no worker in an isolated page", () => {
  const REASON = "Python could not start: its worker could not be started.";
  let kept: Map<string, string>;
  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal("localStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    });
  });

  test("is told apart by the first start, which ends in a sentence; the next one loads nothing", async () => {
    withSnapshot();
    const { sandbox } = await started({ ready: false });
    await until(() => page.frames.length > 0 && page.frame.count("boot") === 1);
    page.frame.say({ type: "unrestorable", reason: "its worker could not be started" });
    await expect(sandbox.ready).rejects.toThrow("in such a page this browser starts no sandbox");
    expect(page.frames, "no other start is tried").toHaveLength(1);
    await expect(new Scene().sandbox.ready).rejects.toThrow("This page is cross-origin isolated");
    expect(page.frames).toHaveLength(1);
    const [[name = "", at = ""] = []] = kept;
    kept.set(name, String(Number(at) - 31 * 86_400_000));
    page.habits.ready = true;
    const later = new Scene();
    await until(() => later.sandbox.state !== "loading");
    expect(later.sandbox.state, "browsers get better").toBe("ready");
    await later.sandbox.close();
  });

  test("is told apart where it starts from the packages, and where it has nothing to share", async () => {
    const { sandbox } = await started({ ready: false });
    page.frame.say({ type: "failed", reason: REASON });
    await expect(sandbox.ready).rejects.toThrow("This page is cross-origin isolated");
    kept.clear();
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(new Scene().sandbox.ready).rejects.toThrow("This page is cross-origin isolated");
    expect(page.frames).toHaveLength(1);
  });

  test("is no matter of isolation in any other page", async () => {
    vi.stubGlobal("self", { crossOriginIsolated: false });
    const { sandbox } = await started({ ready: false });
    page.frame.say({ type: "failed", reason: REASON });
    await expect(sandbox.ready).rejects.toThrow(REASON);
    expect(kept.size).toBe(0);
  });
});

test("where the policy tells how files are compressed, those are the bytes that a start takes", async () => {
  const policy = withSnapshot();
  const file = { ...policy.snapshots[0]?.hot, name: "pyodide.asm.wasm", size: 1_000 };
  page.served.set("policy.json", () =>
    Response.json({ ...policy, core: [{ ...file, gzip: 300 }, { ...file, sent: 200 }, file] }),
  );
  expect(await Sandbox.estimate({ base: BASE, start: "wheels" })).toBe(1_500);
});

test("what a start takes is known before one is made: the parts of the snapshot, or the files that it does without", async () => {
  const policy = withSnapshot();
  page.served.set("policy.json", () =>
    Response.json({ ...policy, core: [{ ...policy.snapshots[0]?.hot, name: "pyodide.asm.wasm", size: 1_000 }] }),
  );
  const names = ["snapshot-script.js", "snapshot-state.json", "snapshot-hot.bin", "snapshot-heap-0.bin"];
  const estimate = (options: SandboxOptions) => Sandbox.estimate({ base: BASE, ...options });
  expect(await estimate({})).toBe(names.join("").length);
  expect(await estimate({ start: "wheels" })).toBe(1_000);
  expect(page.frames).toEqual([]);
  await expect(estimate({ profile: "another" })).rejects.toThrow(/^There is no profile "another" here/);
  await expect(estimate({ signal: AbortSignal.abort(new RangeError("mine")) })).rejects.toThrow("mine");
});

describe("a first frame", () => {
  test("that is not sealed runs nothing, and the sandbox says why", async () => {
    const scene = await started({ sealed: false, ready: false });
    await expect(scene.sandbox.ready).rejects.toThrow(
      "The sandbox is not sealed, so it runs nothing: its origin is not opaque.",
    );
    expect(page.living).toEqual([]);
  });

  test("that has come early, and is not the one that the policy names, goes", async () => {
    page.served.set("policy.json", () =>
      Response.json({ ...POLICY, frame: { isolated: "another", plain: "another" } }),
    );
    const { sandbox } = await started();
    expect([sandbox.state, page.frames.length, page.living]).toEqual(["ready", 2, [page.frame]]);
    expect(page.frame.src).toBe(`${BASE}another`);
    await sandbox.close();
  });

  test("that has come early and is lost before the policy is there is done without", async () => {
    let send: (() => void) | undefined;
    page.served.set("policy.json", async () => {
      await new Promise<void>((resolve) => {
        send = resolve;
      });
      return Response.json(POLICY);
    });
    const scene = await started();
    expect(page.frames).toHaveLength(1);
    page.frame.load();
    await turns();
    send?.();
    await turns(20);
    expect([scene.sandbox.state, page.frames.length, page.living.length]).toEqual(["ready", 2, 1]);
    await scene.sandbox.close();
  });
});
