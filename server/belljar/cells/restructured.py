"""reStructuredText: cells in `.. belljar::` directives.

A `.. belljar-output::` right behind a cell, or a `.. code-block::` with `:class: output`, is its output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from belljar.cells.cell import Cell, Expected, described
from belljar.cells.directives import options

_DIRECTIVE = re.compile(r"([ \t]*)\.\. ([\w-]{1,80})::(?:[ \t]+(.*))?")
_OUTPUT = {"output", "belljar-output"}
#: What can be an output, and what is always one.
_BLOCKS = ("code-block", "code", "sourcecode", "parsed-literal")
_OWN = "belljar-output"


@dataclass(frozen=True, slots=True)
class _Directive:
    """A directive: line numbers from 1 of its first line, of its content, and of the first behind it."""

    name: str
    first: int
    content: int
    end: int
    indent: str
    options: dict[str, str | None]
    lines: tuple[str, ...]


def cells_of_restructured(text: str) -> list[Cell]:
    """The cells of a reStructuredText document, in order."""
    lines = text.split("\n")
    found = list(_directives(lines))
    cells: list[Cell] = []
    for at, directive in enumerate(found):
        if directive.name != "belljar":
            continue
        code = "\n".join(directive.lines)
        cell = described(directive.content, code, directive.options, indent=directive.indent)
        following = found[at + 1] if at + 1 < len(found) else None
        cells.append(replace(cell, expected=_expected(directive, following, lines)))
    return cells


def _directives(lines: Sequence[str]) -> Iterator[_Directive]:
    at = 0
    while at < len(lines):
        starts = _DIRECTIVE.fullmatch(lines[at])
        if starts is None or starts[2] not in ("belljar", _OWN, *_BLOCKS):
            at += 1
            continue
        outer = len(starts[1].expandtabs())
        end = at + 1
        while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > outer):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        body = [line.expandtabs() for line in lines[at + 1 : end]]
        depth = min((_depth(line) for line in body if line.strip()), default=outer)
        given, inside, skipped = options([line[depth:] for line in body])
        yield _Directive(
            starts[2], at + 1, at + 2 + skipped, end + 1, " " * depth, given, tuple(map(str.rstrip, inside))
        )
        at = end


def _expected(cell: _Directive, following: _Directive | None, lines: Sequence[str]) -> Expected | None:
    if following is None or following.name not in (_OWN, *_BLOCKS):
        return None
    named = {following.name, *(following.options.get("class") or "").split()}
    if not _OUTPUT & named:
        return None
    if any(line.strip() for line in lines[cell.end - 1 : following.first - 1]):
        return None
    return Expected(
        "\n".join(following.lines), following.content, len(following.lines), indent=following.indent
    )


def _depth(line: str) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())
