import { describe, expect, it } from "vitest";
import type { Execution, Result } from "../../../static/src/host/index";
import { Notebook } from "../../../static/src/page/model/notebook";
import { type Engine, type RunHooks, Runner } from "../../../static/src/page/model/runner";
import type { Bundle } from "../../../static/src/protocol/results";

/** A Python that does what a cell's source says: "ok", "error", "timeout", "kill", "wait", "ask", "throw". */
class FakeEngine implements Engine {
  isReady = true;
  generation = 0;
  ran: string[] = [];
  stop: () => void = () => undefined;

  async execute(code: string, hooks: RunHooks): Promise<Execution> {
    this.ran.push(code);
    hooks.onStart();
    if (code === "throw") throw new Error("port closed");
    if (code === "ask") hooks.onStdout(`hello ${await hooks.onInput("name? ", false)}\n`);
    if (code === "wait") await new Promise<void>((resolve) => (this.stop = resolve));
    if (code === "late") {
      hooks.onLoading([{ name: "scipy", version: "1" }]);
      await new Promise<void>((resolve) => (this.stop = resolve));
      hooks.onLoaded();
      hooks.onLoading([]); // more of it, for a moment
      await new Promise<void>((resolve) => (this.stop = resolve));
    }
    if (code === "figure") hooks.onDisplay({ result: result({ text: "1" }), id: "f", update: false });
    if (code === "update") hooks.onDisplay({ result: result({ text: "2" }), id: "f", update: true });
    const killed = code === "kill";
    const status = code === "wait" ? "interrupted" : killed ? "timeout" : code === "error" ? "error" : "ok";
    const error = status === "error" ? { name: "E", value: "v", traceback: "E: v", line: 3 } : undefined;
    const files =
      code === "file"
        ? [
            { path: "a.csv", change: "created", size: 3 },
            { path: "b", change: "deleted", size: 0 },
          ]
        : [];
    return {
      status,
      error,
      files,
      executionCount: killed ? 0 : this.ran.length,
      durationMs: 5,
    } as unknown as Execution;
  }

  async interrupt(): Promise<void> {
    this.stop();
  }
}

const result = (bundle: Bundle) => ({ ...bundle, isMain: false }) as Result;

function setUp(...sources: string[]) {
  const notebook = new Notebook();
  notebook.replace(sources.map((source) => ({ kind: "code", source })));
  const engine = new FakeEngine();
  const runner = new Runner(notebook, engine, { timeLimit: () => 30_000, svg: () => false, now: () => 0 });
  const states = () => notebook.cells.map((cell) => cell.state);
  const kinds = (at: number) => notebook.cells[at]?.outputs.items.map((item) => item.kind);
  const id = (at: number) => notebook.cells[at]?.id ?? "";
  const idle = async () => {
    while (runner.busy) await new Promise((resolve) => setTimeout(resolve));
  };
  return { notebook, engine, runner, states, kinds, id, idle };
}

describe("the queue", () => {
  it("runs cells in order, one at a time", async () => {
    const { engine, runner, states, idle } = setUp("a", "b", "c");
    runner.runAll();
    expect(states()).toEqual(["running", "queued", "queued"]);
    await idle();
    expect(engine.ran).toEqual(["a", "b", "c"]);
    expect(states()).toEqual(["ok", "ok", "ok"]);
  });
  it("says that a cell waits for a package only as long as it does", async () => {
    const { notebook, engine, runner, states, idle } = setUp("late");
    runner.runAll();
    expect([states(), runner.loading, notebook.cells[0]?.waiting]).toEqual([["loading"], ["scipy"], "loading scipy"]);
    engine.stop();
    await new Promise((resolve) => setTimeout(resolve));
    expect([states(), runner.loading, notebook.cells[0]?.waiting]).toEqual([["running"], [], undefined]);
    engine.stop();
    await idle();
    expect(states()).toEqual(["ok"]);
  });
  it("is emptied by a failure", async () => {
    const { engine, runner, states, idle } = setUp("a", "error", "c");
    runner.runAll();
    await idle();
    expect(engine.ran).toEqual(["a", "error"]);
    expect(states()).toEqual(["ok", "error", "idle"]);
  });
  it("passes over empty and text cells, and takes none twice", async () => {
    const { notebook, engine, runner, id, idle } = setUp("a", " ", "c");
    notebook.setKind(id(2), "text");
    runner.run(id(0), id(0), id(1), id(2));
    await idle();
    expect(engine.ran).toEqual(["a"]);
  });
  it("says that it waits for Python", () => {
    const { notebook, engine, runner, id } = setUp("wait", "b");
    engine.isReady = false;
    runner.runAll();
    expect(notebook.get(id(1))?.waiting).toBe("queued: runs when Python is ready");
  });
  it("takes the cells above one, and not the one itself", async () => {
    const { engine, runner, id, idle } = setUp("a", "b", "kill");
    runner.runAbove(id(2));
    await idle();
    expect(engine.ran).toEqual(["a", "b"]);
  });
  it("is emptied by stop, and the running cell ends", async () => {
    const { runner, states, kinds, idle } = setUp("wait", "b");
    runner.runAll();
    await runner.stop();
    await idle();
    expect(states()).toEqual(["stopped", "idle"]);
    expect(kinds(0)).toEqual(["note"]);
  });
});

describe("a cell", () => {
  it("shows its error and marks the line", async () => {
    const { notebook, runner, kinds, id, idle } = setUp("error");
    runner.run(id(0));
    await idle();
    expect(kinds(0)).toEqual(["error"]);
    expect(notebook.cells[0]?.failedLine).toBe(3);
  });
  it("offers to run the cells above when Python was replaced", async () => {
    const { notebook, runner, id, idle } = setUp("kill");
    runner.run(id(0));
    await idle();
    expect(notebook.cells[0]?.outputs.items).toMatchObject([{ kind: "note", action: "run-above" }]);
  });
  it("shows the files it made and not those it deleted", async () => {
    const { notebook, runner, id, idle } = setUp("file");
    runner.run(id(0));
    await idle();
    expect(notebook.cells[0]?.outputs.items).toMatchObject([{ kind: "files", changes: [{ path: "a.csv" }] }]);
  });
  it("ends also when the sandbox itself fails", async () => {
    const { runner, states, kinds, id, idle } = setUp("throw");
    runner.run(id(0));
    await idle();
    expect(states()).toEqual(["error"]);
    expect(kinds(0)).toEqual(["note"]);
  });
  it("may update what another cell displayed", async () => {
    const { notebook, runner, kinds, idle } = setUp("figure", "update");
    runner.runAll();
    await idle();
    expect(notebook.cells[0]?.outputs.items).toMatchObject([{ bundle: { text: "2" } }]);
    expect(kinds(1)).toEqual([]);
  });
  it("asks in place and goes on with the answer", async () => {
    const { notebook, runner, id, idle } = setUp("ask");
    runner.run(id(0));
    await Promise.resolve();
    const [prompt] = notebook.cells[0]?.outputs.items ?? [];
    if (prompt?.kind !== "input") throw new Error("no prompt");
    prompt.answer("Ada");
    await idle();
    const [text] = notebook.cells[0]?.outputs.items ?? [];
    expect(text?.kind === "text" && text.screen.text).toBe("hello Ada\n");
  });
});
