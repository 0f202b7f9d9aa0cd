"""Docstrings: `try_examples` is put around *Examples*, and around nothing else."""

from __future__ import annotations

import time

import pytest

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
