"""Resources: bodies that do not change while they have their hash, and the one way they are sent.

Why not a static-file library: `servestatic` 4.4 and Starlette's `StaticFiles` map a folder to a prefix,
scanned at start. Ours are addressed by hash across two folders, get compressed copies while the server runs,
carry different headers by kind, and need one ETag per encoding (a shared strong one breaks ranges and caches,
RFC 9110 section 8.8.3). What is left after that is small; multipart, `HEAD` and streaming come from
Starlette's `FileResponse`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from belljar.errors import AssetError
from belljar.http.conditions import etags, quality, satisfiable
from belljar.http.encodings import SMALL, Encodings
from belljar.http.headers import Headers, refusal

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".bin": "application/vnd.belljar.snapshot",  # unlike other bytes of unknown kind, it shrinks to a quarter
    ".csv": "text/csv; charset=utf-8",
    ".py": "text/x-python; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".zip": "application/zip",
}

#: Already compressed, or unknown and so perhaps compressed.
_INCOMPRESSIBLE = frozenset({"application/octet-stream", "application/zip", "image/png", "image/x-icon"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A body to serve.

    Attributes:
        content: The bytes, or the file that holds them.
        media_type: The `Content-Type`.
        sha256: Lower-case hex hash of the bytes: ETag, and key of the compressed copies.
        size: Length in bytes.
    """

    content: bytes | Path
    media_type: str
    sha256: str
    size: int

    @classmethod
    def of_bytes(cls, content: bytes, media_type: str) -> Resource:
        """A body made by the server itself."""
        return cls(content, media_type, hashlib.sha256(content).hexdigest(), len(content))

    @classmethod
    def of_file(cls, path: Path, sha256: str | None = None) -> Resource:
        """A file on disk, hashed now unless its hash is known."""
        if sha256 is None:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        return cls(path, media_type, sha256, path.stat().st_size)

    @property
    def compressible(self) -> bool:
        """Whether compressed copies are worth making."""
        return self.size >= SMALL and self.media_type not in _INCOMPRESSIBLE


@dataclass(frozen=True, slots=True)
class Representation:
    """A resource in one content coding.

    Attributes:
        coding: The `Content-Encoding`, or `"identity"`.
        content: The bytes, or the file that holds them.
        etag: A strong entity tag, quotes included: no other bytes have it.
        size: Length in bytes.
    """

    coding: str
    content: bytes | Path
    etag: str
    size: int


def respond(request: Request, resource: Resource, headers: Headers, encodings: Encodings) -> Response:
    """The answer to a GET or HEAD of `resource`: 200, 206, 304, 406, 412, 416, in a coding the client likes.

    The client's condition may name any representation that it accepts, and chooses it (RFC 9110, section
    12.1: which one is sent is the server's choice). One that it does not accept is never meant: a shared
    cache names all that it holds, and would hand it on.

    Args:
        headers: What this kind of response says, from `headers.py`.
        encodings: Where the compressed copies are.
    """
    headers = dict(headers)
    if resource.compressible:
        headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
    accepted = _field(request, "accept-encoding")
    there = _representations(resource, encodings)
    able = {item.etag: item for item in there if quality(accepted, item.coding) > 0}
    client = request.client.host if request.client else None
    coding = encodings.choose(accepted, {item.coding: item.size for item in able.values()}, client)
    if coding is None:
        names = ", ".join(item.coding for item in there)
        return _refuse(406, f"None of what the Accept-Encoding names is here; there is {names}.", headers)
    best = next(item for item in able.values() if item.coding == coding)
    if required := _field(request, "if-match"):
        matching = [able[tag] for tag in etags(required) if tag in able]
        if not matching and etags(required) != ["*"]:
            return _refuse(412, "The content is not what the If-Match names.", headers)
        best = best if best in matching or not matching else matching[0]
    if held := _held(_field(request, "if-none-match"), best, able):
        return Response(status_code=304, headers=headers | {"ETag": held})
    ranges = _field(request, "range") if request.method == "GET" else ""
    if ranges and (condition := _field(request, "if-range")):
        # A weak tag, or a date, which we never give, is no proof that the bytes are the same.
        best, ranges = (able[condition], ranges) if condition in able else (best, "")
    elif ranges and not required:
        # Pieces of the content itself can be put together whatever else was sent in which coding.
        best = next((item for item in able.values() if item.coding == "identity"), best)
    return _send(request, resource, best, ranges, headers)


