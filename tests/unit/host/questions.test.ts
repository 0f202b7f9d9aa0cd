// Questions of running code, input(): each gets exactly one answer, its own, whatever the callback does.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Run } from "../../../static/src/headless/run";
import type { ExecuteOptions } from "../../../static/src/host/api/options";
import { RunningCell } from "../../../static/src/host/tenancy/cell";

const report = vi.fn();
beforeEach(() => {
  report.mockClear();
  vi.stubGlobal("reportError", report);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a callback that answers wrongly", () => {
  const wrong: [string, () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("theirs");
      },
    ],
    ["rejects", () => Promise.reject(new Error("theirs"))],
    ["gives a number", async () => 5],
    ["gives an object", async () => ({})],
    ["gives more than can be answered", async () => "x".repeat(10_000_001)],
  ];
  test.each(wrong)("that %s is reported, and nobody has answered", async (_, onInput) => {
    const answered = vi.fn();
    const cell = new RunningCell(0, { onInput } as ExecuteOptions, { answered, blocked: vi.fn(), loading: vi.fn() });
    cell.hear({ type: "input", id: "one", prompt: "?", password: false });
    await vi.waitFor(() => expect(answered).toHaveBeenCalledExactlyOnceWith("one", null));
    expect(report).toHaveBeenCalledOnce();
  });
});

test("several questions at once get each its own answer, in any order", async () => {
  const answered = vi.fn();
  const waiting = new Map<string, (text: string) => void>();
  const onInput = (prompt: string): Promise<string> => new Promise((resolve) => waiting.set(prompt, resolve));
  const cell = new RunningCell(0, { onInput }, { answered, blocked: vi.fn(), loading: vi.fn() });
  for (const id of ["a", "b", "c"]) cell.hear({ type: "input", id, prompt: id, password: false });
  for (const id of ["b", "c", "a"]) {
    waiting.get(id)?.(`${id}!`);
    await vi.waitFor(() => expect(answered).toHaveBeenLastCalledWith(id, `${id}!`));
  }
  expect(answered).toHaveBeenCalledTimes(3);
});

describe("a program that drives a sandbox", () => {
  test("answers each question by its number, and an end answers the rest", async () => {
    const run = new Run({ displays: false, input: true });
    const answers = ["a", "b", "c"].map((prompt) => run.options.onInput?.(prompt, false));
    expect((await run.next()).map((event) => ({ ...event }))).toEqual(
      ["a", "b", "c"].map((prompt, question) => ({ type: "input", question, prompt, password: false })),
    );
    run.answer(2, "third");
    run.answer(2, "again");
    run.answer(0, "first");
    expect(await Promise.all([answers[0], answers[2]])).toEqual(["first", "third"]);
    run.failed(new Error("over"));
    expect(await answers[1]).toBeNull();
  });
});
