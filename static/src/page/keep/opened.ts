// The notebook that is open: what it is called, whether it is kept, which other tab has it, and which one was open before.
//
//   fresh (an example, a link, nothing) ──first change──► kept ──► … ──► kept elsewhere (another tab)

import { Emitter } from "../model/emitter";
import { newKey } from "../model/keys";
import type { Cell, CellSeed, Notebook, SavedCell } from "../model/notebook";
import type { Session } from "../session";
import { type Needs, Stock } from "../stock";
import { Claims } from "./claim";
import { openDatabase, type Shelf } from "./database";
import { Keeper } from "./keeper";
import { guardParting } from "./parting";
import { forgetPlaces, former, type Places, pendingOf, remember } from "./places";
import { type Fresh, type Head, type Kept, nameOf, type Summary } from "./record";
import { bring, keepBeside, newest, savedCells, savedRun } from "./saved";

export interface OpenedParts {
  notebook: Notebook;
  session: Session;
  /** Ends what runs. */
  stop(): void;
  say(text: string, action?: { label: string; run: () => void }): void;
}

export class Opened {
  /** Name, whether it is kept, which tab has it. */
  readonly changed = new Emitter<void>();
  readonly keeper: Keeper;
  readonly stock: Stock;
  readonly #parts: OpenedParts;
  readonly #claims: Claims;
  readonly #heard = new WeakSet<Cell>();
  /** Files that are kept with it. */
  #own = new Set<string>();
  #head: Head = { name: undefined, example: undefined, files: {}, beside: {} };
  #guest = false;
  #elsewhere = false;
  #places: Places;
  /** Cells are being put in place of others: nobody has changed anything. */
  #placing = false;
  /** Code has run since Python started: variables are those of the cells. */
  #used = false;
  #draft: Fresh | undefined;
  readonly #first: Fresh;
  #know: (needs: Needs) => void = () => undefined;
  readonly #ready: Promise<Shelf | undefined> = openDatabase().catch(() => undefined);

