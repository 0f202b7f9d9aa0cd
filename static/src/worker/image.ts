// The file-system image: standard library and packages as one run of bytes with an index, mounted into MEMFS without
// reading any of it. A folder's entries become nodes when they are first looked up, a file's bytes come from a blob when they
// are first needed. Blobs are immutable and lie outside the worker: many workers share one, and none can change it.

import type { ImageFolder, ImageIndex } from "../protocol/messages";
import type { EmscriptenFs, FsNode, NodeOps } from "./emscripten";
import { THEN } from "./then";

/** Gives bytes of the image; blocks until they are there. */
export type ReadImage = (offset: number, length: number) => Uint8Array<ArrayBuffer>;

/** "I/O error", as WASI numbers it. */
const EIO = 29;

/** Where a file begins that is listed and not in the image: it can't be read. */
export const ABSENT = -1;

/** What Emscripten gives to what is unpacked. */
const MODE = { file: 0o100666, folder: 0o40777 };

/** A file's place in its image. */
interface File {
  read: ReadImage;
  offset: number;
  length: number;
}

type Entry = Folder | File;

class Folder {
  readonly folders = new Map<string, Folder>();
  /** False for one that only leads to others. */
  listed = false;
  readonly #read: ReadImage;
  #index: ImageFolder = ["", "", []];
  #entries: Map<string, Entry> | undefined;

  constructor(read: ReadImage) {
    this.#read = read;
  }

  list(index: ImageFolder): void {
    this.listed = true;
    this.#index = index;
  }

  /** What is in it, told apart when it is first asked for. */
  get entries(): Map<string, Entry> {
    if (!this.#entries) {
      this.#entries = new Map<string, Entry>(this.folders);
      const read = this.#read;
      for (const [name, offset, length] of filesOf(this.#index)) this.#entries.set(name, { read, offset, length });
    }
    return this.#entries;
  }
}

/** The files of a folder: name, where it begins in the image and how long it is, in bytes. */
export function* filesOf([, names, numbers]: ImageFolder): Iterable<[string, number, number]> {
  if (names === "") return;
  let at = 0;
  for (const name of names.split("/")) yield [name, numbers[at++] ?? 0, numbers[at++] ?? 0];
}

function tree(index: ImageIndex, read: ReadImage): Folder {
  const root = new Folder(read);
  const known = new Map<string, Folder>([["", root]]);
  const at = (path: string): Folder => {
    const found = known.get(path);
    if (found) return found;
    const cut = path.lastIndexOf("/");
    const made = new Folder(read);
    at(path.slice(0, cut)).folders.set(path.slice(cut + 1), made);
    known.set(path, made);
    return made;
  };
  for (const folder of index) at(folder[0]).list(folder);
  return root;
}

interface LazyNode extends FsNode {
  /** What it will have, without what it has by now. */
  lazy?: Map<string, Entry> | (() => Map<string, Entry>) | undefined;
}

/** What a folder does not have yet. */
function lacking(node: LazyNode): Map<string, Entry> | undefined {
  if (typeof node.lazy === "function") node.lazy = node.lazy();
  return node.lazy;
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

/** The files of a file system that arrive when they are asked for: those of all its images. */
class LazyFiles {
  readonly #fs: EmscriptenFs;
  /** Operations of MEMFS's folders, and of those that do not have everything yet. */
  readonly #base: NodeOps;
  readonly #lazy: NodeOps;

  constructor(fs: EmscriptenFs) {
    const base = fs.root.node_ops; // shared by every folder of MEMFS
    this.#fs = fs;
    this.#base = base;
    this.#lazy = {
      ...base,
      lookup: (parent: LazyNode, name) => this.#arrived(parent, name) ?? base.lookup(parent, name),
      readdir: (node: LazyNode) => [...base.readdir(node), ...(lacking(node)?.keys() ?? [])],
      rmdir: (parent, name) => {
        this.#all(fs.lookupNode(parent, name));
        base.rmdir(parent, name);
      },
      rename: (node, folder: LazyNode, name) => {
        this.#all(folder);
        base.rename(node, folder, name);
      },
    };
  }

  /** Puts a folder's entries into one that is there; what it has already stays. */
  merge(node: LazyNode, folder: Folder): void {
    const have = node.contents as Record<string, FsNode>;
    const missing = new Map<string, Entry>();
    for (const [name, entry] of folder.entries) {
      const there = have[name] ?? this.#arrived(node, name);
      if (!there) missing.set(name, entry);
      else if (entry instanceof Folder && this.#fs.isDir(there.mode)) this.merge(there, entry);
    }
    if (missing.size > 0) this.#defer(node, new Map([...(lacking(node) ?? []), ...missing]));
    if (folder.listed) node.mtime = node.ctime = THEN;
  }

  #defer(node: LazyNode, entries: LazyNode["lazy"]): void {
    node.lazy = entries;
    node.node_ops = this.#lazy;
  }

  /** What has not been asked for before, if there is anything of this name. */
  #arrived(parent: LazyNode, name: string): FsNode | undefined {
    const missing = lacking(parent);
    const entry = missing?.get(name);
    if (!entry) return undefined;
    missing?.delete(name);
    return this.#make(parent, name, entry);
  }

  #make(parent: FsNode, name: string, entry: Entry): FsNode {
    const { mtime, ctime } = parent;
    const isFolder = entry instanceof Folder;
    const node = this.#base.mknod(parent, name, isFolder ? MODE.folder : MODE.file, 0);
    Object.assign(parent, { mtime, ctime });
    if (isFolder) this.#defer(node, () => entry.entries);
    else {
      const { read, offset, length } = entry;
      deferContents(node, () => {
        try {
          return read(offset, length);
        } catch {
          throw new this.#fs.ErrnoError(EIO);
        }
      });
      node.usedBytes = length;
    }
    node.mtime = node.ctime = node.atime = THEN;
    return node;
  }

  #all(node: LazyNode): void {
    const entries = lacking(node);
    if (!entries) return;
    node.lazy = undefined;
    node.node_ops = this.#base;
    for (const [name, entry] of entries) this.#make(node, name, entry);
  }
}

const mounted = new WeakMap<EmscriptenFs, LazyFiles>();

/** Mounts an image over what is there; files that exist already stay. There may be several. */
export function mountImage(fs: EmscriptenFs, index: ImageIndex, read: ReadImage): void {
  const files = mounted.get(fs) ?? new LazyFiles(fs);
  mounted.set(fs, files);
  files.merge(fs.root, tree(index, read));
}
