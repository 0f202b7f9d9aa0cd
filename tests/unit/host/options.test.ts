// Asking for a run: slips are named, with the nearest option there is.

import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { Execution } from "../../../static/src/host/api/execution";
import type { Given } from "../../../static/src/host/api/files";
import { checkRunning } from "../../../static/src/host/api/options";
import { Sandbox } from "../../../static/src/host/index";
import { Asked } from "../../../static/src/host/tenancy/cell";

/** How many listen to a signal. */
const listeners = ({ signal }: AbortController): number => getEventListeners(signal, "abort").length;

const never = (): Promise<never> => new Promise(() => {});

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
    const read = async ([path, data]: [string, Given]) => [
      path,
      [...new Uint8Array(await (data as Blob).arrayBuffer())],
    ];
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
