// The parts of a start that need no browser: what is waited for, the mailbox, the heap's runs, the choice of a snapshot.

import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameScript } from "../../static/build.mjs";
import { makeMailbox, PAGE_BYTES, pageReader, putPage } from "../../static/src/common/pager";
import { Shelf } from "../../static/src/common/shelf";
import { Timeline } from "../../static/src/common/timing";
import { fitting } from "../../static/src/host/supply/supply";
import type { PolicySnapshot } from "../../static/src/protocol/policy";
import { Runs } from "../../static/src/worker/snapshot/runs";
import type { SnapshotState } from "../../static/src/worker/snapshot/state";

test("the script of frame and worker is of one-byte characters: one of two bytes would double all of it", async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  expect(/[^\x00-\x7f]/.exec(await frameScript())?.[0]).toBeUndefined();
});

describe("a shelf", () => {
  test("gives a thing to all who asked, before it came or after, and keeps the first", async () => {
    const shelf = new Shelf<number>();
    const early = shelf.get("a");
    shelf.put("a", 1);
    shelf.put("a", 2);
    expect(await Promise.all([early, shelf.get("a")])).toEqual([1, 1]);
  });

  test("has no thing of a name that nobody brought, whatever the name", async () => {
    const shelf = new Shelf<number>();
    expect(await Promise.race([shelf.get("__proto__"), shelf.get("constructor"), Promise.resolve("none")])).toBe(
      "none",
    );
  });
});

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

describe("the heap's runs", () => {
  /** Ranges with gaps before them. */
  const ranges = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((gaps) => {
      let at = 0;
      return gaps.map(([gap, length, kept]): [from: number, to: number, kept: boolean] => {
        at += gap + length;
        return [at - length, at, kept];
      });
    });

  test("are filled however the bytes are cut; between them what is the same stays and all else is gone", () => {
    fc.assert(
      fc.property(ranges, fc.array(fc.integer({ min: 1, max: 50 })), (some, cuts) => {
        const all: typeof some = [...some, [1_000, 1_010, true]];
        const state: Pick<SnapshotState, "runs" | "same"> = { runs: [], same: [] };
        const wanted = new Uint8Array(1_010);
        const kept: number[] = [];
        for (const [from, to, own] of all) {
          (own ? state.runs : state.same).push([from, to]);
          for (let at = from; at < to; at++) {
            wanted[at] = own ? 1 + (at % 254) : 0xff;
            if (own) kept.push(1 + (at % 254));
          }
        }
        const heap = new Uint8Array(1_010).fill(0xff);
        const into = new Runs(heap, state, heap.length);
        let done = 0;
        for (const cut of [...cuts, kept.length]) {
          into.write(Uint8Array.from(kept.slice(done, done + cut)));
          done += cut;
        }
        expect(into.whole).toBe(true);
        expect(heap).toEqual(wanted);
      }),
    );
  });

  test("that are not filled to their end, or overfull, are noticed", () => {
    const runs: SnapshotState["runs"] = [
      [0, 8],
      [16, 24],
    ];
    const into = new Runs(new Uint8Array(64), { runs, same: [] }, 64);
    into.write(new Uint8Array(10));
    expect(into.whole).toBe(false);
    into.write(new Uint8Array(6));
    expect(into.whole).toBe(true);
    expect(() => into.write(new Uint8Array(1))).toThrow(/longer than its state says/);
  });

  test("leave alone what nobody has written to", () => {
    const heap = new Uint8Array(64).fill(1);
    const runs: SnapshotState["runs"] = [
      [0, 8],
      [32, 40],
    ];
    const into = new Runs(heap, { runs, same: [] }, 16);
    into.write(new Uint8Array(16).fill(2));
    expect([heap[8], heap[15], heap[16], heap[31], heap[32]]).toEqual([0, 0, 1, 1, 2]);
  });
});

describe("the choice of a snapshot", () => {
  const file = { name: "a", url: "a", size: 1, sha256: "" };
  const of = (...load: string[]): PolicySnapshot => ({
    load,
    script: file,
    state: file,
    heap: [file],
    hot: file,
    cold: file,
    rest: file,
  });

  test("takes the one with most of what is wanted, and never one with more", () => {
    const all = [of(), of("numpy"), of("numpy", "pandas"), of("numpy", "pandas", "scipy")];
    expect(fitting(all, ["pandas", "numpy"])?.load).toEqual(["numpy", "pandas"]);
    expect(fitting(all, ["numpy", "lxml"])?.load).toEqual(["numpy"]);
    expect(fitting(all, [])?.load).toEqual([]);
    expect(fitting([of("numpy")], [])).toBeNull();
    expect(fitting([], ["numpy"])).toBeNull();
  });
});

describe("a timeline", () => {
  test("has steps one behind the other, and those that ran beside them, also when they fail", async () => {
    const timeline = new Timeline();
    timeline.lap("first");
    await timeline.time("beside", Promise.reject(new Error("x"))).catch(() => {});
    timeline.lap("second");
    const [first, beside, second] = timeline.steps;
    expect([first?.name, beside?.name, second?.name]).toEqual(["first", "beside", "second"]);
    expect((first?.start ?? 0) + (first?.ms ?? 0)).toBeCloseTo(second?.start ?? 0, 3);
  });
});
