// The notebook: an ordered list of cells, which one is selected, and news about every change. Knows no DOM and no Python.

import { Emitter } from "./emitter";
import { newKey } from "./keys";
import { type Beside, Outputs, type SavedOutput } from "./outputs";

/** "raw": text of a notebook file that is neither run nor typeset. */
export type CellKind = "code" | "text" | "raw";
/** Where outputs come from that this Python did not make. */
export type Origin = "visit" | "file";

/**
 *   idle → queued → loading → running → ok | error | stopped
 *            └──────── idle (taken off the queue) ◄┘
 */
export type RunState = "idle" | "queued" | "loading" | "running" | "ok" | "error" | "stopped";

export interface Cell {
  /** Of this visit, for elements. */
  readonly id: string;
  /** Stays with the cell in storage and files. */
  readonly key: string;
  readonly kind: CellKind;
  readonly source: string;
  /** What a notebook file says of the cell beside all this: metadata, attachments. */
  readonly beside: Beside;
  readonly state: RunState;
  /** Execution count of the last run in this session. */
  readonly count: number | undefined;
  /** The one that its outputs were made with, by whatever Python. */
  readonly formerCount: number | undefined;
  /** Its outputs are old. */
  readonly old: Origin | undefined;
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

/** A cell as links and examples hold it. */
export interface CellSeed {
  kind: CellKind;
  source: string;
}

/** A cell as storage and notebook files hold it. */
export interface SavedCell extends CellSeed {
  key: string;
  beside?: Beside | undefined;
  run?: SavedRun | undefined;
}

/** What stands under a cell, and what it was made with. */
export interface SavedRun {
  outputs: readonly SavedOutput[];
  count?: number | undefined;
  /** Milliseconds. */
  ms?: number | undefined;
  from?: Origin | undefined;
}

/** Cells out of JSON, rebuilt; undefined where it is anything else, or holds none. */
export function seedsOf(value: unknown): CellSeed[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const seeds: CellSeed[] = [];
  for (const cell of value as unknown[]) {
    if (typeof cell !== "object" || cell === null) return undefined;
    const { kind, source } = cell as Partial<CellSeed>;
    if ((kind !== "code" && kind !== "text" && kind !== "raw") || typeof source !== "string") return undefined;
    seeds.push({ kind, source });
  }
  return seeds;
}

export type RunPart = Partial<
  Pick<Cell, "state" | "count" | "formerCount" | "old" | "ms" | "since" | "failedLine" | "waiting">
>;

export type Change =
  | { type: "insert"; cell: Cell; index: number }
  | { type: "remove"; cell: Cell; index: number }
  | { type: "move"; cell: Cell; index: number }
  | { type: "source"; cell: Cell }
  | { type: "run"; cell: Cell }
  | { type: "kind"; cell: Cell }
  | { type: "fold"; cell: Cell }
  | { type: "select"; cell: Cell | undefined }
  | { type: "replace" };

type Mutable = { -readonly [K in keyof Cell]: Cell[K] };

export class Notebook {
  #cells: Mutable[] = [];
  #selected: string | undefined;
  #removed: { cell: Mutable; index: number }[] = [];
  #ids = 0;
  readonly #keys = new Set<string>();
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

  /** Cells as plain data, for links. */
  seeds(): CellSeed[] {
    return this.#cells.map(({ kind, source }) => ({ kind, source }));
  }

  insert(index: number, seed: CellSeed & Partial<SavedCell>): Cell {
    return this.#insert(index, this.#make(seed));
  }

