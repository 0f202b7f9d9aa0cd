"""Figures, as far as they can be told without matplotlib; drawing is shown in a browser."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from belljar_harness.figures.figures import BACKEND, _font_messages, _keeping_backend, describe

from .test_messages import golden


def axes(title: str = "", xlabel: str = "", ylabel: str = "") -> Any:
    return SimpleNamespace(
        get_title=lambda loc="center": title if loc == "center" else "",
        get_xlabel=lambda: xlabel,
        get_ylabel=lambda: ylabel,
    )


def figure(*parts: Any, suptitle: str | None = None) -> Any:
    text = None if suptitle is None else SimpleNamespace(get_text=lambda: suptitle)
    return SimpleNamespace(axes=list(parts), _suptitle=text)


def test_the_alternative_text_is_made_of_titles_and_labels() -> None:
    text = describe(
        figure(axes("North", "month", "revenue"), axes("South", "month", ""), suptitle="Sales\n2024")
    )
    assert text == "Sales 2024. North. Horizontal: month. Vertical: revenue. South."


def test_a_figure_without_words_says_so() -> None:
    assert describe(figure(axes())) == "Figure without title or labels."


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ("TkAgg", BACKEND),
        ("Agg", BACKEND),
        ("Qt5Agg", BACKEND),
        ("module://ipympl", BACKEND),
        ("pdf", "pdf"),
        ("svg", "svg"),
    ],
)
def test_a_script_that_asks_for_a_window_gets_the_page(asked: str, used: str) -> None:
    calls: list[object] = []
    _keeping_backend(lambda backend, force=True: calls.append((backend, force)))(asked, force=False)
    assert calls == [(used, False)]


def test_a_missing_font_is_told_once_and_the_font_cache_never() -> None:
    keep = _font_messages(set())

    def told(message: str) -> bool:
        return bool(
            keep(logging.LogRecord("matplotlib.font_manager", logging.WARNING, "", 0, message, None, None))
        )

    assert [told("findfont: Arial"), told("findfont: Arial"), told("building the font cache")] == [
        True,
        False,
        False,
    ]


def test_the_golden_figure_has_a_size_and_words() -> None:
    (shown,) = [event["data"] for event in golden("display") if "alt" in event["data"]]
    assert shown["alt"] == "Sales. Horizontal: month. Vertical: revenue."
    assert shown["name"] == "sales"
    assert shown["png"].startswith("iVBORw0KGgo")
    assert (shown["width"], shown["height"]) == (30, 30)
