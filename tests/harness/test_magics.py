"""Notebook lines that aren't Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import FakeBridge, Runs


def test_pip_install_loads_allowlisted_packages_before_the_run(run: Runs) -> None:
    ran = run("!pip install -q scikit-learn 'numpy>=2'  # please\n1 + 1")
    assert ran.kinds[:3] == ["loading", "loaded", "started"]
    assert ran.stdout == "scikit-learn 1.8.0 is ready.\nnumpy 2.4.3 is ready.\n"
    assert ran.text == "2"


def test_pip_install_of_another_package_is_refused_on_its_line(run: Runs) -> None:
    ran = run("print('a')\n%pip install torch")
    assert ran.stdout == "a\n"
    assert ran.error["line"] == 2
    assert "torch can't be installed in this sandbox" in ran.error["value"]
    assert "    %pip install torch\n" in ran.error["traceback"]


def test_pip_install_works_without_jspi(run: Runs, bridge: FakeBridge) -> None:
    bridge.can_suspend = False
    assert run("%pip install scikit-learn").outcome == "ok"


@pytest.mark.parametrize(
    "line", ["%matplotlib inline", "%load_ext autoreload", "%config InlineBackend.figure_format = 'svg'"]
)
def test_what_has_no_use_here_is_accepted(run: Runs, line: str) -> None:
    assert run(f"{line}\n1").text == "1"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("!ls -l", "!ls: a browser has no shell. Use os.listdir() instead."),
        ("files = !ls", "!ls: a browser has no shell. Use os.listdir() instead."),
        ("%cd data", '%cd does not exist in this sandbox. Use os.chdir("folder") instead.'),
        ("%%bash\nls", "%%bash does not exist in this sandbox; cells are Python."),
    ],
)
def test_what_cannot_work_says_what_to_write(run: Runs, line: str, sentence: str) -> None:
    assert run(line).error["value"] == sentence


def test_a_percent_in_python_stays_an_operator(run: Runs) -> None:
    assert run("x = (7\n% 4)\nx").text == "3"
    assert run("'''\n%time\n'''").text == "'\\n%time\\n'"


def test_time_tells_the_time_and_gives_the_value(run: Runs) -> None:
    ran = run("%time 1 + 1")
    assert ran.text == "2"
    assert ran.stdout.startswith("Wall time: ")
    assert run("%%time\nx = 5\nx").stdout.startswith("Wall time: ")


def test_timeit_measures(run: Runs) -> None:
    assert " per loop (best of 3 runs, " in run("%timeit pass").stdout


def test_a_cell_can_be_a_file_or_markup(run: Runs) -> None:
    run("%%writefile notes.txt\nline 1\nline 2\n")
    assert Path("notes.txt").read_text() == "line 1\nline 2\n"
    assert run("%%html\n<b>x</b>").of("display")[0]["data"]["html"] == "<b>x</b>"


def test_a_question_mark_shows_the_documentation(run: Runs) -> None:
    assert "Return the absolute value" in run("abs?").stdout


def test_errors_keep_the_line_numbers_of_the_cell(run: Runs) -> None:
    assert run("%matplotlib inline\n\n1 / 0").error["line"] == 3


def test_a_syntax_error_beside_a_magic_is_that_of_the_cell(run: Runs) -> None:
    error = run("%matplotlib inline\nx = (")
    assert (error.error["name"], error.error["line"]) == ("SyntaxError", 2)
