"""Mirrors: places that hand out files by name, over HTTP(S) or as a folder. Pyodide's CDN is one of them."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, get_args

from belljar.assets.folder import is_final
from belljar.assets.manifest import FileEntry, Manifest, Origin
from belljar.assets.progress import Progress
from belljar.assets.store import CHUNK, Store, WrongBytesError, check, read_chunks

CONNECT_SECONDS = 8.0
ATTEMPTS = 3


ALL: frozenset[Origin] = frozenset(get_args(Origin))


class SourceDownError(Exception):
    """The whole source can't be used; the message is the reason."""


class NotThereError(Exception):
    """The source doesn't have this one file; the message is the reason."""


class Source(Protocol):
    """A place to get single files from."""

    label: str
    origins: frozenset[Origin]
    """Origins of files it may have."""

    def get(self, entry: FileEntry, store: Store, progress: Progress) -> None:
        """Put the file into the store.

        Raises:
            SourceDownError, NotThereError: it can't.
        """

    def size(self, name: str, sha256: str) -> int:
        """Bytes the source says the file has.

        Raises:
            SourceDownError, NotThereError: it can't tell.
        """


class FolderMirror:
    """A folder with the files by name, or another assets folder (`files/<sha256>/<name>`)."""

    origins = ALL

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.label = f"mirror {folder}"

    def get(self, entry: FileEntry, store: Store, progress: Progress) -> None:
        if not self.folder.is_dir():
            raise SourceDownError("there is no such folder")
        reason = "not there"
        for relative in layouts(entry):
            path = self.folder / relative
            if not path.is_file():
                continue
            try:
                store.write(entry, read_chunks(path))
            except WrongBytesError as error:
                reason = str(error)
            except OSError as error:
                if is_final(error):
                    raise
                raise SourceDownError(str(error)) from error
            else:
                progress.add(entry.size)
                return
        raise NotThereError(reason)

    def size(self, name: str, sha256: str) -> int:
        for relative in layouts(FileEntry(name, 0, sha256)):
            if (path := self.folder / relative).is_file():
                return path.stat().st_size
        raise NotThereError("not there")


