// Folders of the person's disk inside the worker: their files are read where they lie, and none can be written to. They stand
// beside the working directory and are reached by a link in it, so that looking for what a cell changed passes them over.

import type { MountedFile } from "../protocol/messages";
import type { EmscriptenFs } from "./emscripten";
import type { LargeFiles } from "./large-file";
import { HOME } from "./pyodide";

const MOUNTS = "/mnt/folders";
const MODE = { file: 0o100444, folder: 0o40555, open: 0o40777 };

const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export class Folders {
  readonly #fs: EmscriptenFs;
  readonly #large: LargeFiles;
  /** Where each stands, by its path in the working directory. */
  readonly #places = new Map<string, string>();
  #next = 0;

  constructor(fs: EmscriptenFs, large: LargeFiles) {
    this.#fs = fs;
    this.#large = large;
  }

  /** Puts a folder under the working directory, in place of what had that name. */
  mount(path: string, files: readonly MountedFile[]): void {
    const fs = this.#fs;
    this.remove(path);
    const root = `${MOUNTS}/${this.#next++}/${path.split("/").at(-1)}`;
    const folders = new Set([root]);
    fs.mkdirTree(root);
    for (const { path: below, blob } of files) {
      const full = `${root}/${below}`;
      for (let at = folder(full); !folders.has(at); at = folder(at)) folders.add(at);
      fs.mkdirTree(folder(full));
      fs.writeFile(full, new Uint8Array());
      const { node } = fs.lookupPath(full);
      this.#large.fill(node, blob);
      node.mode = MODE.file;
      const { lastModified } = blob as Partial<File>;
      if (lastModified !== undefined) node.mtime = node.ctime = lastModified;
    }
    for (const at of folders) fs.lookupPath(at).node.mode = MODE.folder;
    fs.mkdirTree(folder(`${HOME}/${path}`));
    fs.symlink(root, `${HOME}/${path}`);
    this.#places.set(path, root);
  }

  /** Takes a folder away; code that has a file of it open reads on. */
  remove(path: string): void {
    const root = this.#places.get(path);
    if (root === undefined) return;
    this.#places.delete(path);
    const full = `${HOME}/${path}`;
    // Code may have taken the link away, or put something else there.
    if (this.#isLink(full)) this.#fs.unlink(full);
    this.#fs.lookupPath(root).node.mode = MODE.open;
    this.#clear(root);
  }

  #isLink(path: string): boolean {
    try {
      return (this.#fs.lstat(path).mode & 0o170000) === 0o120000;
    } catch {
      return false;
    }
  }

  #clear(path: string): void {
    const fs = this.#fs;
    for (const name of fs.readdir(path)) {
      if (name === "." || name === "..") continue;
      const full = `${path}/${name}`;
      if (!fs.isDir(fs.lstat(full).mode)) {
        fs.unlink(full);
        continue;
      }
      fs.lookupPath(full).node.mode = MODE.open;
      this.#clear(full);
    }
    fs.rmdir(path);
  }
}
