"""The store: files kept by content, `files/<sha256>/<name>`, so that nothing stale can ever be served.

A file appears under its final name only when all its bytes are there, hashed and on disk. Hashing 60 MB at
each start would cost more than the start, so the store remembers size and modification time of what it has
hashed (`stamps.json`); `verify` ignores the stamps.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Literal

from belljar.assets.manifest import FileEntry, Manifest
from belljar.errors import AssetError

CHUNK = 1 << 20
ABANDONED_SECONDS = 6 * 3600
State = Literal["ok", "absent", "damaged"]


class WrongBytesError(AssetError):
    """Bytes arrived that are not the file the manifest names."""


class Store:
    """The files of one assets folder. Safe to use from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamps_path = root / "stamps.json"
        self._stamps = _read_stamps(self._stamps_path)
        self._changed = False
        self._lock = threading.Lock()

    def path(self, entry: FileEntry) -> Path:
        """Where the file is, or would be."""
        return self.root / "files" / entry.sha256 / entry.name

    def part(self, entry: FileEntry) -> Path:
        """Where an unfinished download of the file waits to be resumed."""
        folder = self.root / "partial"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{entry.sha256}.part"

    def state(self, entry: FileEntry, *, rehash: bool = False) -> State:
        """Whether the file is here and whole. Hashes only what changed since last time, unless `rehash`."""
        path = self.path(entry)
        try:
            stat = path.stat()
        except OSError:
            return "absent"
        stamp = [stat.st_size, stat.st_mtime_ns]
        if not rehash and self._stamps.get(entry.sha256) == stamp:
            return "ok"
        if stat.st_size != entry.size or hash_file(path) != entry.sha256:
            return "damaged"
        self._stamp(entry)
        return "ok"

    def write(self, entry: FileEntry, chunks: Iterable[bytes]) -> Path:
        """Store the file from its bytes.

        Raises:
            WrongBytesError: they are another file; nothing is kept.
        """
        digest, size = hashlib.sha256(), 0
        with self.scratch() as folder:
            temporary = folder / entry.name
            with temporary.open("wb") as out:
                for chunk in chunks:
                    size += len(chunk)
                    digest.update(chunk)
                    out.write(chunk)
                _sync(out)
            check(entry, size, digest.hexdigest())
            return self.adopt(entry, temporary)

    def adopt(self, entry: FileEntry, verified: Path) -> Path:
        """Move a file whose hash was just checked to its place in one step."""
        target = self.path(entry)
        target.parent.mkdir(parents=True, exist_ok=True)
        verified.replace(target)
        self._stamp(entry)
        return target

    def discard(self, entry: FileEntry) -> None:
        """Remove the file, if it is here."""
        with contextlib.suppress(FileNotFoundError):
            self.path(entry).unlink()
        with contextlib.suppress(OSError):
            self.path(entry).parent.rmdir()
        with self._lock:
            self._changed = self._stamps.pop(entry.sha256, None) is not None or self._changed

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same disk for unfinished work, removed afterwards."""
        base = self.root / "partial"
        base.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=base))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove scratch folders of processes that were killed, once they are surely nobody's any more."""
        for folder in (self.root / "partial").glob("work-*"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                    shutil.rmtree(folder)

    def save(self) -> None:
        """Keep the stamps for the next start. A read-only folder is fine: files are then hashed again."""
        with self._lock:
            if not self._changed:
                return
            text = json.dumps(self._stamps, indent=0, sort_keys=True)
            self._changed = False
        with contextlib.suppress(OSError):
            write_atomically(self._stamps_path, text)

    def _stamp(self, entry: FileEntry) -> None:
        stat = self.path(entry).stat()
        with self._lock:
            self._stamps[entry.sha256] = [stat.st_size, stat.st_mtime_ns]
            self._changed = True


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


def check(entry: FileEntry, size: int, sha256: str) -> None:
    """Raise `WrongBytesError` unless size and hash are those of the manifest."""
    if size != entry.size:
        raise WrongBytesError(f"{entry.name} has {size} bytes instead of {entry.size}")
    if sha256 != entry.sha256:
        raise WrongBytesError(f"{entry.name} has another SHA-256 than the manifest says")


def hash_file(path: Path) -> str:
    """Lower-case hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a chunk at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            _sync(out)
        # mkstemp makes files for the owner only; these are as public as their neighbours.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _sync(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _read_stamps(path: Path) -> dict[str, list[int]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _some(names: list[str]) -> str:
    """At most three names, then how many more there are."""
    if len(names) <= 3:
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"{', '.join(names[:3])} and {len(names) - 3} more files"
