"""Signature and documentation at the cursor."""

from __future__ import annotations

import json
import time

import pytest

from .conftest import Runs


def inspect(run: Runs, code: str) -> dict[str, str] | None:
    """What is known where `|` stands."""
    found: dict[str, str] | None = json.loads(run.session.inspect(code.replace("|", ""), code.index("|")))
    return found


def signature(run: Runs, code: str) -> str | None:
    found = inspect(run, code)
    return found and found["signature"]


DEFINED = '''
import functools

def greet(name, /, greeting="hello", *names, loud=False, **rest):
    """Greets.

    At length.
    """

class Point:
    """A point."""
    def __init__(self, x, y=0.5): ...
    def moved(self, by: "int" = 1): ...
    @classmethod
    def origin(cls, scale=1): ...
    @staticmethod
    def far(a, b): ...

point = Point(1)

@functools.wraps(greet)
def wrapped(*args, **kwargs): ...
'''


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("gre|et", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("greet(|", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("greet('a', [1, 2], (3|", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("greet('it(s', |", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("greet('in a str|ing'", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("greet(  # note (\n  |", "greet(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("wrapped(|", "wrapped(name, /, greeting='hello', *names, loud=False, **rest)"),
        ("Point(|", "Point(x, y=0.5)"),
        ("point.moved(|", "moved(by=1)"),
        ("Point.moved(|", "moved(self, by=1)"),
        ("Point.origin(|", "origin(scale=1)"),
        ("point.far(|", "far(a, b)"),
        ("len(|", "len(obj, /)"),
        ("'a' + sorted|(", "sorted(iterable, /, *, key=None, reverse=False)"),
        ("point.moved(len(|", "len(obj, /)"),
        ("point.moved(len(a), |", "moved(by=1)"),
    ],
)
def test_a_signature_is_found_at_a_name_and_within_its_call(run: Runs, code: str, expected: str) -> None:
    run(DEFINED)
    assert signature(run, code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "|",
        "nothing(|",
        "def greet(|",
        "class Point(|",
        "x = '|greet'",
        "# greet|",
        "greet().twice(|",
        "(1 + |2)",
        "[|",
    ],
)
def test_where_nothing_is_known_nothing_is_said(run: Runs, code: str) -> None:
    run(DEFINED)
    assert inspect(run, code) is None


def test_the_documentation_comes_without_its_indentation(run: Runs) -> None:
    run(DEFINED)
    found = inspect(run, "greet(|")
    assert found == {**(found or {}), "name": "greet", "doc": "Greets.\n\nAt length."}


def test_a_module_that_the_cell_imports_is_known_before_it_ran(run: Runs) -> None:
    assert signature(run, "import json as j\nj.dumps(|") is not None
    assert inspect(run, "import not_there as n\nn.dumps(|") is None


def test_values_say_what_they_are(run: Runs) -> None:
    run("rows = [1, 2, 3]\nname = 'x' * 100\nnumber = 10 ** 4000")
    assert signature(run, "ro|ws") == "list of 3"
    assert signature(run, "na|me") == "str: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'…"
    assert signature(run, "num|ber") == "int: …"


def test_no_code_of_the_users_runs_but_what_an_attribute_takes(run: Runs) -> None:
    run(
        """
ran = []
class Loud:
    def __repr__(self): ran.append("repr")
    def __eq__(self, other): ran.append("eq")
    def __len__(self): ran.append("len")
    def __bool__(self): ran.append("bool")
    def __str__(self): ran.append("str")
    def __iter__(self): ran.append("iter")
    def __call__(self): ran.append("call")
    @property
    def __signature__(self): ran.append("signature")
class Text(str):
    def __getitem__(self, key): ran.append("text")
    def expandtabs(self): ran.append("text")
loud = Loud()
def f(a=loud, b=Text("x"), *, c=loud) -> ran.append("annotation"): ...
f.__doc__ = Text("doc")
f.__signature__ = lambda: ran.append("called")
ran.clear()
"""
    )
    assert signature(run, "f(|") == "f(a=…, b=…, *, c=…)"
    assert signature(run, "lou|d") == "loud()"
    assert run("ran").text == "[]"


def test_an_answer_is_bounded_whatever_is_asked_about(run: Runs) -> None:
    run(
        "def f(): ...\nf.__doc__ = 'word ' * 1_000_000\n"
        "exec('def g(' + ', '.join(f'parameter_{n}' for n in range(250)) + '): ...')"
    )
    found = inspect(run, "f(|")
    assert found is not None
    assert len(found["doc"]) <= 8_000
    assert len(signature(run, "g(|") or "") <= 2_000
    began = time.perf_counter()
    inspect(run, "f(" + "(" * 200_000 + "|")
    inspect(run, "a." * 200_000 + "|")
    inspect(run, "'''\\" * 100_000 + "|")
    assert time.perf_counter() - began < 2


def test_a_property_that_raises_is_no_answer(run: Runs) -> None:
    run("class A:\n    @property\n    def b(self): raise RuntimeError\na = A()")
    assert inspect(run, "a.b(|") is None