class HttpMirror:
    """A web address below which files lie by name, or by content as belljar servers and assets folders do.

    Args:
        only_names: don't try the by-content layouts (the CDN has none).
        origins: of the files that it may have.
    """

    def __init__(
        self,
        url: str,
        label: str | None = None,
        *,
        only_names: bool = False,
        origins: frozenset[Origin] = ALL,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self.label = label or f"mirror {url}"
        self.origins = origins
        self._only_names = only_names

    def get(self, entry: FileEntry, store: Store, progress: Progress) -> None:
        reason = "not there"
        for relative in self._layouts(entry):
            try:
                self._download(self.url + relative, entry, store, progress)
            except (NotThereError, WrongBytesError) as error:
                reason = str(error)
            else:
                return
        raise NotThereError(reason)

    def size(self, name: str, sha256: str) -> int:
        for relative in self._layouts(FileEntry(name, 0, sha256)):
            with (
                contextlib.suppress(NotThereError),
                contextlib.closing(_open(self.url + relative, head=True)) as response,
            ):
                if length := response.headers.get("Content-Length"):
                    return int(length)
        raise NotThereError("not there")

    def _layouts(self, entry: FileEntry) -> Sequence[str]:
        return [urllib.parse.quote(path) for path in layouts(entry)[: 1 if self._only_names else None]]

    def _download(self, url: str, entry: FileEntry, store: Store, progress: Progress) -> None:
        for attempt in range(ATTEMPTS):
            resumed = store.part(entry).exists()
            try:
                _receive(url, entry, store, progress)
            except WrongBytesError:
                # What was resumed may have come from another place: only a download in one piece settles it.
                if not resumed:
                    raise
            except _InterruptedError as error:
                if attempt == ATTEMPTS - 1:
                    raise SourceDownError(f"the connection broke {ATTEMPTS} times ({error})") from error
            else:
                return
        raise NotThereError("other bytes than the manifest says")


class _InterruptedError(Exception):
    """The connection broke; what has arrived is kept and can be resumed."""


def layouts(entry: FileEntry) -> Sequence[str]:
    """Where a mirror may have a file, relative to its root."""
    content = f"{entry.sha256}/{entry.name}"
    return (entry.name, f"files/{content}", f"assets/{content}")


def official_cdn(manifest: Manifest) -> HttpMirror:
    """The distribution of the Pyodide that runs here, on Pyodide's own CDN."""
    same = manifest.wheels == manifest.pyodide
    return _cdn(manifest.pyodide, frozenset({"runtime", "pyodide"} if same else {"runtime"}))


def wheels_cdn(manifest: Manifest) -> HttpMirror:
    """The distribution of the Pyodide whose wheels are taken, on the same CDN."""
    return _cdn(manifest.wheels, frozenset({"pyodide"}))


def _cdn(version: str, origins: frozenset[Origin]) -> HttpMirror:
    """By the address that Pyodide's documentation gives."""
    url = f"https://cdn.jsdelivr.net/pyodide/v{version}/full/"
    return HttpMirror(url, f"the Pyodide CDN ({version})", only_names=True, origins=origins)


def mirror(place: str) -> Source:
    """The mirror a user named: a web address, a `file:` address or a folder."""
    parts = urllib.parse.urlsplit(place)
    if parts.scheme in ("http", "https"):
        return HttpMirror(place)
    if parts.scheme == "file":
        return FolderMirror(Path(urllib.request.url2pathname(parts.path)))
    return FolderMirror(Path(place).expanduser().resolve())


def _receive(url: str, entry: FileEntry, store: Store, progress: Progress) -> None:
    """Download into the part file, going on where an earlier download stopped, then move it to its place."""
    part = store.part(entry)
    digest, size = _begun(part, entry)
    if size < entry.size:
        with contextlib.closing(_open(url, size)) as response:
            if size and not _continues(response, size):
                digest, size = hashlib.sha256(), 0
            progress.add(size)
            counted = size
            try:
                with part.open("ab" if size else "wb") as out:
                    for chunk in _body(response):
                        size += len(chunk)
                        if size > entry.size:
                            break
                        digest.update(chunk)
                        out.write(chunk)
                        progress.add(len(chunk))
                        counted = size
                    out.flush()
                    os.fsync(out.fileno())
            except BaseException:
                progress.add(-counted)
                raise
        if size < entry.size:
            progress.add(-counted)
            raise _InterruptedError(f"{size} of {entry.size} bytes arrived")
    else:
        counted = 0
    try:
        check(entry, size, digest.hexdigest())
    except WrongBytesError:
        progress.add(-counted)
        part.unlink()
        raise
    store.adopt(entry, part)


def _begun(part: Path, entry: FileEntry) -> tuple[hashlib._Hash, int]:
    digest, size = hashlib.sha256(), 0
    if part.exists():
        if part.stat().st_size > entry.size:
            part.unlink()
        else:
            for chunk in read_chunks(part):
                digest.update(chunk)
                size += len(chunk)
    return digest, size


def _open(url: str, start: int = 0, *, head: bool = False) -> http.client.HTTPResponse:
    # "identity": the hash is that of the file itself, and a range of a compressed one would be of no use.
    headers = {"Accept-Encoding": "identity", "User-Agent": "belljar"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        # `mirror()` lets only http and https come here; redirects to other schemes are refused by urllib.
        method = "HEAD" if head else "GET"
        request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310
        response: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310
            request, timeout=CONNECT_SECONDS
        )
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500 or error.code in (401, 407, 429):
            raise SourceDownError(f"it answers {error.code} {error.reason}") from error
        raise NotThereError(f"it answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        raise SourceDownError(f"it can't be reached: {_why(error)}") from error
    return response


def _continues(response: http.client.HTTPResponse, start: int) -> bool:
    return response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _body(response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := response.read(CHUNK // 8):
            yield chunk
    except http.client.IncompleteRead as error:
        yield error.partial
        return
    except (OSError, http.client.HTTPException) as error:
        raise _InterruptedError(_why(error)) from error


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        return "its name can't be resolved"
    if isinstance(reason, TimeoutError):
        return f"no answer within {CONNECT_SECONDS:.0f} s"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
