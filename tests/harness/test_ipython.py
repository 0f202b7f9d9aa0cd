"""Code written for Jupyter."""

from __future__ import annotations

import base64

from .conftest import Runs

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_display_classes_show_what_they_hold(run: Runs) -> None:
    ran = run(
        "from IPython.display import display, HTML, Markdown, Latex, Math, SVG, JSON, Code\n"
        "display(HTML('<b>'), Markdown('# m'), Latex('$l$'), Math('m'), SVG('<svg/>'))\n"
        "display(JSON({'a': 1}), Code('x = 1'))"
    )
    fields = [set(event["data"]) - {"text"} for event in ran.of("display")]
    assert fields == [{"html"}, {"markdown"}, {"latex"}, {"latex"}, {"svg"}, {"json"}, {"markdown"}]


def test_an_image_is_read_from_a_file(run: Runs) -> None:
    with open("pixel.png", "wb") as file:  # noqa: PTH123
        file.write(PIXEL)
    ran = run("from IPython.core.display import Image\nImage('pixel.png', width=20)")
    assert ran.result is not None
    assert base64.b64decode(ran.result["png"]) == PIXEL
    assert ran.result["width"] == 20


def test_an_image_from_the_network_says_there_is_none(run: Runs) -> None:
    ran = run("from IPython.display import Image\nImage(url='https://example.org/a.png')")
    assert "has no network" in ran.error["value"]
    assert ran.of("blocked")[0]["target"] == "https://example.org/a.png"


def test_what_needs_scripts_says_so(run: Runs) -> None:
    assert "can't be shown here" in str(run("from IPython.display import IFrame\nIFrame('x', 1, 1)").text)


def test_display_is_a_module_of_ipython_and_can_be_called(run: Runs) -> None:
    assert (
        run("from IPython import display\ndisplay.clear_output(wait=True)\ndisplay.display('a')").outcome
        == "ok"
    )
    assert run("display('b')").of("display")[0]["data"]["text"] == "'b'"
    assert run("import IPython\nIPython.display.HTML('<b>').data").text == "'<b>'"
