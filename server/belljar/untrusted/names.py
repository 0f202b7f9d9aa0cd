"""Names: which paths out of a sandbox are plain, and which of those a disk may get.

Two rules, each a sentence's end or None. `problem` holds for every path that crosses a border, in all
languages alike (`static/src/protocol/paths.ts`, the harness's `files.py`; `tests/fixtures/paths.json` pins
them together). `disk_problem` adds what a name could do on one of the file systems and shells that there are.
"""

from __future__ import annotations

import re
import unicodedata

#: Longest path, in characters, and longest part of one on a disk, in bytes of UTF-8.
PATH_CHARS = 500
PART_BYTES = 250
#: Folders in folders at most, on a disk.
DEPTH = 32

#: What is not seen: control characters, format characters (which reorder text, or which some file systems
#: leave out when they compare names), halves of surrogate pairs.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
#: Backslashes, and what looks like a slash or a backslash.
_SLASHES = "\\\\\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c"
_REFUSED = re.compile(f"[{_UNSEEN}{_SLASHES}]")
#: A dot, or what looks like one, at the start; joiners (which Persian names have inside) hide one.
_DOTTED = re.compile("^[\u200c\u200d.\u2024-\u2026\u3002\ufe19\ufe52\uff0e\uff61]")

#: What Windows gives another meaning to: streams, drives, wild cards.
_WINDOWS = re.compile(r'[<>:"|?*]')
#: Devices that Windows finds in every folder, whatever follows the first dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$) *(\..*)?", re.IGNORECASE)
#: The short names of NTFS and FAT: GIT~1 is .git.
_SHORT = re.compile(r"^.{0,7}~[0-9]")


def problem(path: str) -> str | None:
    """Why a path is not a plain relative one ("folder/file.csv"), as the end of a sentence, or None."""
    if len(path) > PATH_CHARS:
        return f"it is longer than {PATH_CHARS} characters"
    for part in path.split("/"):
        if part == "":
            return "it is absolute, or has an empty part"
        if _REFUSED.search(part):
            return "it has control characters, invisible ones, or what looks like a slash"
        if _DOTTED.match(part):
            return "a part of it begins with a dot"
    return None


def disk_problem(path: str) -> str | None:
    """Why no file of this name is put to a disk, as the end of a sentence, or None."""
    if found := problem(path):
        return found
    parts = path.split("/")
    if len(parts) > DEPTH:
        return f"it is more than {DEPTH} folders deep"
    for part in parts:
        # What compares names after normalisation must not find more in it than is seen.
        for form in (part, unicodedata.normalize("NFKC", part)):
            if "/" in form or _REFUSED.search(form.replace("\u2044", "")) or _DOTTED.match(form):
                return "it stands for another name on some file systems"
            if _WINDOWS.search(form):
                return "it has a character with a meaning of its own on Windows"
            if _DEVICES.fullmatch(form):
                return "it is the name of a device on Windows"
        if part[0] in " -~" or part[-1] in " .":
            return "a part of it begins with a space, - or ~, or ends with a space or a dot"
        if _SHORT.match(part):
            return "it may be the short name of another file"
        if len(part.encode()) > PART_BYTES:
            return f"a part of it is longer than {PART_BYTES} bytes"
    return None


def folded(part: str) -> str:
    """What is the same for names that some file system takes for one: README and readme."""
    bare = part.replace("\u200c", "").replace("\u200d", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold())


def shown(path: str, most: int = 200) -> str:
    """A name as people may read it: one line, and every character that is not printed as `\\x1b`."""
    cut = path if len(path) <= most else path[: most - 1] + "…"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in cut
    )
