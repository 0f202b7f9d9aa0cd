// The session's files inside the worker. Small ones are copied into Python's memory file system; large ones are
// mounted as blobs (WORKERFS) and read piece by piece, so that a 200 MB file never stands in memory twice.

import { whole } from "../common/blobs";
import { sayFile } from "./channel";
import { HOME, type PyFS } from "./pyodide";

/** Bytes up to which a file is copied; above it is mounted and read-only. */
export const COPY_UP_TO = 16 * 1024 * 1024;

const UPLOADS = "/mnt/uploads";
const reader = new FileReaderSync();

const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export class SessionFiles {
  readonly #fs: PyFS;
  /** Captured before the file system types are taken out of Python's reach. */
  readonly #blobs: unknown;
  #mounts = 0;
  #lost: string[] = [];

  constructor(fs: PyFS) {
    this.#fs = fs;
    this.#blobs = fs.filesystems.WORKERFS;
  }

  /** Puts a file under the working directory, in place of what had that name. */
  write(path: string, blob: Blob): void {
    const full = `${HOME}/${path}`;
    this.#fs.mkdirTree(folder(full));
    this.remove(path);
    const copied = blob.size <= COPY_UP_TO;
    const bytes = this.#read(path, copied ? blob : blob.slice(-1));
    if (!bytes) return;
    if (copied) return void this.#fs.writeFile(full, bytes);
    const mount = `${UPLOADS}/${this.#mounts++}`;
    this.#fs.mkdirTree(mount);
    this.#fs.mount(this.#blobs, { blobs: [{ name: "file", data: blob }] }, mount);
    this.#fs.symlink(`${mount}/file`, full);
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
    const full = `${HOME}/${path}`;
    if (this.#fs.analyzePath(full).exists) this.#fs.unlink(full);
  }

  /** Copies a file out to the frame, which gives it back after a restart. */
  keep(path: string): void {
    const bytes = this.#fs.readFile(`${HOME}/${path}`) as Uint8Array<ArrayBuffer>;
    sayFile({ type: "file", path, blob: new Blob([bytes]) });
  }
}
