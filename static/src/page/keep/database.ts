// Notebooks, outputs and files in IndexedDB of the page's origin. The sandbox has an origin of its own and never comes here.

import type { SavedRun } from "../model/notebook";
import { type Kept, type NotebookRecord, nameOf, recordOf, type Summary } from "./record";

const NAME = "belljar-notebooks";
const STORES = ["notebooks", "outputs", "files"] as const;
/** A browser that has not opened it by then, in milliseconds, is done without. */
const OPEN_MS = 3_000;

/** What is said to be saved is on the disk. */
const DURABLE: IDBTransactionOptions = { durability: "strict" };

/** Where notebooks are kept. Everything rejects with the browser's own error. */
export interface Shelf {
  list(): Promise<Summary[]>;
  load(id: string): Promise<Kept | undefined>;
  /**
   * Puts a notebook and the outputs of some of its cells; undefined takes a cell's away. All of it or none. Rejects with
   * a `Conflict` where what is kept is not what `base` counted; undefined asks nothing.
   */
  write(
    record: NotebookRecord,
    base: number | undefined,
    runs: ReadonlyMap<string, SavedRun | undefined>,
  ): Promise<void>;
  /** Puts a file; undefined takes it away. */
  writeFile(notebook: string, path: string, data: Blob | undefined): Promise<void>;
  remove(id: string): Promise<void>;
  /** Takes away everything. */
  clear(): Promise<void>;
}

/** Somebody else has kept another state of this notebook meanwhile. */
export class Conflict extends Error {
  override name = "Conflict";
}

/** A database of the browser's. Rejects where it gives none. */
export async function openDatabase(name = NAME): Promise<Shelf> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("notebooks", { keyPath: "id" });
    opening.result.createObjectStore("outputs", { keyPath: ["notebook", "cell"] });
    opening.result.createObjectStore("files", { keyPath: ["notebook", "path"] });
  };
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("The browser's storage does not answer.")), OPEN_MS);
  });
  return new Database(await Promise.race([done(opening), late]));
}

class Database implements Shelf {
  readonly #db: IDBDatabase;

  constructor(db: IDBDatabase) {
    this.#db = db;
    // A tab of a later version, or one that forgets everything, does not wait for this one.
    db.onversionchange = () => db.close();
  }

  async list(): Promise<Summary[]> {
    const transaction = this.#db.transaction(STORES);
    const [notebooks, files] = await Promise.all([
      done<unknown[]>(transaction.objectStore("notebooks").getAll()),
      done<FileRow[]>(transaction.objectStore("files").getAll()),
    ]);
    return notebooks
      .flatMap((value) => {
        const record = recordOf(value);
        if (!record) return [];
        const { id, changed, cells } = record;
        const own = files.filter(({ notebook }) => notebook === id);
        const size = own.reduce((sum, row) => sum + blobOf(row).size, 0);
        return [{ id, name: nameOf(record.name, cells), changed, cells: cells.length, files: own.length, size }];
      })
      .sort((a, b) => b.changed - a.changed);
  }

  async load(id: string): Promise<Kept | undefined> {
    const transaction = this.#db.transaction(STORES);
    const [found, outputs, files] = await Promise.all([
      done<unknown>(transaction.objectStore("notebooks").get(id)),
      done<OutputRow[]>(transaction.objectStore("outputs").getAll(of(id))),
      done<FileRow[]>(transaction.objectStore("files").getAll(of(id))),
    ]);
    const record = recordOf(found);
    return (
      record && {
        record,
        runs: new Map(outputs.map(({ cell, run }) => [cell, run])),
        files: new Map(files.map((row) => [row.path, blobOf(row)])),
      }
    );
  }

  async write(
    record: NotebookRecord,
    base: number | undefined,
    runs: ReadonlyMap<string, SavedRun | undefined>,
  ): Promise<void> {
    const transaction = this.#db.transaction(["notebooks", "outputs"], "readwrite", DURABLE);
    const ended = end(transaction);
    const notebooks = transaction.objectStore("notebooks");
    const put = () => {
      notebooks.put(record);
      const outputs = transaction.objectStore("outputs");
      for (const [cell, run] of runs) {
        if (run) outputs.put({ notebook: record.id, cell, run } satisfies OutputRow);
        else outputs.delete([record.id, cell]);
      }
    };
    if (base === undefined) {
      put();
      // The page may be gone before the next task.
      transaction.commit();
      return ended;
    }
    let foreign = false;
    const asked = notebooks.get(record.id);
    asked.onsuccess = () => {
      foreign = asked.result !== undefined && recordOf(asked.result)?.seq !== base;
      if (foreign) transaction.abort();
      else put();
    };
    return ended.catch((error: unknown) => {
      throw foreign ? new Conflict("Another tab has kept this notebook meanwhile.") : error;
    });
  }

  async writeFile(notebook: string, path: string, data: Blob | undefined): Promise<void> {
    const put = (row: FileRow): Promise<void> => {
      const transaction = this.#db.transaction(["files"], "readwrite", DURABLE);
      transaction.objectStore("files").put(row);
      return end(transaction);
    };
    if (!data) {
      const transaction = this.#db.transaction(["files"], "readwrite", DURABLE);
      transaction.objectStore("files").delete([notebook, path]);
      return end(transaction);
    }
    try {
      await put({ notebook, path, data });
    } catch (error) {
      if ((error as Error).name === "QuotaExceededError") throw error;
      // WebKit keeps no Blob in some kinds of session. One whose bytes the browser has lost is not kept as less.
      const bytes = await data.arrayBuffer();
      if (bytes.byteLength !== data.size) throw error;
      await put({ notebook, path, data: bytes });
    }
  }

  remove(id: string): Promise<void> {
    const transaction = this.#db.transaction(STORES, "readwrite");
    transaction.objectStore("notebooks").delete(id);
    transaction.objectStore("outputs").delete(of(id));
    transaction.objectStore("files").delete(of(id));
    return end(transaction);
  }

  clear(): Promise<void> {
    const transaction = this.#db.transaction(STORES, "readwrite");
    for (const store of STORES) transaction.objectStore(store).clear();
    return end(transaction);
  }
}

interface OutputRow {
  notebook: string;
  cell: string;
  run: SavedRun;
}

interface FileRow {
  notebook: string;
  path: string;
  data: Blob | ArrayBuffer;
}

const blobOf = ({ data }: FileRow): Blob => (data instanceof Blob ? data : new Blob([data]));

/** All rows of a notebook: a list sorts behind every text. */
function of(notebook: string): IDBKeyRange {
  return IDBKeyRange.bound([notebook], [notebook, []]);
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function end(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("The browser gave it up."));
  });
}
