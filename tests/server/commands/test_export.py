"""`belljar export --cells` takes what the cells of a docs folder need."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from belljar.commands import export
from belljar.commands.cli import build_parser
from belljar.errors import CellsError
from belljar.settings import Settings, load_settings


def chosen(tmp_path: Path, code: str, *flags: str) -> Settings:
    """The settings of an export for a document with this cell."""
    (tmp_path / "a.md").write_text(f"```python belljar\n{code}\n```\n")
    args = build_parser().parse_args(["export", "out", "--cells", str(tmp_path), *flags])
    assert isinstance(args, argparse.Namespace)
    flagged = {name: getattr(args, name) for name in ("profile", "packages")}
    return export.for_cells(load_settings(flagged, {}, cwd=tmp_path), args)


@pytest.mark.parametrize(
    ("code", "flags", "packages", "profile"),
    [
        ("1 + 1", (), (), ("core",)),
        ("import sympy", (), ("sympy",), ("core",)),
        ("import sympy", ("--packages", "humanize"), ("humanize", "sympy"), ("core",)),
        ("import sympy", ("--profile", "numpy"), ("numpy", "sympy"), ("numpy",)),
        (
            "import numpy, pandas\npandas.Series([1]).plot()",
            (),
            ("matplotlib", "micropip", "numpy", "pandas"),
            ("data",),
        ),
    ],
)
def test_packages_and_profile_are_what_the_cells_need(
    tmp_path: Path, code: str, flags: tuple[str, ...], packages: tuple[str, ...], profile: tuple[str, ...]
) -> None:
    settings = chosen(tmp_path, code, *flags)
    assert (settings.packages, settings.profile) == (packages, profile)


def test_modules_that_belljar_does_not_have_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen(tmp_path, "import torch")
    assert "a.md:2 imports torch, which belljar does not have." in capsys.readouterr().out


def test_a_folder_without_cells_is_told(tmp_path: Path) -> None:
    args = build_parser().parse_args(["export", "out", "--cells", str(tmp_path)])
    with pytest.raises(CellsError, match="has no cells"):
        export.for_cells(load_settings({}, {}, cwd=tmp_path), args)
