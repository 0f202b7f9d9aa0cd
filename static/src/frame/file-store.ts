// The session's files, kept outside the worker so that they survive it. Blobs: the browser holds the bytes, and
// handing one to a worker copies nothing.

import type { FileInfo } from "../protocol/messages";

const MB = 1024 * 1024;

export class FileStore {
  readonly #files = new Map<string, Blob>();
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  /** Of all files. */
  #bytes = 0;

  constructor(limits: { file_bytes: number; files: number }) {
    this.#maxBytes = limits.file_bytes;
    this.#maxFiles = limits.files;
  }

  /** Keeps a file; gives a sentence instead when it can't. */
  put(path: string, blob: Blob): string | null {
    const before = this.#files.get(path)?.size ?? 0;
    if (this.#bytes - before + blob.size > this.#maxBytes) {
      return `"${path}" (${Math.ceil(blob.size / MB)} MB) does not fit: this sandbox keeps ${Math.floor(this.#maxBytes / MB)} MB of files. Remove some first.`;
    }
    if (!this.#files.has(path) && this.#files.size >= this.#maxFiles) {
      return `"${path}" does not fit: this sandbox keeps ${this.#maxFiles} files. Remove some first.`;
    }
    // One that is here already has been compared with all others.
    for (const other of this.#files.has(path) ? [] : this.#files.keys()) {
      if (other.startsWith(`${path}/`)) return `"${path}" is a folder here. Choose another name.`;
      if (path.startsWith(`${other}/`)) return `"${other}" is a file here, so it can't hold "${path}".`;
    }
    this.#bytes += blob.size - before;
    this.#files.set(path, blob.slice(0, blob.size, "application/octet-stream"));
    return null;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  remove(path: string): boolean {
    this.#bytes -= this.#files.get(path)?.size ?? 0;
    return this.#files.delete(path);
  }

  entries(): [string, Blob][] {
    return [...this.#files];
  }

  /** Back to what there was. */
  become(entries: readonly [string, Blob][]): void {
    this.#files.clear();
    for (const [path, blob] of entries) this.#files.set(path, blob);
    this.#bytes = entries.reduce((sum, [, { size }]) => sum + size, 0);
  }

  list(): FileInfo[] {
    return this.entries()
      .map(([path, blob]) => ({ path, size: blob.size }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
