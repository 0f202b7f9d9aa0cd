"""Warnings."""

from __future__ import annotations

import sys
import warnings

import pytest

from .conftest import Runs


@pytest.fixture(autouse=True)
def pythons_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest records warnings; here they must go where Python sends them."""

    def show(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object) -> None:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))

    monkeypatch.setattr(warnings, "showwarning", show)
    warnings.simplefilter("default")


def test_a_warning_is_shown_once_and_names_its_cell(run: Runs) -> None:
    ran = run("import warnings\nfor _ in range(3):\n    warnings.warn('careful')")
    assert ran.stderr == "<cell 1>, line 3: UserWarning: careful\n  warnings.warn('careful')\n"


def test_the_same_line_of_another_cell_is_another_place(run: Runs) -> None:
    code = "import warnings; warnings.warn('careful')"
    assert run(code).stderr
    assert run(code).stderr.startswith("<cell 2>")


def test_warnings_leave_no_name_behind(run: Runs) -> None:
    run("import warnings; warnings.warn('careful')")
    assert run("'__warningregistry__' in dir()").text == "False"
