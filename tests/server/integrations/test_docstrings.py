"""Docstrings: `try_examples` is put around *Examples*, and around nothing else."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

import pytest
from numpydoc.docscrape_sphinx import SphinxDocString
from sphinx.ext.napoleon import Config, GoogleDocstring, NumpyDocstring

from belljar.integrations.sphinx.docstrings import with_examples

#: What comes behind the examples, as numpydoc and napoleon write it.
ENDS = [
    [".. rubric:: Notes", "", "A note."],
    [".. seealso::", "", "   volume"],
    [":Attributes:", "", "    **x**"],
    [":param side: A side."],
    [":returns: Something."],
    ["..", "    !! processed by numpydoc !!"],
]
EXAMPLES = ["Two:", "", ">>> 1 + 1", "2", ""]


def wrapped(lines: list[str], **options: str) -> str:
    return "\n".join(with_examples(lines, options))


def test_examples_at_the_end_are_wrapped_with_their_prose() -> None:
    assert with_examples(["Adds.", "", ".. rubric:: Examples", "", *EXAMPLES], {"height": "40px"}) == [
        *["Adds.", "", ".. rubric:: Examples"],
        *["", ".. try_examples::", "    :height: 40px", ""],
        *["", "    Two:", "", "    >>> 1 + 1", "    2", "", ""],
    ]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end[0])
def test_what_comes_behind_the_examples_stays_outside(end: list[str]) -> None:
    found = with_examples([".. rubric:: Examples", "", *EXAMPLES, *end], {})
    assert found[-len(end) :] == end
    assert "    >>> 1 + 1" in found


def test_directives_within_examples_stay_inside() -> None:
    found = wrapped([".. rubric:: Examples", "", *EXAMPLES, ".. note:: A note.", "", ">>> 2"])
    assert "    .. note:: A note.\n\n    >>> 2" in found


def test_an_admonition_s_examples_are_what_is_indented() -> None:
    lines = [".. admonition:: Examples", "", *[f"   {line}".rstrip() for line in EXAMPLES], "After."]
    found = with_examples(lines, {})
    assert found[1:3] == ["", "   .. try_examples::"]
    assert found[-1] == "After."
    assert "       >>> 1 + 1" in found


SECTIONS = """Adds.

    Parameters
    ----------
    a : int
        One.

    Examples
    --------
    Two:

    >>> 1 + 1
    2

    Notes
    -----
    A note.
    """
GOOGLE = """Adds.

    Args:
        a: One.

    Example:
        Two:

        >>> 1 + 1
        2

    Raises:
        ValueError: Never.
    """


def by_numpydoc(docstring: str) -> str:
    return str(SphinxDocString(inspect.cleandoc(docstring), config={}))


def by_napoleon(docstring: str) -> str:
    return str(NumpyDocstring(inspect.cleandoc(docstring)))


def by_napoleon_as_admonitions(docstring: str) -> str:
    config = Config(napoleon_use_admonition_for_examples=True)
    return str(GoogleDocstring(inspect.cleandoc(docstring), config))


@pytest.mark.parametrize(
    ("written", "docstring", "after"),
    [
        # Which puts examples last.
        (by_numpydoc, SECTIONS, ""),
        (by_napoleon, SECTIONS, "A note."),
        (by_napoleon_as_admonitions, GOOGLE, ":raises ValueError: Never."),
    ],
)
def test_what_the_tools_themselves_write_is_wrapped(
    written: Callable[[str], str], docstring: str, after: str
) -> None:
    before = written(docstring).split("\n")
    found = with_examples(before, {})
    start = next(at for at, line in enumerate(found) if line.strip() == ".. try_examples::")
    depth = len(found[start]) - len(found[start].lstrip())
    behind = range(start + 1, len(found))
    end = next((at for at in behind if found[at].strip() and deep(found[at]) <= depth), len(found))
    inside = [line.strip() for line in found[start + 1 : end] if line.strip()]
    assert inside == ["Two:", ">>> 1 + 1", "2"]
    assert after in "\n".join(found[end:])
    assert "try_examples" not in "\n".join(before)


def deep(line: str) -> int:
    return len(line) - len(line.lstrip())


def test_google_s_example_is_one_too() -> None:
    assert ".. try_examples::" in wrapped([".. rubric:: Example", "", *EXAMPLES])


@pytest.mark.parametrize("first", [".. disable_try_examples", ".. try_examples::"])
def test_its_author_may_have_said_otherwise(first: str) -> None:
    lines = [".. rubric:: Examples", "", first, "", *EXAMPLES]
    assert with_examples(lines, {}) == lines


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Adds."],
        [".. rubric:: Examples"],
        [".. rubric:: Examples", "", "Prose alone."],
        [".. rubric:: Notes", "", *EXAMPLES],
        ["Examples", "--------", *EXAMPLES],
    ],
)
def test_a_docstring_without_examples_is_left_alone(lines: list[str]) -> None:
    assert with_examples(lines, {}) == lines


def test_a_docstring_of_any_size_takes_time_in_its_proportion() -> None:
    lines = [".. rubric:: Examples", *[":" + "a" * 2_000, ".." + " " * 2_000, ">>> 1"] * 2_000]
    began = time.perf_counter()
    with_examples(lines, {})
    assert time.perf_counter() - began < 2
