"""The words of HTML views."""

from __future__ import annotations

import pytest

from belljar_harness.show.markup import is_address, words

from .conftest import Runs

STYLED = """<style>#t { color: red }</style><table><thead><tr><th>city</th><th>units</th></tr></thead>
<tbody><tr><td>Oslo</td><td>812&nbsp;pcs</td></tr></tbody></table><script>x</script><p>two<br>lines</p>"""


def test_rows_are_lines_and_cells_are_apart() -> None:
    assert words(STYLED) == "city\tunits\nOslo\t812 pcs\ntwo\nlines"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<pandas.io.formats.style.Styler object at 0x45a3610>", True),
        ("<__main__.A object at 0x45>", True),
        ("<A>", False),
        ("A at 0x45", False),
    ],
)
def test_an_address_says_nothing(text: str, address: bool) -> None:
    assert is_address(text) is address


def test_a_result_s_text_is_what_can_be_read_of_it(run: Runs) -> None:
    view = "class A:\n    def _repr_html_(self): return '<b>7</b> <i>units</i>'\n"
    assert run(f"{view}A()").text == "7 units"
    assert run(f"{view}    def __repr__(self): return 'own'\nA()").text == "own"
    assert " object at 0x" in str(run("class B: pass\nB()").text)


@pytest.mark.parametrize(
    "html", ["<" * 50_000, "<td>" * 50_000, "&" * 50_000, "<style>" * 20_000, "<!--" * 20_000]
)
def test_markup_of_any_kind_is_read_in_time(html: str) -> None:
    words(html)
