// A shelf that lasts as long as the page: where nothing is to be kept, conversations can still be gone back to.

import { Conflict, type Shelf } from "../../page/keep/database";
import { type Kept, type NotebookRecord, nameOf, type Summary } from "../../page/keep/record";
import type { SavedRun } from "../../page/model/notebook";

interface Held {
  record: NotebookRecord;
  runs: Map<string, SavedRun>;
  files: Map<string, Blob>;
}

export class MemoryShelf implements Shelf {
  readonly #held = new Map<string, Held>();
  /** Files may come before the record does. */
  readonly #files = new Map<string, Map<string, Blob>>();

  async list(): Promise<Summary[]> {
    return [...this.#held.values()]
      .map(({ record: { id, name, changed, cells }, files }) => {
        const size = [...files.values()].reduce((sum, blob) => sum + blob.size, 0);
        return { id, name: nameOf(name, cells), changed, cells: cells.length, files: files.size, size };
      })
      .sort((a, b) => b.changed - a.changed);
  }

  async load(id: string): Promise<Kept | undefined> {
    return this.#held.get(id);
  }

  async write(
    record: NotebookRecord,
    base: number | undefined,
    runs: ReadonlyMap<string, SavedRun | undefined>,
  ): Promise<void> {
    const there = this.#held.get(record.id);
    if (there && base !== undefined && there.record.seq !== base) throw new Conflict("It has been changed meanwhile.");
    const held = there ?? { record, runs: new Map<string, SavedRun>(), files: this.#filesOf(record.id) };
    for (const [key, run] of runs) {
      if (run) held.runs.set(key, run);
      else held.runs.delete(key);
    }
    this.#held.set(record.id, { ...held, record });
  }

  async writeFile(notebook: string, path: string, data: Blob | undefined): Promise<void> {
    const files = this.#filesOf(notebook);
    if (data) files.set(path, data);
    else files.delete(path);
  }

  async remove(id: string): Promise<void> {
    this.#held.delete(id);
    this.#files.delete(id);
  }

  async clear(): Promise<void> {
    this.#held.clear();
    this.#files.clear();
  }

  #filesOf(id: string): Map<string, Blob> {
    const files = this.#files.get(id) ?? new Map<string, Blob>();
    this.#files.set(id, files);
    return files;
  }
}
