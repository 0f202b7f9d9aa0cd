// The policy a server publishes as /policy.json: what may be loaded, from where, and how much a run may use.
// Wire form: snake_case, sizes in bytes, times in milliseconds. Paths are relative to the URL of policy.json itself.

import type { Limits } from "./limits";
import type { SnapshotPart } from "./snapshot";

/** One immutable file, addressed by its content. */
export interface AssetFile {
  /** File name Pyodide knows it by, e.g. "pyodide.asm.wasm". */
  name: string;
  /** Relative URL, e.g. "assets/<sha256>/pyodide.asm.wasm". */
  url: string;
  /** Length in bytes, after any Content-Encoding is undone. */
  size: number;
  /** Lower-case hex SHA-256 of those bytes. */
  sha256: string;
  /** Bytes that the server sends of it to browsers that take every coding, where it knows. */
  sent?: number;
  /** Bytes of a copy with ".gz" behind the address, where one lies there. */
  gzip?: number;
  /** The same of one with ".br", which helps where the host says that it is an encoding. */
  br?: number;
}

/** A package's files as they are mounted: nothing has to be unpacked. */
export interface PackageImage {
  /** The index, and what imports read. */
  code: AssetFile;
  /** What comes afterwards, if anything does: sources that have byte-code, tests. */
  deferred: AssetFile | null;
}

/** One package of the allowlist. */
export interface PolicyPackage {
  name: string;
  version: string;
  /** The archive. */
  file: AssetFile;
  /** Null where the server has built none: then the archive is unpacked. */
  image: PackageImage | null;
  /** Names (keys of `packages`) this one needs. */
  depends: string[];
  /** Top-level modules it provides, e.g. ["sklearn"]. */
  imports: string[];
}

export interface Profile {
  name: string;
  /** Packages loaded before `ready`, dependencies included, in load order. */
  load: string[];
}

/** An interpreter with packages imported, captured when the assets were built: its parts, and the heap. */
export interface PolicySnapshot extends Record<SnapshotPart, AssetFile> {
  /** Packages inside, dependencies first. */
  load: string[];
  /** In pieces: one behind the other they are the heap's pages that are not zero. */
  heap: AssetFile[];
}

export interface Policy {
  version: 1;
  belljar: string;
  /** Names what in the browser code a snapshot depends on. */
  stamp: string;
  pyodide: string;
  python: string;
  /** True when the packages carry byte-code (boot is several times faster). */
  bytecode: boolean;
  frame: { isolated: string; plain: string };
  /** Where the notebook page is; absent where there is none. */
  page?: string;
  /** pyodide.mjs, pyodide.asm.mjs, pyodide.asm.wasm, python_stdlib.zip, pyodide-lock.json. */
  core: AssetFile[];
  packages: Record<string, PolicyPackage>;
  /** What sandboxes load where nothing else is asked for. */
  profile: Profile;
  /** The profiles that a page can ask for by name; the one above is among them. */
  profiles: Record<string, Pick<Profile, "load">>;
  /** What sandboxes can start from instead of the packages themselves. */
  snapshots: PolicySnapshot[];
  limits: Limits;
}
