"""Encodings: compressed copies of what is served, made once, kept by content, chosen by `Accept-Encoding`.

The copies lie in `<assets dir>/encoded/<sha256>.<coding>`. Making them never delays an answer: a file is
served as it is until its copy is there. Brotli at its best level takes half a minute for the 9.6 MB of the
runtime, so large files get a quick copy first (2 s, 14 % larger) and the best one after everything else, at
the lowest priority.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import brotli

log = logging.getLogger("belljar")

#: Files above this size get a quick brotli copy before the best one.
LARGE = 1 << 20
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
    return bytes(brotli.compress(data, quality=9))


def _best_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=11))


def codings() -> dict[str, Compress]:
    """The content codings this process can make, by the name they have in HTTP."""
    made: dict[str, Compress] = {"gzip": lambda data: gzip.compress(data, 9, mtime=0), "br": _best_brotli}
    if (zstd := _zstd()) is not None:
        made["zstd"] = zstd
    return made


class Encodings:
    """The compressed copies in one folder. Safe to read while `prepare` runs in another thread.

    Args:
        folder: Where the copies are kept; made when first needed. `None` makes none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, Path]] = {}
        self._preparing = threading.Lock()

    def copies(self, sha256: str) -> Mapping[str, Path]:
        """The copies there are of the content with this hash, by coding."""
        return self._known.get(sha256, {})

    def prepare(self, contents: Iterable[tuple[str, bytes | Path]]) -> None:
        """Makes every copy that is missing. Blocks, for seconds to a minute: call it in a thread.

        Args:
            contents: Hash and content of what is worth compressing.
        """
        if self._folder is None:
            return
        with self._preparing:
            _lowest_priority()
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._prepare(self._folder, dict(contents))
            except OSError as error:
                log.warning("Compressed copies cannot be kept in %s (%s): files are sent as they are.",
                            self._folder, error.strerror or error)  # fmt: skip

    def _prepare(self, folder: Path, contents: dict[str, bytes | Path]) -> None:
        waiting: list[tuple[str, bytes | Path]] = []
        for sha256, content in contents.items():
            for coding, compress in codings().items():
                path = folder / f"{sha256}.{coding}"
                quick = folder / f"{sha256}.quick.{coding}"
                if coding == "br" and _length(content) > LARGE and not path.exists():
                    waiting.append((sha256, content))
                    self._keep(sha256, coding, quick, content, _quick_brotli)
                else:
                    self._keep(sha256, coding, path, content, compress)
        for sha256, content in waiting:
            self._keep(sha256, "br", folder / f"{sha256}.br", content, _best_brotli)
            (folder / f"{sha256}.quick.br").unlink(missing_ok=True)
        _remove_stale(folder, contents)

    def _keep(self, sha256: str, coding: str, path: Path, content: bytes | Path, compress: Compress) -> None:
        """Makes one copy unless it is there, and lets it be served if it saves anything."""
        if not path.exists():
            data = content if isinstance(content, bytes) else content.read_bytes()
            _write_atomically(path, compress(data))
        if path.stat().st_size < _length(content) * 0.95:
            # A new dictionary instead of a changed one: readers in other threads hold the old one.
            self._known[sha256] = {**self.copies(sha256), coding: path}


def choose(accept_encoding: str, sizes: Mapping[str, int], identity: int) -> str | None:
    """The coding to send: the client's most wanted, among equals the smallest; `None` sends the content as it
    is.

    Args:
        accept_encoding: The request's header, `""` if it had none (RFC 9110, section 12.5.3).
        sizes: Bytes of each copy by coding.
        identity: Bytes of the content itself.
    """
    weights = _weights(accept_encoding)
    anything = weights.get("*", 0.0)
    wanted = [(weights.get(coding, anything), -size, coding) for coding, size in sizes.items()]
    # Without a word about it, the content as it is remains acceptable, but any coding asked for comes first.
    plain = weights.get("identity", 0.0)
    weight, negative_size, coding = max(wanted, default=(0.0, 0, ""))
    return coding if weight > 0 and (weight, negative_size) > (plain, -identity) else None


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in header.split(","):
        name, _, parameters = item.partition(";")
        weight = 1.0
        for parameter in parameters.split(";"):
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    weight = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        if name.strip():
            weights[name.strip().lower()] = weight
    return weights


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
