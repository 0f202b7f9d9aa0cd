// What comes into the notebook from outside it: dropped files, notebooks as files, examples with their data; and what is remembered of it.

import type { Example } from "./examples";
import { type FileContent, toBlob, toContent } from "./model/content";
import { Emitter } from "./model/emitter";
import { plainName } from "./model/format";
import { fromFragment, type Linked, toFragment } from "./model/link";
import type { CellSeed, Notebook } from "./model/notebook";
import { fromIpynb, fromPython, isMarked } from "./model/notebookfile";
import type { Runner } from "./model/runner";
import type { Store, StoredNotebook } from "./model/store";
import type { Session } from "./session";
import { announce } from "./view/announce";
import { toast } from "./view/toast";

const SAVE_AFTER_MS = 400;
/** A larger .py file is data, whatever it is called. */
const LARGEST_NOTEBOOK = 1e6;
/** Bytes of a larger file have no chance to fit into a link. */
const LARGEST_LINKED = 500_000;

/** What cells read, beside what people add: it is put back whenever Python starts anew. */
type Data = Pick<StoredNotebook, "example" | "files">;

const NO_DATA: Data = { example: undefined, files: {} };

export interface LibraryParts {
  notebook: Notebook;
  session: Session;
  runner: Runner;
  store: Store;
}

export class Library {
  readonly #parts: LibraryParts;
  readonly #coming = new Map<string, number>();
  #data: Data;
  /** Names of files that a person has added. */
  readonly #added = new Set<string>();
  /** Cells that came with a link, while nobody has changed them: they take no kept notebook's place. */
  #guests: string | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  /** Files have come, or are on their way. */
  readonly changed = new Emitter<void>();
  /** Cells from a link are shown, or are no more. */
  readonly visited = new Emitter<boolean>();

