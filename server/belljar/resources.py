"""Resources: bodies that do not change while they have their hash, and the one way they are sent.

Why not a static-file library: `servestatic` 4.4 and Starlette's `StaticFiles` map a folder to a prefix,
scanned at start. Ours are addressed by hash across two folders, get compressed copies while the server runs,
carry different headers by kind, and need one ETag per encoding (a shared strong one breaks ranges and caches,
RFC 9110 section 8.8.3). What is left after that is small; ranges, `HEAD` and streaming come from Starlette's
`FileResponse`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from belljar.encodings import SMALL, Encodings, choose
from belljar.errors import AssetError
from belljar.headers import Headers

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
    ".txt": "text/plain; charset=utf-8",
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


def respond(request: Request, resource: Resource, headers: Headers, encodings: Encodings) -> Response:
    """The answer to a GET or HEAD of `resource`: 200, 206, 304 or 416, compressed as the client likes it.

    Args:
        headers: What this kind of response says, from `headers.py`.
        encodings: Where the compressed copies are.
    """
    headers = dict(headers)
    if resource.compressible:
        headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
    tag = resource.sha256[:32]
    if (held := _held(request.headers.get("if-none-match", ""), tag)) is not None:
        return Response(status_code=304, headers=headers | {"ETag": held})
    # Ranges are ranges of the content itself, so that a client can put pieces from several answers together.
    coding, path = (None, None) if "range" in request.headers else _copy(request, resource, encodings)
    headers["ETag"] = f'"{tag}-{coding}"' if coding else f'"{tag}"'
    if coding:
        headers["Content-Encoding"] = coding
    path = path or (resource.content if isinstance(resource.content, Path) else None)
    if path is not None:
        try:
            found = path.stat()
        except OSError:
            raise AssetError(f"{path.name} is no longer there: run `belljar assets fetch`.") from None
        return FileResponse(path, headers=headers, media_type=resource.media_type, stat_result=found)
    assert isinstance(resource.content, bytes)  # noqa: S101 - the other half of the union
    headers["Content-Length"] = str(resource.size)
    body = b"" if request.method == "HEAD" else resource.content
    return Response(body, headers=headers, media_type=resource.media_type)


def _copy(request: Request, resource: Resource, encodings: Encodings) -> tuple[str | None, Path | None]:
    copies = encodings.copies(resource.sha256) if resource.compressible else {}
    # A copy may have been cleared away meanwhile; then the content itself is sent.
    sizes = {coding: path.stat().st_size for coding, path in copies.items() if path.exists()}
    coding = choose(request.headers.get("accept-encoding", ""), sizes, resource.size)
    return (coding, copies[coding]) if coding else (None, None)


def _held(if_none_match: str, tag: str) -> str | None:
    """The ETag under which the client already has this content, in whatever encoding it got it; else `None`.

    A proxy that compresses makes ETags weak (`W/`); weak comparison is right here (RFC 9110, section 13.1.2).
    """
    ours = [f'"{tag}"', *(f'"{tag}-{coding}"' for coding in ("br", "gzip", "zstd"))]
    given = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    if "*" in given:
        return ours[0]
    return next((etag for etag in ours if etag in given), None)
