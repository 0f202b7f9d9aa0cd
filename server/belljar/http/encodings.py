"""Encodings: compressed copies of what is served, made once, kept by content, chosen by `Accept-Encoding`.

The copies lie in `<assets dir>/encoded/<sha256>.<coding>`. Making them never delays an answer: a file is
served as it is until its copy is there. Brotli at its best level takes 2.5 s for each megabyte, so large
files get a quick copy first (0.03 s, 17 % larger), and the best one only from those who ask for all
(`belljar assets build --all`): Zstandard, or Brotli in the middle, takes a fifth and is 8 % larger. What few
visitors need (`offer`) gets its copies once somebody has asked for it.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib
import ipaddress
import logging
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli

from belljar.http.conditions import quality

log = logging.getLogger("belljar")

#: Files above this size get a quick brotli copy before the best one.
LARGE = 1 << 20
#: Above this one the best brotli copy is not made: the rest of a snapshot's image, which nobody waits for.
HUGE = 32 << 20
#: In which order large files get their copies: what browsers of today take first.
_ORDER = ("zstd", "br", "gzip")
#: From the slowest to inflate to the fastest. A snapshot's best Brotli copy is 8 % smaller than Zstandard's,
#: which a slow line notices; a fast one waits for the processor, to which it costs four times as much.
_SPEED = ("identity", "br", "gzip", "zstd")
#: Below this size headers weigh more than what is saved.
SMALL = 512
#: Copies that nothing asked for in this time are removed: each build of the browser code leaves some behind.
KEEP_SECONDS = 30 * 86_400

Compress = Callable[[bytes], bytes]


def _zstd() -> Compress | None:
    """Zstandard where Python (3.14) or `backports.zstd` brings it."""
    for module in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            zstd = importlib.import_module(module)
            return lambda data: bytes(zstd.compress(data, level=19))
    return None


def _quick_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=5))


def _best_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=11, lgwin=24))


def _good_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=9, lgwin=24))


def _quick_zstd() -> Compress | None:
    for module in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            zstd = importlib.import_module(module)
            return lambda data: bytes(zstd.compress(data, level=12))
    return None


def codings() -> dict[str, Compress]:
    """The content codings this process can make, by the name they have in HTTP."""
    made: dict[str, Compress] = {"gzip": lambda data: gzip.compress(data, 9, mtime=0), "br": _best_brotli}
    if (zstd := _zstd()) is not None:
        made["zstd"] = zstd
    return made


@dataclass(frozen=True, slots=True)
class Copy:
    """A compressed copy.

    Attributes:
        path: The file that holds it.
        sha256: Lower-case hex hash of its own bytes: two copies of one coding may differ (quick and best, two
            releases of a compressor), and a strong ETag may name only one of them.
        size: Length in bytes.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class _Job:
    """A copy to be made, and when: those of the lowest order first."""

    order: int
    sha256: str
    coding: str
    path: Path
    compress: Compress


def _economical(
    folder: Path, sha256: str, coding: str, size: int, path: Path, compress: Compress, *, zstd: bool
) -> list[_Job]:
    """Good copies of a large file: a tenth of a second for each megabyte at first, half of one more later."""
    if coding == "br":
        quick = [_Job(0, sha256, coding, folder / f"{sha256}.quick.br", _quick_brotli)]
        good = folder / f"{sha256}.good.br"
        return quick if zstd or size > HUGE else [*quick, _Job(2, sha256, coding, good, _good_brotli)]
    if coding == "zstd":
        less = _quick_zstd() if size > HUGE else None
        if less is not None:
            return [_Job(1, sha256, coding, folder / f"{sha256}.quick.zstd", less)]
        return [_Job(1, sha256, coding, path, compress)]
    return []  # whoever takes neither of those is sent the file as it is


