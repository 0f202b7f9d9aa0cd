// What a person drops onto the page: files, and folders with all that is in them.

/** More files than any sandbox takes: a folder that has them is refused with a sentence, and not read to its end. */
const MOST = 100_000;

export interface Dropped {
  files: File[];
  folders: FileSystemDirectoryEntry[];
}

/** What was dropped. Must be asked while the event is handled: it is empty afterwards. */
export function dropped(transfer: DataTransfer | null): Dropped {
  const found: Dropped = { files: [], folders: [] };
  for (const item of transfer?.items ?? []) {
    const entry = item.webkitGetAsEntry?.();
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (entry?.isDirectory) found.folders.push(entry as FileSystemDirectoryEntry);
    else if (file) found.files.push(file);
  }
  return found;
}

/** The files of a folder and those below it, each with its path as a folder that is chosen has it. */
export async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const found: File[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next && found.length < MOST; next = waiting.pop()) {
    for (const entry of await entriesOf(next)) {
      // ".git" and its like can have more files than all others, and are left out in any case.
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory) waiting.push(entry as FileSystemDirectoryEntry);
      else found.push(await fileOf(entry as FileSystemFileEntry));
    }
  }
  return found;
}

/** All entries of a folder: browsers give them in parts. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function fileOf(entry: FileSystemFileEntry): Promise<File> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  // What was dropped has no path of its own.
  Object.defineProperty(file, "webkitRelativePath", { value: entry.fullPath.slice(1) });
  return file;
}
