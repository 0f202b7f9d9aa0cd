"""Pyodide's own distribution beyond the allowlist: what its official lock names, and a package out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from belljar.assets.manifest import FileEntry, Manifest, PackageEntry, normalise
from belljar.assets.mirrors import NotThereError, Source, SourceDownError, official_cdn
from belljar.assets.progress import Progress
from belljar.assets.registries import from_npm
from belljar.assets.store import Store


@dataclass(frozen=True, slots=True)
class OfficialPackage:
    """One row of the official lock, which gives no sizes."""

    name: str
    version: str
    file_name: str
    sha256: str
    depends: tuple[str, ...]
    imports: tuple[str, ...]

    @property
    def is_pure(self) -> bool:
        """Whether PyPI may have the same release as a pure wheel."""
        return self.file_name.endswith("-none-any.whl")


class Official:
    """The official lock and the places that have its files. A place that is down is not asked again."""

    def __init__(
        self, manifest: Manifest, store: Store, mirrors: Sequence[Source], progress: Progress
    ) -> None:
        self._manifest, self._store, self._progress = manifest, store, progress
        self._sources = [*mirrors, official_cdn(manifest)]
        self._packages: Mapping[str, OfficialPackage] | None = None

    def find(self, name: str) -> OfficialPackage | None:
        """The package as the lock has it, or None when it hasn't or the lock can't be had."""
        if self._packages is None:
            self._packages = self._read()
        return self._packages.get(name)

    def get(self, package: OfficialPackage) -> PackageEntry | None:
        """Bring the package's file into the store; None when no place has it."""
        for source in list(self._sources):
            try:
                size = source.size(package.file_name, package.sha256)
                entry = FileEntry(package.file_name, size, package.sha256)
                if self._store.state(entry) != "ok":
                    source.get(entry, self._store, self._progress)
            except NotThereError:
                continue
            except SourceDownError as error:
                self._drop(source, error)
                continue
            return PackageEntry(
                package.name, package.version, entry, package.depends, package.imports, origin="pyodide"
            )
        return None

    def _read(self) -> dict[str, OfficialPackage]:
        entry = self._manifest.lock
        if self._store.state(entry) != "ok" and not self._from_sources(entry):
            try:
                from_npm(self._manifest, [entry], self._store, self._progress)
            except SourceDownError as error:
                self._progress.note(
                    f"Pyodide's own package list can't be had ({error}): only PyPI is looked at."
                )
                return {}
        rows = json.loads(self._store.path(entry).read_text(encoding="utf-8"))["packages"]
        return {
            normalise(name): OfficialPackage(
                normalise(name),
                row["version"],
                row["file_name"],
                row["sha256"],
                tuple(sorted(normalise(needed) for needed in row["depends"])),
                tuple(sorted(row["imports"])),
            )
            for name, row in rows.items()
            if row["package_type"] == "package" and row["file_name"].endswith(".whl")
        }

    def _from_sources(self, entry: FileEntry) -> bool:
        for source in list(self._sources):
            try:
                source.get(entry, self._store, self._progress)
            except NotThereError:
                continue
            except SourceDownError as error:
                self._drop(source, error)
            else:
                return True
        return False

    def _drop(self, source: Source, error: SourceDownError) -> None:
        self._sources.remove(source)
        self._progress.note(f"Nothing from {source.label}: {error}.")
