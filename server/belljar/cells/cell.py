"""Cell: one piece of runnable code in a document, as the markup describes it, whatever the markup is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: The session of cells that name none.
SESSION = "page"


@dataclass(frozen=True, slots=True)
class Expected:
    """Output that a document says a cell has.

    Attributes:
        text: The output.
        first: Line of the document where it begins, from 1.
        lines: How many lines of the document it takes.
        indent: What stands before each of them.
    """

    text: str
    first: int
    lines: int
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Runnable code.

    Attributes:
        line: Line of the document where the code begins, from 1.
        code: The source, without what indents it in the document. May have prompts.
        indent: What stands before each of its lines in the document.
        session: Cells of a document with the same one share variables.
        setup: Hidden code that runs once before the session's first cell.
        files: Addresses by name in the working directory.
        packages: Packages that are loaded before.
        timeout: Seconds it may run; None is the server's own limit.
        expected: Output that the document says it has, if it says one.
        writable: Whether its lines are the document's own, so that others can take the place of an output.
        problem: What is wrong with the markup, in a sentence; such a cell can't run.
    """

    line: int
    code: str
    indent: str = ""
    session: str = SESSION
    setup: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    timeout: float | None = None
    expected: Expected | None = None
    writable: bool = True
    problem: str | None = None


def described(
    line: int,
    code: str,
    given: Mapping[str, str | None],
    *,
    indent: str = "",
    expected: Expected | None = None,
    writable: bool = True,
    problem: str | None = None,
) -> Cell:
    """A cell with the attributes of its markup; those that say nothing about running it are passed over."""
    timeout: float | None = None
    if seconds := given.get("timeout"):
        try:
            timeout = float(seconds)
        except ValueError:
            timeout = -1
        if not 0 < timeout < float("inf"):
            timeout, problem = None, f"timeout is {seconds!r}; it is a number of seconds above 0."
    return Cell(
        line,
        code,
        indent,
        session=given.get("session") or SESSION,
        setup=given.get("setup") or "",
        files=_files(given.get("files") or ""),
        packages=tuple(name for name in re.split(r"[\s,]+", given.get("packages") or "") if name),
        timeout=timeout,
        expected=expected,
        writable=writable,
        problem=problem,
    )


def _files(text: str) -> dict[str, str]:
    """`name=address` or an address alone, which names the file by its last part."""
    found = {}
    for part in text.split():
        name, equals, address = part.partition("=")
        if equals:
            found[name] = address
        else:
            found[part.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]] = part
    return found
