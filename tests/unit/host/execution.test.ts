// An execution: what is told while it runs, and the result that is gathered of it.

import { describe, expect, test } from "vitest";
import { Execution, Gathering, Result } from "../../../static/src/host/api/execution";
import { RunningCell } from "../../../static/src/host/tenancy/cell";
import type { RunOutcome } from "../../../static/src/protocol/messages";

const outcome: RunOutcome = {
  status: "ok",
  error: null,
  ran: true,
  execution_count: 3,
  duration_ms: 12,
  changes: [],
  truncated: null,
  note: null,
};

describe("execution", () => {
  test("text is the last expression's, not a display's", () => {
    const gathering = new Gathering();
    gathering.display(new Result({ text: "shown" }, false), null, false);
    gathering.display(new Result({ text: "42" }, true), null, false);
    expect(gathering.finish(outcome).text).toBe("42");
  });

  test("plots are the results with an image", () => {
    const gathering = new Gathering();
    gathering.display(new Result({ text: "a", png: "QQ==" }, false), null, false);
    gathering.display(new Result({ text: "b" }, true), null, false);
    const { plots } = gathering.finish(outcome);
    expect(plots.map((plot) => [plot.contentBase64, plot.mime])).toEqual([["QQ==", ["text/plain", "image/png"]]]);
  });

  test("an updated display takes the place of the first", () => {
    const gathering = new Gathering();
    gathering.display(new Result({ text: "10 %" }, false), "bar", false);
    gathering.display(new Result({ text: "after" }, false), null, false);
    gathering.display(new Result({ text: "100 %" }, false), "bar", true);
    gathering.display(new Result({ text: "nobody" }, false), "unknown", true);
    expect(gathering.finish(outcome).results.map((result) => result.text)).toEqual(["100 %", "after"]);
  });

  test("what was cleared is not in the answer; with `wait` it stays until more comes", () => {
    const gathering = new Gathering();
    const told = (): unknown[] => {
      const { results, stdout, stderr } = gathering.finish(outcome);
      return [results.map((result) => result.text), stdout, stderr];
    };
    const say = (text: string): void => {
      gathering.display(new Result({ text }, false), "place", false);
      gathering.stream("stdout", text);
    };
    say("first");
    gathering.clear(true);
    expect(told()).toEqual([["first"], "first", ""]);
    gathering.stream("stderr", "second");
    expect(told()).toEqual([[], "", "second"]);
    say("third");
    gathering.display(new Result({ text: "fourth" }, false), "place", true);
    expect(told()).toEqual([["fourth"], "third", "second"]);
    gathering.clear(false);
    expect(told()).toEqual([[], "", ""]);
  });

  test("streams are gathered apart, in order", () => {
    const gathering = new Gathering();
    gathering.stream("stdout", "a");
    gathering.stream("stderr", "!");
    gathering.stream("stdout", "b");
    expect(gathering.finish(outcome).logs).toEqual({ stdout: "ab", stderr: "!" });
  });

  test("what came before the end is in the answer, also when nobody says how it ended", () => {
    const gathering = new Gathering();
    gathering.stream("stdout", "side effect\n");
    gathering.display(new Result({ text: "shown" }, false), null, false);
    const closed = gathering.unavailable("The sandbox was closed.", 1_500);
    expect(closed).toMatchObject({ status: "unavailable", ran: true, durationMs: 1_500, stdout: "side effect\n" });
    expect(closed.results.map(({ text }) => text)).toEqual(["shown"]);
    expect(new Gathering().unavailable("The sandbox was closed.", undefined).ran).toBe(false);
  });

  test("a cell that has begun says so however it ends, and what becomes of its files", async () => {
    const noEvents = { blocked: () => {}, loading: () => {}, answered: () => {} };
    const ends: [end: (cell: RunningCell) => void, status: string, note: RegExp][] = [
      [
        (cell) => cell.lost("It hangs."),
        "crashed",
        /^It hangs\..*Files that this run wrote are lost; files from before/,
      ],
      [(cell) => cell.close("It was closed."), "unavailable", /^It was closed\.$/],
    ];
    for (const [end, status, note] of ends) {
      for (const begun of [true, false]) {
        const cell = new RunningCell(1, {}, noEvents);
        if (begun) cell.hear({ type: "started" });
        if (begun) cell.hear({ type: "stream", name: "stdout", text: "before" });
        end(cell);
        const answer = await cell.execution;
        expect(answer).toMatchObject({ status, ran: begun, stdout: begun ? "before" : "" });
        if (begun) expect(answer.note).toMatch(note);
        else expect(answer.note).not.toMatch(/lost/);
      }
    }
  });

  test("code that never ran has an error with a name and a sentence", () => {
    const refused = Execution.without("refused", "PolicyError", "The code is too long.");
    expect(refused).toMatchObject({
      status: "refused",
      error: { name: "PolicyError", value: "The code is too long." },
    });
  });
});
