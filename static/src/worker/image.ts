// The file-system image: standard library and packages as one run of bytes with an index, mounted into MEMFS without
// reading any of it. A folder's entries become nodes when they are first looked up, a file's bytes come from a blob when they
// are first needed. Blobs are immutable and lie outside the worker: many workers share one, and none can change it.

import type { ImageIndex } from "../protocol/messages";
import type { EmscriptenFs, FsNode, NodeOps } from "./emscripten";
import { THEN } from "./then";

interface Entry {
  mode: number;
  mtime: number;
  /** Of a folder. */
  children?: Map<string, Entry>;
  /** Of a file. */
  offset: number;
  length: number;
}

/** Gives bytes of the image; blocks until they are there. */
export type ReadImage = (offset: number, length: number) => Uint8Array<ArrayBuffer>;

interface LazyNode extends FsNode {
  lazy?: Map<string, Entry> | undefined;
}

const folderMode = 0o40777;

function tree(index: ImageIndex): Entry {
  const folder = (mtime = 0): Entry => ({ mode: folderMode, mtime, children: new Map(), offset: 0, length: 0 });
  const root = folder();
  const known = new Map<string, Entry>([["", root]]);
  const at = (path: string): Entry => {
    const found = known.get(path);
    if (found) return found;
    const cut = path.lastIndexOf("/");
    const made = folder();
    at(path.slice(0, cut)).children?.set(path.slice(cut + 1), made);
    known.set(path, made);
    return made;
  };
  for (const [path, mode, mtime] of index.folders) Object.assign(at(path), { mode, mtime });
  for (const [path, mode, mtime, offset, length] of index.files) {
    const cut = path.lastIndexOf("/");
    at(path.slice(0, cut)).children?.set(path.slice(cut + 1), { mode, mtime, offset, length });
  }
  return root;
}

/** Makes a file's bytes arrive when they are first asked for. */
function deferContents(node: FsNode, read: () => Uint8Array): void {
  const settle = (value: unknown): void => {
    Object.defineProperty(node, "contents", { value, writable: true, configurable: true, enumerable: true });
  };
  Object.defineProperty(node, "contents", {
    get: () => {
      const bytes = read();
      settle(bytes);
      return bytes;
    },
    set: settle,
    configurable: true,
    enumerable: true,
  });
}

/** Mounts the image over what is there; files that exist already stay. */
export function mountImage(fs: EmscriptenFs, index: ImageIndex, read: ReadImage): void {
  const base = fs.root.node_ops; // shared by every folder of MEMFS

  const make = (parent: FsNode, name: string, entry: Entry): FsNode => {
    const { mtime, ctime } = parent;
    const node = base.mknod(parent, name, entry.mode, 0);
    Object.assign(parent, { mtime, ctime });
    if (entry.children) defer(node, entry.children);
    else {
      const { offset, length } = entry;
      deferContents(node, () => read(offset, length));
      node.usedBytes = length;
    }
    node.mtime = node.ctime = node.atime = entry.mtime;
    return node;
  };
  const all = (node: LazyNode): void => {
    const entries = node.lazy;
    if (!entries) return;
    node.lazy = undefined;
    node.node_ops = base;
    for (const [name, entry] of entries) make(node, name, entry);
  };
  const lazyOps: NodeOps = {
    ...base,
    lookup(parent: LazyNode, name) {
      const entry = parent.lazy?.get(name);
      if (!entry) return base.lookup(parent, name);
      parent.lazy?.delete(name);
      return make(parent, name, entry);
    },
    readdir: (node: LazyNode) => [...base.readdir(node), ...(node.lazy?.keys() ?? [])],
    rmdir(parent, name) {
      all(fs.lookupNode(parent, name));
      base.rmdir(parent, name);
    },
    rename(node, folder: LazyNode, name) {
      all(folder);
      base.rename(node, folder, name);
    },
  };
  const defer = (node: LazyNode, entries: Map<string, Entry>): void => {
    if (entries.size === 0) return;
    node.lazy = new Map([...(node.lazy ?? []), ...entries]);
    node.node_ops = lazyOps;
  };
  const merge = (node: LazyNode, entry: Entry): void => {
    const have = node.contents as Record<string, FsNode>;
    for (const [name, child] of entry.children ?? []) {
      const there = have[name];
      if (!there) defer(node, new Map([[name, child]]));
      else if (child.children && fs.isDir(there.mode)) merge(there, child);
    }
    if (entry.mtime > 0) node.mtime = node.ctime = entry.mtime;
  };
  merge(fs.root, tree(index));
}

/** Everything below some paths: the index, and the bytes in its order. */
export interface Packed {
  index: ImageIndex;
  /** Each file's bytes by path. */
  bytes: Map<string, Uint8Array<ArrayBuffer>>;
}

/** Reads files and folders out of a file system. When they were unpacked is left out: the same files, the same image. */
export function packFiles(fs: EmscriptenFs, roots: readonly string[]): Packed {
  const packed: Packed = { index: { folders: [], files: [] }, bytes: new Map() };
  const walk = (path: string): void => {
    const { mode } = fs.lstat(path);
    if (fs.isDir(mode)) {
      packed.index.folders.push([path, mode, THEN]);
      for (const name of fs.readdir(path).sort()) if (name !== "." && name !== "..") walk(`${path}/${name}`);
    } else if (fs.isFile(mode)) {
      const bytes = fs.readFile(path);
      packed.bytes.set(path, bytes);
      packed.index.files.push([path, mode, THEN, 0, bytes.length]);
    }
  };
  for (const root of roots) if (fs.analyzePath(root).exists) walk(root);
  return packed;
}

/** A stretch of an image: what is no file first, then these files. */
export interface Stretch {
  ahead: readonly Uint8Array<ArrayBuffer>[];
  paths: readonly string[];
}

/** Gives every file its place: stretch by stretch, those of none behind them in the index's order. */
export function layOut(packed: Packed, stretches: readonly Stretch[]): Blob[] {
  const placed = new Set<string>();
  let offset = 0;
  const places = new Map<string, number>();
  const lay = ({ ahead, paths }: Stretch): Blob => {
    const pieces = [...ahead];
    for (const { length } of ahead) offset += length;
    for (const path of paths) {
      const bytes = packed.bytes.get(path);
      if (!bytes || placed.has(path)) continue;
      placed.add(path);
      places.set(path, offset);
      offset += bytes.length;
      pieces.push(bytes);
    }
    return new Blob(pieces);
  };
  const blobs = stretches.map(lay);
  blobs.push(lay({ ahead: [], paths: packed.index.files.map(([path]) => path) }));
  for (const file of packed.index.files) file[3] = places.get(file[0]) ?? 0;
  return blobs;
}
