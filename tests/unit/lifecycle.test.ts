// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: each end at each place, each silence, each late word.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Sandbox, type SandboxEvents, type SandboxOptions } from "../../static/src/host/index";
import type { AssetFile, Policy } from "../../static/src/protocol/policy";
import { BASE, type FakeFrame, FakePage, LIMITS, POLICY, pass, until } from "./fakes/page";
import { Promised, turns } from "./fakes/promised";

const MS = { answer: 10_000, hello: 8_000, load: 30_000, graces: 5 * LIMITS.grace_ms, margin: 3_000 };

let page: FakePage;
let promised: Promised;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  page = new FakePage();
  page.stand();
  promised = new Promised();
});
afterEach(async () => {
  await promised.expectSettled();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A sandbox in the page, what it has told, and the promises that it has given. */
class Scene {
  readonly told: string[] = [];
  readonly controller = new AbortController();
  readonly sandbox: Sandbox;

  constructor(options: SandboxOptions = {}) {
    const { signal } = this.controller;
    this.sandbox = Sandbox.create({ base: BASE, keep: false, standby: false, pool: 0, signal, ...options });
    promised.given("ready", this.sandbox.ready).catch(() => {});
    promised.given("policy", this.sandbox.policy).catch(() => {});
    this.sandbox.on("state", ({ state }) => this.told.push(state));
    for (const name of ["restarted", "blocked", "spare", "kept", "fetched", "packages"] as const) {
      this.sandbox.on(name, (event: SandboxEvents[typeof name]) => this.told.push(`${name} ${JSON.stringify(event)}`));
    }
  }

  execute(code = "1", options = {}) {
    const execution = promised.given(`execute(${code})`, this.sandbox.execute(code, options));
    execution.catch(() => {});
    return execution;
  }

  /** Asks for everything that can be asked for. */
  ask() {
    const { sandbox } = this;
    const asked = {
      "files.write": sandbox.files.write("a.txt", "a"),
      "files.remove": sandbox.files.remove("b.txt"),
      complete: sandbox.complete("pri", 3),
      reset: sandbox.reset(),
      interrupt: sandbox.interrupt(),
    };
    for (const [name, promise] of Object.entries(asked))
      promised.given(name, promise as Promise<unknown>).catch(() => {});
    return { ...asked, execution: this.execute("2"), filed: this.execute("3", { files: { "c.txt": "c" } }) };
  }
}

/** Where a sandbox can be, and how it gets there. */
const PLACES: Record<string, { state: Sandbox["state"]; go(): Promise<Scene> }> = {
  "its policy is on its way": {
    state: "loading",
    go: async () => {
      page.served.set("policy.json", () => new Promise(() => {}));
      return new Scene();
    },
  },
  "its frame loads": { state: "loading", go: async () => started({ loads: false }) },
  "its frame proves that it is sealed": { state: "loading", go: async () => started({ hello: false }) },
  "Python starts": { state: "loading", go: async () => started({ ready: false }) },
  "it is ready": { state: "ready", go: async () => started() },
  "a cell waits for its files": {
    state: "ready",
    go: async () => {
      const scene = await started({ pings: false });
      scene.execute("1", { files: { "first.txt": "1" } });
      return scene;
    },
  },
  "a cell runs": { state: "running", go: async () => running() },
  "a cell is to stop": {
    state: "running",
    go: async () => {
      const scene = await running();
      await scene.sandbox.interrupt();
      return scene;
    },
  },
  "Python is replaced in its frame": { state: "restarting", go: async () => replacedInside() },
  "a cell waits for a Python that is replaced": {
    state: "running",
    go: async () => {
      const scene = await replacedInside();
      scene.execute();
      await turns();
      return scene;
    },
  },
  "its frame is replaced": { state: "restarting", go: async () => replaced() },
};

async function started(habits: Partial<FakePage["habits"]> = {}, options: SandboxOptions = {}): Promise<Scene> {
  Object.assign(page.habits, habits);
  const scene = new Scene(options);
  await turns();
  return scene;
}

async function running(habits: Partial<FakePage["habits"]> = {}): Promise<Scene> {
  const scene = await started(habits);
  scene.execute();
  await turns();
  page.frame.start();
  await turns();
  return scene;
}

async function replacedInside(): Promise<Scene> {
  const scene = await started();
  page.frame.say({ type: "restarted", reason: "It crashed.", lost: "Variables.", kept: "Files." });
  await turns();
  return scene;
}

/** Its frame fell silent while a cell ran, and the next one has not started yet. */
async function replaced(): Promise<Scene> {
  const scene = await running({ pings: false });
  page.habits.ready = false;
  page.habits.pings = true;
  await pass(MS.answer);
  return scene;
}

const GONE = "The sandbox frame was replaced by another page.";

/** How it can end. */
const ENDS: Record<string, { state: Sandbox["state"]; reason: string; end(scene: Scene): void }> = {
  "close()": {
    state: "closed",
    reason: "The sandbox was closed.",
    end: ({ sandbox }) => void promised.given("close", sandbox.close()),
  },
  "its signal": {
    state: "closed",
    reason: "The sandbox was closed.",
    end: ({ controller }) => controller.abort(),
  },
  "its frame, which is navigated away": { state: "failed", reason: GONE, end: () => page.frame.load() },
  "its frame, which gives up": {
    state: "failed",
    reason: "Python could not start: it is broken.",
    end: () => page.frame.say({ type: "failed", reason: "Python could not start: it is broken." }),
  },
};

const ENDINGS = Object.keys(PLACES).flatMap((place) =>
  Object.keys(ENDS).flatMap((end) => ["at once", "later"].map((when) => ({ place, end, when }))),
);

describe("every promise is settled", () => {
  /** A frame can only speak, or be navigated, once it has loaded. */
  const possible = ({ place, end }: (typeof ENDINGS)[number]): boolean => {
    if (end === "its frame, which gives up") return !/policy|loads/.test(place);
    return end !== "its frame, which is navigated away" || !/policy|loads/.test(place);
  };

  test.each(ENDINGS.filter(possible))("when $place and $end ends it, $when", async ({ place, end, when }) => {
    const scene = await (PLACES[place] as (typeof PLACES)[string]).go();
    expect(scene.sandbox.state, "where it should be").toBe(PLACES[place]?.state);
    const { execution, filed } = scene.ask();
    if (when === "later") await turns();
    const { state, reason, end: act } = ENDS[end] as (typeof ENDS)[string];
    act(scene);
    await turns();
    expect(scene.sandbox.state).toBe(state);
    const unavailable = { status: "unavailable", ran: false, error: { value: reason } };
    expect(await execution).toMatchObject(unavailable);
    expect(await filed).toMatchObject(unavailable);
    expect(page.living).toEqual([]);
    // And nothing changes any more, whoever speaks.
    const told = scene.told.length;
    for (const frame of page.frames) await chatter(frame);
    await pass(120_000);
    expect([scene.sandbox.state, scene.told.slice(told)]).toEqual([state, []]);
  });

  test("when a listener closes it just as a cell gets its turn", async () => {
    const { sandbox } = await started({ pings: false });
    const cell = promised.given("execute", sandbox.execute("1", { files: { "a.txt": "a" } }));
    await turns();
    sandbox.on("blocked", () => void sandbox.close());
    page.frame.reply("file_write", { path: "a.txt", size: 1 });
    page.frame.say({ type: "blocked", blocked: { by: "csp", what: "fetch", target: "" } });
    expect(await cell).toMatchObject({ status: "unavailable", note: "The sandbox was closed." });
  });

  test("when a listener closes it because its frame is being replaced, and no other frame comes", async () => {
    for (const event of ["state", "restarted"] as const) {
      const { sandbox } = await started();
      sandbox.on(event, () => void sandbox.close());
      silence(page.frame);
      promised.given("write", sandbox.files.write("a.txt", "a")).catch(() => {});
      await pass(MS.answer);
      expect([sandbox.state, page.living]).toEqual(["closed", []]);
    }
  });

  test("what is asked after the end is answered at once, with the reason", async () => {
    const { sandbox } = await started();
    await sandbox.close();
    const closed = "The sandbox was closed.";
    expect(await sandbox.execute("1")).toMatchObject({ status: "unavailable", note: closed });
    expect(await sandbox.complete("a", 1)).toEqual({ matches: [], start: 1 });
    await expect(sandbox.reset()).rejects.toThrow(closed);
    await expect(sandbox.files.write("a", "b")).rejects.toThrow(closed);
    await sandbox.interrupt();
    await sandbox.close();
  });
});

/** Everything that a frame can say, as one would that has been replaced and does not know it. */
async function chatter(frame: FakeFrame): Promise<void> {
  frame.say({ type: "progress", stage: "starting", label: "late" });
  frame.ready();
  frame.say({ type: "restarted", reason: "late", lost: "late", kept: "late" });
  frame.say({ type: "spare", count: 3 });
  frame.say({ type: "blocked", blocked: { by: "csp", what: "late", target: "late" } });
  frame.say({ type: "kept", path: "late.txt", blob: new Blob(["late"]) });
  frame.say({ type: "files", files: [] });
  frame.say({ type: "need", id: "late", names: ["numpy"] });
  frame.say({ type: "stalled" });
  if (frame.count("execute") > 0) {
    frame.say({
      type: "event",
      request: frame.last("execute").request,
      event: { type: "stream", name: "stdout", text: "late" },
    });
    frame.done({ status: "error" });
  }
  for (const request of [0, 1, 2, 3, 4, 5]) frame.say({ type: "reply", request, value: "late", error: null });
  frame.say({ type: "unrestorable", reason: "late" });
  frame.say({ type: "failed", reason: "late" });
  frame.hello();
  await turns();
  frame.load();
}

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

/** It answers nothing any more. */
function silence(frame: FakeFrame): void {
  frame.say = () => {};
}

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

/** A policy with a snapshot, and what the server sends for it. */
function withSnapshot(): Policy {
  const asset = (name: string): AssetFile => {
    const bytes = Buffer.from(name);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const url = `assets/${sha256}/${name}`;
    page.served.set(url, () => new Response(bytes));
    return { name, url, size: bytes.length, sha256 };
  };
  const snapshot = {
    load: [],
    script: asset("snapshot-script.js"),
    state: asset("snapshot-state.json"),
    heap: [asset("snapshot-heap-0.bin")],
    hot: asset("snapshot-hot.bin"),
    cold: asset("snapshot-cold.bin"),
    rest: asset("snapshot-rest.bin"),
  };
  const policy: Policy = { ...POLICY, snapshots: [snapshot] };
  page.served.set("policy.json", () => Response.json(policy));
  return policy;
}

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
