"""Cells are found where they stand, in every markup, with the line that each begins on."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import dedent

import pytest

from belljar.cells import find_documents
from belljar.cells.cell import Cell
from belljar.cells.html import cells_of_html
from belljar.cells.markdown import cells_of_markdown
from belljar.cells.restructured import cells_of_restructured
from belljar.errors import CellsError


def code_at(text: str, cell: Cell) -> str:
    """The lines of a document that a cell says are its own."""
    lines = dedent(text).split("\n")
    count = cell.code.count("\n") + 1
    return "\n".join(line.removeprefix(cell.indent) for line in lines[cell.line - 1 : cell.line - 1 + count])


MARKDOWN = """\
    # Title

    ```python
    not_a_cell
    ```

    ```python belljar session="a" timeout=5 packages="numpy, pandas"
    x = 1
    print(x)
    ```

    ```text output
    1
    ```

    1. In a list:

       ~~~{.py .belljar session='b'}
       if True:
           y = 2
       ~~~

    ```{belljar}
    :session: c
    :setup: hidden = 1
      more = 2

    z = hidden
    ```

    ``` pyodide session="d" install="numpy"
    import numpy
    ```

    ````text
    ```python belljar
    shown, not run
    ```
    ````

    The element `<bell-jar>` is written so.

    <bell-jar session="e"><pre><code>1 &lt; 2
    </code></pre></bell-jar>
"""


def test_fences_of_markdown_are_cells_with_what_they_say() -> None:
    cells = cells_of_markdown(dedent(MARKDOWN))
    assert [cell.session for cell in cells] == ["a", "b", "c", "d", "e"]
    assert [cell.code for cell in cells] == [
        "x = 1\nprint(x)",
        "if True:\n    y = 2",
        "z = hidden",
        "import numpy",
        "1 < 2",
    ]
    for cell in cells[:-1]:
        assert code_at(MARKDOWN, cell) == cell.code
    first, _, third, fourth, _ = cells
    assert (first.timeout, first.packages) == (5.0, ("numpy", "pandas"))
    assert first.expected is not None
    assert (first.expected.text, first.expected.first, first.expected.lines) == ("1", 13, 1)
    assert third.setup == "hidden = 1\nmore = 2"
    assert fourth.packages == ("numpy",)
    assert [cell.expected for cell in cells[1:]] == [None] * 4


def test_an_output_belongs_to_the_cell_right_before_it() -> None:
    cell = "```python belljar\n1\n```\n"
    assert cells_of_markdown(f"{cell}\nText between.\n\n```output\n1\n```\n")[0].expected is None
    assert cells_of_markdown(f"{cell}\n\n```output\n1\n```\n")[0].expected is not None


def test_a_fence_that_nobody_closes_ends_with_the_document() -> None:
    (cell,) = cells_of_markdown("```python belljar\nx = 1\ny = 2")
    assert cell.code == "x = 1\ny = 2"


RST = """\
    Title
    =====

    .. belljar::
       :session: a
       :files: data.csv=/_static/data.csv

       x = 1

       print(x)

    .. code-block:: text
       :class: output

       1

    * In a list:

      .. belljar::

         y = 2

    .. code-block:: python

       not_a_cell
"""


def test_directives_of_restructured_text_are_cells_with_their_options() -> None:
    first, second = cells_of_restructured(dedent(RST))
    assert (first.code, first.session) == ("x = 1\n\nprint(x)", "a")
    assert first.files == {"data.csv": "/_static/data.csv"}
    assert first.expected is not None
    assert (first.expected.text, first.expected.first, first.expected.indent) == ("1", 15, "   ")
    assert (second.code, second.expected) == ("y = 2", None)
    for cell in (first, second):
        assert code_at(RST, cell) == cell.code


HTML = """\
<!doctype html><body>
<bell-jar session="a" setup="#hidden" output><pre><code>
print(seven)
</code></pre></bell-jar>
<pre class="output">7
</pre>
<script type="text/plain" id="hidden">seven = 7</script>
<pre data-belljar data-session="b"
  data-timeout="2"><span>x</span> = 1 &amp; 3</pre>
<bell-jar selector="div.doc pre.python, #one" session="c"></bell-jar>
<div class="doc"><section><pre class="x python">a = 1</pre></section></div>
<pre class="python">outside = 1</pre>
<pre id="one">b = 2</pre>
<bell-jar><pre>c = 3</pre><div slot="output">3</div></bell-jar>
"""


def test_elements_of_html_are_cells_with_their_attributes() -> None:
    cells = cells_of_html(HTML)
    assert [(cell.session, cell.code) for cell in cells] == [
        ("a", "print(seven)"),
        ("b", "x = 1 & 3"),
        ("c", "a = 1"),
        ("c", "b = 2"),
        ("page", "c = 3"),
    ]
    assert [cell.line for cell in cells] == [3, 9, 11, 13, 14]
    first, second, *_, last = cells
    assert (first.setup, first.expected and first.expected.text) == ("seven = 7", "7")
    assert second.timeout == 2.0
    assert last.expected is not None
    assert last.expected.text == "3"
    assert not any(cell.problem for cell in cells)


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ('<bell-jar setup="#none"><pre>1</pre></bell-jar>', "no element of this document has that id"),
        ('<bell-jar output="#none"><pre>1</pre></bell-jar>', "there is none"),
        ('<bell-jar selector="pre:first-child"></bell-jar>', "knows tags, classes, ids"),
        ('<bell-jar timeout="soon"><pre>1</pre></bell-jar>', "a number of seconds above 0"),
        ('<bell-jar timeout="nan"><pre>1</pre></bell-jar>', "a number of seconds above 0"),
    ],
)
def test_markup_that_can_not_be_is_told_and_not_run(markup: str, problem: str) -> None:
    (cell,) = cells_of_html(markup)
    assert problem in (cell.problem or "")


def test_a_folder_is_searched_without_what_tools_made_of_it(tmp_path: Path) -> None:
    fence = "```python belljar\n1\n```\n"
    for name in ("b.md", "a/c.rst", "_build/d.md", ".hidden/e.md", "drafts/f.md", "g.txt", "plain.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(".. belljar::\n\n   1\n" if name.endswith(".rst") else fence)
    (tmp_path / "plain.md").write_text("no cell\n")
    assert [document.name for document in find_documents(tmp_path, ["drafts/*"])] == ["b.md", "a/c.rst"]
    assert [document.name for document in find_documents(tmp_path / "b.md")] == ["b.md"]


def test_what_can_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(CellsError, match="There is no folder"):
        find_documents(tmp_path / "none")
    (tmp_path / "odd.md").write_bytes(b"\xff")
    with pytest.raises(CellsError, match=r"odd\.md is not UTF-8 text"):
        find_documents(tmp_path)
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(CellsError, match="none of the documents"):
        find_documents(tmp_path / "x.txt")


@pytest.mark.parametrize("text", ["`" * 100_000, "<bell-jar><pre>" * 20_000, "</b>" * 20_000, "{" * 100_000])
def test_odd_documents_take_no_time(text: str) -> None:
    before = time.monotonic()
    cells_of_markdown(f"{text}\n```python belljar {text}\n1\n```")
    cells_of_html(f"<bell-jar>{text}")
    assert time.monotonic() - before < 10
