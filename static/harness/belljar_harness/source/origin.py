"""Origin: which cell a class was written in, for `inspect.getsource`.

A function knows its file. A class knows its module, and all cells are one: Python would look for it in
`__main__`'s file.
"""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Iterable
from typing import Any

from belljar_harness.patches import Patches

#: So many lines below its first one, decorators, a class is looked for.
_DECORATED = 50


def install(patches: Patches, cells: Iterable[str]) -> None:
    """Have `inspect` find the classes of cells.

    Args:
        cells: File names of cells, in any order, as they come to be.
    """
    original = inspect.getfile

    def getfile(object: Any) -> str:  # noqa: A002 - the name is Python's
        if isinstance(object, type) and object.__module__ == "__main__":
            found = _written(object, cells)
            if found is not None:
                return found
        return original(object)

    patches.set(inspect, "getfile", getfile)


def _written(kind: type, cells: Iterable[str]) -> str | None:
    """The cell in which a class was written, or None."""
    known = set(cells)
    for member in vars(kind).values():
        code = getattr(
            inspect.unwrap(getattr(member, "fget", None) or getattr(member, "__func__", member)),
            "__code__",
            None,
        )
        if (
            code is not None
            and code.co_filename in known
            and code.co_qualname.startswith(f"{kind.__qualname__}.")
        ):
            return str(code.co_filename)
    defined = re.compile(rf"[ \t]*class[ \t]+{re.escape(kind.__name__)}\b")
    first = vars(kind).get("__firstlineno__")
    for cell in reversed([name for name in linecache.cache if name in known]):
        lines = linecache.getlines(cell)
        lines = lines[first - 1 : first + _DECORATED] if isinstance(first, int) else lines
        if any(defined.match(line) for line in lines):
            return cell
    return None
