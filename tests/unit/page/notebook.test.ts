import { describe, expect, it } from "vitest";
import { type Change, isFolded, Notebook } from "../../../static/src/page/model/notebook";

function notebook(...sources: string[]): Notebook {
  const made = new Notebook();
  made.replace(sources.map((source) => ({ kind: "code", source })));
  return made;
}
const sources = (one: Notebook) => one.cells.map((cell) => cell.source);
const id = (one: Notebook, at: number) => one.cells[at]?.id ?? "";

describe("cells", () => {
  it("keep their ids when they move", () => {
    const one = notebook("a", "b", "c");
    const moved = id(one, 0);
    one.move(moved, 1);
    expect(sources(one)).toEqual(["b", "a", "c"]);
    expect(id(one, 1)).toBe(moved);
  });
  it("have line ends as editors do, so that what is found stands where it is marked", () => {
    expect(sources(notebook("a = 1\r\nb = 2\rc = a"))).toEqual(["a = 1\nb = 2\nc = a"]);
  });
  it("do not move past the ends", () => {
    const one = notebook("a", "b");
    one.move(id(one, 0), -1);
    one.move(id(one, 1), 1);
    expect(sources(one)).toEqual(["a", "b"]);
  });
  it("move over several places at once, as they are dragged", () => {
    const one = notebook("a", "b", "c", "d");
    one.move(id(one, 3), -3);
    expect(sources(one)).toEqual(["d", "a", "b", "c"]);
    one.move(id(one, 0), 2);
    expect(sources(one)).toEqual(["a", "b", "d", "c"]);
    one.move(id(one, 0), 0);
    one.move(id(one, 0), 9);
    expect(sources(one)).toEqual(["a", "b", "d", "c"]);
  });
  it("are folded as Jupyter's files say it, and what else they say stays", () => {
    const one = notebook("a");
    one.replace([
      { kind: "code", source: "a", beside: { metadata: { tags: ["x"], jupyter: { source_hidden: true } } } },
    ]);
    const [cell] = one.cells;
    const changes: Change["type"][] = [];
    one.changed.on(({ type }) => changes.push(type));
    one.setFolded(id(one, 0), true);
    one.setFolded(id(one, 0), true);
    expect(cell && isFolded(cell)).toBe(true);
    expect(cell?.beside.metadata).toEqual({
      tags: ["x"],
      collapsed: true,
      jupyter: { source_hidden: true, outputs_hidden: true },
    });
    one.setFolded(id(one, 0), false);
    expect(cell?.beside.metadata).toEqual({ tags: ["x"], jupyter: { source_hidden: true } });
    expect(changes).toEqual(["fold", "fold"]);
    expect(isFolded({ beside: { metadata: { jupyter: { outputs_hidden: true } } } })).toBe(true);
    expect(isFolded({ beside: { metadata: "nonsense" } })).toBe(false);
  });
  it("come back where they were when a deletion is undone, the last one first", () => {
    const one = notebook("a", "b", "c");
    one.remove(id(one, 1));
    one.remove(id(one, 0));
    one.undoRemove();
    one.undoRemove();
    expect(sources(one)).toEqual(["a", "b", "c"]);
    expect(one.undoRemove()).toBeUndefined();
  });
  it("come back with their number and what stood under them", () => {
    const one = notebook("40 + 2", "b");
    const cell = one.cells[0];
    cell?.outputs.add({ kind: "bundle", bundle: { text: "42" }, id: undefined, main: true });
    one.setRun(id(one, 0), { state: "ok", count: 2, ms: 3 });
    one.remove(id(one, 0));
    const back = one.undoRemove();
    expect(back).toMatchObject({ count: 2, state: "ok", ms: 3, source: "40 + 2" });
    expect(back?.outputs.items).toMatchObject([{ bundle: { text: "42" } }]);
  });
  it("are duplicated, joined with the one below, and split at the caret", () => {
    const one = notebook("a = 1\nb = 2", "c");
    const copy = one.duplicate(id(one, 0));
    expect(sources(one)).toEqual(["a = 1\nb = 2", "a = 1\nb = 2", "c"]);
    expect(copy?.key).not.toBe(one.cells[0]?.key);
    one.split(id(one, 0), 6);
    expect(sources(one)).toEqual(["a = 1", "b = 2", "a = 1\nb = 2", "c"]);
    one.merge(id(one, 2));
    expect(sources(one)).toEqual(["a = 1", "b = 2", "a = 1\nb = 2\nc"]);
    one.undoRemove();
    expect(sources(one).at(-1)).toBe("c");
  });
  it("that ran when they were deleted come back at rest", () => {
    const one = notebook("while True: pass", "b");
    one.setRun(id(one, 0), { state: "running", since: 1 });
    one.remove(id(one, 0));
    expect(one.undoRemove()).toMatchObject({ state: "idle", since: undefined });
  });
  it("get their outputs back when clearing them is undone, where nothing has come since", () => {
    const one = notebook("a", "b");
    for (const { id, outputs } of one.cells) {
      outputs.stream("stdout", `out of ${id}`);
      one.setRun(id, { state: "ok", count: 1 });
    }
    const back = one.clearOutputs();
    expect(one.cells[0]).toMatchObject({ state: "idle", count: undefined });
    one.cells[1]?.outputs.stream("stdout", "newer");
    back();
    expect(one.cells[0]).toMatchObject({ state: "ok", count: 1 });
    expect(one.cells.map(({ outputs }) => outputs.save())).toMatchObject([
      [{ pieces: [{ text: `out of ${id(one, 0)}` }] }],
      [{ pieces: [{ text: "newer" }] }],
    ]);
  });
  it("have keys that stay, and never two the same", () => {
    const one = new Notebook();
    one.replace([
      { kind: "code", source: "a", key: "same" },
      { kind: "code", source: "b", key: "same" },
    ]);
    expect(one.cells[0]?.key).toBe("same");
    expect(one.cells[1]?.key).toMatch(/^[0-9a-f]{8}$/);
  });
  it("are never none: the last one deleted leaves an empty one", () => {
    const one = notebook("a");
    one.remove(id(one, 0));
    expect(sources(one)).toEqual([""]);
    one.replace([]);
    expect(sources(one)).toEqual([""]);
  });
});

describe("the selection", () => {
  it("passes to the neighbour when its cell is deleted", () => {
    const one = notebook("a", "b", "c");
    one.select(id(one, 2));
    one.remove(id(one, 2));
    expect(one.selected?.source).toBe("b");
  });
  it("stops at the ends", () => {
    const one = notebook("a", "b");
    one.select(id(one, 0));
    expect(one.neighbour(-1)?.source).toBe("a");
    expect(one.neighbour(1)?.source).toBe("b");
  });
  it("starts at the first code cell", () => {
    const one = new Notebook();
    one.replace([
      { kind: "text", source: "# Title" },
      { kind: "code", source: "x" },
    ]);
    expect(one.selected?.source).toBe("x");
  });
});

describe("news", () => {
  it("is told once per change and not for none", () => {
    const one = notebook("a");
    const news: Change["type"][] = [];
    one.changed.on(({ type }) => news.push(type));
    one.setSource(id(one, 0), "a");
    one.setSource(id(one, 0), "b");
    one.setKind(id(one, 0), "text");
    one.setKind(id(one, 0), "text");
    expect(news).toEqual(["source", "kind"]);
  });
  it("stops when the listener is taken away", () => {
    const one = notebook("a");
    let heard = 0;
    const off = one.changed.on(() => {
      heard += 1;
    });
    off();
    one.insert(0, { kind: "code", source: "" });
    expect(heard).toBe(0);
  });
});
