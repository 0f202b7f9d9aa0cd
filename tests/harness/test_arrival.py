"""Text as it arrives: from chats, pages, prompts and other people's functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from belljar_harness.source.arrival import unpack
from belljar_harness.source.scan import lines_of

from .conftest import Runs


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("```python\nx = 2\nx * 21\n```", "42"),
        ("```\nx = 2\nx * 21\n```\n", "42"),
        ("\n  ~~~py\n  x = 42\n  x\n  ~~~", "42"),
        ("Here's the code:\n\n```python\n6 * 7\n```\nIt doesn't need more.", "42"),
        ("```python\nx = 40\n```\nand then\n```python\nx + 2\n```", "42"),
        ("```python\n6 * 7", "42"),
        ("```python\n!pip install numpy\n6 * 7\n```", "42"),
        ("````md\n```\nnothing\n```\n````\n```python\n6 * 7\n```", "42"),
        ("    x = 0\n    for n in range(4):\n        x += n\n    x * 7", "42"),
        ("\n\t\tif True:\n\t\t\tx = 42\n\t\tx", "42"),
        ("    x = 42\nx", "42"),
        (">>> x = 6\n>>> x * 7\n42", "42"),
        (">>> def f():\n...     return 42\n...\n>>> f()\n42\n", "42"),
        ("    >>> 6 * 7\n    42", "42"),
        ("In [1]: x = 6\n\nIn [2]: x * 7\nOut[2]: 42", "42"),
        ("In [1]: def f():\n   ...:     return 42\n   ...: \n\nIn [2]: f()\nOut[2]: 42", "42"),
        ("In[3]: 6 * 7", "42"),
        ("\ufeffx = 42\nx", "42"),
        ("x\u00a0=\u00a042\nx", "42"),
        ("x = 42\u200b\nx", "42"),
        ("x = 6\u2028x * 7", "42"),
        ("    %matplotlib inline\n    6 * 7", "42"),
        ("python\nx = 6\nx * 7", "42"),
        ("Python\nCopy code\nx = 6\nx * 7", "42"),
        ("import math\\nx = 6\\nx * 7", "42"),
        ('print(\\"a\\\\nb\\")\\n6 * 7', "42"),
        ("x = 6 if 3 &gt; 2 else 0\nx * 7", "42"),
        ("s = &quot;a &amp; b&quot;\n42 if s == 'a &amp; b' else s", "42"),
    ],
)
def test_the_cell_that_was_meant_is_run(run: Runs, code: str, text: str) -> None:
    ran = run(code)
    assert (ran.outcome, ran.text) == ("ok", text), ran.done


@pytest.mark.parametrize(
    "code",
    [
        "x = '''\n```python\n1\n```\n'''\nx = (",
        "note = '\u00a0\u2028'\nx = = 1",
        "print('a'\nIn = 1",
        "s = '&gt;'\nx = = 1",
        "print('a\\n'",
    ],
)
def test_what_is_wrong_stays_wrong(run: Runs, code: str) -> None:
    assert run(code).error["name"] == "SyntaxError"


@pytest.mark.parametrize(
    "code",
    ["a\u2028b;", "\u00a0\u200b\ufeff", "a\fb\x0bc\x1cd\u0085e"],
)
def test_strings_stay_as_they_are(run: Runs, code: str) -> None:
    assert run(f"x = {code!r}\n'''{code}''' == x").text == "True"
    assert run(f"%matplotlib inline\n'''{code}''' == x").text == "True"


def test_lines_end_where_python_ends_them(run: Runs) -> None:
    ran = run('page = "a\fb\u2028c"\nvalue = 1\nvalue / 0')
    assert ran.error["line"] == 3
    assert "    value / 0\n" in ran.error["traceback"]
    assert run('"first\u2028second;"').text == repr("first\u2028second;")
    assert lines_of("a\fb\nc\u2028d") == ["a\fb\n", "c\u2028d"]
    assert lines_of("a\n") == ["a\n"]
    assert lines_of("") == []


def test_errors_point_at_the_line_of_the_text(run: Runs) -> None:
    error = run("Look:\n```python\nx = 1\nx / 0\n```").error
    assert error["line"] == 4
    assert "    x / 0\n" in error["traceback"]
    assert run("```python\nx = (\n```").error["line"] == 2


def test_long_text_is_read_in_time() -> None:
    for text in (
        "`" * 100_000,
        "~ " * 50_000,
        " " * 100_000 + "x",
        "In [" * 50_000,
        "'\\" * 50_000,
        "\u2028" * 5_000,
    ):
        unpack(text)


def test_a_cell_knows_where_it_stands(run: Runs) -> None:
    Path("data.csv").touch()
    code = "import os\n'data.csv' in os.listdir(os.path.dirname(os.path.abspath(__file__)))"
    assert run(code).text == "True"
