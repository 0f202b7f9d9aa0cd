"""Documents: the files of a docs folder that may hold cells, in the order of their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from belljar.cells.cell import Cell
from belljar.cells.html import cells_of_html
from belljar.cells.markdown import cells_of_markdown
from belljar.cells.restructured import cells_of_restructured
from belljar.errors import CellsError

_READERS: dict[str, Callable[[str], list[Cell]]] = {
    ".md": cells_of_markdown,
    ".markdown": cells_of_markdown,
    ".qmd": cells_of_markdown,
    ".rst": cells_of_restructured,
    ".html": cells_of_html,
    ".htm": cells_of_html,
}
#: Folders of what tools made or brought.
_PASSED = ("_build", "_site", "site-packages", "node_modules")
#: A larger file was written by no person.
_LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A file with cells.

    Attributes:
        path: The file.
        name: Its path within the folder, with slashes.
        root: The folder; addresses that begin with a slash start there.
        cells: At least one.
    """

    path: Path
    name: str
    root: Path
    cells: Sequence[Cell]


def find_documents(where: Path, exclude: Sequence[str] = ()) -> list[Document]:
    """The documents with cells in a folder, or a single one.

    Args:
        where: A folder, or one file.
        exclude: Patterns of paths within the folder that are passed over, as `drafts/*`.

    Raises:
        CellsError: There is no such folder, or a file of it is no text.
    """
    if where.is_file():
        if where.suffix.lower() not in _READERS:
            raise CellsError(f"{where} is none of the documents that can hold cells: {_KINDS}.")
        return _documents(where.parent, [where])
    if not where.is_dir():
        raise CellsError(f"There is no folder {where}.")
    paths = (path for path in _walk(where) if path.suffix.lower() in _READERS)
    kept = [
        path
        for path in paths
        if not any(fnmatch(path.relative_to(where).as_posix(), pattern) for pattern in exclude)
    ]
    return _documents(where, kept)


def _documents(root: Path, paths: Sequence[Path]) -> list[Document]:
    read = ((path, _READERS[path.suffix.lower()](_text(path))) for path in paths)
    return [
        Document(path, path.relative_to(root).as_posix(), root, tuple(cells)) for path, cells in read if cells
    ]


def _walk(folder: Path) -> Iterator[Path]:
    """Files below, without what tools made and what is hidden; a link to a folder is not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED and not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(files))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CellsError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise CellsError(f"{path} is not UTF-8 text. Save it so, or leave it out with --exclude.") from None


#: What can hold cells, for people.
_KINDS = ", ".join(sorted(_READERS))
