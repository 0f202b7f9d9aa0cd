"""Files: what a cell created, changed and deleted below the working directory."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from typing import Any

#: Entries that are looked at. A tree with more is reported up to here.
MOST_FILES = 10_000

#: Names that the protocol has no place for (`isPlainPath` in `paths.ts`): control and invisible characters,
#: bytes that aren't UTF-8, what is or looks like a slash; dots, and what looks like one, at the start.
_UNSPEAKABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
    "\\\\\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]"
    "|^[.\u200c\u200d\u2024-\u2026\u3002\ufe19\ufe52\uff0e\uff61]"
)
#: Longest path that is reported, in characters (JavaScript may count two for one).
PATH_CHARS = 250

#: The other folder that cells of language models write to.
ASIDE = "/tmp"  # noqa: S108 - of a sandbox

#: What tells one state of a file from the next: size in bytes, modification time in ns, inode.
State = tuple[int, int, int]


class Files:
    """The files below a folder, and how they change.

    Args:
        root: The folder, absolute.
        aside: Another one, of which nothing is handed over; None if that isn't looked at.
    """

    def __init__(self, root: str, aside: str | None = None) -> None:
        self._root = root
        self._aside = aside
        self._there: dict[str, State] = {}
        self._before: dict[str, State] = {}
        #: Whether the last look ended at MOST_FILES.
        self.cut = False

    def look(self) -> None:
        """Remember how things stand, before a cell runs."""
        self._before = self._scan()
        self._there = self._lying_aside()

    def astray(self) -> list[str]:
        """Files that came into the other folder, or changed there, since the last look."""
        return sorted(path for path, state in self._lying_aside().items() if self._there.get(path) != state)

    def _lying_aside(self) -> dict[str, State]:
        """What lies in the other folder, without what a program puts there for a while."""
        states: dict[str, State] = {}
        if self._aside is not None:
            with contextlib.suppress(OSError), os.scandir(self._aside) as entries:
                for entry in entries:
                    if entry.is_file() and not entry.name.startswith((".", "tmp")):
                        found = entry.stat()
                        states[entry.path] = (found.st_size, found.st_mtime_ns, found.st_ino)
        return states

    def changes(self) -> list[dict[str, Any]]:
        """FileChanges (`results.ts`) since the last look, by path; looks again."""
        before, now = self._before, self._scan()
        self._before = now
        found: list[dict[str, Any]] = []
        for path, state in now.items():
            if path not in before:
                found.append({"path": path, "change": "created", "size": state[0]})
            elif before[path] != state:
                found.append({"path": path, "change": "changed", "size": state[0]})
        if not self.cut:  # what a cut look didn't reach isn't gone
            found += [{"path": path, "change": "deleted", "size": 0} for path in before if path not in now]
        return sorted(found, key=lambda change: str(change["path"]))[:MOST_FILES]

    def _scan(self) -> dict[str, State]:
        states: dict[str, State] = {}
        folders = [""]
        self.cut = False
        while folders:
            folder = folders.pop()
            try:
                names = os.listdir(os.path.join(self._root, folder))
            except OSError:
                continue  # deleted by a background task, or unreadable
            for name in names:
                if name == "__pycache__" or _UNSPEAKABLE.search(name):
                    continue
                if len(states) >= MOST_FILES:
                    self.cut = True
                    return states
                path = folder + name
                found = self._stat(path)
                if found is None or len(path) > PATH_CHARS:
                    continue
                if stat.S_ISDIR(found.st_mode):
                    folders.append(f"{path}/")
                else:
                    states[path] = (found.st_size, found.st_mtime_ns, found.st_ino)
        return states

    def _stat(self, path: str) -> os.stat_result | None:
        """What is at a path, if it is a file, a link to one, or a folder.

        One system call for each, as each costs 20 µs in a browser: that is what makes many files slow.
        """
        full = f"{self._root}/{path}"
        try:
            found = os.lstat(full)
            if stat.S_ISLNK(found.st_mode):
                # Links to files are uploads. Links to folders could go round in circles.
                found = os.stat(full)
                return found if stat.S_ISREG(found.st_mode) else None
            return found if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) else None
        except OSError:
            return None
