// The frame's parts that need no browser: quotas, files, clocks, a run's life, the runtime's source.

import { runInThisContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shortened } from "../../static/src/capture/frame/shortened";
import { Countdown } from "../../static/src/common/countdown";
import { GRACES } from "../../static/src/common/interrupt";
import { FileStore } from "../../static/src/frame/file-store";
import { Quota } from "../../static/src/frame/quota";
import { Run, type Shown } from "../../static/src/frame/run";
import { Streams } from "../../static/src/frame/streams";
import { expression } from "../../static/src/host/supply/expression";
import type { FrameLimits } from "../../static/src/protocol/limits";

vi.mock("belljar:worker", () => ({ default: "" }));

const limits: FrameLimits = {
  grace_ms: 1_000,
  load_timeout_ms: 60_000,
  memory_bytes: 1,
  stream_chars: 10,
  displays: 2,
  display_bytes: 100,
  flood_messages: 5,
  flood_bytes: 1_000,
  file_bytes: 100,
  files: 3,
};

const NONE = { fetching: false, installing: false, paging: false };

describe("quota", () => {
  test("text passes up to the limit and what is missing is counted", () => {
    const quota = new Quota(limits);
    expect(quota.stream("12345678")).toBe("12345678");
    expect(quota.stream("abcd")).toBe("ab");
    expect(quota.stream("more")).toBe("");
    expect(quota.truncated).toEqual({ stream_chars: 6, displays: 0 });
  });

  test("a surrogate pair is never cut in two", () => {
    const quota = new Quota(limits);
    expect(quota.stream("123456789🎈")).toBe("123456789");
    expect(quota.truncated?.stream_chars).toBe(2);
  });

  test("displays are limited by number and by bytes", () => {
    const quota = new Quota(limits);
    expect([quota.display(60), quota.display(60), quota.display(1)]).toEqual([true, false, false]);
    expect(quota.truncated).toEqual({ stream_chars: 0, displays: 2 });
  });

  test("a flood is told by messages or by bytes", () => {
    const quota = new Quota(limits);
    expect([1, 2, 3, 4, 5, 6].map(() => quota.admit(1))).toEqual([true, true, true, true, true, false]);
    expect(new Quota(limits).admit(1_001)).toBe(false);
  });

  test("what messages cause is counted, whatever their number", () => {
    const quota = new Quota(limits);
    const most = 4 * limits.flood_bytes + 2 * limits.file_bytes;
    expect([quota.caused(most), quota.caused(1), quota.caused(0)]).toEqual([true, false, false]);
  });

  test.each([
    ["blocked", 500],
    ["clear", 5_000],
    ["input", 1_000],
    ["loading", 200],
  ] as const)("so many messages that say `%s` pass, and the others are counted", (kind, most) => {
    const quota = new Quota(limits);
    const passed = Array.from({ length: most + 7 }, () => quota.may(kind)).filter(Boolean);
    expect([passed.length, quota.left(kind)]).toEqual([most, 7]);
  });

  test("what was cleared counts no more, but for its size", () => {
    const quota = new Quota({ ...limits, displays: 2, display_bytes: 50 });
    const shown = (): boolean => quota.display(10);
    expect([shown(), shown(), shown()]).toEqual([true, true, false]);
    quota.cleared();
    expect([shown(), shown()]).toEqual([true, true]);
    quota.cleared();
    expect(shown()).toBe(false);
  });

  test("nothing is reported as truncated when nothing was", () => {
    expect(new Quota(limits).truncated).toBeNull();
  });
});

describe("file store", () => {
  const bytes = (size: number) => new Blob([new Uint8Array(size)]);

  test("a file that doesn't fit is refused with a sentence and the old one stays", () => {
    const store = new FileStore(limits);
    expect(store.put("a.csv", bytes(90))).toBeNull();
    expect(store.put("b.csv", bytes(20))).toMatch(/"b.csv".*does not fit.*Remove some first/);
    expect(store.put("a.csv", bytes(101))).toMatch(/does not fit/);
    expect(store.list()).toEqual([{ path: "a.csv", size: 90 }]);
  });

  test("replacing a file counts only the new bytes", () => {
    const store = new FileStore(limits);
    store.put("a.csv", bytes(90));
    expect(store.put("a.csv", bytes(100))).toBeNull();
  });

  test("a name can't be a file and a folder at once", () => {
    const store = new FileStore(limits);
    store.put("a", bytes(1));
    expect(store.put("a/b", bytes(1))).toMatch(/"a" is a file here/);
    store.put("c/d", bytes(1));
    expect(store.put("c", bytes(1))).toMatch(/"c" is a folder here/);
  });

  test("the number of files is limited", () => {
    const store = new FileStore(limits);
    for (const name of ["a", "b", "c"]) store.put(name, bytes(1));
    expect(store.put("d", bytes(1))).toMatch(/keeps 3 files/);
  });
});