  constructor(parts: OpenedParts, first: Fresh, places: Places) {
    this.#parts = parts;
    this.#places = places;
    this.#first = first;
    const { notebook, session } = parts;
    this.keeper = new Keeper(this.#ready, {
      record: () => ({ ...this.#head, cells: savedCells(notebook) }),
      run: (key) => savedRun(notebook.cells.find((cell) => cell.key === key)),
      read: (path) => session.read(path),
    });
    this.#claims = new Claims({
      flush: () => this.keeper.flush(),
      lost: () => this.#lose(),
      forgotten: () => {
        this.keeper.follow(undefined);
        this.changed.emit();
      },
    });
    this.stock = new Stock(
      session,
      new Promise((resolve) => {
        this.#know = resolve;
      }),
    );
    notebook.changed.on((change) => {
      if (change.type === "select") return;
      for (const cell of notebook.cells) this.#hear(cell);
      if (this.#placing || change.type === "replace") return;
      if (change.type === "run") return this.#ran(change.cell);
      this.#keep();
      this.keeper.touch();
      if (change.type !== "source" && change.type !== "move" && change.type !== "fold")
        this.keeper.touchRun(change.cell.key);
      if (change.type === "source") this.changed.emit();
    });
    session.restarted.on(() => {
      this.#used = false;
    });
    this.keeper.changed.on(() => this.changed.emit());
    this.keeper.conflict.on(() => void this.#copy("Another tab has changed this notebook."));
    guardParting(this.keeper);
  }

  /**
   * Shows the notebook of the last visit, if there is one and nobody has begun another meanwhile; else the first one.
   * `guest`: somebody else's cells come, and it is only looked up. Gives what is kept.
   */
  async begin(guest: boolean): Promise<Kept | undefined> {
    const first = this.#first;
    const old = former();
    const known = this.#places.current !== undefined || old.notebooks.length > 0;
    if (!guest && !known) this.#show(first);
    const shelf = await this.#ready;
    const brought = (shelf && (await bring(shelf, old))) ?? [];
    if (brought.length > 0) this.#place({ current: brought[0], former: brought[1] });
    const load = (id: string | undefined) => (id === undefined ? undefined : shelf?.load(id).catch(() => undefined));
    // After a crash the place may be an older one than the notebooks are.
    const kept = (await load(brought[0] ?? this.#places.current)) ?? (await load(await newest(shelf)));
    const begun = this.keeper.id !== undefined || (this.#draft !== undefined && this.#draft !== first);
    if (kept && !guest && !begun) await this.#restore(kept, false);
    else if (!guest && !begun && this.#draft === undefined) this.#show(old.notebooks[0] ?? first);
    this.#know(this.#needs(!guest && !begun && kept ? kept.files : new Map()));
    return kept;
  }

  /** Somebody has been here before, and has a notebook of their own. */
  get known(): boolean {
    return this.#places.current !== undefined || former().notebooks.length > 0;
  }

  get name(): string {
    return nameOf(this.#head.name, this.#parts.notebook.cells);
  }

  get head(): Head {
    return this.#head;
  }

  /** Somebody else's cells, which nobody has changed. */
  get guest(): boolean {
    return this.#guest;
  }

  /** Another tab has it: what is changed here is not kept. */
  get elsewhere(): boolean {
    return this.#elsewhere;
  }

  /** Whether a notebook was open before this one. */
  get canGoBack(): boolean {
    return this.#back !== undefined;
  }

  get #back(): string | undefined {
    return this.keeper.id === undefined ? this.#places.current : this.#places.former;
  }

  /** Paths of files that are kept with it. */
  get own(): ReadonlySet<string> {
    return this.#own;
  }

  rename(name: string): void {
    this.#head = { ...this.#head, name: name.trim() === "" ? undefined : name.trim().slice(0, 200) };
    this.#keep();
    this.keeper.touch();
    this.changed.emit();
  }

  /** Shows other cells. What was there is kept where it was; what nobody has changed is gone. */
  async show(fresh: Fresh): Promise<void> {
    await this.#leave();
    this.#show(fresh);
    this.stock.turn(this.#needs(new Map()), this.#used);
  }

  /** Opens a notebook that is kept. False where there is none of that name any more. */
  async open(id: string, force = false): Promise<boolean> {
    await this.#leave();
    const shelf = await this.#ready;
    const kept = await shelf?.load(id).catch(() => undefined);
    if (!kept) return false;
    await this.#restore(kept, force);
    this.stock.turn(this.#needs(kept.files), this.#used);
    return true;
  }

  /** The cells that are shown read these, too. */
  take({ example, files }: Pick<Head, "example" | "files">): void {
    this.#head = { ...this.#head, example, files };
    this.stock.add(this.#needs(new Map()));
  }

  /** Opens what was open before. */
  async goBack(): Promise<boolean> {
    const id = this.#back;
    return id !== undefined && (await this.open(id));
  }

  /** Takes the notebook from the tab that has it, with what that tab has made of it. Own changes become a copy. */
  async takeOver(): Promise<void> {
    const { id } = this.keeper;
    if (id === undefined) return;
    const mine = this.keeper.unsaved ? `${this.name} (copy)` : undefined;
    if (mine) {
      const { notebook, session } = this.#parts;
      const head = { ...this.#head, name: mine };
      await keepBeside(await this.#ready, head, notebook, this.#own, (path) => session.read(path));
    }
    await this.#claims.take(id, true);
    await this.open(id, true);
    if (mine) this.#parts.say(`It is this tab’s now, as the other tab left it. Your changes are kept as “${mine}”.`);
    else this.#parts.say("It is this tab’s now, as the other tab left it.");
  }

  /** Goes on with a copy of the notebook. */
  copy(): Promise<void> {
    return this.#copy("");
  }

  async list(): Promise<Summary[]> {
    await this.keeper.flush();
    return (await (await this.#ready)?.list()) ?? [];
  }

  /** Takes away a notebook; calling what is given back puts it there again. */
  async remove(id: string): Promise<() => Promise<void>> {
    const shelf = await this.#ready;
    const kept = await shelf?.load(id);
    await shelf?.remove(id);
    if (this.#places.former === id) this.#place({ ...this.#places, former: undefined });
    return async () => {
      if (!kept || !shelf) return;
      await shelf.write(kept.record, undefined, kept.runs);
      for (const [path, data] of kept.files) await shelf.writeFile(id, path, data);
    };
  }

  /** A file belongs to the notebook, or is there anew: with these bytes, else as it is beside the cells. */
  holds(path: string, data: Blob | true = true): void {
    this.#keep();
    this.#own.add(path);
    this.keeper.touchFile(path, data);
  }

  /** A file was taken away. */
  dropped(path: string): void {
    this.#own.delete(path);
    this.keeper.touchFile(path, false);
  }

  /** A cell of this notebook has ended: files that it made or took away are kept, or no more. */
  ran(changes: readonly { path: string; change: "created" | "changed" | "deleted" }[]): void {
    this.#used = true;
    if (this.#guest) return;
    for (const { path, change } of changes) {
      if (change === "deleted") this.dropped(path);
      else this.holds(path);
    }
  }

  /** Forgets everything that is kept here. Rejects where the browser does not. */
  async forget(): Promise<void> {
    this.keeper.follow(undefined);
    await (await this.#ready)?.clear();
    forgetPlaces();
    this.#claims.forget();
    this.#claims.release();
  }

  // ---------------------------------------------------------------- inside

  #hear(cell: Cell): void {
    if (this.#heard.has(cell)) return;
    this.#heard.add(cell);
    cell.outputs.changed.on(() => this.keeper.touchRun(cell.key));
  }

  #ran(cell: Cell): void {
    if (cell.state === "running" || cell.state === "queued" || cell.state === "loading") return;
    if (!this.#guest && cell.state !== "idle") this.#keep();
    this.keeper.touchRun(cell.key);
  }

  /** What is shown becomes a notebook that is kept, if it is none yet. */
  #keep(): void {
    if (this.keeper.id !== undefined) return;
    this.#guest = false;
    const id = newKey() + newKey();
    this.#follow(id, 0);
    void this.#claims.take(id);
    this.#all();
    this.changed.emit();
  }

  #all(): void {
    this.keeper.touch();
    for (const { key, outputs } of this.#parts.notebook.cells) if (outputs.items.length > 0) this.keeper.touchRun(key);
    for (const path of this.#own) this.keeper.touchFile(path, true);
  }

  #follow(id: string, seq: number): void {
    this.#draft = undefined;
    this.#elsewhere = false;
    this.keeper.follow(id, seq);
    if (this.#places.current !== id) this.#place({ current: id, former: this.#places.current });
    else this.#place(this.#places);
  }

  #place(places: Places): void {
    this.#places = places;
    remember(places);
  }

  async #leave(): Promise<void> {
    this.#parts.stop();
    await this.keeper.flush();
    if (this.keeper.state.state === "failing")
      this.#parts.say("The notebook before this one could not be kept. Go back at once, and download it.");
  }

  #show(fresh: Fresh): void {
    this.#claims.release();
    this.keeper.follow(undefined);
    this.#draft = fresh;
    this.#elsewhere = false;
    this.#guest = fresh.guest === true;
    this.#own = new Set();
    const { name, example, files = {}, beside = {} } = fresh;
    this.#head = { name, example, files, beside };
    this.#fill(fresh.cells);
    if (fresh.own) this.#keep();
    this.changed.emit();
  }

  async #restore(kept: Kept, force: boolean): Promise<void> {
    const { id } = kept.record;
    const mine = await this.#claims.take(id, force);
    const record = pendingOf(kept.record) ?? kept.record;
    const { name, example, files, beside } = record;
    this.#head = { name, example, files, beside };
    this.#guest = false;
    this.#own = new Set(kept.files.keys());
    this.#fill(record.cells.map((cell) => ({ ...cell, run: kept.runs.get(cell.key) })));
    this.#follow(id, kept.record.seq);
    if (record !== kept.record) this.keeper.touch();
    if (!mine) this.#lose();
    this.changed.emit();
  }

  #fill(cells: readonly (CellSeed & Partial<SavedCell>)[]): void {
    this.#placing = true;
    this.#parts.notebook.replace(cells);
    this.#placing = false;
  }

  #needs(kept: ReadonlyMap<string, Blob>): Needs {
    return { example: this.#head.example, files: this.#head.files, kept };
  }

  /** Another tab has the notebook. When that one is gone, this one goes on by itself if nothing was changed here. */
  #lose(): void {
    const { id } = this.keeper;
    if (id === undefined) return;
    this.keeper.pause();
    this.#elsewhere = true;
    this.changed.emit();
    void this.#claims.free(id).then(
      () => {
        if (this.#elsewhere && this.keeper.id === id && !this.keeper.unsaved) void this.open(id);
      },
      () => undefined,
    );
  }

  async #copy(why: string): Promise<void> {
    const before = this.name;
    this.#head = { ...this.#head, name: `${before} (copy)` };
    const id = newKey() + newKey();
    this.#follow(id, 0);
    await this.#claims.take(id);
    this.#all();
    this.changed.emit();
    this.#parts.say(`${why} What you see is kept as “${this.name}”.`.trim());
  }
}
