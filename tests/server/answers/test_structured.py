"""What goes over a wire beside a report has the report's budget, whatever code printed or showed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from belljar import Execution
from belljar.answers.budget import MAX_CHARS
from belljar.answers.results import Blocked, ErrorInfo, FileChange, Logs, Result, TableColumn, TableData
from belljar.answers.structured import EXECUTION_SCHEMA, fitting, structured

from .test_execution import PROPERTY

#: Names and brackets around the values, of 20 results, 20 files and 20 refusals at most.
AROUND = 8000
TABLE = TableData(
    tuple(TableColumn(f"column {number}", "object") for number in range(3)),
    tuple(("x" * 500, number, None) for number in range(200)),
    (200, 3),
)


def size(wire: Any) -> int:
    return len(json.dumps(wire, ensure_ascii=False))


LOUD = {
    "20,000 lines": Execution("ok", logs=Logs("\n".join(f"row {n}" for n in range(20_000)), "")),
    "5 MB": Execution("ok", logs=Logs("x" * 5_000_000, "")),
    "control characters": Execution("ok", logs=Logs("\x1b" * 100_000, "\x00" * 100_000)),
    "an error": Execution("error", error=ErrorInfo("E" * 9_000, "v" * 9_000, "t\n" * 90_000, 1, "h" * 9_000)),
    "results": Execution("ok", results=tuple(Result(text="t" * 5_000) for _ in range(200))),
    "json": Execution("ok", results=(Result(text="t", json=list(range(100_000))),)),
    "a table": Execution("ok", results=(Result(text="t" * 5_000, data=TABLE, is_main=True),)),
    "files": Execution("ok", files=tuple(FileChange("f" * 500, "created", 1) for _ in range(1000))),
    "refusals": Execution("ok", blocked=tuple(Blocked("csp", "w" * 5_000, "t" * 5_000) for _ in range(500))),
    "packages": Execution("ok", packages=tuple("p" * 500 for _ in range(500))),
    "a note": Execution("ok", note="n" * 100_000),
}


@pytest.mark.parametrize("execution", LOUD.values(), ids=LOUD)
def test_it_has_the_reports_budget_and_counts_what_is_left_out(execution: Execution) -> None:
    whole, wire = execution.to_dict(), structured(execution)
    assert size(whole) > MAX_CHARS + AROUND  # the control: it would not fit
    assert size(wire) <= MAX_CHARS + AROUND
    assert wire["left_out"]
    assert all(count > 0 for count in wire["left_out"].values())
    assert wire["status"] == execution.status
    Draft202012Validator(EXECUTION_SCHEMA).validate(wire)


def test_head_and_tail_are_kept_and_the_count_is_right() -> None:
    wire = structured(LOUD["20,000 lines"])
    said = wire["logs"]["stdout"]
    assert said.startswith("row 0\n")
    assert said.endswith("row 19999")
    assert "left out" in said
    assert wire["left_out"]["characters"] == len(LOUD["20,000 lines"].stdout) - len(said)


def test_what_fits_is_whole() -> None:
    execution = Execution("ok", logs=Logs("hi\n", ""), results=(Result(text="1", is_main=True),))
    assert structured(execution) == {**execution.to_dict(), "left_out": None}


def test_the_value_of_the_last_expression_stays() -> None:
    results = (*(Result(text="shown") for _ in range(100)), Result(text="the value", is_main=True))
    wire = structured(Execution("ok", results=results))
    assert wire["results"][-1] == {"text": "the value", "is_main": True}
    assert wire["left_out"] == {"results": 81}


@PROPERTY
@given(st.text(max_size=300) | st.text('\x1b\n"\\', max_size=300), st.integers(2, 400))
def test_a_text_fits_as_json_writes_it(text: str, room: int) -> None:
    assert size(fitting(text, room)) <= room
