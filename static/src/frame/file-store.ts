// The session's files, kept outside the worker so that they survive it. Blobs: the browser holds the bytes, and
// handing one to a worker copies nothing. What stays on the person's disk takes no memory, and has limits of its own.

import type { FrameLimits } from "../protocol/limits";
import type { FileInfo, MountedFile } from "../protocol/messages";

const MB = 1024 * 1024;

/** How much there is, or may be, of one kind. */
interface Room {
  bytes: number;
  files: number;
}

/** A file, or a folder of the person's disk that is mounted. */
export interface Kept extends Room {
  /** It stays on the person's disk. */
  disk: boolean;
  blob?: Blob;
  folder?: readonly MountedFile[];
}

type Limits = Pick<FrameLimits, "file_bytes" | "files" | "disk_bytes" | "disk_files">;

const NONE: Room = { bytes: 0, files: 0 };

const mb = (megabytes: number): string => `${megabytes.toLocaleString("en")} MB`;

export class FileStore {
  readonly #all = new Map<string, Kept>();
  readonly #most: { memory: Room; disk: Room };
  readonly #used = { memory: { bytes: 0, files: 0 }, disk: { bytes: 0, files: 0 } };

  constructor({ file_bytes, files, disk_bytes, disk_files }: Limits) {
    this.#most = { memory: { bytes: file_bytes, files }, disk: { bytes: disk_bytes, files: disk_files } };
  }

  /** Keeps a file; gives a sentence instead when it can't. `disk`: it is one of the person's own, and stays where it is. */
  put(path: string, blob: Blob, disk = false): string | null {
    const kept = blob.slice(0, blob.size, "application/octet-stream");
    return this.#put(path, { disk, bytes: blob.size, files: 1, blob: kept });
  }

  /** Keeps a folder of the person's disk; gives a sentence instead when it can't. */
  mount(path: string, folder: readonly MountedFile[]): string | null {
    const bytes = folder.reduce((sum, { blob }) => sum + blob.size, 0);
    return this.#put(path, { disk: true, bytes, files: folder.length, folder });
  }

  /** What has this path. */
  get(path: string): Kept | undefined {
    return this.#all.get(path);
  }

  /** Takes away a file, or a mounted folder. False where there is neither. */
  remove(path: string): boolean {
    this.#count(this.#all.get(path), -1);
    return this.#all.delete(path);
  }

  /** All there is, by its path. */
  entries(): [string, Kept][] {
    return [...this.#all];
  }

  /** Back to the files that there were; no code changes a mounted folder, and those there are stay. */
  become(entries: readonly [string, Kept][]): void {
    for (const [path, { blob }] of this.entries()) if (blob) this.remove(path);
    for (const [path, kept] of entries) if (kept.blob) this.#set(path, kept);
  }

  list(): FileInfo[] {
    return this.entries()
      .map(([path, { bytes: size, disk, folder }]) => ({
        path,
        size,
        ...(disk && { disk }),
        ...(folder && { files: folder.length }),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #put(path: string, kept: Kept): string | null {
    const problem = this.#full(path, kept) ?? this.#taken(path, kept);
    if (problem) return problem;
    this.remove(path);
    this.#set(path, kept);
    return null;
  }

  #set(path: string, kept: Kept): void {
    this.#count(kept, 1);
    this.#all.set(path, kept);
  }

  #count(kept: Kept | undefined, times: 1 | -1): void {
    if (!kept) return;
    const used = this.#used[kept.disk ? "disk" : "memory"];
    used.bytes += times * kept.bytes;
    used.files += times * kept.files;
  }

  /** Whether there is no room for this in the place of what has its path. */
  #full(path: string, { disk, bytes, files }: Kept): string | null {
    const kind = disk ? "disk" : "memory";
    const [used, most, there] = [this.#used[kind], this.#most[kind], this.#all.get(path)];
    const before = there?.disk === disk ? there : NONE;
    const full = (what: string, room: string): string => {
      const where = disk ? `reads ${room} from your disk` : `keeps ${room}`;
      return `${what} does not fit: this sandbox ${where}. Remove some first.`;
    };
    if (used.bytes - before.bytes + bytes > most.bytes) {
      return full(`"${path}" (${mb(Math.ceil(bytes / MB))})`, `${mb(Math.floor(most.bytes / MB))} of files`);
    }
    if (used.files - before.files + files > most.files) {
      return full(`"${path}"`, `${most.files.toLocaleString("en")} files`);
    }
    return null;
  }

  /** Whether the name is another one's folder, or lies in what is none. */
  #taken(path: string, { folder }: Kept): string | null {
    const there = this.#all.get(path);
    // One that is here already has been compared with all others.
    if (there && !folder === !there.folder) return null;
    if (there) return `"${path}" is a ${folder ? "file" : "folder"} here. Choose another name.`;
    for (const [other, kept] of this.#all) {
      if (other.startsWith(`${path}/`)) return `"${path}" is a folder here. Choose another name.`;
      if (!path.startsWith(`${other}/`)) continue;
      return kept.folder
        ? `"${other}" is a folder of your disk, which is only read. Choose another name.`
        : `"${other}" is a file here, so it can't hold "${path}".`;
    }
    return null;
  }
}
