"""The notebook that the page saves, as nbformat judges it; tests/unit/page/saved.test.ts writes the same."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest


@pytest.fixture
def saved(repository: Path) -> str:
    return (repository / "tests" / "fixtures" / "saved.ipynb").read_text(encoding="utf-8")


def test_a_saved_notebook_is_valid(saved: str) -> None:
    notebook = nbformat.reads(saved, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown", "raw"}
    kinds = {output.output_type for cell in notebook.cells for output in cell.get("outputs", [])}
    assert kinds == {"stream", "display_data", "execute_result", "error"}


def test_what_is_not_valid_would_be_noticed(saved: str) -> None:
    broken = json.loads(saved)
    broken["cells"][0]["cell_type"] = "picture"
    with pytest.raises(nbformat.ValidationError):
        nbformat.validate(broken)
