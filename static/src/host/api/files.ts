// The sandbox's files as the host sees them. The browser holds their bytes; a Blob is a handle to them. The host keeps
// every handle that the frame has told it of, so that files outlive the frame itself.

import type { FileInfo } from "../../protocol/messages";
import { Gone, type Request } from "../tenancy/requests";
import { abortable, type CallOptions } from "./abort";
import { checkedPath, type FileData } from "./options";

/** Sends a request to the frame and gives its answer; one that is cancelled in time is never sent. */
type Ask = (message: Extract<Request, { path: string }>, signal?: AbortSignal) => Promise<unknown>;

/**
 * The files of a sandbox, by path relative to its working directory, "/"-separated. They outlive the interpreter:
 * `reset()` and kills leave them as they are.
 */
export class Files {
  readonly #ask: Ask;
  /** Everything there is. The frame's answers change it at once, its lists only take away from it. */
  readonly #blobs = new Map<string, Blob>();
  /** What a new frame has not answered for yet: its lists don't have that, and it isn't gone. */
  readonly #restored = new Map<string, Blob>();

  /** @internal */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * Puts a file into the working directory, in place of what had that name. Rejects with a sentence if it can't: a
   * TypeError for a path that can't be, an Error where there is no room. One that is cancelled may have been written.
   */
  async write(path: string, data: FileData, options: CallOptions = {}): Promise<FileInfo> {
    const { signal } = options;
    const name = checkedPath(path);
    const blob = asBlob(name, data);
    const written = async (): Promise<FileInfo> => {
      const info = (await this.#ask({ type: "file_write", path: name, blob }, signal)) as FileInfo;
      this.#blobs.set(name, blob);
      return info;
    };
    return abortable(signal, written);
  }

  /** A file as it stood when the last cell ended. Rejects when there is none. */
  async read(path: string, options: CallOptions = {}): Promise<Blob> {
    options.signal?.throwIfAborted();
    const name = checkedPath(path);
    const found = this.#blobs.get(name);
    if (!found) throw new Error(`There is no file "${name}".`);
    return found;
  }

  /** Takes a file away. Rejects when there is no such file. */
  async remove(path: string, options: CallOptions = {}): Promise<void> {
    const { signal } = options;
    const name = checkedPath(path);
    const removed = async (): Promise<void> => {
      await this.#ask({ type: "file_remove", path: name }, signal);
      this.#blobs.delete(name);
    };
    await abortable(signal, removed);
  }

  /** The files there are, sorted by path; what has just been written is among them. */
  async list(options: CallOptions = {}): Promise<FileInfo[]> {
    options.signal?.throwIfAborted();
    const all = [...this.#blobs].map(([path, { size }]) => ({ path, size }));
    return all.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @internal For the sandbox: the frame keeps this file. */
  kept(path: string, blob: Blob): void {
    this.#blobs.set(path, blob);
  }

  /** @internal For the sandbox: what there is now; anything else is gone. */
  heard(files: readonly FileInfo[]): void {
    const paths = new Set(files.map((file) => file.path));
    for (const path of this.#blobs.keys()) {
      if (!paths.has(path) && !this.#restored.has(path)) this.#blobs.delete(path);
    }
  }

  /** @internal For the sandbox: puts everything into a new frame. */
  restore(): void {
    for (const [path, blob] of this.#blobs) {
      this.#restored.set(path, blob);
      const answered = (): void => {
        if (this.#restored.get(path) === blob) this.#restored.delete(path);
      };
      // If this frame is lost as well, the next one gets it.
      const failed = (error: unknown): void => (error instanceof Gone ? undefined : answered());
      this.#ask({ type: "file_write", path, blob }).then(answered, failed);
    }
  }
}

/** What may be given for a file, as a handle to a copy of it. Throws a TypeError for anything else. */
export function asBlob(path: string, data: FileData): Blob {
  if (data instanceof Blob) return data;
  if (typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return new Blob([data as BlobPart]);
  }
  throw new TypeError(`What is to be the file "${path}" must be a string, a Blob, an ArrayBuffer or a Uint8Array.`);
}
