"""Outputs are compared as people read them."""

from __future__ import annotations

import pytest

from belljar.answers.execution import Execution
from belljar.answers.results import ErrorInfo, Logs
from belljar.cells.prompts import examples, holds


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("1\n", "1\n", True),
        ("1", "1  \n\n", True),
        ("1", "2", False),
        ("", "1", False),
        ("1", "", False),
        ("a  b", "a b", True),
        ("ab", "a b", False),
        ("[1, ..., 9]", "[1, 2, 3, 9]", True),
        ("<object at 0x7f01>", "<object at 0x9e3b>", True),
        ("<object at ...>", "<object at 0x9e3b>", True),
        ("a\n<BLANKLINE>\nb", "a\n\nb\n", True),
        ("0x7f", "0x80", False),
    ],
)
def test_what_nobody_sees_does_not_count_and_all_else_does(want: str, got: str, same: bool) -> None:
    assert holds(want, Execution("ok", logs=Logs(got), execution_count=1)) is same


def test_of_a_traceback_the_last_line_counts() -> None:
    error = ErrorInfo("ValueError", "told", "Traceback (most recent call last):\n  …\nValueError: told")
    raised = Execution("error", error=error, execution_count=1)
    assert holds("Traceback (most recent call last):\n    ...\nValueError: told\n", raised)
    assert not holds("Traceback (most recent call last):\nValueError: other\n", raised)
    assert not holds("ValueError: told\n", raised)
    assert not holds("Traceback (most recent call last):\nValueError: told\n", Execution("ok"))


def test_examples_know_their_lines_and_options() -> None:
    first, second = examples("Text.\n\n  >>> def f():\n  ...     return 1\n\n>>> f()  # doctest: +SKIP\n1\n")
    assert (first.at, first.lines, first.indent, first.skip) == (2, (2, 0), "  ", False)
    assert (second.at, second.lines, second.want, second.skip) == (5, (1, 1), "1\n", True)
    assert examples("a >> b") == []
