// The mailbox, through which one thread reads what another has.

import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { makeMailbox, PAGE_BYTES, pageReader, putPage } from "../../../static/src/common/pager";

describe("the mailbox", () => {
  /** Answers from another thread, as the frame does while the worker waits. */
  function answering(bytes: Uint8Array | null): {
    mailbox: SharedArrayBuffer;
    asked: number[][];
    read: ReturnType<typeof pageReader>;
  } {
    const mailbox = makeMailbox();
    const asked: number[][] = [];
    const read = pageReader(mailbox, (offset, length) => {
      asked.push([offset, length]);
      putPage(mailbox, bytes?.subarray(offset, offset + length) ?? null);
    });
    return { mailbox, asked, read };
  }

  test("carries files longer than a page, page by page", () => {
    const bytes = Uint8Array.from({ length: PAGE_BYTES * 2 + 10 }, (_, at) => at % 251);
    const { read, asked } = answering(bytes);
    expect(Buffer.compare(read(5, bytes.length - 5), bytes.subarray(5))).toBe(0);
    expect(asked).toHaveLength(3);
  });

  test("says so when there is nothing to be had, instead of waiting for ever", () => {
    expect(() => answering(null).read(0, 10)).toThrow(/could not be had/);
    expect(() => answering(new Uint8Array(4)).read(2, 10)).toThrow(/could not be had/);
  });

  test("wakes a thread that waits", async () => {
    const mailbox = makeMailbox();
    const waiting = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       const head = new Int32Array(workerData, 0, 2);
       parentPort.postMessage("waits");
       Atomics.wait(head, 0, 0);
       parentPort.postMessage([Atomics.load(head, 0), Atomics.load(head, 1), new Uint8Array(workerData, 16, 3).join()]);`,
      { eval: true, workerData: mailbox },
    );
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      waiting.on("message", (message) => {
        heard.push(message);
        if (message === "waits") putPage(mailbox, Uint8Array.of(7, 8, 9));
        else resolve();
      });
    });
    await waiting.terminate();
    expect(heard[1]).toEqual([1, 3, "7,8,9"]);
  });
});
