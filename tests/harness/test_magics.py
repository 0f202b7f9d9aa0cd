"""Notebook lines that aren't Python."""

from __future__ import annotations

import sys
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
        ("!wget a.zip", "!wget: a browser has no shell. Use the files panel to add a file instead."),
        ("files = !nvidia-smi .", "!nvidia-smi: a browser has no shell. Write it in Python instead."),
        (
            "!echo $(ls)",
            "A browser has no shell: '$(' is more than commands know here. Write it in Python instead.",
        ),
        ("%wget x", "%wget does not exist in this sandbox. Use the files panel to add a file instead."),
        ("x = 1\n%%time\nx", "%%time goes into the first line of a cell. Put this into a cell of its own."),
        ("%%bash\nls; make", "!make: a browser has no shell. Write it in Python instead."),
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
    assert " per loop (mean ± std. dev. of 7 runs, " in run("%timeit pass").stdout


def test_a_cell_can_be_a_file_or_markup(run: Runs) -> None:
    run("%%writefile notes.txt\nline 1\nline 2\n")
    assert Path("notes.txt").read_text() == "line 1\nline 2\n"
    assert run("%%html\n<b>x</b>").of("display")[0]["data"]["html"] == "<b>x</b>"


def test_a_question_mark_shows_the_documentation(run: Runs) -> None:
    assert "Return the absolute value" in run("abs?").stdout


def test_two_of_them_show_the_source(run: Runs) -> None:
    run("def half(n):\n    'Halves.'\n    return n / 2")
    assert "return n / 2" in run("half??").stdout
    assert "return n / 2" in run("??half").stdout
    assert "return n / 2" not in run("half?").stdout
    assert "Return the absolute value" in run("abs??").stdout  # which has none of Python


def test_errors_keep_the_line_numbers_of_the_cell(run: Runs) -> None:
    assert run("%matplotlib inline\n\n1 / 0").error["line"] == 3


def test_a_syntax_error_beside_a_magic_is_that_of_the_cell(run: Runs) -> None:
    error = run("%matplotlib inline\nx = (")
    assert (error.error["name"], error.error["line"]) == ("SyntaxError", 2)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("%timeit -n 5 -r 2 sum([1])", "2 runs, 5 loops each"),
        ("%timeit -n5 -r2 -p 4 -c sum([1])", "2 runs, 5 loops each"),
        ("%%timeit -n 3 -r 1 x = 5\nx\nx + 1", "1 run, 3 loops each"),
    ],
)
def test_options_of_timeit_are_options(run: Runs, line: str, text: str) -> None:
    ran = run(line)
    assert text in ran.stdout, ran.done


def test_timeit_gives_its_result_when_asked(run: Runs) -> None:
    ran = run("r = %timeit -q -o -n 2 -r 3 pass\nr.loops, r.repeat, len(r.timings), r.best <= r.average")
    assert (ran.text, ran.stdout) == ("(2, 3, 3, True)", "")


LOOKALIKES = '"""# Setup\n!pip install seaborn\n%cd x\n%%time\nReady?\n?abs\n"""'
AROUND = f"x = {LOOKALIKES}\nf = f'''\n%cd {{1}}\n'''\nt = (7\n% 4)\ny = 9 \\\n% 5"


@pytest.mark.parametrize("magic", ["%matplotlib inline", "abs?", "!pip install numpy", "%%time", "%%capture"])
def test_lines_of_a_string_are_no_magics(run: Runs, magic: str) -> None:
    ran = run(f"{magic}\n{AROUND}")
    assert ran.outcome == "ok", ran.done
    assert run("x == " + LOOKALIKES).text == "True"
    assert run("f, t, y").text == repr(("\n%cd 1\n", 3, 4))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("if True:\n    %time x = 3\nx", "3"),
        ("def f():\n    y = 4\n    %time y += 1\n    return y\nf()", "5"),
        ("async def g(): return 6\n%time await g()", "6"),
        ("%time x = [1,\\\n  2]\nx", "[1, 2]"),
        ("x = %pwd\ntype(x).__name__", "'str'"),
        ("# a remark\n\n%%time\nx = 5\nx", "5"),
        ("%%time\n%%capture\nx = 5\nprint(3)\nx", None),
        ("%config it's (not closed\n1", "1"),
        ("%matplotlib inline\r\nx = 1\r\nx", "1"),
    ],
)
def test_magics_stand_where_statements_do(run: Runs, code: str, text: str | None) -> None:
    ran = run(code)
    assert (ran.outcome, ran.text) == ("ok", text), ran.done


