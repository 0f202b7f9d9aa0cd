"""`get_ipython()`: what scripts that were exported from notebooks ask of it."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("get_ipython().run_line_magic('matplotlib', 'inline')", None),
        ("get_ipython().magic('config InlineBackend.figure_format = \"svg\"')", None),
        ("'IPKernelApp' in get_ipython().config", "False"),
        ("from IPython import get_ipython as g\ng() is get_ipython()", "True"),
        ("get_ipython().run_line_magic('time', '1 + 1')", "2"),
        ("get_ipython().run_cell_magic('capture', 'out', 'print(5)')\nout.stdout", "'5\\n'"),
        ("get_ipython().run_cell('x = 3')\nx", "3"),
        ("get_ipython().push({'p': 1})\np + get_ipython().ev('p')", "2"),
        ("get_ipython().getoutput('pip install numpy')", "['numpy 2.4.3 is ready.']"),
        ("from IPython.utils.io import *\nwith capture_output() as o: print(1)\no.stdout", "'1\\n'"),
    ],
)  # fmt: skip
def test_calls_of_exported_notebooks_work(run: Runs, code: str, text: str | None) -> None:
    ran = run(code)
    assert (ran.outcome, ran.text) == ("ok", text), ran.done


def test_a_magic_of_the_code_s_own_is_called(run: Runs) -> None:
    own = "register_line_magic('twice')(lambda line: line * 2)"
    run(f"from IPython.core.magic import *\n{own}")
    assert run("x = %twice ab\nx").text == "'abab'"


def test_packages_are_installed_by_the_shell(run: Runs) -> None:
    assert run("get_ipython().system('pip install -q scikit-learn')").of("loaded")
    assert run("get_ipython().run_line_magic('pip', 'install numpy')").outcome == "ok"


@pytest.mark.parametrize(
    ("mode", "code", "shown", "text"),
    [
        ("all", "1\nx = 2\nx\n3", ["1", "2"], "3"),
        ("all", "1\n2\nx = 3", ["1", "2"], None),
        ("none", "1\n2", [], None),
        ("last_expr_or_assign", "1\nx = 2", [], "2"),
        ("last_expr", "1\n2", [], "2"),
    ],
)
def test_which_values_are_shown_is_a_setting(
    run: Runs, mode: str, code: str, shown: list[str], text: str | None
) -> None:
    shell = "from IPython.core.interactiveshell import InteractiveShell as S\n"
    run(f"{shell}S.ast_node_interactivity = {mode!r}")
    ran = run(code)
    assert [event["data"]["text"] for event in ran.of("display")] == shown
    assert ran.text == text