  #insert(index: number, cell: Mutable): Cell {
    const at = Math.max(0, Math.min(index, this.#cells.length));
    this.#cells.splice(at, 0, cell);
    this.changed.emit({ type: "insert", cell, index: at });
    return cell;
  }

  remove(id: string): void {
    const index = this.indexOf(id);
    const cell = this.#cells[index];
    if (!cell) return;
    this.#removed.push({ cell, index });
    this.#cells.splice(index, 1);
    this.changed.emit({ type: "remove", cell, index });
    // A notebook is never without a place to type.
    if (this.#cells.length === 0) this.insert(0, { kind: "code", source: "" });
    if (this.#selected === id) this.select(this.#cells[Math.min(index, this.#cells.length - 1)]?.id);
  }

  /** Brings the last removed cell back where it was, with what stood under it. */
  undoRemove(): Cell | undefined {
    const last = this.#removed.pop();
    if (!last) return undefined;
    // What it was doing ended when it went.
    if (last.cell.since !== undefined || last.cell.waiting !== undefined)
      Object.assign(last.cell, { state: "idle", since: undefined, waiting: undefined } satisfies RunPart);
    const cell = this.#insert(last.index, last.cell);
    this.select(cell.id);
    return cell;
  }

  /** A copy of the cell below it, not run yet. */
  duplicate(id: string): Cell | undefined {
    const cell = this.get(id);
    return cell && this.insert(this.indexOf(id) + 1, { kind: cell.kind, source: cell.source, beside: cell.beside });
  }

  /** Takes the source of the cell below into this one; the other can be brought back. */
  merge(id: string): void {
    const cell = this.get(id);
    const below = this.#cells[this.indexOf(id) + 1];
    if (!cell || below?.kind !== cell.kind) return;
    this.setSource(id, `${cell.source}\n${cell.kind === "text" ? "\n" : ""}${below.source}`);
    this.remove(below.id);
  }

  /** What stands behind `at` becomes a cell of its own; gives that. */
  split(id: string, at: number): Cell | undefined {
    const cell = this.get(id);
    if (!cell) return undefined;
    const [before, after] = [cell.source.slice(0, at), cell.source.slice(at)];
    this.setSource(id, before.replace(/\n+$/, ""));
    return this.insert(this.indexOf(id) + 1, { kind: cell.kind, source: after.replace(/^\n+/, "") });
  }

  /** So many places down, or up where it is negative. */
  move(id: string, by: number): void {
    const from = this.indexOf(id);
    const to = from + by;
    const cell = this.#cells[from];
    if (!cell || by === 0 || to < 0 || to >= this.#cells.length) return;
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
    Object.assign(cell, NOT_RUN);
    this.changed.emit({ type: "kind", cell });
  }

  /** Folds what stands under a cell, or unfolds it. Said as Jupyter's files say it. */
  setFolded(id: string, folded: boolean): void {
    const cell = this.#find(id);
    if (cell?.kind !== "code" || isFolded(cell) === folded) return;
    cell.beside = { ...cell.beside, metadata: foldedIn(cell.beside.metadata, folded) };
    this.changed.emit({ type: "fold", cell });
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
  replace(seeds: readonly (CellSeed & Partial<SavedCell>)[]): void {
    const list = seeds.length > 0 ? seeds : [{ kind: "code" as const, source: "" }];
    for (const cell of this.#cells) cell.outputs.clear();
    this.#keys.clear();
    this.#cells = list.map((seed) => this.#make(seed));
    this.#removed = [];
    this.#selected = (this.#cells.find((cell) => cell.kind === "code") ?? this.#cells[0])?.id;
    this.changed.emit({ type: "replace" });
  }

  /** Clears what stands under all cells; calling what is returned puts it back where nothing has come since. */
  clearOutputs(): () => void {
    const cleared: [string, SavedOutput[], RunPart][] = [];
    for (const { id, outputs, state, count, formerCount, old, ms, failedLine } of this.#cells) {
      cleared.push([id, outputs.save(), { state, count, formerCount, old, ms, failedLine }]);
      outputs.clear();
      if (state === "ok" || state === "error" || state === "stopped" || old !== undefined) this.setRun(id, NOT_RUN);
    }
    return () => {
      for (const [id, saved, run] of cleared) {
        const cell = this.get(id);
        if (!cell || cell.outputs.items.length > 0 || cell.state !== "idle" || saved.length === 0) continue;
        cell.outputs.restore(saved);
        this.setRun(id, run.state === "queued" || run.state === "running" || run.state === "loading" ? {} : run);
      }
    };
  }

  #find(id: string): Mutable | undefined {
    return this.#cells.find((cell) => cell.id === id);
  }

  #make({ kind, source, key, beside = {}, run }: CellSeed & Partial<SavedCell>): Mutable {
    this.#ids += 1;
    const outputs = new Outputs();
    // A file may give two cells the same one.
    const own = key === undefined || this.#keys.has(key) ? newKey() : key;
    this.#keys.add(own);
    if (run) outputs.restore(run.outputs);
    return {
      ...NOT_RUN,
      id: `c${this.#ids}`,
      key: own,
      kind,
      // As editors have it, so that places are counted alike: a file of Windows may have two characters for a line's end.
      source: source.replace(/\r\n?/g, "\n"),
      beside,
      formerCount: run?.count,
      old: run && run.outputs.length > 0 ? (run.from ?? "visit") : undefined,
      ms: run?.ms,
      since: undefined,
      waiting: undefined,
      outputs,
    };
  }
}

/** Whether what stands under a cell is folded. */
export function isFolded({ beside }: Pick<Cell, "beside">): boolean {
  const { metadata } = beside;
  if (!isFields(metadata)) return false;
  return metadata.collapsed === true || (isFields(metadata.jupyter) && metadata.jupyter.outputs_hidden === true);
}

/** A cell's metadata with that in it: JupyterLab reads one field, nbformat describes the other. */
function foldedIn(metadata: unknown, folded: boolean): Beside {
  const { collapsed: _, jupyter, ...rest } = isFields(metadata) ? metadata : {};
  const { outputs_hidden: __, ...own } = isFields(jupyter) ? jupyter : {};
  if (folded) return { ...rest, collapsed: true, jupyter: { ...own, outputs_hidden: true } };
  return Object.keys(own).length > 0 ? { ...rest, jupyter: own } : rest;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NOT_RUN = {
  state: "idle",
  count: undefined,
  formerCount: undefined,
  old: undefined,
  ms: undefined,
  failedLine: undefined,
} satisfies RunPart;
