"""Archives: `unzip`, `zip`, `tar` and `gzip`, which open what data comes in."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator

from .given import Given, Program, RefusedError


def _unzip(given: Given) -> Iterator[str]:
    asked = given.parsed("loqnjd:")
    if not given.paths:
        raise RefusedError("it needs an archive")
    path, *names = given.paths
    path = path if os.path.exists(path) else f"{path}.zip"
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise RefusedError(f"{path}: this is no zip archive") from None
    with archive:
        quiet = "q" in asked
        yield "" if quiet else f"Archive:  {path}\n"
        folder = asked.get("d", ".")
        for entry in archive.infolist():
            if names and entry.filename not in names:
                continue
            if "l" in asked:
                yield f"{entry.file_size:9d}  {entry.filename}\n"
                continue
            if "n" in asked and os.path.exists(os.path.join(folder, entry.filename)):
                continue
            made = os.path.relpath(archive.extract(entry, folder))
            yield "" if quiet or entry.is_dir() else f"  inflating: {made}\n"


def _zip(given: Given) -> Iterator[str]:
    asked = given.parsed("rqj9")
    if len(given.paths) < 2:
        raise RefusedError("it needs a name for the archive, and files")
    target, *sources = given.paths
    target = target if target.endswith(".zip") else f"{target}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _below(sources, "r" in asked):
            archive.write(path, os.path.basename(path) if "j" in asked else path)
            yield "" if "q" in asked else f"  adding: {path}\n"


def _below(paths: list[str], deep: bool) -> Iterator[str]:
    for path in paths:
        os.stat(path)
        if os.path.isdir(path) and deep:
            for folder, _, names in os.walk(path):
                yield from (os.path.join(folder, name) for name in sorted(names))
        else:
            yield path


def _tar(given: Given) -> Iterator[str]:
    words = given.words
    if words and not words[0].startswith("-"):
        words[0] = f"-{words[0]}"  # `tar xzf` is `tar -xzf`
    asked = given.parsed("cxtzjJvf:C:")
    modes = [mode for mode in "cxt" if mode in asked]
    if len(modes) != 1 or "f" not in asked:
        raise RefusedError("it needs one of -c, -x and -t, and -f with a name")
    folder = asked.get("C", ".")
    try:
        if modes == ["c"]:
            with _packing(asked) as archive:
                for path in given.paths:
                    archive.add(os.path.join(folder, path), path)
                    yield f"{path}\n" if "v" in asked else ""
            return
        with tarfile.open(asked["f"]) as archive:
            for entry in archive.getmembers():
                if given.paths and entry.name not in given.paths:
                    continue
                if modes == ["x"]:
                    archive.extract(entry, folder, filter="data")
                yield f"{entry.name}\n" if modes == ["t"] or "v" in asked else ""
    except tarfile.TarError as error:
        raise RefusedError(f"{asked['f']}: {error}") from None


def _packing(asked: dict[str, str]) -> tarfile.TarFile:
    if "z" in asked:
        return tarfile.open(asked["f"], "w:gz")
    return tarfile.open(asked["f"], "w:bz2" if "j" in asked else "w:xz" if "J" in asked else "w")


def _gzip(given: Given) -> list[str]:
    letters = given.letters("dkf9")
    for path in given.paths:
        if "d" in letters:
            _unpack(path)
        else:
            with open(path, "rb") as file, gzip.open(f"{path}.gz", "wb") as packed:
                shutil.copyfileobj(file, packed)
        if "k" not in letters:
            os.remove(path)
    return []


def _gunzip(given: Given) -> list[str]:
    letters = given.letters("kf")
    for path in given.paths:
        _unpack(path)
        if "k" not in letters:
            os.remove(path)
    return []


def _unpack(path: str) -> None:
    if not path.endswith(".gz"):
        raise RefusedError(f"{path}: its name does not end in .gz")
    with gzip.open(path, "rb") as packed, open(path.removesuffix(".gz"), "wb") as file:
        shutil.copyfileobj(packed, file)


def _zcat(given: Given) -> Iterator[str]:
    for path in given.paths:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as packed:
            yield packed.read()


PROGRAMS: dict[str, Program] = {
    "unzip": _unzip,
    "zip": _zip,
    "tar": _tar,
    "gzip": _gzip,
    "gunzip": _gunzip,
    "zcat": _zcat,
}
