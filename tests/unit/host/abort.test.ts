// Giving up: a signal ends what it was given to, and leaves no listener behind.

import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { abortable, onAbort } from "../../../static/src/host/api/abort";

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
