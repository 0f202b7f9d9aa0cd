// The sandbox's files as the host sees them. The browser holds their bytes; a Blob is a handle to them. The host keeps
// every handle that the frame has told it of, so that files outlive the frame itself.

import type { FileInfo, MountedFile } from "../../protocol/messages";
import { isPlainPath } from "../../protocol/paths";
import { Gone, type Request } from "../tenancy/requests";
import { abortable, type CallOptions } from "./abort";
import { checkedPath, type FileData, type FolderData } from "./options";

/** A chosen file of more bytes stays on the person's disk, and is read where it lies. */
const ON_DISK_FROM = 16 * 1024 * 1024;

/** What a path stands for: one file, or the files of a mounted folder. */
export type Given = Blob | readonly File[];

/** Sends a request to the frame and gives its answer; one that is cancelled in time is never sent. */
type Ask = (message: Extract<Request, { path: string }>, signal?: AbortSignal) => Promise<unknown>;

/**
 * The files of a sandbox, by path relative to its working directory, "/"-separated. They outlive the interpreter:
 * `reset()` and kills leave them as they are.
 */
export class Files {
  readonly #ask: Ask;
  /** Everything there is. The frame's answers change it at once, its lists only take away from it. */
  readonly #kept = new Map<string, Blob | readonly MountedFile[]>();
  /** What a new frame has not answered for yet: its lists don't have that, and it isn't gone. */
  readonly #restored = new Map<string, unknown>();

