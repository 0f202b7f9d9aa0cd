// Puts the file-system image together that worker/image.ts mounts: which files there are, and where each comes to lie.

import type { ImageIndex } from "../../protocol/messages";
import type { EmscriptenFs } from "../../worker/emscripten";
import { ABSENT, filesOf } from "../../worker/image";

/** Every file of an image: its path, where it begins and how long it is, in bytes. */
export function* imageFiles(index: ImageIndex): Iterable<[path: string, offset: number, length: number]> {
  for (const folder of index) {
    for (const [name, offset, length] of filesOf(folder)) yield [`${folder[0]}/${name}`, offset, length];
  }
}

/** Everything below some paths: the index, and the bytes in its order. */
export interface Packed {
  index: ImageIndex;
  /** Each file's bytes by path. */
  bytes: Map<string, Uint8Array<ArrayBuffer>>;
}

/** An index of these files, which have no places yet. */
function indexOf(folders: ReadonlyMap<string, readonly string[]>, lengthOf: (path: string) => number): ImageIndex {
  return [...folders].map(([folder, names]) => [
    folder,
    names.join("/"),
    names.flatMap((name) => [0, lengthOf(`${folder}/${name}`)]),
  ]);
}

/** Reads files and folders out of a file system. When they were unpacked is left out: the same files, the same image. */
export function packFiles(fs: EmscriptenFs, roots: readonly string[]): Packed {
  const bytes: Packed["bytes"] = new Map();
  const folders = new Map<string, string[]>();
  const take = (folder: string, name: string): void => {
    const path = `${folder}/${name}`;
    const { mode } = fs.lstat(path);
    if (fs.isDir(mode)) {
      folders.set(path, []);
      for (const inner of fs.readdir(path).sort()) if (inner !== "." && inner !== "..") take(path, inner);
    } else if (fs.isFile(mode)) {
      if (!folders.has(folder)) folders.set(folder, []);
      folders.get(folder)?.push(name);
      bytes.set(path, fs.readFile(path));
    }
  };
  for (const root of roots) {
    const cut = root.lastIndexOf("/");
    if (fs.analyzePath(root).exists) take(root.slice(0, cut), root.slice(cut + 1));
  }
  return { index: indexOf(folders, (path) => bytes.get(path)?.length ?? 0), bytes };
}

/** A stretch of an image: what is no file first, then these files. */
export interface Stretch {
  ahead: readonly Uint8Array<ArrayBuffer>[];
  paths: Iterable<string>;
}

/**
 * Gives every file its place: stretch by stretch, those of none behind them in the index's order. What is `absent` is listed
 * and nowhere.
 */
export function layOut(packed: Packed, stretches: readonly Stretch[], absent: Iterable<string> = []): Blob[] {
  const places = new Map<string, number>([...absent].map((path) => [path, ABSENT]));
  let offset = 0;
  const lay = ({ ahead, paths }: Stretch): Blob => {
    const pieces = [...ahead];
    for (const { length } of ahead) offset += length;
    for (const path of paths) {
      const bytes = packed.bytes.get(path);
      if (!bytes || places.has(path)) continue;
      places.set(path, offset);
      offset += bytes.length;
      pieces.push(bytes);
    }
    return new Blob(pieces);
  };
  const blobs = stretches.map(lay);
  blobs.push(lay({ ahead: [], paths: packed.bytes.keys() }));
  for (const folder of packed.index) {
    let at = 0;
    for (const [name] of [...filesOf(folder)]) {
      folder[2][at] = places.get(`${folder[0]}/${name}`) ?? 0;
      at += 2;
    }
  }
  return blobs;
}
