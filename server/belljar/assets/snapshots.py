"""Snapshots that were built: an interpreter with a profile's packages imported, ready to be restored.

The index of one lies at `built/snapshot-<key>.json`. The key covers every byte that it was made from (the
runtime, the packages as they are served) and the browser code that made it, so a snapshot is never offered
for anything else. The parts lie in the store like all files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from belljar.assets.manifest import FileEntry
from belljar.assets.pyodide_lock import LOCK_NAME
from belljar.assets.sets import AssetFile, AssetSet
from belljar.assets.store import Store, write_atomically
from belljar.errors import AssetError

PARTS = ("script", "state", "heap", "hot", "cold", "rest")
"""What a capture hands in: see `PolicySnapshot` in `static/src/protocol/policy.ts`."""

ENDINGS = {"script": "js", "state": "json"}

KEEP_SECONDS = 7 * 86_400
"""How long a snapshot stays that nothing asks for."""

HEAP_PIECE = 4 << 20
"""Length of the files that the heap is split into, in bytes: each is verified and put in its place while
the next ones are on their way."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Names of the packages inside, dependencies first, and the files by `PARTS`, each in pieces."""

    load: tuple[str, ...]
    parts: Mapping[str, tuple[AssetFile, ...]]

    @property
    def files(self) -> tuple[AssetFile, ...]:
        """All its files."""
        return tuple(file for pieces in self.parts.values() for file in pieces)


def snapshot_key(assets: AssetSet, load: Sequence[str], stamp: str) -> str:
    """What names a snapshot: hash of all it depends on.

    The lock is not part of it: it names the files of every package, and those of packages that are not loaded
    change when they are compiled, which comes after the snapshot.

    Args:
        stamp: `Frontend.snapshot_stamp()`.
    """
    files = [file.sha256 for file in assets.core if file.name != LOCK_NAME]
    files += [f"{name} {assets.packages[name].file.sha256}" for name in load]
    return hashlib.sha256("\n".join([stamp, *files]).encode()).hexdigest()[:32]


def find_snapshot(assets_dir: Path, assets: AssetSet, load: Sequence[str], stamp: str) -> Snapshot | None:
    """The snapshot of these packages, if one was built and is whole."""
    index = _index(assets_dir, snapshot_key(assets, load, stamp))
    entries = _read(index)
    if entries is None:
        return None
    store = Store(assets_dir)
    if any(store.state(entry) != "ok" for pieces in entries.values() for entry in pieces):
        return None
    store.save()
    with contextlib.suppress(OSError):
        os.utime(index)  # it is in use: see `prune_snapshots`
    parts = {
        part: tuple(AssetFile(entry.name, store.path(entry), entry.size, entry.sha256) for entry in pieces)
        for part, pieces in entries.items()
    }
    return Snapshot(tuple(load), parts)


def in_pieces(load: Sequence[str], parts: Mapping[str, Path], folder: Path) -> Snapshot:
    """A new snapshot as it is served, which nothing knows of yet: its files in `folder`.

    Args:
        parts: What was captured, by `PARTS`.
    """
    files: dict[str, tuple[AssetFile, ...]] = {}
    for part in PARTS:
        path = parts[part]
        if part == "heap":
            with path.open("rb") as file:
                pieces = list(iter(lambda: file.read(HEAP_PIECE), b""))
            named = [(f"snapshot-heap-{position}.bin", piece) for position, piece in enumerate(pieces)]
        else:
            named = [(f"snapshot-{part}.{ENDINGS.get(part, 'bin')}", path.read_bytes())]
        for name, content in named:
            (folder / name).write_bytes(content)
        files[part] = tuple(AssetFile.of(folder / name) for name, _ in named)
    return Snapshot(tuple(load), files)


def keep_snapshot(assets_dir: Path, assets: AssetSet, stamp: str, snapshot: Snapshot) -> None:
    """Put the files of a new snapshot into the store and make it known."""
    store = Store(assets_dir)
    load = snapshot.load
    entries: dict[str, list[FileEntry]] = {}
    for part in PARTS:
        entries[part] = [FileEntry(file.name, file.size, file.sha256) for file in snapshot.parts[part]]
        for file, entry in zip(snapshot.parts[part], entries[part], strict=True):
            # Hashed once more on its way into the store: what was proved is what is kept.
            store.write(entry, [file.path.read_bytes()])
    store.save()
    index = {part: [asdict(entry) for entry in pieces] for part, pieces in entries.items()}
    write_atomically(
        _index(assets_dir, snapshot_key(assets, load, stamp)), json.dumps(index, indent=1) + "\n"
    )


def prune_snapshots(assets_dir: Path, keep_seconds: float = KEEP_SECONDS) -> int:
    """Remove snapshots that nothing has asked for in this time: every release leaves some behind.

    Returns:
        Bytes that are free again.
    """
    store = Store(assets_dir)
    indexes = {index: _read(index) or {} for index in (assets_dir / "built").glob("snapshot-*.json")}
    old = {index for index in indexes if time.time() - index.stat().st_mtime > keep_seconds}
    pieces = {
        index: {entry.sha256: entry for part in entries.values() for entry in part}
        for index, entries in indexes.items()
    }
    used = {sha256 for index in indexes.keys() - old for sha256 in pieces[index]}
    free = {sha256: entry for index in old for sha256, entry in pieces[index].items() if sha256 not in used}
    for index in old:
        index.unlink(missing_ok=True)
    for entry in free.values():
        store.discard(entry)
    store.save()
    return sum(entry.size for entry in free.values())


def read_snapshots(assets_dir: Path) -> dict[Path, list[FileEntry]]:
    """Every index that lies in the folder, and the files that it names."""
    found = {index: _read(index) for index in sorted((assets_dir / "built").glob("snapshot-*.json"))}
    return {
        index: [entry for pieces in entries.values() for entry in pieces]
        for index, entries in found.items()
        if entries is not None
    }


def _read(index: Path) -> dict[str, list[FileEntry]] | None:
    try:
        data = json.loads(index.read_text(encoding="utf-8"))
        return {part: [FileEntry(**piece) for piece in data[part]] for part in PARTS}
    except (OSError, ValueError, TypeError, KeyError, AssetError):
        return None


def _index(assets_dir: Path, key: str) -> Path:
    return assets_dir / "built" / f"snapshot-{key}.json"
