"""What an error says, and what it doesn't."""

from __future__ import annotations

import sys

import pytest

from .conftest import Runs


def test_a_traceback_is_pythons_own_without_our_frames(run: Runs) -> None:
    ran = run("def f():\n    return 1 / 0\n\nf()")
    traceback = ran.error["traceback"]
    assert traceback.startswith(
        'Traceback (most recent call last):\n  File "<cell 1>", line 4, in <module>\n'
    )
    assert '  File "<cell 1>", line 2, in f\n    return 1 / 0\n           ~~^~~\n' in traceback
    assert traceback.endswith("\nZeroDivisionError: division by zero")
    assert "belljar" not in traceback


def test_the_line_is_that_of_the_innermost_frame_in_a_cell(run: Runs) -> None:
    assert run("import json\n\njson.loads('{')").error["line"] == 3
    assert run("def f():\n    1 / 0\nf()").error["line"] == 2


def test_a_syntax_error_has_its_caret_and_line(run: Runs) -> None:
    ran = run("x = 1\ny = (")
    assert ran.error["name"] == "SyntaxError"
    assert ran.error["line"] == 2
    assert ran.error["traceback"] == (
        "  File \"<cell 1>\", line 2\n    y = (\n        ^\nSyntaxError: '(' was never closed"
    )
    assert "started" not in ran.kinds


def test_what_only_the_compiler_finds_is_a_syntax_error_too(run: Runs) -> None:
    assert run("return 1").error["value"] == "'return' outside function"


def test_chained_errors_are_told_in_full(run: Runs) -> None:
    traceback = run("try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('v') from e").error[
        "traceback"
    ]
    assert "ZeroDivisionError" in traceback
    assert "The above exception was the direct cause of the following exception:" in traceback


def test_groups_and_notes_are_shown(run: Runs) -> None:
    ran = run(
        "e = ExceptionGroup('both', [ValueError('a'), TypeError('b')])\ne.add_note('try again')\nraise e"
    )
    assert "ValueError: a" in ran.error["traceback"]
    assert "try again" in ran.error["traceback"]


def test_deep_recursion_gives_a_short_traceback(run: Runs) -> None:
    error = run("def f(): f()\nf()").error
    assert error["name"] == "RecursionError"
    assert "Previous line repeated" in error["traceback"]
    assert len(error["traceback"]) < 2000


def test_an_error_whose_text_fails_still_has_a_name_and_a_place(run: Runs) -> None:
    error = run("class Odd(Exception):\n    def __str__(self): 1 / 0\nraise Odd").error
    assert error["name"] == "Odd"
    assert error["line"] == 3
    assert "could not be printed" in error["value"]


def test_a_huge_message_is_cut_in_the_middle(run: Runs) -> None:
    error = run("raise ValueError('x' * 1_000_000 + 'end')").error
    assert len(error["value"]) < 11_000
    assert error["value"].endswith("end")
    assert len(error["traceback"]) < 110_000


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python names the module since 3.12")
def test_pythons_suggestions_are_kept(run: Runs) -> None:
    assert "Did you mean: 'number'" in run("number = 1\nnumbr").error["traceback"]


def test_a_failing_display_does_not_hide_the_error_of_the_cell(run: Runs) -> None:
    ran = run("class R:\n    def __repr__(self): raise ValueError('no')\nR()")
    assert ran.outcome == "ok"
    assert ran.text == "<R object; its __repr__ failed: ValueError: no>"


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("raise MemoryError", "memory is full"),
        ('raise RuntimeError("can\'t start new thread")', "one thread"),
        ("open('missing.csv')", "There are no files in the working directory yet"),
        ("import sys\nsys.exit(3)", "ended itself"),
        ("1 / 0", None),
        ("b'K\\xf6ln'.decode()", 'encoding="cp1252"'),
        ("b'\\xff\\xfea'.decode('utf-8')", "utf-16"),
        ("float('1.234,5')", 'decimal=","'),
        ("float('x')", None),
        ("raise ValueError('unknown file extension: .mp4')", 'writer="pillow"'),
    ],
)
def test_a_hint_says_what_to_do_where_we_know(run: Runs, code: str, hint: str | None) -> None:
    found = run(code).error.get("hint")
    assert found is None if hint is None else hint in found


def test_a_missing_file_names_the_files_there_are(run: Runs) -> None:
    run("open('sales.csv', 'w').close()")
    assert run("open('sale.csv')").error["hint"] == "Files in the working directory: sales.csv."


@pytest.mark.parametrize(
    "message",
    [
        "Missing optional dependency 'pyarrow'. Use pip or conda to install pyarrow.",
        "Unable to find a usable engine.\n - `Import pyarrow` failed. Use pip or conda to install it.",
    ],
)
def test_what_pandas_wants_installed_has_an_owner_and_another_way(run: Runs, message: str) -> None:
    hint = run(f"raise ImportError({message!r})").error["hint"]
    assert "The operator can allow it with `belljar assets add pyarrow`; meanwhile pandas reads" in hint
    assert hint.endswith("`for part in pd.read_parquet(name, columns=[...], chunksize=100_000)` works.")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python tells it to programs since 3.12")
def test_what_python_thinks_was_meant_stands_in_the_headline(run: Runs) -> None:
    assert run("pritn(1)").error["value"] == "name 'pritn' is not defined. Did you mean: 'print'?"
    assert run("[].appendd(1)").error["value"].endswith(". Did you mean: 'append'?")
    assert run("from math import sqr").error["value"].endswith(". Did you mean: 'sqrt'?")
    # Nothing else is added, and an error that can't be printed is told all the same.
    assert run("quite_unknown_name").error["value"] == "name 'quite_unknown_name' is not defined"
    hostile = "class E(NameError):\n    def __str__(self): raise ValueError\nraise E"
    assert "could not be printed" in run(hostile).error["value"]
