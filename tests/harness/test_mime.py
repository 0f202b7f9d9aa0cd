"""The ways an object can be shown."""

from __future__ import annotations

import base64

import pytest

from belljar_harness.show.mime import Formatter, from_mime

from .conftest import Runs

FORMATTER = Formatter(10, 10, lambda figure: {"text": "figure"})

PNG = b"\x89PNG\r\n"


class Rich:
    def __repr__(self) -> str:
        return "rich"

    def _repr_html_(self) -> str:
        return "<b>rich</b>"

    def _repr_markdown_(self) -> str:
        return "**rich**"

    def _repr_svg_(self) -> str:
        return "<svg/>"

    def _repr_png_(self) -> bytes:
        return PNG

    def _repr_jpeg_(self) -> bytes:
        raise AssertionError("not asked when there is a PNG")

    def _repr_latex_(self) -> str:
        return "$r$"

    def _repr_json_(self) -> object:
        return {"rich": [1, float("nan"), (2,)]}


def test_every_method_fills_its_field() -> None:
    assert FORMATTER.bundle(Rich()) == {
        "text": "rich",
        "html": "<b>rich</b>",
        "markdown": "**rich**",
        "svg": "<svg/>",
        "png": base64.b64encode(PNG).decode(),
        "latex": "$r$",
        "json": {"rich": [1, None, [2]]},
    }


def test_a_mimebundle_comes_first_and_may_carry_metadata() -> None:
    class Bundled:
        def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> object:
            return {"text/plain": "t", "text/html": "<i>", "application/x-other": 1}, {"text/html": {}}

        def _repr_html_(self) -> str:
            return "not this"

    assert FORMATTER.bundle(Bundled()) == {"text": "t", "html": "<i>"}


def test_a_picture_may_tell_its_size() -> None:
    class Sized:
        def _repr_png_(self) -> object:
            return PNG, {"width": 20.4, "height": 10}

    found = FORMATTER.bundle(Sized())
    assert (found["width"], found["height"]) == (20, 10)


def test_a_view_that_fails_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def _repr_html_(self) -> str:
            raise ValueError("no such column")

        def _repr_png_(self) -> bytes:
            raise NotImplementedError

    assert set(FORMATTER.bundle(Broken())) == {"text"}
    assert capsys.readouterr().err == "Broken._repr_html_ failed: ValueError: no such column\n"


def test_a_method_that_fails_or_gives_nothing_is_skipped() -> None:
    class Partly:
        def __repr__(self) -> str:
            return "p"

        def _repr_html_(self) -> str:
            raise ValueError

        def _repr_latex_(self) -> None:
            return None

        def _repr_svg_(self) -> bytes:
            return b"not text"

    assert FORMATTER.bundle(Partly()) == {"text": "p"}


def test_a_class_is_not_its_instance() -> None:
    assert set(FORMATTER.bundle(Rich)) == {"text"}


def test_an_object_that_answers_to_every_name_is_not_taken_for_more() -> None:
    class Anything:
        def __getattr__(self, name: str) -> object:
            return lambda *_: "x"

        def __repr__(self) -> str:
            return "anything"

    assert FORMATTER.bundle(Anything()) == {"text": "anything"}


def test_what_is_no_json_is_left_out() -> None:
    class Cyclic:
        def _repr_json_(self) -> object:
            loop: list[object] = []
            loop.append(loop)
            return {"deep": loop, 1: object}

    found = FORMATTER.bundle(Cyclic())
    assert found["json"]["1"] == "<class 'object'>"


def test_an_overlong_field_is_left_out_with_a_note() -> None:
    class Huge:
        def __repr__(self) -> str:
            return "huge"

        def _repr_html_(self) -> str:
            return "x" * 9_000_000

    found = FORMATTER.bundle(Huge())
    assert "html" not in found
    assert found["text"] == "huge\n(html of 9 MB left out: too large to show)"


def test_raw_bundles_are_keyed_by_mime_type() -> None:
    assert from_mime({"text/html": "<b>", "image/png": "aGk=\n", "text/plain": None}) == {
        "html": "<b>",
        "png": "aGk=",
    }


def test_results_reach_the_wire(run: Runs) -> None:
    ran = run("class T:\n    def _repr_html_(self): return '<b>t</b>'\nT()")
    assert ran.result is not None
    assert ran.result["html"] == "<b>t</b>"
