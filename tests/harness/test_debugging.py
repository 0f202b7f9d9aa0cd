"""Debuggers and tracers that are left in the code."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    "stop", ["breakpoint()", "import pdb; pdb.set_trace()", "import ipdb; ipdb.set_trace()"]
)
def test_a_stop_is_passed_over_where_nobody_answers(run: Runs, stop: str) -> None:
    ran = run(f"def f(x):\n    {stop}\n    return x + 1\nf(1)", input=False)
    assert ran.text == "2"
    assert "in <cell 1>, line 2, was passed over: nobody is there to answer" in ran.stderr
    assert run("[f(x) for x in range(2)]", input=False).text == "[1, 2]"


def test_a_debugger_answers_who_is_there(run: Runs, bridge: object) -> None:
    bridge.answers = ["p 6 * 7", "c"]  # type: ignore[attr-defined]
    ran = run("breakpoint()\n5")
    assert "(Pdb) p 6 * 7\n" in ran.stdout
    assert ran.text == "5"


def test_nothing_traces_the_next_cell(run: Runs) -> None:
    before = run("import sys\n(sys.gettrace() is None, sys.getprofile() is None)").text
    run("sys.settrace(lambda *_: None)\nsys.setprofile(lambda *_: None)")
    assert run("(sys.gettrace() is None, sys.getprofile() is None)").text == before
