// Notebooks on their way into the browser's storage: the cells and runs of the open one, a copy beside it, and those that
// earlier versions kept.

import { newKey } from "../model/keys";
import type { Cell, Notebook, SavedCell, SavedRun } from "../model/notebook";
import type { Shelf } from "./database";
import type { former } from "./places";
import type { Head } from "./record";

export function savedCells(notebook: Notebook): SavedCell[] {
  return notebook.cells.map(({ key, kind, source, beside }) => ({ key, kind, source, beside }));
}

export function savedRun(cell: Cell | undefined): SavedRun | undefined {
  if (!cell || cell.outputs.items.length === 0) return undefined;
  return { outputs: cell.outputs.save(), count: cell.count ?? cell.formerCount, ms: cell.ms };
}

/** Keeps a notebook as it is shown, with these files, beside the open one. */
export async function keepBeside(
  shelf: Shelf | undefined,
  head: Head,
  notebook: Notebook,
  files: Iterable<string>,
  read: (path: string) => Promise<Blob>,
): Promise<void> {
  const id = newKey() + newKey();
  const runs = new Map(notebook.cells.map((cell) => [cell.key, savedRun(cell)]));
  await shelf?.write({ ...head, cells: savedCells(notebook), id, seq: 1, changed: Date.now() }, undefined, runs);
  for (const path of files) {
    const data = await read(path).catch(() => undefined);
    if (data) await shelf?.writeFile(id, path, data);
  }
}

/** Takes over what earlier versions kept; gives the ids, the last one's first. */
export async function bring(shelf: Shelf, { notebooks, done }: ReturnType<typeof former>): Promise<string[]> {
  const ids: string[] = [];
  try {
    for (const [at, { cells, example, files = {} }] of notebooks.entries()) {
      const id = newKey() + newKey();
      const saved = cells.map((cell) => ({ ...cell, key: newKey() }));
      const head = { name: undefined, example, files, beside: {} };
      await shelf.write({ ...head, cells: saved, id, seq: 1, changed: Date.now() - at }, undefined, new Map());
      ids.push(id);
    }
    done();
  } catch {
    // No room for both: what earlier versions kept stays where it is.
    return [];
  }
  return ids;
}

/** The notebook that was changed last, where the browser has lost which one was open. */
export async function newest(shelf: Shelf | undefined): Promise<string | undefined> {
  return (await shelf?.list().catch(() => []))?.[0]?.id;
}
