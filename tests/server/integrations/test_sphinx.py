"""Sphinx: the docs of a small numpydoc project, built with it, are what the element reads."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.answers.execution import Execution, Logs
from belljar.cells import Results
from belljar.cells.markdown import cells_of_markdown
from belljar.cells.restructured import cells_of_restructured
from belljar.errors import SettingsError
from belljar.integrations.sphinx.pages import export_settings

from ...sites import build
from .page import Page

BASE = "https://cells.example.org/py/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs with Furo, whose cells come from elsewhere."""
    out = tmp_path_factory.mktemp("sites") / "sphinx"
    build.sphinx(out, BASE)
    return out


@pytest.fixture(scope="module")
def index(site: Path) -> Page:
    return Page(site / "index.html")


def test_a_directive_is_a_cell_with_its_code_as_text(index: Page) -> None:
    first, second, *_ = index.cells
    assert first.attributes == {"session": "first", "timeout": "20", "label": "A list"}
    assert first.code == "squares = [number**2 for number in range(5)]\nsum(squares)\n"
    assert second.attributes == {"session": "first", "output": None}


def test_expected_output_is_the_next_element(index: Page) -> None:
    second = index.cells[1]
    assert second.next is not None
    assert "belljar-output" in second.next.classes
    assert second.next.text.strip() == "'small'"


def test_hidden_code_comes_as_it_was_written(index: Page) -> None:
    third = index.cells[2]
    setup = 'def greet(name):\n    return f"Hello, <{name}>!"'
    assert third.attributes == {"setup": setup, "readonly": None}
    assert third.code.startswith(">>> greet")


def test_a_file_of_the_docs_lies_beside_the_pages(index: Page, site: Path) -> None:
    name, _, address = (index.cells[3].attributes["files"] or "").partition("=")
    assert name == "heights.csv"
    assert (site / address).read_text().startswith("name,height")


def test_a_cell_of_sphinx_pyodide_is_one_of_ours(index: Page) -> None:
    cell = index.cells[4]
    assert cell.attributes == {"setup": "start = 40", "output": None}
    assert cell.code == "print(start + 2)\n"
    assert cell.next is not None
    assert cell.next.text.strip() == "42"


def test_a_console_of_jupyterlite_sphinx_is_a_cell(index: Page) -> None:
    assert index.cells[5].attributes == {}
    assert index.cells[5].code == '"from a console"\n'


def test_what_belljar_check_reads_is_what_is_built(index: Page, site: Path) -> None:
    sources = Path(build.HERE, "sphinx")
    read = cells_of_restructured((sources / "index.rst").read_text())
    assert len(read) == 4
    assert read[1].expected is not None
    assert read[1].expected.text == "'small'"
    read += cells_of_markdown((sources / "markdown.md").read_text())
    for cell, built in zip(read, [*index.cells[:4], *Page(site / "markdown.html").cells], strict=True):
        assert cell.code == built.code.rstrip("\n")
        assert cell.session == built.attributes.get("session", "page")
        assert cell.setup == built.attributes.get("setup", "")


def test_myst_has_the_directive_too(site: Path) -> None:
    (cell,) = Page(site / "markdown.html").cells
    assert cell.attributes == {"session": "myst"}
    assert cell.code == '"from MyST".upper()\n'


def test_only_pages_with_cells_have_the_script(index: Page, site: Path) -> None:
    assert index.scripts == [f"{BASE}embed.js"]
    assert Page(site / "markdown.html").scripts == [f"{BASE}embed.js"]
    assert Page(site / "plain.html").scripts == []
    assert Page(site / "reference.html").scripts == [f"{BASE}try-examples.js"]


def test_examples_of_docstrings_get_a_button(site: Path) -> None:
    page = Page(site / "reference.html")
    by_docstring, by_hand = page.by_class("belljar-examples")
    assert by_docstring.attributes["data-setup"] == "import math\nside = 3"
    assert "Try it in your browser" in by_docstring.text
    assert "Numbers here are small." in by_docstring.text
    assert ">>> side * side" in by_docstring.text
    assert "area is a product" in by_docstring.text
    assert by_hand.attributes["data-height"] == "120px"
    assert "by-hand" in by_hand.classes
    assert "Run these" in by_hand.text


