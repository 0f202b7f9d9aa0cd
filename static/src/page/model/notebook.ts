// The notebook: an ordered list of cells, which one is selected, and news about every change. Knows no DOM and no Python.

import { Emitter } from "./emitter";
import { Outputs } from "./outputs";

export type CellKind = "code" | "text";

/**
 *   idle → queued → loading → running → ok | error | stopped
 *            └──────── idle (taken off the queue) ◄┘
 */
export type RunState = "idle" | "queued" | "loading" | "running" | "ok" | "error" | "stopped";

export interface Cell {
  readonly id: string;
  readonly kind: CellKind;
  readonly source: string;
  readonly state: RunState;
  /** Execution count of the last run in this session. */
  readonly count: number | undefined;
  /** Milliseconds of user code in the last run. */
  readonly ms: number | undefined;
  /** `performance.now()` when user code began, while it runs. */
  readonly since: number | undefined;
  /** 1-based line that failed. */
  readonly failedLine: number | undefined;
  /** What a loading or queued cell waits for. */
  readonly waiting: string | undefined;
  readonly outputs: Outputs;
}

/** A cell as files and examples hold it. */
export interface CellSeed {
  kind: CellKind;
  source: string;
}

/** Cells out of JSON, rebuilt; undefined where it is anything else, or holds none. */
export function seedsOf(value: unknown): CellSeed[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const seeds: CellSeed[] = [];
  for (const cell of value as unknown[]) {
    if (typeof cell !== "object" || cell === null) return undefined;
    const { kind, source } = cell as Partial<CellSeed>;
    if ((kind !== "code" && kind !== "text") || typeof source !== "string") return undefined;
    seeds.push({ kind, source });
  }
  return seeds;
}

export type RunPart = Partial<Pick<Cell, "state" | "count" | "ms" | "since" | "failedLine" | "waiting">>;

export type Change =
  | { type: "insert"; cell: Cell; index: number }
  | { type: "remove"; cell: Cell; index: number }
  | { type: "move"; cell: Cell; index: number }
  | { type: "source"; cell: Cell }
  | { type: "run"; cell: Cell }
  | { type: "kind"; cell: Cell }
  | { type: "select"; cell: Cell | undefined }
  | { type: "replace" };

type Mutable = { -readonly [K in keyof Cell]: Cell[K] };

export class Notebook {
  #cells: Mutable[] = [];
  #selected: string | undefined;
  #removed: { seed: CellSeed; index: number }[] = [];
  #ids = 0;
  readonly changed = new Emitter<Change>();

  get cells(): readonly Cell[] {
    return this.#cells;
  }

  get selected(): Cell | undefined {
    return this.#cells.find((cell) => cell.id === this.#selected);
  }

  get(id: string): Cell | undefined {
    return this.#cells.find((cell) => cell.id === id);
  }

  indexOf(id: string): number {
    return this.#cells.findIndex((cell) => cell.id === id);
  }

  /** Cells as plain data, for files and storage. */
  seeds(): CellSeed[] {
    return this.#cells.map(({ kind, source }) => ({ kind, source }));
  }

  insert(index: number, seed: CellSeed): Cell {
    const cell = this.#make(seed);
    const at = Math.max(0, Math.min(index, this.#cells.length));
    this.#cells.splice(at, 0, cell);
    this.changed.emit({ type: "insert", cell, index: at });
    return cell;
  }

  remove(id: string): void {
    const index = this.indexOf(id);
    const cell = this.#cells[index];
    if (!cell) return;
    this.#removed.push({ seed: { kind: cell.kind, source: cell.source }, index });
    this.#cells.splice(index, 1);
    this.changed.emit({ type: "remove", cell, index });
    // A notebook is never without a place to type.
    if (this.#cells.length === 0) this.insert(0, { kind: "code", source: "" });
    if (this.#selected === id) this.select(this.#cells[Math.min(index, this.#cells.length - 1)]?.id);
  }

  /** Brings the last removed cell back where it was. */
  undoRemove(): Cell | undefined {
    const last = this.#removed.pop();
    if (!last) return undefined;
    const cell = this.insert(last.index, last.seed);
    this.select(cell.id);
    return cell;
  }

  move(id: string, by: -1 | 1): void {
    const from = this.indexOf(id);
    const to = from + by;
    const cell = this.#cells[from];
    if (!cell || to < 0 || to >= this.#cells.length) return;
    this.#cells.splice(from, 1);
    this.#cells.splice(to, 0, cell);
    this.changed.emit({ type: "move", cell, index: to });
  }

  setSource(id: string, source: string): void {
    const cell = this.#find(id);
    if (!cell || cell.source === source) return;
    cell.source = source;
    this.changed.emit({ type: "source", cell });
  }

  setKind(id: string, kind: CellKind): void {
    const cell = this.#find(id);
    if (!cell || cell.kind === kind) return;
    cell.kind = kind;
    cell.outputs.clear();
    Object.assign(cell, { state: "idle", count: undefined, ms: undefined, failedLine: undefined } satisfies RunPart);
    this.changed.emit({ type: "kind", cell });
  }

  setRun(id: string, part: RunPart): void {
    const cell = this.#find(id);
    if (!cell) return;
    Object.assign(cell, part);
    this.changed.emit({ type: "run", cell });
  }

  select(id: string | undefined): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.changed.emit({ type: "select", cell: this.selected });
  }

  /** The neighbour of the selected cell, clamped to the ends. */
  neighbour(by: -1 | 1): Cell | undefined {
    const at = this.#selected === undefined ? -1 : this.indexOf(this.#selected);
    return this.#cells[Math.max(0, Math.min(this.#cells.length - 1, at + by))];
  }

  /** Other cells altogether. Their outputs start empty. */
  replace(seeds: readonly CellSeed[]): void {
    const list = seeds.length > 0 ? seeds : [{ kind: "code" as const, source: "" }];
    for (const cell of this.#cells) cell.outputs.clear();
    this.#cells = list.map((seed) => this.#make(seed));
    this.#removed = [];
    this.#selected = (this.#cells.find((cell) => cell.kind === "code") ?? this.#cells[0])?.id;
    this.changed.emit({ type: "replace" });
  }

  clearOutputs(): void {
    for (const cell of this.#cells) {
      cell.outputs.clear();
      if (cell.state === "ok" || cell.state === "error" || cell.state === "stopped") {
        this.setRun(cell.id, { state: "idle", count: undefined, ms: undefined, failedLine: undefined });
      }
    }
  }

  #find(id: string): Mutable | undefined {
    return this.#cells.find((cell) => cell.id === id);
  }

  #make({ kind, source }: CellSeed): Mutable {
    this.#ids += 1;
    return {
      id: `c${this.#ids}`,
      kind,
      source,
      state: "idle",
      count: undefined,
      ms: undefined,
      since: undefined,
      failedLine: undefined,
      waiting: undefined,
      outputs: new Outputs(),
    };
  }
}
