import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Conflict, type Shelf } from "../../../static/src/page/keep/database";
import { Keeper } from "../../../static/src/page/keep/keeper";
import { type NotebookRecord, nameOf } from "../../../static/src/page/keep/record";

/** A shelf in memory that can be full, by what it is asked to hold. */
class Memory implements Shelf {
  record: NotebookRecord | undefined;
  readonly runs = new Map<string, unknown>();
  readonly files = new Map<string, Blob>();
  writes = 0;
  refuses: (what: "text" | "runs" | "file") => boolean = () => false;
  /** Milliseconds that a write takes. */
  slow = 0;

  async list() {
    return [];
  }
  async load() {
    return undefined;
  }
  async write(...[record, base, runs]: Parameters<Shelf["write"]>) {
    this.writes += 1;
    if (this.slow) await new Promise((resolve) => setTimeout(resolve, this.slow));
    if (base !== undefined && this.record && this.record.seq !== base) throw new Conflict("other");
    if (this.refuses("text") || (runs.size > 0 && this.refuses("runs"))) throw full();
    this.record = record;
    for (const [key, run] of runs) run ? this.runs.set(key, run) : this.runs.delete(key);
  }
  async writeFile(_: string, path: string, data: Blob | undefined) {
    if (this.refuses("file")) throw full();
    data ? this.files.set(path, data) : this.files.delete(path);
  }
  async remove() {}
  async clear() {}
}

const full = () => new DOMException("full", "QuotaExceededError");

function kept() {
  const shelf = new Memory();
  const cells = [{ key: "a", kind: "code" as const, source: "x = 1" }];
  const keeper = new Keeper(Promise.resolve(shelf), {
    record: () => ({ name: undefined, example: undefined, files: {}, beside: {}, cells }),
    run: () => ({ outputs: [{ kind: "note", tone: "info", text: "shown" }] }),
    read: async (path) => new Blob([path]),
  });
  keeper.follow("one");
  return { shelf, keeper };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("what changed", () => {
  it("is kept within a second, however long somebody goes on typing", async () => {
    const { shelf, keeper } = kept();
    for (let i = 0; i < 10; i++) {
      keeper.touch();
      await pass(100);
    }
    expect(shelf.writes).toBeGreaterThanOrEqual(1);
    await pass(1_000);
    expect(keeper.state).toEqual({ state: "kept" });
    expect(keeper.unsaved).toBe(false);
  });
  it("is written once for many changes", async () => {
    const { shelf, keeper } = kept();
    for (let i = 0; i < 50; i++) keeper.touch();
    keeper.touchRun("a");
    keeper.touchFile("f.csv", true);
    await pass(1_000);
    expect(shelf.writes).toBe(1);
    expect([...shelf.files.keys()]).toEqual(["f.csv"]);
    keeper.touchFile("f.csv", false);
    await pass(1_000);
    expect(shelf.files.size).toBe(0);
  });
  it("is kept also where a write takes longer than the time until the next one", async () => {
    const { shelf, keeper } = kept();
    shelf.slow = 2_000;
    keeper.touch();
    await pass(500);
    keeper.touchRun("a");
    await pass(5_000);
    expect([...shelf.runs.keys()]).toEqual(["a"]);
    expect(keeper.unsaved).toBe(false);
  });
  it("of the notebook that was opened meanwhile is kept, too", async () => {
    const { shelf, keeper } = kept();
    shelf.slow = 2_000;
    keeper.touch();
    await pass(500);
    keeper.follow("two", 1);
    keeper.touch();
    await pass(5_000);
    expect(shelf.record?.id).toBe("two");
    expect(keeper.state).toEqual({ state: "kept" });
  });
  it("is not kept before there is a notebook to keep", async () => {
    const { shelf, keeper } = kept();
    keeper.follow(undefined);
    keeper.touch();
    await pass(5_000);
    expect(shelf.writes).toBe(0);
    expect(keeper.state).toEqual({ state: "nothing" });
  });
});

describe("what has no room", () => {
  it("is said by name, tried again every five seconds, and kept when there is room", async () => {
    const { shelf, keeper } = kept();
    shelf.refuses = (what) => what === "file";
    keeper.touch();
    keeper.touchFile("large.csv", new Blob(["x".repeat(2_000)]));
    await pass(1_000);
    expect(shelf.record?.cells).toHaveLength(1);
    expect(keeper.state).toEqual({
      state: "failing",
      why: "This browser has no room left for large.csv (2.0 kB).",
      full: true,
    });
    expect(keeper.unsaved).toBe(true);
    shelf.refuses = () => false;
    await pass(5_000);
    expect(keeper.state).toEqual({ state: "kept" });
    expect(shelf.files.size).toBe(1);
  });
  it("takes no text with it where outputs are too large", async () => {
    const { shelf, keeper } = kept();
    shelf.refuses = (what) => what === "runs";
    keeper.touch();
    keeper.touchRun("a");
    await pass(1_000);
    expect(shelf.record?.cells[0]?.source).toBe("x = 1");
    expect(keeper.state).toMatchObject({ state: "failing", why: expect.stringContaining("what some cells show") });
  });
  it("is said where the browser gives no storage at all", async () => {
    const keeper = new Keeper(Promise.resolve(undefined), {
      record: () => ({ name: undefined, example: undefined, files: {}, beside: {}, cells: [] }),
      run: () => undefined,
      read: async () => new Blob(),
    });
    keeper.follow("one");
    keeper.touch();
    await pass(1_000);
    expect(keeper.state).toMatchObject({ state: "failing", full: false });
  });
});

describe("two tabs", () => {
  it("never write over one another: the second is told", async () => {
    const { shelf, keeper } = kept();
    keeper.touch();
    await pass(1_000);
    shelf.record = { ...(shelf.record as NotebookRecord), seq: 99 };
    let told = 0;
    keeper.conflict.on(() => {
      told += 1;
    });
    keeper.touch();
    await pass(1_000);
    expect(told).toBe(1);
    expect(shelf.record.seq).toBe(99);
    expect(keeper.unsaved).toBe(true);
  });
});

describe("a page that goes", () => {
  it("hands over what it has, and is in step when it comes back", async () => {
    const { shelf, keeper } = kept();
    await pass(0);
    keeper.touch();
    expect(keeper.hand()?.cells).toHaveLength(1);
    await pass(0);
    expect(shelf.record?.seq).toBe(1);
    keeper.touch();
    await pass(1_000);
    expect(shelf.record?.seq).toBe(2);
    expect(keeper.hand()).toBeUndefined();
  });
});

describe("a notebook's name", () => {
  it("is its own, else its first heading", () => {
    const cells = [
      { kind: "code" as const, source: "# no heading" },
      { kind: "text" as const, source: "words\n\n## The **plan**" },
    ];
    expect(nameOf("Mine", cells)).toBe("Mine");
    expect(nameOf(undefined, cells)).toBe("The plan");
    expect(nameOf("  ", [])).toBe("Untitled");
  });
});
