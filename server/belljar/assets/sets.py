"""The asset set: what one server hands out, complete and verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from belljar.assets import manifest as manifests
from belljar.assets.bytecode import compiled_files, package_archives
from belljar.assets.folder import refusals
from belljar.assets.images import find_images
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.paths import load_manifest
from belljar.assets.pyodide_lock import LOCK_NAME, write_lock
from belljar.assets.store import Store, require


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
    """One package of the allowlist.

    Attributes:
        file: The archive.
        depends: Names of packages.
        imports: Its top-level modules.
        image: Its files as they are mounted, where that was built: what imports read, and the rest, if any.
    """

    name: str
    version: str
    file: AssetFile
    depends: tuple[str, ...]
    imports: tuple[str, ...]
    image: tuple[AssetFile, ...] = ()

    @property
    def files(self) -> tuple[AssetFile, ...]:
        """All that is served of it."""
        return (self.file, *self.image)


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
        return (*self.core, *(file for package in self.packages.values() for file in package.files))


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
    archives, images = package_archives(store, manifest), find_images(store)

    def packed(name: str) -> tuple[AssetFile, ...]:
        image = images.get(archives[name].sha256)
        return tuple(_asset(store, entry) for entry in image.files) if image else ()

    lock = _lock_file(store, manifest, archives)
    packages = {
        name: Package(
            name, entry.version, _asset(store, archives[name]), entry.depends, entry.imports, packed(name)
        )
        for name, entry in sorted(manifest.packages.items())
    }
    compiled = compiled_files(store, manifest)
    store.save()
    sources = {entry.sha256 for entry in manifest.files if entry.name.endswith((".whl", ".zip"))}
    return AssetSet(
        pyodide=manifest.pyodide,
        python=manifest.python,
        core=(*(_asset(store, compiled.get(entry.sha256, entry)) for entry in manifest.core), lock),
        packages=packages,
        bytecode=sources <= compiled.keys(),
        profiles=manifest.profiles,
    )


def _lock_file(store: Store, manifest: Manifest, files: Mapping[str, FileEntry]) -> AssetFile:
    data = write_lock(manifest, files).encode()
    entry = FileEntry(LOCK_NAME, len(data), hashlib.sha256(data).hexdigest())
    if store.state(entry) != "ok":
        with refusals(store.root):
            store.write(entry, [data])
    return _asset(store, entry)


def _asset(store: Store, entry: FileEntry) -> AssetFile:
    return AssetFile(entry.name, store.path(entry), entry.size, entry.sha256)