  constructor(parts: LibraryParts, data: Data) {
    this.#parts = parts;
    this.#data = data;
    parts.notebook.changed.on(({ type }) => {
      if (type === "run" || type === "select") return;
      clearTimeout(this.#saving);
      this.#saving = setTimeout(() => this.#save(), SAVE_AFTER_MS);
    });
    addEventListener("pagehide", () => {
      if (this.#saving !== undefined) this.#save();
    });
    // A sandbox that starts has no files yet; a run waits for those of the cells.
    parts.session.news.on((news) => {
      if (news === "phase" && parts.session.phase === "loading") parts.session.hold(this.#stock());
    });
  }

  /** Files on their way into the sandbox. */
  get coming(): { path: string; size: number }[] {
    return [...this.#coming].map(([path, size]) => ({ path, size }));
  }

  /** Takes dropped or chosen files: notebooks are opened, all others go to Files. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (/\.ipynb$/i.test(file.name)) {
        await this.openNotebook(file);
        continue;
      }
      void this.#put(file.name, file).then((ok) => {
        if (!ok) return;
        this.#added.add(file.name);
        announce(`${plainName(file.name)} added`);
      });
      // A module to import and a notebook look alike from outside; the marks tell, and the person decides.
      if (/\.py$/i.test(file.name) && file.size < LARGEST_NOTEBOOK && isMarked(await file.text())) {
        toast(`${plainName(file.name)} holds cells.`, {
          label: "Open as notebook",
          run: () => void this.openNotebook(file),
        });
      }
    }
  }

  async openNotebook(file: File): Promise<void> {
    try {
      const text = await file.text();
      this.replace(
        /\.ipynb$/i.test(file.name) ? fromIpynb(text) : fromPython(text),
        NO_DATA,
        `${plainName(file.name)} is open.`,
      );
    } catch (error) {
      toast(error instanceof Error ? error.message : "This file could not be opened.");
    }
  }

  /** Other cells instead of the present ones, which can be brought back. */
  replace(seeds: readonly CellSeed[], data: Data, said: string): void {
    const before = this.#current();
    this.#show(seeds, data);
    toast(said, { label: "Undo", run: () => this.#show(before.cells, before) }, "notebook");
  }

  /** An empty notebook. */
  startFresh(): void {
    this.replace([], NO_DATA, "A fresh notebook.");
  }

  /** Shows the cells of a link. What was there stays kept, and nothing runs. */
  async openLink(fragment: string): Promise<void> {
    let linked: Linked;
    try {
      linked = await fromFragment(fragment);
    } catch (error) {
      toast(error instanceof Error ? error.message : "This link could not be opened.");
      return forgetLink();
    }
    // Somebody has come back to a link of their own; only its files may be gone.
    if (JSON.stringify(linked.cells) === JSON.stringify(this.#current().cells)) return this.#take(linked);
    if (this.#saving !== undefined) this.#save();
    this.#guests = JSON.stringify(linked.cells);
    this.#show(linked.cells, linked);
    this.visited.emit(true);
  }

  /** Whether a notebook made room for cells of a link. */
  get canBringBack(): boolean {
    const { store } = this.#parts;
    return store.aside().length > 0 || (this.#guests !== undefined && store.loadNotebook() !== undefined);
  }

  /** Shows what was there before a link was opened; what is there now is put aside in its place. */
  bringBack(): void {
    const { store } = this.#parts;
    if (this.#saving !== undefined) this.#save();
    const guests = this.#guests !== undefined;
    const before = guests ? store.loadNotebook() : store.exchange(this.#current());
    if (!before) return;
    this.#show(before.cells, before);
    this.#save();
    toast(`Your notebook is back.${guests ? "" : " The other one can be brought back the same way."}`);
  }

  /** The address of this page with the notebook in it, and names of files that had no room. Rejects with a sentence. */
  async link(): Promise<{ address: string; left: string[] }> {
    const { session } = this.#parts;
    const { cells, example, files } = this.#current();
    const all: Record<string, FileContent> = { ...files };
    const tooLarge: string[] = [];
    for (const { path, size } of session.files) {
      if (!this.#added.has(path) && !Object.hasOwn(files, path)) continue;
      if (size > LARGEST_LINKED) tooLarge.push(path);
      else all[path] = toContent(new Uint8Array(await (await session.read(path)).arrayBuffer()));
    }
    const { fragment, left } = await toFragment({ cells, example, files: all });
    return { address: `${location.origin}${location.pathname}${fragment}`, left: [...left, ...tooLarge] };
  }

  /** Shows the gallery; what is chosen there is opened. */
  async chooseExample(): Promise<void> {
    const { gallery } = await import("./view/gallery");
    gallery((example) => this.#open(example));
  }

  async openExample(id: string): Promise<void> {
    const example = await find(id);
    if (example) this.#open(example);
  }

  #open(example: Example): void {
    this.replace(fromPython(example.source), { example: example.id, files: {} }, `“${example.title}” is open.`);
    this.#parts.session.hold(this.#stock());
  }

  #show(seeds: readonly CellSeed[], data: Data): void {
    const { notebook, runner } = this.#parts;
    void runner.stop();
    notebook.replace(seeds);
    this.#take(data);
    scrollTo({ top: 0 });
  }

  #take({ example, files }: Data): void {
    const { session } = this.#parts;
    this.#data = { example, files };
    const started = session.phase !== "waiting" && session.phase !== "failed";
    if (started && Object.keys(files).length > 0) session.hold(this.#stock());
  }

  /** Puts what the cells read beside them: what came with them, and what is missing of the example's. */
  async #stock(): Promise<void> {
    const { example: id, files } = this.#data;
    await Promise.all(Object.entries(files).map(([name, content]) => this.#put(name, toBlob(content))));
    const example = await find(id);
    if (example) await this.#putData(example, files);
  }

  async #putData({ data }: Example, files: Data["files"]): Promise<void> {
    const there = new Set([...this.#parts.session.files.map(({ path }) => path), ...Object.keys(files)]);
    const missing = Object.entries(data).filter(([name]) => !there.has(name));
    await Promise.all(
      missing.map(async ([name, read]) => {
        try {
          await this.#put(name, await read());
        } catch (error) {
          toast(`${name} could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
        }
      }),
    );
  }

  async #put(path: string, data: Blob): Promise<boolean> {
    this.#coming.set(path, data.size);
    this.changed.emit();
    try {
      await this.#parts.session.write(path, data);
      return true;
    } catch (error) {
      toast(`${plainName(path)} was not added. ${error instanceof Error ? error.message : ""}`.trim());
      return false;
    } finally {
      this.#coming.delete(path);
      this.changed.emit();
    }
  }

  #current(): StoredNotebook {
    return { cells: this.#parts.notebook.seeds(), ...this.#data };
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const { store } = this.#parts;
    const current = this.#current();
    const cells = JSON.stringify(current.cells);
    if (this.#guests === cells) return;
    if (this.#guests !== undefined && !this.#makeRoom(cells)) return;
    store.saveNotebook(current);
  }

  /** Guests have become the notebook: what was kept is put aside. Whether it could be. */
  #makeRoom(cells: string): boolean {
    const { store } = this.#parts;
    const kept = store.loadNotebook();
    if (kept && JSON.stringify(kept.cells) !== cells && !store.putAside(kept)) {
      toast(
        "This browser has no room for two notebooks: your own stays, and changes here are not kept. Download them.",
        undefined,
        "room",
      );
      return false;
    }
    this.#guests = undefined;
    forgetLink();
    this.visited.emit(false);
    return true;
  }
}

/** Takes a notebook out of the address, so that the page opens with what is kept. */
function forgetLink(): void {
  history.replaceState(history.state, "", `${location.pathname}${location.search}`);
}

async function find(id: string | undefined): Promise<Example | undefined> {
  if (id === undefined) return undefined;
  const { EXAMPLES } = await import("./examples");
  return EXAMPLES.find((example) => example.id === id);
}