def test_future_imports_may_follow_a_magic(run: Runs) -> None:
    future = "from __future__ import annotations\ndef f(x: nowhere): ...\nf.__annotations__"
    assert run(f"%matplotlib inline\n%time 1\n{future}").text == "{'x': 'nowhere'}"
    assert run("%%time\nfrom __future__ import annotations\n1").text == "1"


def test_capture_keeps_what_would_have_been_shown(run: Runs) -> None:
    ran = run(
        "%%capture seen --no-stderr\nimport sys\nprint('a')\nprint('b', file=sys.stderr)\ndisplay(1)\n2"
    )
    assert (ran.stdout, ran.stderr, ran.of("display"), ran.result) == ("", "b\n", [], None)
    kept = run("seen.stdout, seen.stderr, [it['text'] for it in seen.outputs]")
    assert kept.text == repr(("a\n", "", ["1", "2"]))
    assert run("seen.show()").stdout == "a\n"


def test_capture_ends_with_a_cell_that_fails(run: Runs) -> None:
    assert run("%%capture\nprint('a')\n1 / 0").error["line"] == 3
    assert run("print('b')\n3").stdout == "b\n"


@pytest.mark.parametrize(
    "line",
    [
        "!pip install --quiet joblib \\\n    scikit-learn",
        "%pip install -r wanted.txt",
        "!python -m pip install -i https://example.org/simple scikit-learn > /dev/null 2>&1",
        "!{sys.executable} -m pip install scikit-learn | tail -n 1",
        "pip install scikit-learn",
        "%conda install -y -c conda-forge scikit-learn",
        "!uv pip install scikit-learn && echo done",
        "%%bash\npip install scikit-learn",
        "names = 'scikit-learn'\n!pip install {names}",
        "!pip install --upgrade pip scikit-learn",
    ],
)
def test_packages_are_installed_in_whatever_way_it_is_written(run: Runs, line: str) -> None:
    Path("wanted.txt").write_text("# for the report\n\nscikit-learn>=1  # learns\n-r more.txt\n")
    Path("more.txt").write_text("joblib\n")
    ran = run(f"{line}\n" if line.startswith("%%") else f"{line}\n1")
    assert ran.outcome == "ok", ran.done
    assert [it["name"] for it in ran.of("loading")[0]["packages"]] == ["joblib", "scikit-learn"]


def test_a_requirements_file_that_is_missing_is_said(run: Runs) -> None:
    assert run("%pip install -r nowhere.txt").error["name"] == "FileNotFoundError"


def test_nothing_to_upgrade_is_no_reason_to_stop(run: Runs) -> None:
    assert run("!pip install --upgrade pip setuptools\n6 * 7").text == "42"
    assert run("!pip install nest_asyncio jupyter\n6 * 7").text == "42"


def test_changed_modules_are_imported_again_when_asked(run: Runs) -> None:
    Path("helper_a.py").write_text("def answer(): return 1\nclass K:\n    def m(self): return 1\n")
    run("%load_ext autoreload\n%autoreload 2\nimport helper_a\nfrom helper_a import answer, K\nk = K()")
    Path("helper_a.py").write_text("def answer(): return 2\nclass K:\n    def m(self): return 2\n    n = 3\n")
    assert run("helper_a.answer(), answer(), k.m(), k.n").text == "(2, 2, 2, 3)"
    Path("helper_a.py").write_text("def answer(: return 2")
    assert "%autoreload of helper_a failed" in run("1").stderr
    sys.modules.pop("helper_a")


def test_a_script_is_run_among_the_cell_s_variables(run: Runs) -> None:
    Path("script.py").write_text("import sys\nif __name__ == '__main__':\n    got = sys.argv[1:]\n")
    assert run("%run script.py a 'b c'\ngot").text == "['a', 'b c']"


def test_files_are_appended_to(run: Runs) -> None:
    run("%%writefile notes.txt\na")
    assert run("%%writefile -a notes.txt\nb").stdout == "Appending to notes.txt\n"
    assert Path("notes.txt").read_text() == "a\nb\n"
