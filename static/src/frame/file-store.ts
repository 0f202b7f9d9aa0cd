// The session's files, kept outside the worker so that they survive it. Blobs: the browser holds the bytes, and
// handing one to a worker copies nothing. What stays on the person's disk takes no memory, and has limits of its own.

import type { FrameLimits } from "../protocol/limits";
import type { FileInfo, MountedFile } from "../protocol/messages";

const MB = 1024 * 1024;

/** A file, and whether it stays on the person's disk. */
export interface Kept {
  blob: Blob;
  disk: boolean;
}

type Limits = Pick<FrameLimits, "file_bytes" | "files" | "disk_bytes" | "disk_files">;

/** How much there is, or may be, of one kind. */
interface Room {
  bytes: number;
  files: number;
}

const mb = (bytes: number): string => `${Math.ceil(bytes / MB).toLocaleString("en")} MB`;

export class FileStore {
  readonly #files = new Map<string, Kept>();
  /** Mounted folders, by path. */
  readonly #folders = new Map<string, readonly MountedFile[]>();
  readonly #most: { memory: Room; disk: Room };
  readonly #used = { memory: { bytes: 0, files: 0 }, disk: { bytes: 0, files: 0 } };

  constructor({ file_bytes, files, disk_bytes, disk_files }: Limits) {
    this.#most = { memory: { bytes: file_bytes, files }, disk: { bytes: disk_bytes, files: disk_files } };
  }

  /** Keeps a file; gives a sentence instead when it can't. `disk`: it is one of the person's own, and stays where it is. */
  put(path: string, blob: Blob, disk = false): string | null {
    const problem = this.#full(path, { bytes: blob.size, files: 1 }, disk) ?? this.#taken(path);
    if (problem) return problem;
    this.remove(path);
    this.#count(disk, blob.size, 1);
    this.#files.set(path, { blob: blob.slice(0, blob.size, "application/octet-stream"), disk });
    return null;
  }

  /** Keeps a folder of the person's disk; gives a sentence instead when it can't. */
  mount(path: string, files: readonly MountedFile[]): string | null {
    const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
    const problem = this.#full(path, { bytes, files: files.length }, true) ?? this.#taken(path, true);
    if (problem) return problem;
    this.remove(path);
    this.#count(true, bytes, files.length);
    this.#folders.set(path, files);
    return null;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** Takes away a file, or a mounted folder. False where there is neither. */
  remove(path: string): boolean {
    const file = this.#files.get(path);
    if (file) this.#count(file.disk, -file.blob.size, -1);
    const folder = this.#folders.get(path);
    if (folder) this.#count(true, -folder.reduce((sum, { blob }) => sum + blob.size, 0), -folder.length);
    return this.#files.delete(path) || this.#folders.delete(path);
  }

  entries(): [string, Blob][] {
    return [...this.#files].map(([path, { blob }]) => [path, blob]);
  }

  folders(): [string, readonly MountedFile[]][] {
    return [...this.#folders];
  }

  /** What there is but for mounted folders, which no code changes. */
  kept(): [string, Kept][] {
    return [...this.#files];
  }

  /** Back to what there was. */
  become(entries: readonly [string, Kept][]): void {
    for (const path of [...this.#files.keys()]) this.remove(path);
    for (const [path, { blob, disk }] of entries) {
      this.#count(disk, blob.size, 1);
      this.#files.set(path, { blob, disk });
    }
  }

  list(): FileInfo[] {
    const files = [...this.#files].map(([path, { blob, disk }]) => ({
      path,
      size: blob.size,
      ...(disk && { disk }),
    }));
    const folders = this.folders().map(([path, all]) => ({
      path,
      size: all.reduce((sum, { blob }) => sum + blob.size, 0),
      disk: true,
      files: all.length,
    }));
    return [...files, ...folders].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #count(disk: boolean, bytes: number, files: number): void {
    const used = this.#used[disk ? "disk" : "memory"];
    used.bytes += bytes;
    used.files += files;
  }

  /** Whether there is no room for this in the place of what has its path. */
  #full(path: string, more: Room, disk: boolean): string | null {
    const kind = disk ? "disk" : "memory";
    const [used, most] = [this.#used[kind], this.#most[kind]];
    const before = this.#inPlaceOf(path, disk);
    const where = disk ? "reads {} from your disk" : "keeps {}";
    if (used.bytes - before.bytes + more.bytes > most.bytes) {
      const room = `${Math.floor(most.bytes / MB).toLocaleString("en")} MB of files`;
      return `"${path}" (${mb(more.bytes)}) does not fit: this sandbox ${where.replace("{}", room)}. Remove some first.`;
    }
    if (used.files - before.files + more.files > most.files) {
      const room = `${most.files.toLocaleString("en")} files`;
      return `"${path}" does not fit: this sandbox ${where.replace("{}", room)}. Remove some first.`;
    }
    return null;
  }

  #inPlaceOf(path: string, disk: boolean): Room {
    const file = this.#files.get(path);
    if (file) return file.disk === disk ? { bytes: file.blob.size, files: 1 } : { bytes: 0, files: 0 };
    const folder = disk ? (this.#folders.get(path) ?? []) : [];
    return { bytes: folder.reduce((sum, { blob }) => sum + blob.size, 0), files: folder.length };
  }

  /** Whether the name is another one's folder, or lies in what is none. */
  #taken(path: string, folder = false): string | null {
    // One that is here already has been compared with all others.
    if (folder ? this.#folders.has(path) : this.#files.has(path)) return null;
    if (folder && this.#files.has(path)) return `"${path}" is a file here. Choose another name.`;
    if (!folder && this.#folders.has(path)) return `"${path}" is a folder here. Choose another name.`;
    for (const other of [...this.#files.keys(), ...this.#folders.keys()]) {
      if (other.startsWith(`${path}/`)) return `"${path}" is a folder here. Choose another name.`;
      if (!path.startsWith(`${other}/`)) continue;
      return this.#folders.has(other)
        ? `"${other}" is a folder of your disk, which is only read. Choose another name.`
        : `"${other}" is a file here, so it can't hold "${path}".`;
    }
    return null;
  }
}
