// A file too large to be copied into Python's memory file system at once: read from its blob piece by piece, and copied
// when it is first written to.

import { whole } from "../common/blobs";
import type { EmscriptenFs, FsNode, FsStream } from "./emscripten";

/** So much is read at a time, in bytes: whoever reads on needn't ask the browser again. */
const WINDOW = 2 * 1024 * 1024;

/** "I/O error" and "no space left on device", as WASI numbers them. */
const EIO = 29;
const ENOSPC = 51;

type Bytes = Uint8Array<ArrayBuffer>;

/** MEMFS's operations on open files (libmemfs.js). */
interface StreamOps {
  read(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number, own: boolean): number;
  mmap(stream: FsStream, length: number, position: number, prot: number, flags: number): unknown;
  msync(stream: FsStream, buffer: Uint8Array, offset: number, length: number, flags: number): number;
}

interface FileNode extends FsNode {
  stream_ops: StreamOps;
  node_ops: FsNode["node_ops"] & { setattr(node: FsNode, attributes: { size?: number }): void };
}

const reader = new FileReaderSync();

/** Bytes of a blob; blocks. Throws where the browser has lost them. */
const slice = (blob: Blob, from: number, to: number): Bytes => {
  const part = blob.slice(from, to);
  return new Uint8Array(whole(reader.readAsArrayBuffer(part), part.size, "a file"));
};

export class LargeFiles {
  readonly #fs: EmscriptenFs;
  /** What has not been written to since, by its node. */
  readonly #blobs = new WeakMap<object, Blob>();

  constructor(fs: EmscriptenFs) {
    this.#fs = fs;
  }

  /** The blob of a node that still is what it was. */
  blob(node: FsNode): Blob | undefined {
    return this.#blobs.get(node);
  }

  /** Lets an empty file have these bytes. */
  fill(made: FsNode, blob: Blob): void {
    const node = made as FileNode;
    const base = node.stream_ops;
    const { setattr } = node.node_ops;
    let window: Bytes = new Uint8Array();
    let start = 0;
    const read = (from: number, to: number): Bytes => {
      if (to - from > WINDOW) return slice(blob, from, to);
      if (from < start || to > start + window.length) {
        window = slice(blob, from, from + WINDOW);
        start = from;
      }
      return window.subarray(from - start, to - start);
    };
    /** From now on it is one like any other, of so many bytes of what it was. */
    const settle = (size: number): void => {
      if (!this.#blobs.has(node)) return;
      const kept = Math.min(size, blob.size);
      try {
        node.contents = kept > 0 ? slice(blob, 0, kept) : new Uint8Array();
      } catch {
        throw new this.#fs.ErrnoError(ENOSPC);
      }
      node.usedBytes = kept;
      this.#blobs.delete(node);
      window = new Uint8Array();
    };
    this.#blobs.set(node, blob);
    node.usedBytes = blob.size;
    // Streams take the operations along when they are opened, so these serve the file after it was written to, too.
    node.stream_ops = {
      ...base,
      read: (stream, buffer, offset, length, position) => {
        if (!this.#blobs.has(node)) return base.read(stream, buffer, offset, length, position);
        const end = Math.min(position + length, blob.size);
        if (position >= end) return 0;
        try {
          buffer.set(read(position, end), offset);
        } catch {
          throw new this.#fs.ErrnoError(EIO);
        }
        return end - position;
      },
      write: (stream, buffer, offset, length, position, own) => {
        if (length > 0) settle(blob.size);
        return base.write(stream, buffer, offset, length, position, own);
      },
      mmap: (stream, length, position, prot, flags) => {
        settle(blob.size);
        return base.mmap(stream, length, position, prot, flags);
      },
      msync: (stream, buffer, offset, length, flags) => base.msync(stream, buffer, offset, length, flags),
    };
    node.node_ops = {
      ...node.node_ops,
      setattr: (target, attributes) => {
        // What is emptied need not be read first.
        if (attributes.size !== undefined) settle(attributes.size);
        setattr(target, attributes);
      },
    };
  }
}