describe("streams", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function streams(): { sent: string[]; out: Streams } {
    const sent: string[] = [];
    return { sent, out: new Streams((name, text) => sent.push(`${name}: ${text}`)) };
  }

  test("the first text goes at once, and what comes in a burst goes out together", () => {
    const { sent, out } = streams();
    for (let part = 0; part < 1_000; part++) out.add("stdout", `${part % 10}`);
    expect(sent).toEqual(["stdout: 0"]);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual(["stdout: 0", `stdout: ${"0123456789".repeat(100).slice(1)}`]);
    out.add("stdout", "later");
    expect(sent).toHaveLength(3);
  });

  test("texts of both streams stay in their order, and nothing is sent twice", () => {
    const { sent, out } = streams();
    out.add("stdout", "a");
    out.add("stdout", "b");
    out.add("stderr", "c");
    out.add("stdout", "d");
    out.flush();
    vi.advanceTimersByTime(100);
    out.flush();
    expect(sent).toEqual(["stdout: a", "stdout: b", "stderr: c", "stdout: d"]);
  });
});

describe("clocks", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a paused countdown does not count", () => {
    const end = vi.fn();
    const clock = new Countdown(1_000, end);
    clock.resume();
    vi.advanceTimersByTime(600);
    clock.pause();
    vi.advanceTimersByTime(10_000);
    clock.resume();
    vi.advanceTimersByTime(399);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(end).toHaveBeenCalledOnce();
  });

  function started(timeout_ms = 1_000) {
    const ends = { interrupt: vi.fn(), kill: vi.fn(), shown: vi.fn((): Shown => "nothing") };
    const options = { timeout_ms, input: true, svg: false, context: "default", fresh: false };
    const run = new Run(0, "", options, { limits }, ends);
    return { run, ends };
  }

  test("loading does not count as running", () => {
    const { run, ends } = started();
    vi.advanceTimersByTime(50_000);
    run.begin();
    vi.advanceTimersByTime(500);
    run.loads({ ...NONE, fetching: true });
    vi.advanceTimersByTime(9_000);
    run.loads(NONE);
    vi.advanceTimersByTime(499);
    expect(ends.interrupt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("a worker that answers and never starts the cell is noticed by its answers, not by the clock", () => {
    const { run } = started();
    vi.advanceTimersByTime(50_000);
    const answers = Array.from({ length: 24 }, () => run.unstarted());
    expect(answers).toEqual([...Array(23).fill(false), true]);
  });

  test("waiting for a person does not count as running", () => {
    const { run, ends } = started();
    run.begin();
    run.asking("1", 1);
    vi.advanceTimersByTime(3_600_000);
    expect(ends.interrupt).not.toHaveBeenCalled();
    run.answered("1");
    vi.advanceTimersByTime(1_000);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("as long as one of several questions waits for a person, nothing counts", () => {
    const { run, ends } = started();
    run.begin();
    run.asking("1", 2);
    run.asking("2", 2);
    run.answered("2");
    vi.advanceTimersByTime(3_600_000);
    expect(ends.interrupt).not.toHaveBeenCalled();
    run.answered("1");
    vi.advanceTimersByTime(1_000);
    expect(ends.interrupt).toHaveBeenCalled();
  });

  test("loading has a limit of its own, over the whole run", () => {
    const { run, ends } = started(1_000_000);
    run.begin();
    for (let i = 0; i < 7; i += 1) {
      run.loads({ ...NONE, fetching: true });
      vi.advanceTimersByTime(10_000);
      run.loads(NONE);
    }
    expect(ends.kill).toHaveBeenCalledWith("timeout", "loading took longer than 60 s");
  });

  /** Time passes; the worker is silent in so many milliseconds of each second. */
  function pass(run: Run, seconds: number, silent: number): void {
    for (let at = 0; at < seconds; at++) {
      run.silence(silent > 0);
      vi.advanceTimersByTime(silent);
      run.silence(false);
      vi.advanceTimersByTime(1_000 - silent);
    }
  }

  const WAITS: Record<string, (run: Run) => void> = {
    "for packages": (run) => run.loads({ ...NONE, fetching: true }),
    "for a person": (run) => void run.asking("1", 1),
    "for packages and a person": (run) => {
      run.loads({ ...NONE, fetching: true });
      run.asking("1", 1);
    },
  };

  test.each(Object.entries(WAITS))(
    "a run that says that it waits %s and computes is stopped in its time",
    (_, wait) => {
      const { run, ends } = started(5_000);
      run.begin();
      wait(run);
      pass(run, 5, 1_000);
      expect(run.cause).toBe("timeout");
      vi.advanceTimersByTime(1_000);
      expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 5 s");
    },
  );

  test.each(Object.entries(WAITS))("one that waits %s and answers is not hurried", (_, wait) => {
    const { run, ends } = started(1_000);
    run.begin();
    wait(run);
    pass(run, 50, 0);
    expect(ends.interrupt).not.toHaveBeenCalled();
  });

  test("computing now and then while it says that it waits adds up", () => {
    const { run } = started(5_000);
    run.begin();
    run.asking("1", 1);
    pass(run, 9, 500);
    expect(run.cause).toBeUndefined();
    pass(run, 2, 500);
    expect(run.cause).toBe("timeout");
  });

  test("packages that are never installed end the run: their time, then the run's", () => {
    const { run } = started(3_000);
    run.begin();
    run.handed(10 * 2 ** 20);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_000 + 10 * 300 + 2_999);
    expect(run.cause).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(run.cause).toBe("timeout");
  });

  test("packages that come one by one, each with nothing in it, bring no time along", () => {
    const { run } = started(3_000);
    run.begin();
    for (let at = 0; at < 100; at++) run.handed(1);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_000 + 3_000 + 1);
    expect(run.cause).toBe("timeout");
  });

  test("a cell that never starts because of packages is ended, too", () => {
    const { run, ends } = started(1_000);
    run.handed(1);
    run.loads({ ...NONE, installing: true });
    vi.advanceTimersByTime(2_001 + 1_000 + 1_000);
    expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 1 s");
  });

  test("an answer to what was not asked, or was answered, changes nothing", () => {
    const { run } = started();
    expect([run.asking("0", 2), run.begin(), run.begin()]).toEqual([false, true, false]);
    expect(["1", "1", "2", "3"].map((id) => run.asking(id, 2))).toEqual([true, false, true, false]);
    expect(["4", "1", "1", "2"].map((id) => run.answered(id))).toEqual([false, true, false, true]);
  });

  test("first the interrupt, after the grace the kill", () => {
    const { run, ends } = started();
    run.begin();
    vi.advanceTimersByTime(1_000);
    expect(run.cause).toBe("timeout");
    expect(ends.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(ends.kill).toHaveBeenCalledWith("timeout", "it ran longer than 1 s");
  });

  test("the interrupt is repeated until the run ends, because one may get lost", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    vi.advanceTimersByTime(500);
    expect(ends.interrupt).toHaveBeenCalledTimes(4);
    run.end();
    vi.advanceTimersByTime(10_000);
    expect(ends.interrupt).toHaveBeenCalledTimes(4);
  });

  test.each([
    ["nothing", 1],
    ["heard", 2],
    ["over", GRACES],
  ] as const)("a cell that shows %s when it is to stop has %i graces, and no more", (shown, graces) => {
    const { run, ends } = started();
    ends.shown.mockReturnValue(shown);
    run.begin();
    run.stop("interrupted");
    vi.advanceTimersByTime(graces * 1_000 - 1);
    expect(ends.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ends.kill).toHaveBeenCalledWith("interrupted", "it was asked to stop");
  });

  test("an ended run is never killed", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    run.end();
    vi.advanceTimersByTime(1_000_000);
    expect(ends.kill).not.toHaveBeenCalled();
  });

  test("a worker can't restart its run clock by saying `started` again", () => {
    const { run, ends } = started();
    run.begin();
    run.stop("interrupted");
    run.begin();
    vi.advanceTimersByTime(1_000);
    expect(ends.kill).toHaveBeenCalledOnce();
  });
});

