"""Where the code of cells is found."""

from __future__ import annotations

import pytest

from .conftest import Runs

METHOD = "class A:\n    def f(self):\n        return 1\n"
PLAIN = "import dataclasses\n@dataclasses.dataclass\nclass B:\n    x: int = 0\n"


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("A", METHOD),
        ("B", PLAIN.partition("\n")[2]),
        ("A.f", "    def f(self):\n        return 1\n"),
        ("A.C", "    class C:\n        y = 2\n"),
        ("g", "def g(): return 3\n"),
    ],
)
def test_inspect_finds_the_source_of_what_cells_define(run: Runs, asked: str, source: str) -> None:
    run("def g(): return 3\n")
    run("class A: pass")
    run(
        "class A:\n    def f(self):\n        return 1\n    class C:\n        y = 2\n"
        if "C" in asked
        else METHOD
    )
    run(PLAIN)
    ran = run(f"import inspect\ninspect.getsource({asked})")
    assert ran.text == repr(source), ran.done


def test_source_behind_form_feeds_is_the_right_one(run: Runs) -> None:
    run("page = 'a\x0cb\u2028c'\ndef f():\n    return 1\n")
    assert run("import inspect\ninspect.getsource(f)").text == repr("def f():\n    return 1\n")


def test_a_class_of_nowhere_has_no_source(run: Runs) -> None:
    assert run("import inspect\ninspect.getsource(type('X', (), {}))").error["name"] == "OSError"
