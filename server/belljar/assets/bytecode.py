"""Byte-code that was built: which compiled archive stands for which plain one, made by which tools.

The index lies at `built/<fingerprint>.json`; the fingerprint covers the interpreter and everything that
compiles, so an index is never right for another belljar or another Pyodide. Compiled archives lie in the
store like all files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path

from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.paths import REQUIREMENTS_NAME, packaged
from belljar.assets.store import Store, write_atomically
from belljar.assets.toolchain import read_requirements
from belljar.errors import AssetError

DRIVER = "bytecompile.mjs"
PROGRAM = "bytecompile_inside.py"


def compiled_files(store: Store, manifest: Manifest) -> dict[str, FileEntry]:
    """Plain archive (by SHA-256) → compiled archive, for those that are in the store and whole."""
    wanted = {entry.sha256 for entry in archives(manifest)}
    return {
        plain: entry
        for plain, entry in read_index(store.root, manifest).items()
        if plain in wanted and store.state(entry) == "ok"
    }


def package_archives(store: Store, manifest: Manifest) -> dict[str, FileEntry]:
    """The archive of each package that is served: byte-compiled where it was built."""
    compiled = compiled_files(store, manifest)
    return {
        name: compiled.get(package.file.sha256, package.file)
        for name, package in sorted(manifest.packages.items())
    }


def archives(manifest: Manifest) -> tuple[FileEntry, ...]:
    """Files that hold Python source: the zip of the standard library and the wheels."""
    return tuple(entry for entry in manifest.files if entry.name.endswith((".zip", ".whl")))


def read_index(assets_dir: Path, manifest: Manifest) -> dict[str, FileEntry]:
    """What was built with these very tools; empty when nothing was, or the index is damaged."""
    try:
        data = json.loads(_index_path(assets_dir, manifest).read_text(encoding="utf-8"))
        return {plain: FileEntry(**entry) for plain, entry in data.items()}
    except (OSError, ValueError, TypeError, AttributeError, AssetError):
        return {}


def write_index(assets_dir: Path, manifest: Manifest, index: Mapping[str, FileEntry]) -> None:
    """Replace the index."""
    data = {plain: asdict(index[plain]) for plain in sorted(index)}
    write_atomically(_index_path(assets_dir, manifest), json.dumps(data, indent=1) + "\n")


def program_path(name: str) -> Path:
    """Where one of the byte-compiler's two programs lies."""
    return Path(str(resources.files("belljar.assets"))) / name


def _index_path(assets_dir: Path, manifest: Manifest) -> Path:
    return assets_dir / "built" / f"{fingerprint(manifest)}.json"


def fingerprint(manifest: Manifest) -> str:
    """Hash of all that decides a compiled archive's bytes, besides the plain one. Node's version does not."""
    parts = [entry.sha256 for entry in manifest.core]
    parts += [
        f"{tool.requirement} {' '.join(sorted(tool.hashes))}"
        for tool in read_requirements(packaged(REQUIREMENTS_NAME))
        if tool.is_pure
    ]
    parts += [hashlib.sha256(program_path(name).read_bytes()).hexdigest() for name in (DRIVER, PROGRAM)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
