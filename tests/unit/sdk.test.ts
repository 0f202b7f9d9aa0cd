// The SDK's calls without a browser: giving up, checking, answering each request exactly once.

import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { abortable, onAbort } from "../../static/src/host/api/abort";
import { Context } from "../../static/src/host/api/context";
import { Execution } from "../../static/src/host/api/execution";
import { Files } from "../../static/src/host/api/files";
import { checkRunning, type ExecuteOptions } from "../../static/src/host/api/options";
import { Sandbox } from "../../static/src/host/index";
import { Asked } from "../../static/src/host/tenancy/cell";
import { Gone, Requests } from "../../static/src/host/tenancy/requests";
import type { HostMessage } from "../../static/src/protocol/guards";

/** How many listen to a signal. */
const listeners = ({ signal }: AbortController): number => getEventListeners(signal, "abort").length;

const never = (): Promise<never> => new Promise(() => {});

describe("giving up", () => {
  test("an aborted call rejects at once with the signal's reason and listens no more", async () => {
    const controller = new AbortController();
    const call = abortable(controller.signal, never);
    expect(listeners(controller)).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(listeners(controller)).toBe(0);
  });

  test("a reason of the caller's own is passed on as it is", async () => {
    const controller = new AbortController();
    const call = abortable(controller.signal, never);
    const reason = new RangeError("mine");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  test("a signal that has aborted before starts nothing", async () => {
    const start = vi.fn(never);
    await expect(abortable(AbortSignal.abort(), start)).rejects.toMatchObject({ name: "AbortError" });
    expect(start).not.toHaveBeenCalled();
  });

  test("a call that ends by itself leaves no listener, however it ends", async () => {
    const controller = new AbortController();
    await abortable(controller.signal, async () => 1);
    await abortable(controller.signal, () => Promise.reject(new Error("no"))).catch(() => {});
    expect(listeners(controller)).toBe(0);
  });

  test("listening to what has aborted acts at once, and to nothing is possible", () => {
    const act = vi.fn();
    onAbort(AbortSignal.abort(), act)();
    onAbort(undefined, act)();
    expect(act).toHaveBeenCalledOnce();
  });
});

describe("requests", () => {
  const opened = (): { requests: Requests; sent: HostMessage[]; post(message: HostMessage): void; hangs(): void } => {
    const sent: HostMessage[] = [];
    const hangs = vi.fn();
    return { requests: new Requests(hangs), sent, post: (message) => void sent.push(message), hangs };
  };
  const reply = (request: number, value: unknown, error: string | null = null) =>
    ({ type: "reply", request, value, error }) as const;

  test("each answer goes to the request with its number", async () => {
    const { requests, post } = opened();
    const first = requests.ask({ type: "reset" }, Promise.resolve(), post);
    const second = requests.ask({ type: "reset" }, Promise.resolve(), post);
    await Promise.resolve();
    requests.reply(reply(1, "second"));
    requests.reply(reply(0, null, "It can't be."));
    await expect(first).rejects.toThrow("It can't be.");
    expect(await second).toBe("second");
  });

  test("one that is cancelled before the frame is open is never sent, and rejects with the reason", async () => {
    const { requests, sent, post } = opened();
    const controller = new AbortController();
    const asked = requests.ask({ type: "reset" }, Promise.resolve(), post, controller.signal);
    controller.abort(new RangeError("mine"));
    await expect(asked).rejects.toThrow(new RangeError("mine"));
    expect(sent).toEqual([]);
  });

  test("what is asked of a frame that is gone rejects at once, with the reason", async () => {
    const { requests, sent, post } = opened();
    requests.lose("The frame is gone.");
    const asked = requests.ask({ type: "reset" }, new Promise(() => {}), post);
    await expect(asked).rejects.toThrow(new Gone("The frame is gone."));
    expect(sent).toEqual([]);
  });

  test("one that was lost before the frame is open is never sent, and nobody waits for its answer", async () => {
    vi.useFakeTimers();
    const { requests, sent, post, hangs } = opened();
    const open = Promise.resolve();
    const asked = requests.ask({ type: "reset" }, open, post);
    requests.lose("The frame is gone.");
    await expect(asked).rejects.toThrow(Gone);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
    expect(hangs).not.toHaveBeenCalled();
    vi.useRealTimers();
  });

  test("a frame that doesn't answer is noticed, one that answers isn't", async () => {
    vi.useFakeTimers();
    const { requests, post, hangs } = opened();
    const answered = requests.ask({ type: "reset" }, Promise.resolve(), post);
    await vi.advanceTimersByTimeAsync(1);
    requests.reply(reply(0, 1));
    await answered;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hangs).not.toHaveBeenCalled();
    const unanswered = expect(requests.ask({ type: "reset" }, Promise.resolve(), post)).rejects.toThrow(
      /stopped answering/,
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hangs).toHaveBeenCalledOnce();
    await unanswered;
    vi.useRealTimers();
  });
});

describe("asking for a run", () => {
  test("one that is cancelled while it waits is answered at once, and no listener stays", async () => {
    const controller = new AbortController();
    const asked = new Asked("1", { signal: controller.signal });
    const answer = asked.answer(never());
    controller.abort();
    expect(await answer).toMatchObject({ status: "interrupted", note: "It was cancelled before it ran." });
    const over = new AbortController();
    await new Asked("1", { signal: over.signal }).answer(Promise.resolve(new Execution({ status: "ok" })));
    await Promise.resolve();
    expect([listeners(controller), listeners(over)]).toEqual([0, 0]);
  });

  test("files are taken as they were when it was asked", async () => {
    const bytes = new Uint8Array([1, 2]);
    const { files } = new Asked("", { files: { "./a.bin": bytes, "b.txt": "é", "c.bin": bytes.buffer } });
    bytes[0] = 9;
    const read = async ([path, blob]: [string, Blob]) => [path, [...new Uint8Array(await blob.arrayBuffer())]];
    expect(await Promise.all(files.map(read))).toEqual([
      ["a.bin", [1, 2]],
      ["b.txt", [0xc3, 0xa9]],
      ["c.bin", [1, 2]],
    ]);
  });

  test("paths, contents and contexts that can't be are refused with what is allowed", () => {
    expect(() => new Asked("", { files: { "../a": "x" } })).toThrow(/a path like "folder\/file.csv" is needed/);
    expect(() => new Asked("", { files: { a: 5 as never } })).toThrow(/must be a string, a Blob, an ArrayBuffer/);
    for (const context of ["", "x".repeat(201), 5 as never, {} as never]) {
      expect(() => new Asked("", { context })).toThrow(/context must be a name of 1 to 200 characters/);
    }
  });
});

describe("slips", () => {
  test("an option that there is not is a TypeError that names the one that was meant", async () => {
    const slips: [() => unknown, RegExp][] = [
      [() => Sandbox.create({ profle: "data" } as never), /^A sandbox has no option profle: did you mean profile\?$/],
      [() => Sandbox.create({ embedder: "x" } as never), /^A sandbox has no option embedder: there are base, policy, /],
      [() => Sandbox.create("data" as never), /^A sandbox takes its options as an object, not string\.$/],
      [() => checkRunning({ timout: 3 } as never), /^execute\(\) has no option timout: did you mean timeout\?$/],
      [() => checkRunning({ onstdout: () => {} } as never), /did you mean onStdout\?$/],
      [() => checkRunning(null as never), /^execute\(\) takes its options as an object, not null\.$/],
      [() => checkRunning({ onStdout: "print" } as never), /^onStdout must be a function, not string\.$/],
    ];
    for (const [slip, sentence] of slips) {
      expect(slip).toThrow(TypeError);
      expect(slip).toThrow(sentence);
    }
    await expect(Sandbox.open({ profle: "data" } as never)).rejects.toThrow(/did you mean profile/);
    await expect(Sandbox.estimate({ profle: "data" } as never)).rejects.toThrow(/did you mean profile/);
    // Leaving one out by saying so is no slip.
    checkRunning({ onStdout: undefined, timeout: undefined } as never);
  });
});

describe("contexts", () => {
  test("a context runs under its name, also where an option says another", async () => {
    const execute = vi.fn(async (_code: string, _options: ExecuteOptions) => new Execution({ status: "ok" }));
    const context = new Context("ada", execute);
    await context.execute("1", { timeout: 5, context: "eve" } as never);
    expect(execute).toHaveBeenCalledWith("1", { timeout: 5, context: "ada" });
    expect(new Asked("1", { context }).context).toBe("ada");
  });
});

describe("files", () => {
  test("a write that is cancelled while it is on its way is still known of", async () => {
    let written: ((info: unknown) => void) | undefined;
    const files = new Files(
      () =>
        new Promise((resolve) => {
          written = resolve;
        }),
    );
    const controller = new AbortController();
    const write = files.write("a.txt", "x", { signal: controller.signal });
    controller.abort();
    await expect(write).rejects.toMatchObject({ name: "AbortError" });
    written?.({ path: "a.txt", size: 1 });
    await vi.waitFor(async () => expect(await (await files.read("a.txt")).text()).toBe("x"));
  });

  test("what was written or removed is so at once, before the frame's next list", async () => {
    const files = new Files(async () => ({}));
    await files.write("two.txt", "22");
    await files.write("one.txt", "1");
    expect(await files.list()).toEqual([
      { path: "one.txt", size: 1 },
      { path: "two.txt", size: 2 },
    ]);
    await files.remove("one.txt");
    expect(await files.list()).toEqual([{ path: "two.txt", size: 2 }]);
    await expect(files.read("one.txt")).rejects.toThrow('There is no file "one.txt".');
  });

  test("a new frame is given every file, and its first lists take none of them away", async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    let lost = false;
    const files = new Files(({ path }) => {
      asked.push(path);
      if (lost) return Promise.reject(new Gone("The frame is gone."));
      return new Promise((resolve) => answers.push(() => resolve({})));
    });
    const a = { path: "a", size: 1 };
    const b = { path: "b", size: 2 };
    files.kept("a", new Blob(["1"]));
    files.kept("b", new Blob(["22"]));
    files.heard([a, b]);
    lost = true;
    files.restore();
    lost = false;
    files.restore();
    expect(asked).toEqual(["a", "b", "a", "b"]);
    await Promise.resolve();
    files.heard([a]);
    expect(await (await files.read("b")).text()).toBe("22");
    for (const answer of answers) answer();
    await Promise.resolve();
    await Promise.resolve();
    files.heard([a]);
    expect(await files.list()).toEqual([a]);
  });

  test("every call on files takes a signal", async () => {
    const files = new Files(never);
    const signal = AbortSignal.abort();
    const calls = [files.write("a", "x", { signal }), files.read("a", { signal }), files.list({ signal })];
    for (const call of [...calls, files.remove("a", { signal })]) {
      await expect(call).rejects.toMatchObject({ name: "AbortError" });
    }
  });
});