def _send(
    request: Request, resource: Resource, sent: Representation, ranges: str, headers: Headers
) -> Response:
    headers = headers | {"ETag": sent.etag}
    if sent.coding != "identity":
        headers["Content-Encoding"] = sent.coding
    if isinstance(sent.content, bytes):
        headers["Content-Length"] = str(sent.size)
        body = b"" if request.method == "HEAD" else sent.content
        return Response(body, headers=headers, media_type=resource.media_type)
    try:
        found = sent.content.stat()
    except OSError:
        raise AssetError(f"{sent.content.name} is no longer there: run `belljar assets fetch`.") from None
    parts = satisfiable(ranges, found.st_size)
    if parts == []:
        there = {"Content-Range": f"bytes */{found.st_size}"}
        return _refuse(416, f"The content ends at byte {found.st_size}.", headers | there)
    return File(sent.content, found, headers, resource.media_type, parts)


class File(FileResponse):
    """A file, or parts of it. Starlette sends them; which ones is decided here, by the letter of RFC 9110.

    Starlette 1.10 answers 400 to units it does not know and 416 if one range of several is past the end, and
    sends parts to HEAD.

    Args:
        parts: (start, end after the last byte) of each, all within the file; `None` for the whole.
    """

    #: Each piece costs a turn through a thread; and this much memory for each client.
    chunk_size = 256 * 1024

    def __init__(
        self,
        path: Path,
        found: os.stat_result,
        headers: Headers,
        media_type: str,
        parts: list[tuple[int, int]] | None,
    ) -> None:
        super().__init__(path, headers=headers, media_type=media_type, stat_result=found)
        self.parts = parts

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """The length alone. The date of a file says when it came to this machine, not when it changed."""
        self.headers["content-length"] = str(stat_result.st_size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        kept = [pair for pair in scope["headers"] if pair[0] not in {b"range", b"if-range"}]
        if self.parts:
            ranges = ",".join(f"{start}-{end - 1}" for start, end in self.parts)
            kept.append((b"range", f"bytes={ranges}".encode()))
        await super().__call__({**scope, "headers": kept}, receive, send)


def _representations(resource: Resource, encodings: Encodings) -> list[Representation]:
    """Each coding that the resource is there in now, the content itself first."""
    encodings.ask(resource.sha256)
    found = [Representation("identity", resource.content, f'"{resource.sha256[:32]}"', resource.size)]
    if resource.compressible:
        for coding, copy in encodings.copies(resource.sha256).items():
            # A copy may have been cleared away meanwhile; then the content itself is sent.
            if copy.path.exists():
                found.append(Representation(coding, copy.path, f'"{copy.sha256[:32]}-{coding}"', copy.size))
    return found


def _held(condition: str, best: Representation, able: Mapping[str, Representation]) -> str | None:
    """The ETag under which the client already has the content, in a coding it accepts; else `None`.

    A proxy that compresses makes ETags weak (`W/`); weak comparison is right here (RFC 9110, section 13.1.2).
    """
    named = [tag.removeprefix("W/") for tag in etags(condition)]
    if named == ["*"] or best.etag in named:
        return best.etag
    return next((tag for tag in named if tag in able), None)


def _field(request: Request, name: str) -> str:
    """A header's value; several lines of it are one list (RFC 9110, section 5.3)."""
    return ", ".join(request.headers.getlist(name)).strip()


def _refuse(status: int, sentence: str, headers: Headers) -> Response:
    """A refusal that pages of the same origins can read as could the content, and that nobody keeps."""
    return PlainTextResponse(f"{sentence}\n", status, headers | refusal())
