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


def test_types_are_shown_as_code_has_set_it(run: Runs) -> None:
    printers = "get_ipython().display_formatter.formatters"
    run(f"{printers}['text/html'].for_type(int, lambda v: f'<b>{{v}}</b>')")
    run(f"{printers}['text/plain'].for_type(float, lambda v, p, cycle: p.text(f'{{v:.1f}} m'))")
    assert run("5").result == {"text": "5", "html": "<b>5</b>"}
    assert run("True").result == {"text": "True", "html": "<b>True</b>"}
    assert run("2.25").text == "2.2 m"
    assert run("'x'").result == {"text": "'x'"}
    run(f"{printers}['text/html'].for_type(str, lambda v: 1 / 0)")
    ran = run("'x'")
    assert ran.text == "'x'"
    assert "The printer of str failed: ZeroDivisionError" in ran.stderr


def test_a_bar_of_progress_stays_in_one_place(run: Runs) -> None:
    ran = run("from IPython.display import ProgressBar\nfor n in ProgressBar(3): pass")
    assert len({event["id"] for event in ran.of("display")}) == 1
    assert ran.of("display")[-1]["data"]["text"].endswith("=] 3/3")


def test_raw_data_is_shown_by_kind(run: Runs) -> None:
    ran = run(
        "from IPython.display import display_html, publish_display_data\ndisplay_html('<i>', raw=True)\n"
        "publish_display_data({'text/markdown': '*m*'})"
    )
    assert [event["data"] for event in ran.of("display")] == [{"html": "<i>"}, {"markdown": "*m*"}]


def test_formats_of_pictures_are_taken(run: Runs) -> None:
    code = "import matplotlib_inline\nmatplotlib_inline.backend_inline.set_matplotlib_formats('retina')"
    assert run(code).outcome == "ok"
    assert run("from IPython.display import set_matplotlib_formats").outcome == "ok"


def test_a_class_of_magics_is_registered(run: Runs) -> None:
    run(
        "from IPython.core.magic import Magics, magics_class, line_magic\n@magics_class\nclass M(Magics):\n"
        "    @line_magic\n    def hey(self, line): return 'hey ' + line\n"
        "    @line_magic('other')\n    def named(self, line): return line * 2\n"
        "get_ipython().register_magics(M)"
    )
    assert run("%hey you").text == "'hey you'"
    assert run("%other ab").text == "'abab'"
