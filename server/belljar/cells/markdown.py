"""Markdown: cells in fences, and in HTML between them.

    ```python belljar session="a"        superfences, and every Markdown
    ```{.python .belljar session="a"}    attribute lists
    ```{belljar}                         MyST; options as :name: value
    ```pyodide session="a"               markdown-exec

A fence right behind a cell whose info names `output` or `belljar-output` is the output that the cell has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from belljar.cells.cell import Cell, Expected, described
from belljar.cells.directives import options
from belljar.cells.html import cells_of_html

#: The first line of a fence (CommonMark, section 4.5), at any depth: lists nest.
_OPENS = re.compile(r"([ \t]*)(`{3,}|~{3,})([^\n]*)")
#: Words and attributes of an info string.
_WORDS = re.compile(r"""[.#]?([\w-]{1,80})(?:=("[^"]*"|'[^']*'|[^\s}"']+))?""")
#: Code within a line is text.
_SPAN = re.compile(r"(`{1,9})[^`\n]*\1")
_OUTPUT = ("output", "belljar-output")
#: Longer info strings are none.
_LONGEST_INFO = 4000
#: Nobody writes HTML behind so many characters of a line.
_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fence: line numbers from 1 of its first line, and of the first behind it."""

    first: int
    end: int
    indent: str
    info: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cells_of_markdown(text: str) -> list[Cell]:
    """The cells of a Markdown document, in order."""
    lines = text.split("\n")
    fences = list(_fences(lines))
    cells: list[Cell] = []
    for at, fence in enumerate(fences):
        if (cell := _cell(fence)) is None:
            continue
        following = fences[at + 1] if at + 1 < len(fences) else None
        cells.append(replace(cell, expected=_expected(fence, following, lines)))
    rest = lines.copy()
    for fence in fences:
        rest[fence.first - 1 : fence.end - 1] = [""] * (fence.end - fence.first)
    html = [_SPAN.sub("", line[:_LONGEST_LINE]) for line in rest]
    return sorted([*cells, *cells_of_html("\n".join(html))], key=lambda cell: cell.line)


def _fences(lines: Sequence[str]) -> Iterator[_Fence]:
    at = 0
    while at < len(lines):
        opens = _OPENS.match(lines[at])
        if opens is None or (opens[2][0] == "`" and "`" in opens[3]):
            at += 1
            continue
        indent, mark, info = opens.groups()
        end = at + 1
        while end < len(lines) and not _closes(lines[end], mark):
            end += 1
        inside = tuple(_without(line, indent) for line in lines[at + 1 : end])
        yield _Fence(at + 1, min(end, len(lines) - 1) + 2, indent, info.strip(), inside)
        at = end + 1


def _closes(line: str, mark: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(mark) and set(stripped) == {mark[0]}


def _without(line: str, indent: str) -> str:
    """A line without as much of the fence's indentation as it has."""
    at = 0
    while at < len(indent) and at < len(line) and line[at] in " \t":
        at += 1
    return line[at:]


def _cell(fence: _Fence) -> Cell | None:
    words = _words(fence.info)
    names = list(words)
    if fence.info.startswith("{belljar}"):
        given, body, skipped = options(fence.lines)
        return described(fence.first + 1 + skipped, "\n".join(body), given, indent=fence.indent)
    if names[:1] == ["pyodide"]:
        # markdown-exec's names.
        given = {"session": words.get("session"), "packages": words.get("install")}
    elif names[:1] in (["python"], ["py"]) and "belljar" in names:
        given = words
    else:
        return None
    return described(fence.first + 1, fence.text, given, indent=fence.indent)


def _expected(fence: _Fence, following: _Fence | None, lines: Sequence[str]) -> Expected | None:
    if following is None or not any(name in _OUTPUT for name in _words(following.info)):
        return None
    if any(line.strip() for line in lines[fence.end - 1 : following.first - 1]):
        return None
    return Expected(following.text, following.first + 1, len(following.lines), following.indent)


def _words(info: str) -> dict[str, str | None]:
    """What an info string says, in order: words with None, attributes with their values."""
    found: dict[str, str | None] = {}
    for name, value in _WORDS.findall(info[:_LONGEST_INFO]):
        found[name] = value.strip("\"'") if value else None
    return found
