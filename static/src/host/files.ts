// The sandbox's files as the host sees them. The browser holds their bytes; a Blob is a handle to them. The host keeps
// every handle that the frame has told it of, so that files outlive the frame itself.

import type { FileInfo, HostMessage } from "../protocol/messages";
import { checkedPath } from "./options";

type FileRequest = Extract<HostMessage, { type: "file_write" | "file_remove" }>;

/** Distributes over the union, so that each request keeps its own fields. */
type Unnumbered<T> = T extends unknown ? Omit<T, "request"> : never;

/** Sends a request to the frame and gives its answer. */
export type Ask = (message: Unnumbered<FileRequest>) => Promise<unknown>;

export class Files {
  readonly #ask: Ask;
  readonly #blobs = new Map<string, Blob>();
  #listed: FileInfo[] = [];

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Puts a file into the working directory, in place of what had that name. Rejects with a sentence if it can't. */
  async write(path: string, data: Blob | ArrayBuffer | Uint8Array | string): Promise<FileInfo> {
    const name = checkedPath(path);
    const blob = data instanceof Blob ? data : new Blob([data as BlobPart]);
    const written = (await this.#ask({ type: "file_write", path: name, blob })) as FileInfo;
    this.#blobs.set(name, blob);
    return written;
  }

  /** A file as it stood when the last cell ended. Rejects when there is none. */
  async read(path: string): Promise<Blob> {
    const name = checkedPath(path);
    const found = this.#blobs.get(name);
    if (!found) throw new Error(`There is no file "${name}".`);
    return found;
  }

  /** Rejects when there is no such file. */
  async remove(path: string): Promise<void> {
    await this.#ask({ type: "file_remove", path: checkedPath(path) });
  }

  async list(): Promise<FileInfo[]> {
    return this.#listed;
  }

  /** For the sandbox: the frame keeps this file. */
  kept(path: string, blob: Blob): void {
    this.#blobs.set(path, blob);
  }

  /** For the sandbox: what there is now; anything else is gone. */
  heard(files: FileInfo[]): void {
    this.#listed = files;
    const paths = new Set(files.map((file) => file.path));
    for (const path of this.#blobs.keys()) if (!paths.has(path)) this.#blobs.delete(path);
  }

  /** For the sandbox: everything, to put into a new frame. */
  all(): [string, Blob][] {
    return [...this.#blobs];
  }
}
