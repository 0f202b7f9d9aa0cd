"""Visits without network: the service worker of an export, and what makes its page an app.

The worker is told every file that the page may ask for, with its hash: it answers for no other, and keeps no
other content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from belljar.errors import FrontendError
from belljar.export.twins import SUFFIXES
from belljar.http.resources import Resource

SCRIPT = "offline.js"
MANIFEST = "manifest.json"

#: Where the page's own links begin.
_PLACE = b'<link rel="icon"'
#: What the page never asks for: files for hosts and for pages of others.
_OTHERS = ("_", ".", "hosts/", "healthz", "sdk.d.ts", "ask.", "embed.", "markdown-exec.js", "try-examples.js")
#: How names of compressed copies end.
_PACKED = tuple(SUFFIXES.values())


def worker(script: Resource, files: Mapping[str, Path]) -> Resource:
    """The service worker's script, which begins with the files that it answers for.

    Args:
        script: The built worker.
        files: Every file of the export, by path.
    """
    known = {
        path: [_digest(file), file.stat().st_size]
        for path, file in sorted(files.items())
        # Compressed copies are asked for by name below `assets` only.
        if not path.startswith(_OTHERS) and (not path.endswith(_PACKED) or path.startswith("assets/"))
    }
    code = script.content if isinstance(script.content, bytes) else script.content.read_bytes()
    version = hashlib.sha256(json.dumps(known).encode() + code).hexdigest()[:16]
    told = json.dumps({"version": version, "files": known}, separators=(",", ":"))
    return Resource.of_bytes(f"const belljarExport={told};\n".encode() + code, "text/javascript")


def installable(page: Resource) -> Resource:
    """The page's document with a link to its manifest, by which its script sees that there is a worker.

    Raises:
        FrontendError: There is no place for it.
    """
    content = page.content
    assert isinstance(content, bytes)  # noqa: S101 - documents are made in memory
    before, found, after = content.partition(_PLACE)
    if not found:
        raise FrontendError("The page has no place for its manifest: it has no icon.")
    link = f'<link rel="manifest" href="{MANIFEST}">\n'.encode()
    return Resource.of_bytes(before + link + found + after, page.media_type)


def manifest(icon: str) -> Resource:
    """The manifest of the app that browsers can make of the page.

    Args:
        icon: Address of its drawing, an SVG.
    """
    told = {
        "name": "belljar",
        "description": "Python in your browser tab, sealed off from everything.",
        "start_url": ".",
        "display": "standalone",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml"}],
    }
    return Resource.of_bytes(f"{json.dumps(told, indent=1)}\n".encode(), "application/json")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
