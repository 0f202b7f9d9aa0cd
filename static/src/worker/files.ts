// The session's files inside the worker. Small ones are copied into Python's memory file system; large ones stay in
// their blobs and are read piece by piece, so that a 200 MB file never stands in memory twice.

import { whole } from "../common/blobs";
import { sayFile } from "./channel";
import type { EmscriptenFs } from "./emscripten";
import { Folders } from "./folders";
import { LargeFiles } from "./large-file";
import { HOME } from "./pyodide";

/** Bytes up to which a file is copied; above it is read from its blob until it is written to. */
export const COPY_UP_TO = 16 * 1024 * 1024;

/** A file that can be read and not written to. */
export const READ_ONLY = 0o100444;

/** Where code that was written for other sandboxes looks for its files, and puts them. */
const ALSO = ["/mnt/data", "/content", "/mnt/user-data/uploads", "/mnt/user-data/outputs", "/kaggle/working"];

const reader = new FileReaderSync();

const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export class SessionFiles {
  readonly #fs: EmscriptenFs;
  readonly #large: LargeFiles;
  readonly folders: Folders;
  /** Bytes of the largest file that can be kept once it is written to. */
  readonly #largest: number;
  #lost: string[] = [];

  constructor(fs: EmscriptenFs, largest: number) {
    this.#fs = fs;
    this.#largest = largest;
    this.#large = new LargeFiles(fs);
    this.folders = new Folders(fs, this.#large);
    for (const path of ALSO) {
      if (fs.analyzePath(path).exists) continue;
      fs.mkdirTree(folder(path));
      fs.symlink(HOME, path);
    }
  }

  /** Puts a file under the working directory, in place of what had that name. */
  write(path: string, blob: Blob): void {
    const full = `${HOME}/${path}`;
    this.#fs.mkdirTree(folder(full));
    this.remove(path);
    const copied = blob.size <= COPY_UP_TO;
    const bytes = this.#read(path, copied ? blob : blob.slice(-1));
    if (!bytes) return;
    this.#fs.writeFile(full, copied ? bytes : new Uint8Array());
    if (copied) return;
    const { node } = this.#fs.lookupPath(full);
    this.#large.fill(node, blob);
    // It could be written to, and then neither be held nor kept.
    if (blob.size > this.#largest) node.mode = READ_ONLY;
  }

  /** Files that this browser did not give back since the last call. */
  takeLost(): string[] {
    return this.#lost.splice(0);
  }

  /** Null where the bytes are gone. Never throws: the next worker would fail at the same file, and so on. */
  #read(path: string, blob: Blob): Uint8Array<ArrayBuffer> | null {
    try {
      return new Uint8Array(whole(reader.readAsArrayBuffer(blob), blob.size, path));
    } catch {
      this.#lost.push(path);
      return null;
    }
  }

  remove(path: string): void {
    // Code may have written its letters in parts.
    for (const name of [path, path.normalize("NFD")]) {
      const full = `${HOME}/${name}`;
      if (this.#fs.analyzePath(full).exists) this.#fs.unlink(full);
    }
  }

  /**
   * Copies a file out to the frame, which gives it back after a restart. False for one that code has given another name,
   * and for which there is room only where it lies.
   */
  keep(path: string): boolean {
    const full = `${HOME}/${path}`;
    const { node } = this.#fs.lookupPath(full, { follow: true });
    const there = this.#large.blob(node);
    if (there && there.size > this.#largest) return false;
    const blob = there ?? new Blob([this.#fs.readFile(full)]);
    sayFile({ type: "file", path, blob });
    return true;
  }
}
