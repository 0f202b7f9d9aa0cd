// What comes into the notebook from outside it: dropped files, notebooks as files, examples with their data; and what is remembered of it.

import type { Example } from "./examples";
import { Emitter } from "./model/emitter";
import { plainName } from "./model/format";
import type { CellSeed, Notebook } from "./model/notebook";
import { fromIpynb, fromPython, isMarked } from "./model/notebookfile";
import type { Runner } from "./model/runner";
import type { Store } from "./model/store";
import type { Session } from "./session";
import { announce } from "./view/announce";
import { toast } from "./view/toast";

const SAVE_AFTER_MS = 400;
/** A larger .py file is data, whatever it is called. */
const LARGEST_NOTEBOOK = 1e6;

export interface LibraryParts {
  notebook: Notebook;
  session: Session;
  runner: Runner;
  store: Store;
}

export class Library {
  readonly #parts: LibraryParts;
  readonly #coming = new Map<string, number>();
  /** The example whose data the cells read; they are put back whenever Python starts anew. */
  #example: string | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  /** Files have come, or are on their way. */
  readonly changed = new Emitter<void>();

  constructor(parts: LibraryParts, example: string | undefined) {
    this.#parts = parts;
    this.#example = example;
    parts.notebook.changed.on(({ type }) => {
      if (type === "run" || type === "select") return;
      clearTimeout(this.#saving);
      this.#saving = setTimeout(() => this.#save(), SAVE_AFTER_MS);
    });
    addEventListener("pagehide", () => {
      if (this.#saving !== undefined) this.#save();
    });
    // A sandbox that starts has no files yet; a run waits for those of the example.
    parts.session.news.on((news) => {
      if (news === "phase" && parts.session.phase === "loading") parts.session.hold(this.#restock());
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
      void this.#put(file.name, file).then((ok) => ok && announce(`${plainName(file.name)} added`));
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
        undefined,
        `${plainName(file.name)} is open.`,
      );
    } catch (error) {
      toast(error instanceof Error ? error.message : "This file could not be opened.");
    }
  }

  /** Other cells instead of the present ones, which can be brought back. */
  replace(seeds: readonly CellSeed[], example: string | undefined, said: string): void {
    const { notebook, runner } = this.#parts;
    const before = { seeds: notebook.seeds(), example: this.#example };
    void runner.stop();
    this.#example = example;
    notebook.replace(seeds);
    scrollTo({ top: 0 });
    const undo = () => {
      this.#example = before.example;
      notebook.replace(before.seeds);
    };
    toast(said, { label: "Undo", run: undo }, "notebook");
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
    this.replace(fromPython(example.source), example.id, `“${example.title}” is open.`);
    this.#parts.session.hold(this.#putData(example));
  }

  async #restock(): Promise<void> {
    const example = await find(this.#example);
    if (example) await this.#putData(example);
  }

  async #putData({ data }: Example): Promise<void> {
    const there = new Set(this.#parts.session.files.map(({ path }) => path));
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

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#parts.store.saveNotebook({ cells: this.#parts.notebook.seeds(), example: this.#example });
  }
}

async function find(id: string | undefined): Promise<Example | undefined> {
  if (id === undefined) return undefined;
  const { EXAMPLES } = await import("./examples");
  return EXAMPLES.find((example) => example.id === id);
}
