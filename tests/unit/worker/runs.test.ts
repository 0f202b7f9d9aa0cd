// The runs of a heap: what of it has to be written, and where.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Runs } from "../../../static/src/worker/snapshot/runs";
import type { SnapshotState } from "../../../static/src/worker/snapshot/state";

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
