"""Former: the page's files of the builds before this one, kept for pages that are open.

A page fetches parts of itself when they are wanted, by names that carry their content. After a deployment
those that an open page knows would be gone; here they stay, of so many builds and bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

#: Builds that are kept besides the one that is served.
BUILDS = 2
#: Bytes of all of them together, the served one with them.
MOST_BYTES = 30_000_000
#: Names that carry what is in them.
_NAMED = re.compile(r"static/[\w-]{1,80}-[A-Z0-9]{8}\.(?:js|css|svg|csv|json)")


class Former:
    """Builds that were served, each in a folder of its own.

    Args:
        folder: Where they are. It need not exist; where it can't be written to, nothing is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def turn(self, static: Mapping[str, Path]) -> dict[str, Path]:
        """Keep the build that is served from now on; gives the files of those before it that it lacks.

        Args:
            static: Its files, by relative URL.
        """
        named = {url: path for url, path in static.items() if _NAMED.fullmatch(url)}
        build = hashlib.sha256("\n".join(sorted(named)).encode()).hexdigest()[:16]
        if named:
            with contextlib.suppress(OSError):
                self._keep(build, named)
        found: dict[str, Path] = {}
        for folder in self._builds():
            if folder.name != build:
                for path in (folder / "static").glob("*"):
                    url = f"static/{path.name}"
                    plain = path.is_file() and not path.is_symlink()
                    if plain and _NAMED.fullmatch(url) and url not in static:
                        found.setdefault(url, path)
        return found

    def _keep(self, build: str, named: Mapping[str, Path]) -> None:
        kept = self._folder / build
        if kept.is_dir():
            os.utime(kept)
        elif sum(path.stat().st_size for path in named.values()) <= MOST_BYTES:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as made:
                for url, path in named.items():
                    to = Path(made, "build", url)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, to)
                with contextlib.suppress(OSError):  # another process was first
                    Path(made, "build").rename(kept)
        size = 0
        for at, folder in enumerate(self._builds()):
            size += sum(path.stat().st_size for path in folder.glob("static/*"))
            if at > BUILDS or size > MOST_BYTES:
                shutil.rmtree(folder, ignore_errors=True)

    def _builds(self) -> list[Path]:
        """The newest first, by when it was served."""
        try:
            folders = [one for one in self._folder.iterdir() if re.fullmatch(r"[0-9a-f]{16}", one.name)]
            return sorted(folders, key=lambda one: one.stat().st_mtime_ns, reverse=True)
        except OSError:
            return []
