// Files that a page hands over.

import { describe, expect, test, vi } from "vitest";
import { Files } from "../../../static/src/host/api/files";
import { Gone } from "../../../static/src/host/tenancy/requests";

const never = (): Promise<never> => new Promise(() => {});

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
