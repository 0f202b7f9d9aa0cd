"""Stored results belong to the code that gave them, and can't leave their element."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from belljar.answers.execution import Execution
from belljar.answers.results import Logs
from belljar.cells import Results
from belljar.errors import CellsError


def printed(text: str) -> Execution:
    return Execution("ok", logs=Logs(text), execution_count=1)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    results = Results()
    page = results.page()
    page.add(printed("one"), "print('one')\n")
    page.add(printed("two"), "print('two')")
    page.add(printed("other"), "print('two')", session="b", setup="x = 1")
    results.write(tmp_path / "results.json")
    return tmp_path / "results.json"


def test_each_cell_gets_its_own_result_back_in_order(stored: Path) -> None:
    page = Results.read(stored).page()
    assert page.result("print('one')") == printed("one")
    assert page.result("print('two')\n") == printed("two")
    assert page.result("print('two')", session="b", setup="x = 1") == printed("other")


def test_a_cell_that_was_changed_and_those_after_it_have_no_result(stored: Path) -> None:
    page = Results.read(stored).page()
    assert page.result("print('One')") is None
    assert page.result("print('two')") is None
    assert page.result("print('two')", session="b", setup="x = 2") is None


def test_a_result_can_not_end_the_element_it_stands_in(stored: Path) -> None:
    results = Results()
    results.page().add(printed("</script><!-- <b>"), "1")
    element = results.page().script("1")
    inside = element.removeprefix('<script type="application/json" data-belljar-result>').removesuffix(
        "</script>"
    )
    assert "<" not in inside
    assert json.loads(inside)["logs"]["stdout"] == "</script><!-- <b>"
    assert Results.read(stored).page().script("unknown") == ""


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 2}', '{"format": 1, "results": {"x": {"status": "odd"}}}']
)
def test_what_holds_no_results_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(CellsError, match=r"odd\.json"):
        Results.read(tmp_path / "odd.json")
