// Requests to a frame: each is answered exactly once.

import { describe, expect, test, vi } from "vitest";
import { Gone, Requests } from "../../../static/src/host/tenancy/requests";
import type { HostMessage } from "../../../static/src/protocol/to-frame";

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
