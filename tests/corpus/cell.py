"""Cells of the corpus: files of a theme, a cell behind each `# %% name`; `[short]`: one of `make test`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_MARK = re.compile(r"^# %% ([^\[\n]{1,100}?)( \[short\])?$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell: `theme/name`, its code, and whether it is one of the short form."""

    id: str
    code: str
    short: bool


def read_cells(folder: Path = HERE / "cells") -> list[Cell]:
    """All cells, by theme, in the order of their files."""
    cells: list[Cell] = []
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        marks = list(_MARK.finditer(text))
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            code = text[mark.end() : end].strip() + "\n"
            cells.append(Cell(f"{path.stem}/{mark[1]}", code, mark[2] is not None))
    return cells