describe("the runtime's source", () => {
  const of = (name: string, source: string): Blob => expression(name, new TextEncoder().encode(source));
  const run = async (name: string, source: string): Promise<unknown> => runInThisContext(await of(name, source).text());

  test("an ES module's factory becomes a classic expression without import.meta", async () => {
    const source = "async function make(o={}){return import.meta.url+o.x}export default make;\n";
    const make = (await run("pyodide.asm.mjs", source)) as (o: object) => Promise<string>;
    await expect(make({ x: "!" })).resolves.toBe("https://assets.invalid/pyodide.asm.mjs!");
  });

  test("of a long one the ends alone are rewritten, and what more it holds than a function stays", async () => {
    for (const more of ["", ";var other=1"]) {
      const long = `let u=import.meta.url,n=0;${"n+=1;".repeat(20_000)}return u.length+n`;
      const source = `async function make(){${long}}${more}export default make;`;
      const make = (await run("pyodide.asm.mjs", source)) as () => Promise<number>;
      expect(await make()).toBe("https://assets.invalid/pyodide.asm.mjs".length + 20_000);
    }
  });

  test("loadPyodide is found under its minified name, source map comment and all", async () => {
    const source =
      "function q(){return 41}var U='1';export{q as loadPyodide,U as version};\n//# sourceMappingURL=p.mjs.map\n";
    expect(((await run("pyodide.mjs", source)) as () => number)()).toBe(41);
  });

  test("a snapshot's has the exports and functions that are asked for, and none that nobody names", async () => {
    const source =
      "async function make(Module={}){var _a,_b,_c,_d,$e,memory;function assignWasmExports(wasmExports){" +
      '_a=Module["_a"]=wasmExports["a"];_b=Module["_b"]=wasmExports["b"];_c=Module["_c"]=wasmExports["c"];' +
      '_d=Module["_d"]=wasmExports["d"].value>>>0;$e=wasmExports["e"];memory=Module["memory"]=other=wasmExports["m"]}' +
      'var other;function one(){return 1}one.sig="i";Module["one"]=one;function two(){return 2}Module["two"]=two;' +
      "function three(){return 3}Module['three']=three;let{four}=Module;" +
      'Module["four"]=other;' +
      "assignWasmExports({a:1,b:2,c:3,d:{value:4},e:5,m:6});return[_b,Module.two(),four,typeof one]}";
    const seen = async (text: string): Promise<[unknown, string[]]> => {
      const module = {};
      const make = runInThisContext(`(${text})`) as (module: object) => Promise<unknown>;
      return [await make(module), Object.keys(module).sort()];
    };
    const short = shortened(source, ["x._module._d", 'x["one"]']);
    expect(await seen(short)).toEqual([
      [2, 2, undefined, "function"],
      ["_b", "_d", "four", "memory", "one", "three", "two"],
    ]);
    expect((await seen(source))[0]).toEqual((await seen(short))[0]);
    expect(short).not.toMatch(/_a|_c|\$e/);
    const asked = (text: string): unknown => (runInThisContext(`(${text})`) as { exports?: unknown }).exports;
    expect(asked(short), "the names of the exports that it asks for").toEqual(["b", "d", "m"]);
    const whole = source.replace("var other;", "var other;function all(){return wasmExports}");
    const any = source.replace("var other;", "var other;function any(wasmExports){odd(wasmExports)}");
    expect([asked(shortened(whole, ["_d"])), asked(shortened(any, ["_d"])), asked(source)]).toEqual([
      ["b", "d", "m"],
      undefined,
      undefined,
    ]);
    for (const other of ["", "function make(){}", "function assignWasmExports(wasmExports){odd();}var a;"])
      expect(shortened(other, [])).toBe(other);
  });

  test("a runtime of another shape is refused with a sentence", () => {
    const refused = /does not end as this version of belljar expects/;
    expect(() => of("pyodide.asm.mjs", "module.exports = 1")).toThrow(refused);
    expect(() => of("pyodide.mjs", "export default 1")).toThrow(refused);
  });
});
