"""The map: docs/architecture.md names every folder, and says of times what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOMS = ("static/src", "static/harness/belljar_harness", "server/belljar", "tests")
#: Made by runs, or by Python.
MADE = {"__pycache__", "node_modules", "results", ".pytest_cache", ".ruff_cache"}


@pytest.fixture
def text(repository: Path) -> str:
    return (repository / "docs" / "architecture.md").read_text(encoding="utf-8")


def folders(repository: Path, room: str) -> list[str]:
    """Folders with files of their own below a room, as paths from the checkout."""
    found = {path.parent for path in (repository / room).rglob("*") if path.is_file()}
    relative = sorted(path.relative_to(repository) for path in found)
    return [path.as_posix() for path in relative if not MADE.intersection(path.parts)]


def named(text: str, folder: str) -> bool:
    """By its path, or by its name in the line that has its parent's path."""
    parent, _, name = folder.rpartition("/")
    return f"`{folder}`" in text or any(
        f"`{parent}`" in line and f"`{name}`" in line for line in text.splitlines()
    )


@pytest.mark.parametrize("room", ROOMS)
def test_the_map_names_every_folder(repository: Path, text: str, room: str) -> None:
    found = folders(repository, room)
    assert found
    assert [folder for folder in found if folder != "tests" and not named(text, folder)] == []


def test_the_map_names_no_folder_that_is_not_there(repository: Path, text: str) -> None:
    paths = re.findall(r"`((?:static|server|tests)/[\w/]+)`", text)
    assert len(paths) > 40
    assert [path for path in paths if not (repository / path).is_dir()] == []


def test_a_folder_that_nobody_named_is_noticed(text: str) -> None:
    assert not named(text, "static/src/attic")
    assert not named(text, "tests/server/attic")


def test_the_time_line_has_the_constants_of_the_code(repository: Path, text: str) -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("common", "host", "frame")
        for path in sorted((repository / "static/src" / room).rglob("*.ts"))
    )
    rows = re.findall(r"^\| `([A-Z_]+_MS)(?:\.(\w+))?`[^|]*\| ([\d,]+) \|", text, re.MULTILINE)
    assert len(rows) > 8
    for constant, member, value in rows:
        definitions = re.findall(rf"const {constant} = (\{{[^}}]*\}}|[\d_]+)", sources)
        if member:
            definitions = [
                found for one in definitions for found in re.findall(rf"\b{member}: ([\d_]+)", one)
            ]
        assert value.replace(",", "") in [one.replace("_", "") for one in definitions], (
            constant,
            definitions,
        )


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/index.md"])
def test_the_map_can_be_found_and_links_lead_somewhere(repository: Path, document: str) -> None:
    path = repository / document
    targets = re.findall(r"\]\(([^)#:]+?)(?:#[\w-]+)?\)", path.read_text(encoding="utf-8"))
    assert {"architecture.md", "glossary.md"} <= {Path(target).name for target in targets}
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_document_is_in_the_index(repository: Path) -> None:
    index = (repository / "docs/index.md").read_text(encoding="utf-8")
    documents = {path.name for path in (repository / "docs").glob("*.md")} - {"index.md"}
    assert {name for name in documents if f"]({name})" not in index} == set()
