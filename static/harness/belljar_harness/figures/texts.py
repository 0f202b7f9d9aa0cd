"""Texts: laid out once for each drawing of a figure.

matplotlib lays a text out whenever somebody asks for its extent, and again to draw it: 130 times for a plot
with 25 texts, a sixth of the time that its drawing takes.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import private

_TEXT = "matplotlib.text:Text"
#: The method of it: extent, lines with their places, descent, from the text's own place.
_LAY_OUT = "_get_layout"

#: What it looks at that has no method of its own.
_SPACING = operator.attrgetter("_linespacing", "_multialignment")


@contextmanager
def laid_out_once() -> Iterator[None]:
    """While one figure is drawn: a text that has not changed keeps the layout it was given.

    A matplotlib that lays texts out in another way does it as often as it likes.
    """
    text: Any = sys.modules["matplotlib.text"].Text
    original = _method()
    if original is None:
        yield
        return
    given: dict[Any, tuple[Any, Any]] = {}

    def lay_out(artist: Any, renderer: Any) -> Any:
        if artist.get_wrap():  # as wide as the space that its place leaves it
            return original(artist, renderer)
        try:
            form = _form(artist, renderer)
        except AttributeError:  # what a layout depends on has another name
            return original(artist, renderer)
        known, layout = given.get(artist, (None, None))
        if known != form:
            layout = original(artist, renderer)
            given[artist] = form, layout
        return layout

    setattr(text, _LAY_OUT, lay_out)
    try:
        yield
    finally:
        setattr(text, _LAY_OUT, original)


def _method() -> Any:
    try:
        return private.member(_TEXT, _LAY_OUT)
    except LookupError:
        return None


def _form(text: Any, renderer: Any) -> tuple[Any, ...]:
    """All that decides how a text is laid out."""
    return (
        id(renderer),
        text.get_figure(root=True).dpi,
        text.get_text(),
        hash(text.get_fontproperties()),
        text.get_usetex(),
        text.get_parse_math(),
        text.get_rotation(),
        text.get_rotation_mode(),
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
        *_SPACING(text),
    )
