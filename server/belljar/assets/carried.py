"""Carried: files of the wheel `belljar-runtime`, with which neither network, Node nor browser is needed.

    belljar_runtime/assets/files/<sha256>/<name>     the manifest's files, byte-code, snapshots
    belljar_runtime/assets/built/<…>.json            which of them stands for what

`make runtime-wheel` packs it. A file comes into the store only with the hash that the manifest, or the index
of what was built, names for it; an index fits only the very belljar that it was built with.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from belljar.assets.bytecode import read_index, write_index
from belljar.assets.folder import working_in
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.progress import Progress
from belljar.assets.snapshots import read_snapshots
from belljar.assets.store import Store, WrongBytesError, read_chunks, write_atomically

PACKAGE = "belljar_runtime"


def find_carried() -> Path | None:
    """The assets of the installed `belljar-runtime`; None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = [folder for place in places if (folder := Path(place) / "assets").is_dir()]
    return found[0] if found else None


def take_carried(
    manifest: Manifest, assets_dir: Path, carried: Path, progress: Progress | None = None
) -> int:
    """Copy what is missing, each file verified; gives how many came. Takes no network.

    Raises:
        FolderError: The folder can't be written to.
    """
    progress = progress or Progress()
    with working_in(assets_dir, progress.note):
        source, store = Store(carried), Store(assets_dir)
        compiled = read_index(carried, manifest)
        snapshots = read_snapshots(carried)
        parts = [file for files in snapshots.values() for file in files]
        wanted = [one for one in (*manifest.files, *compiled.values(), *parts) if source.path(one).is_file()]
        missing = {one.sha256: one for one in wanted if store.state(one) != "ok"}
        taken = 0
        with progress.counting(f"Taking {len(missing)} files", sum(one.size for one in missing.values())):
            progress.place(PACKAGE.replace("_", "-"))
            for entry in missing.values():
                try:
                    store.write(entry, read_chunks(source.path(entry)))
                    taken += 1
                except WrongBytesError as error:
                    progress.note(f"{error} ({PACKAGE.replace('_', '-')}): it is fetched instead.")
                progress.add(entry.size)
        whole = {plain: entry for plain, entry in compiled.items() if store.state(entry) == "ok"}
        if whole:
            write_index(assets_dir, manifest, {**read_index(assets_dir, manifest), **whole})
        for index, files in snapshots.items():
            target = assets_dir / "built" / index.name
            if not target.exists() and all(store.state(entry) == "ok" for entry in files):
                write_atomically(target, index.read_text(encoding="utf-8"))
        store.save()
    return taken


def pack(manifest: Manifest, assets_dir: Path, target: Path, keys: Collection[str]) -> int:
    """Write what a wheel carries into a folder; gives its bytes.

    Args:
        keys: Names of the snapshots: see `snapshot_key`.

    Raises:
        AssetError: The assets are not complete.
    """
    store = Store(assets_dir)
    compiled = read_index(assets_dir, manifest)
    wanted = {f"snapshot-{key}.json" for key in keys}
    snapshots = {index: files for index, files in read_snapshots(assets_dir).items() if index.name in wanted}
    total = sum(_link(store, entry, target) for entry in _distinct([
        *manifest.files, *compiled.values(), *(file for files in snapshots.values() for file in files),
    ]))  # fmt: skip
    (target / "built").mkdir(parents=True, exist_ok=True)
    write_index(target, manifest, compiled)
    for index, files in snapshots.items():
        if all(store.state(entry) == "ok" for entry in files):
            write_atomically(target / "built" / index.name, index.read_text(encoding="utf-8"))
    return total


def _distinct(entries: Iterable[FileEntry]) -> Iterator[FileEntry]:
    yield from {entry.sha256: entry for entry in entries}.values()


def _link(store: Store, entry: FileEntry, target: Path) -> int:
    if store.state(entry) != "ok":
        return 0
    place = target / "files" / entry.sha256 / entry.name
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        shutil.copyfile(store.path(entry), place)
    return entry.size
