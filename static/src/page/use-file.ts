// Puts the line that opens a file into a cell, and runs it: its first rows are the preview.

import { plainName } from "./model/format";
import type { Notebook } from "./model/notebook";
import { folderCode, openingCode } from "./model/opening";
import type { Runner } from "./model/runner";
import type { Session } from "./session";
import type { NotebookView } from "./view/notebook-view";
import { toast } from "./view/toast";

export interface UseFileParts {
  notebook: Notebook;
  session: Session;
  runner: Runner;
  view: NotebookView;
}

/** Bytes of a file that tell how it is opened. */
const HEAD_BYTES = 64_000;

async function openingOf(path: string, session: Session): Promise<string> {
  if (session.files.some((file) => file.path === path && file.files !== undefined)) return folderCode(path);
  const file = await session.read(path);
  return openingCode(path, new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()), file.size);
}

export async function useFile(path: string, { notebook, session, runner, view }: UseFileParts): Promise<void> {
  try {
    const source = await openingOf(path, session);
    const { selected } = notebook;
    const empty = selected?.kind === "code" && selected.source.trim() === "" ? selected : undefined;
    const at = selected ? notebook.indexOf(selected.id) + 1 : notebook.cells.length;
    const cell = empty ?? notebook.insert(at, { kind: "code", source });
    if (empty) notebook.setSource(empty.id, source);
    notebook.select(cell.id);
    view.view(cell.id)?.focus();
    runner.run(cell.id);
  } catch {
    toast(`${plainName(path)} could not be read.`);
  }
}
