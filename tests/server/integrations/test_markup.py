"""Markup: what a person may write of a cell, and what is said when it is wrong."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.errors import MarkupError
from belljar.integrations.markup import NAMES, attributes, opening


class Reader(HTMLParser):
    """Reads a tag as a browser does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_there_are_the_attributes_of_the_element() -> None:
    names = "session setup files packages autorun readonly output timeout editor theme base label"
    assert set(NAMES) == set(names.split())


def test_an_attribute_stays_what_was_written() -> None:
    given = {"session": " a ", "timeout": "2.5", "autorun": "visible", "readonly": None, "output": None}
    assert attributes(given) == {
        "session": "a",
        "timeout": "2.5",
        "autorun": "visible",
        "readonly": "",
        "output": "",
    }


def test_lists_are_written_one_way() -> None:
    found = attributes({"packages": "numpy, pandas scikit-learn", "files": "a.csv\n b.csv=data/b.csv"})
    assert found == {"packages": "numpy,pandas,scikit-learn", "files": "a.csv b.csv=data/b.csv"}


def test_a_flag_that_is_off_is_not_there() -> None:
    assert attributes({"readonly": "false"}) == {}
    assert attributes({"readonly": "readonly"}) == {"readonly": ""}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sesion", "a", "did you mean session?"),
        ("onclick", "alert(1)", "there are autorun, base"),
        ("session", " ", "wants a value"),
        ("autorun", "always", "never, visible, load"),
        ("editor", "vim", "full, plain"),
        ("theme", "neon", "auto, light, dark"),
        ("timeout", "soon", "above 0"),
        ("timeout", "-1", "above 0"),
        ("timeout", "inf", "above 0"),
        ("timeout", "nan", "above 0"),
        ("readonly", "perhaps", "there without a value"),
        ("output", "next", "#id"),
        ("packages", "numpy, https://example.org/x.whl", "no name of a package"),
        ("files", "../x=data.csv", "without folders"),
        ("files", "a/../../x=data.csv", "without folders"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_right(name: str, value: str, said: str) -> None:
    with pytest.raises(MarkupError, match=r"A cell has no|of a cell") as error:
        attributes({name: value})
    assert said in str(error.value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")))
def test_whatever_stands_in_an_attribute_is_read_again(text: str) -> None:
    html = opening({"setup": text or "x", "readonly": ""})
    assert Reader(html).found == [("bell-jar", {"setup": text or "x", "readonly": None})]
    assert "\n" not in html


def test_a_cell_without_attributes_is_the_plain_element() -> None:
    assert opening({}) == "<bell-jar>"
