"""Markdown: pages of MkDocs and Zensical, built with them, are what the element reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import markdown
import pytest

from belljar.answers.execution import Execution, Logs
from belljar.cells import Results
from belljar.integrations.markdown import fence, stored, validator

from ...sites import build
from .page import Page

BASE = "https://cells.example.org/py/"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sites")
    build.build(out, BASE, ["mkdocs", "zensical"])
    return out


def rendered(text: str, *names: str, shows: Callable[..., str] = fence) -> str:
    """One page of Python-Markdown with the fence under these names."""
    given = [{"name": name, "class": name, "format": shows, "validator": validator} for name in names]
    return markdown.markdown(
        text,
        extensions=["pymdownx.superfences", "pymdownx.highlight"],
        extension_configs={"pymdownx.superfences": {"custom_fences": given}},
    )


@pytest.mark.parametrize("tool", ["mkdocs", "zensical"])
def test_a_fence_is_a_cell_with_its_code_as_text(sites: Path, tool: str) -> None:
    cell = Page(sites / tool / "index.html").cells[0]
    assert cell.attributes["session"] == "first"
    assert cell.code == "squares = [number**2 for number in range(5)]\nsum(squares)\n"


@pytest.mark.parametrize("tool", ["mkdocs", "zensical"])
def test_no_paragraph_ends_before_the_code_in_it(sites: Path, tool: str) -> None:
    for cell in Page(sites / tool / "index.html").cells:
        assert cell.parent is not None
        assert cell.parent.tag != "p"


@pytest.mark.parametrize("tool", ["mkdocs", "zensical"])
def test_a_fence_without_the_word_is_what_it_was(sites: Path, tool: str) -> None:
    page = Page(sites / tool / "index.html")
    assert 'print("as ever")' in page.text
    assert not [cell for cell in page.cells if "as ever" in cell.text]


def test_what_a_fence_says_is_an_attribute(sites: Path) -> None:
    first, second, third = Page(sites / "mkdocs/index.html").cells
    assert first.attributes == {"session": "first", "timeout": "20"}
    assert second.attributes == {"session": "first", "readonly": None}
    assert second.code == 'max(squares) < 100 and "small & <sound>"\n'
    assert third.attributes == {}
    assert third.code == ">>> 20 + 22\n42\n"


def test_how_code_is_shown_stays_the_highlighter_s(sites: Path) -> None:
    third = Page(sites / "mkdocs/index.html").cells[2]
    assert "A sum" in third.text


def test_the_scripts_are_modules_from_where_the_cells_come(sites: Path) -> None:
    assert Page(sites / "mkdocs/index.html").scripts == [f"{BASE}embed.js", f"{BASE}markdown-exec.js"]
    assert Page(sites / "zensical/index.html").scripts == [f"{BASE}embed.js"]


def test_markdown_exec_s_pages_still_have_what_our_script_mounts(sites: Path) -> None:
    first, second = Page(sites / "mkdocs/exec/index.html").by_class("pyodide")
    assert first.attributes["data-session"] == "greeting"
    assert second.attributes["data-install"] == "['micropip']"
    for number, editor in enumerate((first, second), 1):
        (source,) = [one for one in editor.below if "pyodide-editor" in one.classes]
        assert source.attributes["id"] == f"exec-{number}--editor"


def test_our_fence_reads_markdown_exec_s_language() -> None:
    text = '```pyodide install="numpy,pandas" session="a" assets="no" height="5-10"\nprint("<b>")\n```\n'
    html = rendered(text, "pyodide")
    assert html.startswith('<bell-jar packages="numpy,pandas" session="a">')
    assert "&lt;b&gt;" in html


def test_pages_show_what_cells_gave_when_they_were_checked(tmp_path: Path) -> None:
    results = Results()
    kept = results.page()
    kept.add(Execution("ok", logs=Logs("</script>\n")), "first()", session="a")
    results.write(tmp_path / "results.json")
    text = '```python belljar session="a"\nfirst()\n```\n\n```python belljar session="a"\nsecond()\n```\n'
    shows = stored(str(tmp_path / "results.json"))
    for _ in range(2):
        html = rendered(text, "python", shows=shows)
        first, second = re.findall(r"<bell-jar.*?</bell-jar>", html, re.DOTALL)
        assert '<script type="application/json" data-belljar-result>' in first
        assert "\\u003c/script>" in first
        assert "data-belljar-result" not in second


def test_a_language_of_its_own_needs_no_word() -> None:
    assert rendered('```belljar autorun="visible"\n1\n```\n', "belljar").startswith(
        '<bell-jar autorun="visible">'
    )


def test_a_wrong_attribute_is_said_and_the_code_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    html = rendered('```python belljar sesion="a"\nfirst()\n```\n', "python")
    assert "bell-jar" not in html
    assert "first" in html
    assert "did you mean session?" in caplog.text