class Encodings:
    """The compressed copies in one folder. Safe to read while `prepare` runs in another thread.

    Args:
        folder: Where the copies are kept; made when first needed. `None` makes none.
        smallest: Clients on this machine, too, get the smallest copy, not the one they inflate fastest.
    """

    def __init__(self, folder: Path | None, *, smallest: bool = False) -> None:
        self._folder = folder
        self._smallest = smallest
        self._known: dict[str, dict[str, Copy]] = {}
        self._preparing = threading.Lock()
        self._starting = threading.Lock()
        self._said: set[str] = set()
        self._offered: dict[str, bytes | Path] = {}
        self._asked: queue.SimpleQueue[tuple[str, bytes | Path]] = queue.SimpleQueue()
        self._serving: threading.Thread | None = None

    def copies(self, sha256: str) -> Mapping[str, Copy]:
        """The copies there are of the content with this hash, by coding."""
        return self._known.get(sha256, {})

    def ask(self, sha256: str) -> None:
        """Somebody was sent this content: if it was only offered, it gets copies now, in the background."""
        content = self._offered.pop(sha256, None)
        if content is None:
            return
        self._asked.put((sha256, content))
        with self._starting:
            if self._serving is None:
                self._serving = threading.Thread(target=self._serve, name="belljar-copies", daemon=True)
                self._serving.start()

    def _serve(self) -> None:
        while True:
            self.prepare([self._asked.get()], thorough=False)

    def offer(self, contents: Iterable[tuple[str, bytes | Path]]) -> None:
        """Content that gets copies when somebody asks for it. Those of an earlier start are sent."""
        folder = self._folder
        if folder is None:
            return
        for sha256, content in contents:
            there = 0
            for coding in codings():
                for path in (folder / f"{sha256}.quick.{coding}", folder / f"{sha256}.{coding}"):
                    with contextlib.suppress(OSError):
                        if path.exists():
                            self._keep(sha256, coding, path, content, _nothing)
                            there += 1
            if there == 0:
                self._offered[sha256] = content

    def kept(self, sha256: str) -> int | None:
        """Bytes of the smallest copy that an earlier start has kept of this content, None where it has none:
        what a browser that takes every coding is sent as soon as `prepare` has come to it."""
        if self._folder is None:
            return None
        sizes: list[int] = []
        for coding in _ORDER:
            with contextlib.suppress(OSError):
                sizes.append((self._folder / f"{sha256}.{coding}").stat().st_size)
        return min(sizes, default=None)

    def choose(self, accept_encoding: str, sizes: Mapping[str, int], client: str | None) -> str | None:
        """The coding to send to a client, by its `Accept-Encoding` and its address: see `choose` below."""
        return choose(accept_encoding, sizes, near=not self._smallest and is_near(client))

    def prepare(
        self,
        contents: Iterable[tuple[str, bytes | Path]],
        sparing: Container[str] = frozenset(),
        *,
        thorough: bool = True,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Makes every copy that is missing. Blocks, for seconds to minutes: call it in a thread.

        Args:
            contents: Hash and content of what is worth compressing.
            sparing: Hashes of what is rarely asked for: large ones get no best Brotli copy where there is
                Zstandard.
            thorough: Large files get the best copies, which take five times as long as good ones.
            say: Told what is done, where it takes more than some seconds of a processor.
        """
        if self._folder is None:
            return
        with self._preparing:
            _lowest_priority()
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._prepare(self._folder, dict(contents), sparing, thorough=thorough, say=say)
            except OSError as error:
                self._say(error.strerror or str(error))

    def _say(self, why: str) -> None:
        """Tells the operator once, not once for each document, why there are no copies."""
        if why not in self._said:
            self._said.add(why)
            log.warning(
                "Compressed copies cannot be kept in %s (%s): files are sent as they are.", self._folder, why
            )

    def _prepare(
        self,
        folder: Path,
        contents: dict[str, bytes | Path],
        sparing: Container[str],
        *,
        thorough: bool,
        say: Callable[[str], None],
    ) -> None:
        jobs: list[_Job] = []
        made = codings()
        for sha256, content in contents.items():
            size = _length(content)
            for coding, compress in made.items():
                path = folder / f"{sha256}.{coding}"
                quick = folder / f"{sha256}.quick.{coding}"
                if path.exists() and quick.exists():
                    # From an earlier start: nobody is being sent the quick one any more.
                    with contextlib.suppress(OSError):
                        quick.unlink()
                if size > LARGE and not thorough and not path.exists():
                    jobs += _economical(folder, sha256, coding, size, path, compress, zstd="zstd" in made)
                    continue
                if coding == "br" and size > LARGE and not path.exists():
                    jobs.append(_Job(0, sha256, coding, quick, _quick_brotli))
                    if size > HUGE or ("zstd" in made and sha256 in sparing):
                        continue
                slow = _ORDER.index(coding) + 1 if size > LARGE and not path.exists() else 0
                jobs.append(_Job(slow, sha256, coding, path, compress))
        self._do(jobs, contents, say)
        _remove_stale(folder, contents)

    def _do(self, jobs: list[_Job], contents: Mapping[str, bytes | Path], say: Callable[[str], None]) -> None:
        large = {job.sha256 for job in jobs if job.order > 0 and not job.path.exists()}
        total = sum(_length(contents[sha256]) for sha256 in large)
        if total > 16 * LARGE:
            what = f"{len(large)} files ({total / 1e6:.0f} MB)"
            say(f"Compressing {what} in the background, at the lowest priority.")
        began, failed = time.thread_time(), None
        # What costs little for all files first: each has a copy soon, and a better one later.
        for job in sorted(jobs, key=lambda job: job.order):
            if failed and not job.path.exists():
                continue
            try:
                self._keep(job.sha256, job.coding, job.path, contents[job.sha256], job.compress)
            except OSError as error:
                # In a folder that nobody may write to (a container's) those that are there are sent.
                failed = failed or error
        if failed:
            raise failed
        if total > 16 * LARGE:
            say(f"Compressed {len(large)} files in {time.thread_time() - began:.0f} s of a processor.")

    def _keep(self, sha256: str, coding: str, path: Path, content: bytes | Path, compress: Compress) -> None:
        """Makes one copy unless it is there, and lets it be served if it saves anything."""
        if not path.exists():
            data = content if isinstance(content, bytes) else content.read_bytes()
            _write_atomically(path, compress(data))
        size = path.stat().st_size
        if size < _length(content) * 0.95:
            with path.open("rb") as file:
                copy = Copy(path, hashlib.file_digest(file, "sha256").hexdigest(), size)
            # A new dictionary instead of a changed one: readers in other threads hold the old one.
            self._known[sha256] = {**self.copies(sha256), coding: copy}


def choose(accept_encoding: str, sizes: Mapping[str, int], *, near: bool = False) -> str | None:
    """The coding to send: the client's most wanted, among equals the smallest; `None` if it takes none.

    Args:
        accept_encoding: The request's header, `""` if it had none.
        sizes: Bytes of each representation by coding, `"identity"` for the content as it is.
        near: The line is faster than the client inflates: of a large file, among equals the one that is
            inflated soonest.
    """
    fast = near and max(sizes.values(), default=0) > LARGE
    wanted = [
        (quality(accept_encoding, coding), _SPEED.index(coding) if fast else 0, -size, coding)
        for coding, size in sizes.items()
    ]
    weight, _, _, coding = max(wanted, default=(0.0, 0, 0, ""))
    return coding if weight > 0 else None


def is_near(host: str | None) -> bool:
    """Whether a client's address is this machine's own: then the line is faster than any decompression."""
    if host is None:
        return False
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _nothing(_: bytes) -> bytes:
    raise FileNotFoundError


def _length(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _write_atomically(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)  # mkstemp makes files for the owner only
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_stale(folder: Path, contents: Mapping[str, object]) -> None:
    for path in folder.iterdir():
        if path.name.split(".")[0] in contents:
            continue
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEEP_SECONDS:
                path.unlink()


def _lowest_priority() -> None:
    """Lets requests and the reader's browser go first. Only Linux has priorities per thread."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
