// The SDK's parts that need no browser: results, options, the policy.

import { describe, expect, test, vi } from "vitest";
import { call, Emitter } from "../../static/src/host/api/emitter";
import { Execution, Gathering, Result } from "../../static/src/host/api/execution";
import { checkedPath, checkedPool, checkedTimeout } from "../../static/src/host/api/options";
import { checkPolicy, closure } from "../../static/src/host/supply/policy";
import { RunningCell } from "../../static/src/host/tenancy/cell";
import type { Limits } from "../../static/src/protocol/limits";
import type { RunOutcome } from "../../static/src/protocol/messages";
import type { Policy } from "../../static/src/protocol/policy";

const limits: Limits = {
  timeout_ms: 30_000,
  max_timeout_ms: 600_000,
  grace_ms: 1_000,
  load_timeout_ms: 1,
  memory_bytes: 1,
  code_chars: 1,
  stream_chars: 1,
  displays: 1,
  display_bytes: 1,
  flood_messages: 1,
  flood_bytes: 1,
  file_bytes: 1,
  files: 1,
};

const hash = "0".repeat(64);
const pack = (name: string, depends: string[] = []) => ({
  name,
  version: "1",
  depends,
  imports: [name],
  file: { name: `${name}.whl`, url: `assets/${hash}/${name}.whl`, size: 1, sha256: hash },
  image: null,
});

const policy: Policy = {
  version: 1,
  belljar: "0.1.0",
  stamp: "stamp",
  pyodide: "314.0.7",
  python: "3.14.2",
  bytecode: true,
  frame: { isolated: "frame/isolated.html", plain: "frame/plain.html" },
  core: [],
  packages: { pandas: pack("pandas", ["numpy", "six"]), numpy: pack("numpy"), six: pack("six") },
  profile: { name: "data", load: ["pandas"] },
  profiles: { core: { load: [] }, data: { load: ["pandas"] } },
  snapshots: [],
  limits,
};

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

describe("options", () => {
  test("a timeout that can't be is refused with what is allowed", () => {
    for (const bad of [0, -1, Number.NaN, 600_001, Number.POSITIVE_INFINITY, "5" as never]) {
      expect(() => checkedTimeout(bad, limits)).toThrow(/up to 600000/);
    }
    expect(checkedTimeout(undefined, limits)).toBe(30_000);
    expect(checkedTimeout(0.2, limits)).toBe(1);
  });

  test("the pool is a small number, and spare says it in short", () => {
    const pools = [{}, { spare: false }, { spare: true }, { pool: 0 }, { pool: 3 }, { pool: 2, spare: false }];
    expect(pools.map(checkedPool)).toEqual([1, 0, 1, 0, 3, 2]);
    for (const pool of [-1, 0.5, 9, Number.NaN, "2" as never]) {
      expect(() => checkedPool({ pool })).toThrow(
        new RangeError(`pool must be a whole number from 0 to 8, not ${pool}.`),
      );
    }
  });

  test("a path outside the session's folder is refused with what is allowed", () => {
    for (const bad of ["/a", "../a", "", "a/", "a/../b", 7 as never])
      expect(() => checkedPath(bad)).toThrow(/is needed/);
    expect(checkedPath("./data/a.csv")).toBe("data/a.csv");
  });
});

describe("policy", () => {
  test("a good policy passes and comes out as it went in", () => {
    expect(checkPolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });

  test("a bad one is refused with the field's name", () => {
    const bad = { ...policy, core: [{ name: "x", url: "x", size: 1, sha256: "no" }] };
    expect(() => checkPolicy(bad)).toThrow("policy.core[0].sha256 must be a SHA-256 in lower-case hex");
    expect(() => checkPolicy({ ...policy, profile: { name: "x", load: ["torch"] } })).toThrow(/names torch/);
    const profiles = { mine: { load: ["torch"] } };
    expect(() => checkPolicy({ ...policy, profiles })).toThrow("policy.profiles.mine.load names torch");
    expect(() => checkPolicy({ ...policy, version: 2 })).toThrow("policy.version must be 1");
  });

  test("dependencies come before what needs them, each once", () => {
    expect(closure(policy, ["pandas", "six"]).map(({ name }) => name)).toEqual(["numpy", "six", "pandas"]);
    expect(() => closure(policy, ["constructor"])).toThrow("constructor is not on the allowlist.");
  });
});

describe("events", () => {
  test("a listener that throws is reported and stops nobody else", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const emitter = new Emitter<{ tick: number }>();
    const heard: number[] = [];
    emitter.on("tick", () => {
      throw new Error("theirs");
    });
    const off = emitter.on("tick", (n) => heard.push(n));
    emitter.emit("tick", 1);
    off();
    emitter.emit("tick", 2);
    expect(heard).toEqual([1]);
    expect(report).toHaveBeenCalledTimes(2);
    call(undefined);
    vi.unstubAllGlobals();
  });
});
