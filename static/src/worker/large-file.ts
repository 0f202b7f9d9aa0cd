// A file too large to be copied into Python's memory file system at once: read from its blob piece by piece, and copied
// when it is first written to.

import { whole } from "../common/blobs";
import type { EmscriptenFs, FsNode, FsStream } from "./emscripten";
import { lettingGo } from "./letting-go";

/** So much is read at a time, in bytes: whoever reads on needn't ask the browser again. */
const WINDOW = 2 * 1024 * 1024;

/** More than a window is copied so many bytes at a time. */
const PIECE = 8 * WINDOW;

/** Of so many files what was read last is held. */
const WINDOWS = 8;

/** "I/O error" and "no space left on device", as WASI numbers them. */
const EIO = 29;
const ENOSPC = 51;

type Bytes = Uint8Array<ArrayBuffer>;

/** MEMFS's operations on open files (libmemfs.js). */
interface StreamOps {
  read(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number, own: boolean): number;
  mmap(stream: MappedStream, length: number, position: number, prot: number, flags: number): unknown;
  msync(stream: FsStream, buffer: Uint8Array, offset: number, length: number, flags: number): number;
}

/** As much of a stream as mapping it reads. */
interface MappedStream {
  node: { mode: number; contents: unknown };
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
  /** What was read last of some of them, the latest behind. */
  readonly #windows = new Map<Blob, { start: number; bytes: Bytes }>();
  readonly #letGo = lettingGo();

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
      this.#close(blob);
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
          this.#read(blob, position, end, buffer, offset);
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
        if (!this.#blobs.has(node)) return base.mmap(stream, length, position, prot, flags);
        try {
          // Only what is mapped is read; what is written to the map comes by `msync`.
          const contents = slice(blob, position, position + length);
          const mapped = base.mmap({ node: { mode: node.mode, contents } }, length, 0, prot, flags);
          this.#letGo(contents.buffer);
          return mapped;
        } catch (error) {
          if (error instanceof this.#fs.ErrnoError) throw error;
          throw new this.#fs.ErrnoError(EIO);
        }
      },
      msync: (stream, buffer, offset, length, flags) => {
        settle(blob.size);
        return base.msync(stream, buffer, offset, length, flags);
      },
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

  /** Copies bytes of a blob into `buffer` at `offset`. */
  #read(blob: Blob, from: number, to: number, buffer: Uint8Array, offset: number): void {
    if (to - from > WINDOW) {
      for (let at = from; at < to; at += PIECE) {
        const bytes = slice(blob, at, Math.min(at + PIECE, to));
        buffer.set(bytes, offset + at - from);
        this.#letGo(bytes.buffer);
      }
      return;
    }
    let window = this.#windows.get(blob);
    if (!window || from < window.start || to > window.start + window.bytes.length) {
      this.#close(blob);
      window = { start: from, bytes: slice(blob, from, from + WINDOW) };
      this.#windows.set(blob, window);
      const [oldest] = this.#windows.keys();
      if (this.#windows.size > WINDOWS && oldest) this.#close(oldest);
    }
    buffer.set(window.bytes.subarray(from - window.start, to - window.start), offset);
  }

  /** Lets go of what was read last of a blob. */
  #close(blob: Blob): void {
    const window = this.#windows.get(blob);
    if (!window) return;
    this.#windows.delete(blob);
    this.#letGo(window.bytes.buffer);
  }
}
