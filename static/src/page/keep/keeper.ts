// Keeps the open notebook: what changed is written within a second, what could not be is said, and tried again.
//
//   nothing ──change──► pending ──written──► kept ──change──► pending …
//                          └──refused──► failing ──5 s, or the next change──► pending

import { Emitter } from "../model/emitter";
import { bytes, plainName } from "../model/format";
import type { SavedRun } from "../model/notebook";
import { Conflict, type Shelf } from "./database";
import type { NotebookRecord } from "./record";

/** Milliseconds after a change, and at most after the first of several. */
const SOON_MS = 300;
const LATEST_MS = 800;
const AGAIN_MS = 5_000;

/** What there is to keep. */
export interface Source {
  record(): Omit<NotebookRecord, "id" | "seq" | "changed">;
  run(key: string): SavedRun | undefined;
  read(path: string): Promise<Blob>;
}

/** Whether it is in the browser's storage, and if not, why. */
export type Keeping = { state: "nothing" | "kept" | "pending" } | { state: "failing"; why: string; full: boolean };

export class Keeper {
  readonly changed = new Emitter<Keeping>();
  /** Another tab has kept this notebook meanwhile: nothing was written over. */
  readonly conflict = new Emitter<void>();
  readonly #shelf: Promise<Shelf | undefined>;
  /** Once it is open. */
  #open: Shelf | undefined;
  readonly #source: Source;
  #id: string | undefined;
  #seq = 0;
  #record = false;
  #runs = new Set<string>();
  /** Files to put (the bytes, or true: as it is beside the cells) and to take away. */
  #files = new Map<string, Blob | boolean>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #first: number | undefined;
  #working: Promise<void> | undefined;
  #state: Keeping = { state: "nothing" };
  #paused = false;

  /** `shelf`: where to; undefined where this browser keeps nothing for this page. */
  constructor(shelf: Promise<Shelf | undefined>, source: Source) {
    this.#shelf = shelf;
    this.#source = source;
    void shelf.then((found) => {
      this.#open = found;
    });
  }

  get state(): Keeping {
    return this.#state;
  }

  /** Name in storage of what is kept; undefined while nothing is. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Counts what was kept of it, as `follow` takes it. */
  get seq(): number {
    return this.#seq;
  }

  /** Something would be lost if the page went now. */
  get unsaved(): boolean {
    return this.#waiting || this.#working !== undefined;
  }

  /** Files wait: unlike text, they can't be handed over in the last moment. */
  get unsavedFiles(): boolean {
    return this.#files.size > 0 || this.#working !== undefined;
  }