def test_what_is_no_example_stays_outside(site: Path) -> None:
    page = Page(site / "reference.html")
    inside = "".join(one.text for one in page.by_class("belljar-examples"))
    for text in ("volume(2)", "Length of a side", "Sides are not negative", "The same in three"):
        assert text in page.text
        assert text not in inside


def test_a_button_is_hidden_until_a_script_shows_it(site: Path) -> None:
    buttons = Page(site / "reference.html").by_class("try_examples_button")
    assert buttons
    assert all("hidden" in button.attributes for button in buttons)


def test_the_switches_are_there_to_be_changed(site: Path) -> None:
    assert json.loads((site / "try_examples.json").read_text()) == {"ignore_patterns": []}
    (address,) = Page(site / "reference.html").metas("belljar-try-examples")
    assert address == "try_examples.json"


@pytest.mark.parametrize(("builder", "suffix"), [("text", "txt"), ("latex", "tex"), ("epub", "xhtml")])
def test_other_builders_have_the_code_as_it_is(site: Path, tmp_path: Path, builder: str, suffix: str) -> None:
    out = tmp_path / "out"
    build.sphinx(out, BASE, builder=builder, doctrees=site.with_name("sphinx-doctrees"))
    written = "\n".join(path.read_text() for path in sorted(out.rglob(f"*.{suffix}")))
    # Without tags and LaTeX's commands.
    text = re.sub(r"<[^>]{0,300}>|\\PYG\{\w+\}|\\PYGZ\w+|[{}\\\s]", "", written)
    assert "sum(squares)" in text
    assert "Proseisprose" not in text
    assert "Prosestaysprose" in text
    for name in ("bell-jar", "belljar-examples", "Try it in your browser", "embed.js"):
        assert name not in written
    assert not (out / "try_examples.json").exists()


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What Sphinx says of cells that are wrong, and the page all the same."""
    source = tmp_path_factory.mktemp("wrong")
    (source / "conf.py").write_text(
        f"extensions = ['belljar.integrations.sphinx']\nhtml_theme = 'basic'\nbelljar_base = '{BASE}'\n"
        "belljar_results = 'results.json'\n"
    )
    results = Results()
    results.page().add(Execution("ok", logs=Logs("fourth")), "fourth()")
    results.write(source / "results.json")
    (source / "try_examples.json").write_text('{"ignore_patterns": ["index"]}')
    (source / "index.rst").write_text(
        "Wrong\n=====\n\n"
        ".. belljar::\n   :sesion: a\n\n   first()\n\n"
        ".. belljar::\n   :timeout: soon\n\n   second()\n\n"
        ".. belljar::\n   :files: nowhere.csv\n\n   third()\n\n"
        ".. belljar::\n   :files: https://example.org/a.csv\n\n   fourth()\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", source, source / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr, source / "out"


def test_a_wrong_cell_is_said_with_its_place_and_its_code_is_shown(wrong: tuple[str, Path]) -> None:
    said, out = wrong
    lines = said.splitlines()
    assert ["index.rst:4" in lines[0], "did you mean session?" in lines[0]] == [True, True]
    assert ["index.rst:9" in lines[1], "above 0" in lines[1]] == [True, True]
    assert "'nowhere.csv', which is no file of these docs" in lines[2]
    page = Page(out / "index.html")
    assert [cell.attributes for cell in page.cells] == [{"files": "https://example.org/a.csv"}]
    for code in ("first()", "second()", "third()"):
        assert code in page.text


def test_a_cell_shows_what_it_gave_when_it_was_checked(wrong: tuple[str, Path]) -> None:
    (cell,) = Page(wrong[1] / "index.html").cells
    (stored,) = [one for one in cell.below if one.tag == "script"]
    assert stored.attributes == {"type": "application/json", "data-belljar-result": None}
    assert Execution.from_dict(json.loads(stored.text)).stdout == "fourth"


def test_a_setting_of_the_export_that_there_is_not_is_said() -> None:
    assert export_settings({"profile": "core"}).profile == ("core",)
    with pytest.raises(SettingsError, match="did you mean profile"):
        export_settings({"profle": "core"})


def test_switches_of_the_docs_come_to_the_pages(wrong: tuple[str, Path]) -> None:
    assert json.loads((wrong[1] / "try_examples.json").read_text()) == {"ignore_patterns": ["index"]}
