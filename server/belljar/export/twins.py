"""Twins: compressed copies beside the files of an export.

    file.bin ──► file.bin.gz   for every host: the SDK asks for it by its name and undoes it
             └─► file.bin.br   a quarter smaller, for hosts that say what it is: the browser undoes it

Brotli's best level takes seconds for each megabyte, so it has to be asked for (`smallest`), and what was made
once is kept in the assets folder, where the server has its own.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import brotli

#: How the name of a copy ends, by its coding.
SUFFIXES: Mapping[str, str] = {"gzip": ".gz", "br": ".br"}
#: Copies that save less are not written.
_WORTH = 0.9
#: Smaller ones are made anew each time: that takes less than to keep them.
KEPT = 1 << 16

#: Bytes of copies, by coding and the path of what they are of.
Twins = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that gets copies.

    Attributes:
        path: Its name in the export.
        file: Where it lies.
        sha256: Hash of its content.
    """

    path: str
    file: Path
    sha256: str


def write(sources: Sequence[Source], kept: Path, say: Callable[[str], None], *, smallest: bool) -> Twins:
    """Writes copies beside files, where it is worth it.

    Args:
        kept: Folder where the best copies of earlier times lie, by hash. Such as are made here are kept
            there, too, if it can be written to.
        smallest: Copies in Brotli are the best that can be made. That blocks for minutes where there were
            none yet; others take a thirtieth of a second for each megabyte.
        say: Hears what was done, of how much.
    """
    made: dict[str, dict[str, int]] = {coding: {} for coding in SUFFIXES}
    # The largest first: at the end no processor waits long for another. Both compressors let go of the GIL.
    ordered = sorted(sources, key=lambda source: -source.file.stat().st_size)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = {
            pool.submit(_twin, source, coding, kept, smallest=smallest): (source, coding)
            for source in ordered
            for coding in SUFFIXES
        }
        for done, job in enumerate(as_completed(jobs), 1):
            source, coding = jobs[job]
            if (size := job.result()) is not None:
                made[coding][source.path] = size
            say(f"{done} of {len(jobs)}: {source.path}")
    return made


def paths(made: Twins) -> list[str]:
    """Names of all copies."""
    return [f"{path}{SUFFIXES[coding]}" for coding, sizes in made.items() for path in sizes]


def _twin(source: Source, coding: str, kept: Path, *, smallest: bool) -> int | None:
    """One copy beside its file; its bytes, None where it is not worth it."""
    target = source.file.with_name(source.file.name + SUFFIXES[coding])
    size = source.file.stat().st_size
    # What an earlier export found enough may be so no longer.
    better = smallest and coding == "br" and size >= KEPT
    if better or not target.is_file() or target.stat().st_mtime_ns < source.file.stat().st_mtime_ns:
        part = target.with_name(f"{target.name}.part")
        if coding == "gzip":
            _gzip(source.file, part)
        else:
            _brotli(source, size, part, kept, smallest=smallest)
        part.replace(target)
    found = target.stat().st_size
    if found <= size * _WORTH:
        return found
    target.unlink()
    return None


def _gzip(plain: Path, target: Path) -> None:
    # Without name and date: the same content is the same file.
    with plain.open("rb") as read, target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
        shutil.copyfileobj(read, packed, 2**20)


def _brotli(source: Source, size: int, target: Path, kept: Path, *, smallest: bool) -> None:
    best = kept / f"{source.sha256}.br"
    with contextlib.suppress(OSError):
        shutil.copyfile(best, target)
        return
    quality = 11 if smallest or size < KEPT else 5
    target.write_bytes(brotli.compress(source.file.read_bytes(), quality=quality, lgwin=24))
    if size < KEPT or not smallest:
        return
    with contextlib.suppress(OSError):
        kept.mkdir(parents=True, exist_ok=True)
        part = kept / f".{source.sha256}.export.part"
        shutil.copyfile(target, part)
        part.replace(best)