  /** @internal */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * Puts a file into the working directory, in place of what had that name. Rejects with a sentence if it can't: a
   * TypeError for a path that can't be, an Error where there is no room. One that is cancelled may have been written.
   * A `File` above 16 MiB is not copied: it stays on the person's disk (limits `disk_bytes` and `disk_files`) and is read
   * where it lies, until code writes to it.
   */
  async write(path: string, data: FileData, options: CallOptions = {}): Promise<FileInfo> {
    const { signal } = options;
    const name = checkedPath(path);
    const blob = asBlob(name, data);
    const written = async (): Promise<FileInfo> => {
      const info = (await this.#ask(writing(name, blob), signal)) as FileInfo;
      this.#kept.set(name, blob);
      return info;
    };
    return abortable(signal, written);
  }

  /**
   * Puts a folder of the person's disk into the working directory, in place of what had that name: its files are read where
   * they lie, and can't be written to. Hidden files, and names that have no place here, are left out. Rejects as `write` does.
   */
  async mount(path: string, folder: FolderData, options: CallOptions = {}): Promise<FileInfo> {
    const { signal } = options;
    const name = checkedPath(path);
    const files = mountable(name, folder);
    const mounted = async (): Promise<FileInfo> => {
      const info = (await this.#ask({ type: "folder_mount", path: name, files }, signal)) as FileInfo;
      this.#kept.set(name, files);
      return info;
    };
    return abortable(signal, mounted);
  }

  /** A file as it stood when the last cell ended. Rejects when there is none. */
  async read(path: string, options: CallOptions = {}): Promise<Blob> {
    options.signal?.throwIfAborted();
    const name = checkedPath(path);
    const found = this.#kept.get(name) ?? this.#mounted(name);
    if (!found) throw new Error(`There is no file "${name}".`);
    if (!(found instanceof Blob)) throw new Error(`"${name}" is a folder of ${found.length} files.`);
    return found;
  }

  /** Takes a file or a mounted folder away. Rejects when there is none. */
  async remove(path: string, options: CallOptions = {}): Promise<void> {
    const { signal } = options;
    const name = checkedPath(path);
    const removed = async (): Promise<void> => {
      await this.#ask({ type: "file_remove", path: name }, signal);
      this.#kept.delete(name);
    };
    await abortable(signal, removed);
  }

  /** The files there are, sorted by path, mounted folders as one; what has just been written is among them. */
  async list(options: CallOptions = {}): Promise<FileInfo[]> {
    options.signal?.throwIfAborted();
    const all = [...this.#kept].map(([path, data]): FileInfo => {
      if (!(data instanceof Blob)) return { path, size: sizeOf(data), disk: true, files: data.length };
      return isOnDisk(data) ? { path, size: data.size, disk: true } : { path, size: data.size };
    });
    return all.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @internal For the sandbox: the frame keeps this file. */
  kept(path: string, blob: Blob): void {
    this.#kept.set(path, blob);
  }

  /** @internal For the sandbox: what there is now; anything else is gone. */
  heard(files: readonly FileInfo[]): void {
    const paths = new Set(files.map((file) => file.path));
    for (const path of this.#kept.keys()) {
      if (!paths.has(path) && !this.#restored.has(path)) this.#kept.delete(path);
    }
  }

  /** @internal For the sandbox: puts everything into a new frame. */
  restore(): void {
    for (const [path, data] of this.#kept) {
      this.#restored.set(path, data);
      const answered = (): void => {
        if (this.#restored.get(path) === data) this.#restored.delete(path);
      };
      // If this frame is lost as well, the next one gets it.
      const failed = (error: unknown): void => (error instanceof Gone ? undefined : answered());
      this.#ask(data instanceof Blob ? writing(path, data) : { type: "folder_mount", path, files: [...data] }).then(
        answered,
        failed,
      );
    }
  }

  /** A file of a mounted folder. */
  #mounted(name: string): Blob | undefined {
    for (let cut = name.lastIndexOf("/"); cut > 0; cut = name.lastIndexOf("/", cut - 1)) {
      const folder = this.#kept.get(name.slice(0, cut));
      if (folder && !(folder instanceof Blob)) return folder.find(({ path }) => path === name.slice(cut + 1))?.blob;
    }
    return undefined;
  }
}

/** What a person has chosen lies on their disk; what a page has made lies in memory, whatever it is called. */
const isOnDisk = (blob: Blob): boolean => blob instanceof File && blob.size > ON_DISK_FROM;

const writing = (path: string, blob: Blob): Extract<Request, { type: "file_write" }> => ({
  type: "file_write",
  path,
  blob,
  disk: isOnDisk(blob),
});

const sizeOf = (files: readonly MountedFile[]): number => files.reduce((sum, { blob }) => sum + blob.size, 0);

/** The files of a folder by their paths in it. Throws a TypeError where there are none. */
function mountable(name: string, folder: FolderData): MountedFile[] {
  const found = new Map<string, MountedFile>();
  for (const file of filesOf(name, folder)) {
    const below = file.webkitRelativePath ?? "";
    const path = (below === "" ? file.name : below.slice(below.indexOf("/") + 1)).normalize("NFC");
    if (isPlainPath(path)) found.set(path, { path, blob: file });
  }
  if (found.size === 0) throw new TypeError(`The folder "${name}" has no file that could be read here.`);
  return [...found.values()];
}

/** The files of a list as an array. Throws a TypeError for anything else. */
function filesOf(name: string, folder: FolderData): readonly File[] {
  const files = Array.from(folder);
  if (files.every((file) => file instanceof File)) return files;
  throw new TypeError(`What is to be the folder "${name}" must be a list of File objects.`);
}

/** What may be given for a path, as handles: of a file to a copy of it. Throws a TypeError for anything else. */
export function given(path: string, data: FileData | FolderData): Given {
  const isList = Array.isArray(data) || (typeof FileList !== "undefined" && data instanceof FileList);
  return isList ? filesOf(path, data as FolderData) : asBlob(path, data as FileData);
}

/** What may be given for a file, as a handle to a copy of it. Throws a TypeError for anything else. */
export function asBlob(path: string, data: FileData): Blob {
  if (data instanceof Blob) return data;
  if (typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return new Blob([data as BlobPart]);
  }
  throw new TypeError(`What is to be the file "${path}" must be a string, a Blob, an ArrayBuffer or a Uint8Array.`);
}
