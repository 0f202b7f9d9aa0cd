// The session's files inside the worker. Small ones are copied into Python's memory file system; large ones are
// mounted as blobs (WORKERFS) and read piece by piece, so that a 200 MB file never stands in memory twice.

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

  constructor(fs: PyFS) {
    this.#fs = fs;
    this.#blobs = fs.filesystems.WORKERFS;
  }

  /** Puts a file under the working directory, in place of what had that name. */
  write(path: string, blob: Blob): void {
    const full = `${HOME}/${path}`;
    this.#fs.mkdirTree(folder(full));
    this.remove(path);
    if (blob.size <= COPY_UP_TO) {
      this.#fs.writeFile(full, new Uint8Array(reader.readAsArrayBuffer(blob)));
      return;
    }
    const mount = `${UPLOADS}/${this.#mounts++}`;
    this.#fs.mkdirTree(mount);
    this.#fs.mount(this.#blobs, { blobs: [{ name: "file", data: blob }] }, mount);
    this.#fs.symlink(`${mount}/file`, full);
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
