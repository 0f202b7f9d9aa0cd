"""Rewriting: puts the output that cells gave in the place of the one that a document says they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from belljar.errors import CellsError

#: Where a line begins so, it may end what the output stands in.
_ENDS = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Edit:
    """Other lines in the place of some.

    Attributes:
        first: The first of them, from 1.
        lines: How many; 0 puts the new ones before the first.
        new: What comes in their place.
    """

    first: int
    lines: int
    new: Sequence[str]

    @classmethod
    def of(cls, first: int, lines: int, indent: str, new: Iterable[str]) -> Self | None:
        """The edit that puts new lines at this depth; None where they would end what they stand in."""
        text = [f"{indent}{line}".rstrip() for line in new]
        return None if any(line.strip().startswith(_ENDS) for line in text) else cls(first, lines, text)


def rewrite(path: Path, edits: Iterable[Edit]) -> None:
    """Makes edits in a file, its line ends kept.

    Raises:
        CellsError: It can't be written.
    """
    made = sorted(edits, key=lambda edit: edit.first, reverse=True)
    try:
        text = path.read_bytes().decode()
        end = "\r\n" if "\r\n" in text else "\n"
        lines = text.split(end)
        for edit in made:
            lines[edit.first - 1 : edit.first - 1 + edit.lines] = edit.new
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(end.join(lines).encode("utf-8", "replace"))
        part.replace(path)
    except OSError as error:
        raise CellsError(f"{path} cannot be written: {error.strerror or error}.") from None
