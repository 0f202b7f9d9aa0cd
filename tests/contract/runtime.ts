// The Pyodide that is looked at: the manifest's, out of the assets folder; or an unpacked npm package that BELLJAR_PYODIDE
// names, to learn what another version changes before it is pinned.

import { existsSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface File {
  name: string;
  sha256: string;
}

interface Manifest {
  pyodide: string;
  python: string;
  platform: string;
  abi: string;
  core: File[];
  packages: Record<string, { version: string; file: File; depends: string[]; imports: string[] }>;
}

const root = new URL("../..", import.meta.url).pathname;
const assets = process.env.BELLJAR_ASSETS_DIR ?? join(root, "pyodide_assets");
const other = process.env.BELLJAR_PYODIDE;

export const manifest = JSON.parse(readFileSync(join(root, "pyodide_assets", "manifest.json"), "utf8")) as Manifest;

const stored = ({ name, sha256 }: File): string => join(assets, "files", sha256, name);

function pathOf(name: string): string {
  const core = manifest.core.find((file) => file.name === name);
  const path = other ? join(other, name) : core && stored(core);
  if (!path || !existsSync(path)) throw new Error(`${name} is not there: run \`belljar assets fetch\``);
  return path;
}

const known = new Map<string, Uint8Array<ArrayBuffer>>();

/** The bytes of one of Pyodide's own files. */
export function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  const found = known.get(name) ?? new Uint8Array(readFileSync(pathOf(name)));
  known.set(name, found);
  return found;
}

export const textOf = (name: string): string => new TextDecoder().decode(bytesOf(name));

/** A folder with Pyodide's files and some packages' wheels by name, and the lock that names those packages. */
export function folderWith(names: readonly string[]): { folder: string; lock: string } {
  const folder = `${mkdtempSync(join(tmpdir(), "belljar-contract-"))}/`;
  for (const { name } of manifest.core) symlinkSync(pathOf(name), join(folder, name));
  const packages = Object.fromEntries(
    names.map((name) => {
      const entry = manifest.packages[name];
      if (!entry) throw new Error(`${name} is not in the manifest`);
      symlinkSync(stored(entry.file), join(folder, entry.file.name));
      const { version, file, depends, imports } = entry;
      const common = { install_dir: "site", package_type: "package", unvendored_tests: false };
      return [name, { ...common, name, version, file_name: file.name, sha256: file.sha256, imports, depends }];
    }),
  );
  const { abi, platform, python } = manifest;
  const info = other
    ? JSON.parse(readFileSync(join(other, "pyodide-lock.json"), "utf8")).info
    : { abi_version: abi, arch: "wasm32", platform, python };
  return { folder, lock: JSON.stringify({ info, packages }) };
}