  get #waiting(): boolean {
    return this.#record || this.#runs.size > 0 || this.#files.size > 0;
  }

  /** From now on another notebook is kept, as it lies under this id; undefined: none. What waits is forgotten: flush first. */
  follow(id: string | undefined, seq = 0): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#first = undefined;
    this.#id = id;
    this.#seq = seq;
    this.#record = false;
    this.#runs.clear();
    this.#files.clear();
    this.#paused = false;
    this.#tell({ state: id === undefined ? "nothing" : "kept" });
  }

  /** Notes changes and writes nothing until `follow`: another tab has the notebook. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#paused = true;
  }

  get paused(): boolean {
    return this.#paused;
  }

  touch(): void {
    if (this.#id === undefined) return;
    this.#record = true;
    this.#soon();
  }

  /** The outputs of a cell changed, or it is gone. */
  touchRun(key: string): void {
    if (this.#id === undefined) return;
    this.#runs.add(key);
    this.#soon();
  }

  /** A file is there anew, or gone. */
  touchFile(path: string, there: Blob | boolean): void {
    if (this.#id === undefined) return;
    this.#files.set(path, there);
    this.#soon();
  }

  /** Writes all there is to write. Resolves when that is done or has failed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#working) await this.#working;
    if (this.#waiting) await this.#save(true);
  }

  /** The page is about to go: what is text is handed to the browser at once. */
  hand(): NotebookRecord | undefined {
    if (this.#id === undefined || this.#paused || !this.#open || (!this.#record && this.#runs.size === 0)) return;
    const record = this.#make();
    this.#record = false;
    this.#seq = record.seq;
    void this.#open.write(record, undefined, this.#takeRuns()).catch(() => undefined);
    return record;
  }

  #soon(): void {
    if (this.#state.state !== "failing") this.#tell({ state: "pending" });
    if (this.#paused) return;
    const now = Date.now();
    this.#first ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#save(true),
      Math.max(0, Math.min(SOON_MS, this.#first + LATEST_MS - now)),
    );
  }

  #make(): NotebookRecord {
    return { ...this.#source.record(), id: this.#id as string, seq: this.#seq + 1, changed: Date.now() };
  }

  #takeRuns(): Map<string, SavedRun | undefined> {
    const keys = [...this.#runs];
    this.#runs.clear();
    return new Map(keys.map((key) => [key, this.#source.run(key)]));
  }

  async #save(checked: boolean): Promise<void> {
    this.#timer = undefined;
    if (this.#working || this.#paused || this.#id === undefined) return; // what works looks for what waits when it ends
    this.#first = undefined;
    const shelf = await this.#shelf;
    if (!shelf) return this.#fail(new Error("it gives this page no storage"));
    if (this.#working) return this.#working;
    this.#working = this.#write(shelf, checked).finally(() => {
      this.#working = undefined;
    });
    await this.#working;
    if (this.#timer === undefined && this.#waiting && !this.#paused)
      this.#timer = setTimeout(() => void this.#save(true), this.#state.state === "failing" ? AGAIN_MS : SOON_MS);
  }

  async #write(shelf: Shelf, checked: boolean): Promise<void> {
    const id = this.#id as string;
    const gone = () => this.#id !== id || this.#paused;
    let failure: { error: unknown; what: string } | undefined;
    const [wanted, runs] = [this.#record, this.#takeRuns()];
    this.#record = false;
    if (wanted || runs.size > 0) {
      const put = async (some: Map<string, SavedRun | undefined>) => {
        const record = this.#make();
        await shelf.write(record, checked ? this.#seq : undefined, some);
        if (this.#id === id) this.#seq = record.seq;
      };
      try {
        await put(runs);
      } catch (error) {
        if (gone()) return;
        if (error instanceof Conflict) {
          this.#record = true;
          for (const key of runs.keys()) this.#runs.add(key);
          this.pause();
          return this.conflict.emit();
        }
        // The text alone may have room where its outputs have not.
        failure = await this.#alone(put, runs, error);
      }
    }
    for (const [path, there] of [...this.#files]) {
      if (gone()) return;
      this.#files.delete(path);
      const read = () => this.#source.read(path).catch(() => undefined);
      const data = there === true ? await read() : there || undefined;
      // What can't be read is gone, and whoever took it away says so.
      if (there && !data) continue;
      try {
        await shelf.writeFile(id, path, data);
      } catch (error) {
        if (gone()) return;
        if (!this.#files.has(path)) this.#files.set(path, there);
        failure ??= { error, what: `${plainName(path)} (${bytes(data?.size ?? 0)})` };
      }
    }
    if (gone()) return;
    if (failure) this.#fail(failure.error, failure.what);
    else this.#tell({ state: this.#waiting ? "pending" : "kept" });
  }

  async #alone(
    put: (some: Map<string, SavedRun | undefined>) => Promise<void>,
    runs: ReadonlyMap<string, SavedRun | undefined>,
    first: unknown,
  ): Promise<{ error: unknown; what: string }> {
    const failed = { error: first, what: "these cells" };
    try {
      if (runs.size === 0) throw first;
      await put(new Map());
    } catch (error) {
      this.#record = true;
      for (const key of runs.keys()) this.#runs.add(key);
      return { ...failed, error };
    }
    for (const [key, run] of runs) {
      try {
        await put(new Map([[key, run]]));
      } catch (error) {
        this.#runs.add(key);
        Object.assign(failed, { error, what: "what some cells show" });
      }
    }
    return failed;
  }

  #fail(error: unknown, what = "this notebook"): void {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    const told = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    const why = full ? `This browser has no room left for ${what}.` : `This browser does not keep ${what}: ${told}.`;
    this.#tell({ state: "failing", why, full });
  }

  #tell(state: Keeping): void {
    const same = JSON.stringify(state) === JSON.stringify(this.#state);
    this.#state = state;
    if (!same) this.changed.emit(state);
  }
}
