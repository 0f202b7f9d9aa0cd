"""The asset set: what one server hands out, complete and verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from belljar.assets import manifest as manifests
from belljar.assets.bytecode import compiled_files
from belljar.assets.lock import LOCK_NAME, write_lock
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.paths import load_manifest
from belljar.assets.store import Store
from belljar.errors import AssetError


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One file to serve: the name Pyodide knows it by, where it lies, its size in bytes and hex SHA-256."""

    name: str
    path: Path
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> AssetFile:
        """The file at `path`, by its own name."""
        content = path.read_bytes()
        return cls(path.name, path, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the allowlist. `depends` are names of packages, `imports` its top-level modules."""

    name: str
    version: str
    file: AssetFile
    depends: tuple[str, ...]
    imports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssetSet:
    """Everything a sandbox may load. `bytecode` is True when every package and the stdlib carry byte-code."""

    pyodide: str
    python: str
    core: tuple[AssetFile, ...]
    packages: Mapping[str, Package]
    bytecode: bool
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """`names` and all they depend on, dependencies first, each once.

        Raises:
            AssetError: a name is not on the allowlist.
        """
        return manifests.closure({name: package.depends for name, package in self.packages.items()}, names)

    @property
    def files(self) -> tuple[AssetFile, ...]:
        """Every file of the set."""
        return (*self.core, *(package.file for package in self.packages.values()))


def load_asset_set(assets_dir: Path, manifest: Manifest | None = None) -> AssetSet:
    """The set in `assets_dir`, byte-compiled where it was built.

    Takes no network and does not hash files again that were hashed before and have not been touched since.

    Args:
        manifest: by default this belljar's own, with what `belljar assets add` allowed on this machine.

    Raises:
        AssetError: files are missing or damaged; the sentence names them and the command that gets them.
    """
    manifest = manifest or load_manifest(assets_dir)
    store = Store(assets_dir)
    require(store, manifest)
    compiled = compiled_files(store, manifest)

    def served(entry: FileEntry) -> FileEntry:
        return compiled.get(entry.sha256, entry)

    lock = _lock_file(
        store, manifest, {name: served(package.file) for name, package in manifest.packages.items()}
    )
    packages = {
        name: Package(name, entry.version, _asset(store, served(entry.file)), entry.depends, entry.imports)
        for name, entry in sorted(manifest.packages.items())
    }
    store.save()
    sources = {entry.sha256 for entry in manifest.files if entry.name.endswith((".whl", ".zip"))}
    return AssetSet(
        pyodide=manifest.pyodide,
        python=manifest.python,
        core=(*(_asset(store, served(entry)) for entry in manifest.core), lock),
        packages=packages,
        bytecode=sources <= compiled.keys(),
        profiles=manifest.profiles,
    )


def require(store: Store, manifest: Manifest) -> None:
    """Raise `AssetError` unless every file of the manifest is in the store and whole."""
    states = {entry.name: store.state(entry) for entry in manifest.files}
    missing = [name for name, state in states.items() if state == "absent"]
    damaged = [name for name, state in states.items() if state == "damaged"]
    problems = []
    if missing:
        problems.append(f"{_some(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    if damaged:
        problems.append(f"{_some(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged")
    if problems:
        raise AssetError(f"In {store.root} {' and '.join(problems)}: run `belljar assets fetch`.")


def _lock_file(store: Store, manifest: Manifest, files: Mapping[str, FileEntry]) -> AssetFile:
    data = write_lock(manifest, files).encode()
    entry = FileEntry(LOCK_NAME, len(data), hashlib.sha256(data).hexdigest())
    if store.state(entry) != "ok":
        store.write(entry, [data])
    return _asset(store, entry)


def _asset(store: Store, entry: FileEntry) -> AssetFile:
    return AssetFile(entry.name, store.path(entry), entry.size, entry.sha256)


def _some(names: list[str]) -> str:
    """At most three names, then how many more there are."""
    if len(names) <= 3:
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"{', '.join(names[:3])} and {len(names) - 3} more files"
