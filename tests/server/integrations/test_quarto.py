"""Quarto: what the filter makes of `{pyodide}` blocks, in the pandoc that Quarto is made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from belljar.integrations.quarto import FILES, FOLDER

from ...sites import build
from .page import Page

BASE = "https://cells.example.org/py/"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    out = tmp_path_factory.mktemp("sites")
    build.quarto(out, BASE)
    return Page(out / "index.html")


def test_a_block_is_a_cell_with_its_code_as_text(page: Page) -> None:
    first, _ = page.cells
    assert first.code == "side * side"
    assert first.attributes == {
        "setup": "side = 3",
        "packages": "micropip",
        "timeout": "20",
        "label": "An area",
    }


def test_options_are_quarto_live_s(page: Page) -> None:
    _, second = page.cells
    assert second.attributes == {
        "session": "other",
        "packages": "micropip",
        "autorun": "load",
        "readonly": None,
        "timeout": "5",
    }


def test_options_are_no_code(page: Page) -> None:
    assert "#|" not in page.text


def test_a_block_that_is_not_to_run_is_code(page: Page) -> None:
    inside = "".join(cell.text for cell in page.cells)
    for text in ('print("never")', 'print("as ever")'):
        assert text in page.text
        assert text not in inside


def test_the_script_comes_once_and_from_where_the_document_says(page: Page) -> None:
    assert page.scripts == [f"{BASE}embed.js"]


def test_a_book_has_the_code_as_it_is(tmp_path: Path) -> None:
    build.quarto(tmp_path, BASE, target="latex")
    text = (tmp_path / "page.txt").read_text()
    assert "bell-jar" not in text
    assert "embed.js" not in text
    assert "side" in text


def test_the_filter_is_laid_into_a_project(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "belljar.integrations.quarto.add", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "filters: [belljar]" in done.stdout
    for name in FILES:
        laid = tmp_path / "_extensions" / "belljar" / name
        assert laid.read_bytes() == (FOLDER / name).read_bytes()
