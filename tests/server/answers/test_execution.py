"""Executions are kept whole on the wire, and show themselves without harm."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belljar.answers.execution import EXIT_CODES, Execution
from belljar.answers.results import (
    STATUSES,
    Blocked,
    ErrorInfo,
    FileChange,
    Logs,
    Result,
    TableColumn,
    TableData,
    Truncated,
)

#: How fast examples are made is a matter of the machine.
PROPERTY = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])

TEXT = st.text(max_size=30)
COUNT = st.integers(0, 2**53)
NUMBER = st.floats(0, 1e9)
CELL = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    CELL, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@st.composite
def tables(draw: st.DrawFn) -> TableData:
    columns = draw(
        st.lists(st.builds(TableColumn, TEXT, TEXT, st.sampled_from(["index", "column"])), max_size=3)
    )
    rows = draw(st.lists(st.tuples(*[CELL] * len(columns)), max_size=3))
    return TableData(tuple(columns), tuple(rows), draw(st.tuples(COUNT, COUNT)))


RESULTS = st.builds(
    Result,
    **{name: st.none() | TEXT for name in ("text", "html", "markdown", "svg", "latex", "alt", "name")},
    png=st.none() | st.binary(max_size=40),
    jpeg=st.none() | st.binary(max_size=40),
    json=JSON,
    data=st.none() | tables(),
    width=st.none() | NUMBER,
    height=st.none() | NUMBER,
    is_main=st.booleans(),
)


def several(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


EXECUTIONS = st.builds(
    Execution,
    status=st.sampled_from(STATUSES),
    results=several(RESULTS),
    logs=st.builds(Logs, TEXT, TEXT),
    error=st.none() | st.builds(ErrorInfo, TEXT, TEXT, TEXT, st.none() | COUNT, st.none() | TEXT),
    execution_count=COUNT,
    duration_ms=NUMBER,
    files=several(st.builds(FileChange, TEXT, st.sampled_from(["created", "changed", "deleted"]), COUNT)),
    truncated=st.none() | st.builds(Truncated, COUNT, COUNT),
    blocked=several(st.builds(Blocked, st.sampled_from(["csp", "python"]), TEXT, TEXT)),
    packages=several(TEXT),
    note=st.none() | TEXT,
    backend=TEXT,
    ran=st.booleans(),
)


@PROPERTY
@given(EXECUTIONS)
def test_an_execution_comes_back_equal_from_json(execution: Execution) -> None:
    assert Execution.from_dict(json.loads(json.dumps(execution.to_dict(), allow_nan=False))) == execution


@PROPERTY
@given(EXECUTIONS)
def test_a_repr_is_one_harmless_line(execution: Execution) -> None:
    for shown in (repr(execution), *map(repr, execution.results)):
        assert "\n" not in shown
        assert not [character for character in shown if ord(character) < 32 or 127 <= ord(character) < 160]


@PROPERTY
@given(EXECUTIONS)
def test_text_for_terminals_has_no_control_characters(execution: Execution) -> None:
    kept = str(execution).replace("\n", "").replace("\t", "")
    assert not [character for character in kept if ord(character) < 32 or 127 <= ord(character) < 160]


ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_nothing_a_sandbox_said_becomes_markup_in_jupyter() -> None:
    column = TableColumn(ATTACK, ATTACK)
    results = (
        Result(text=ATTACK, html=ATTACK, markdown=ATTACK, latex=ATTACK, is_main=True),
        Result(svg=f"<svg>{ATTACK}</svg>", alt=f'"{ATTACK}'),
        Result(png=b"png", alt=f'"{ATTACK}'),
        Result(data=TableData((column,), ((ATTACK,),), (1, 1))),
    )
    error = ErrorInfo(ATTACK, ATTACK, ATTACK)
    changes = (FileChange(ATTACK, "created", 1),)
    execution = Execution("error", results, Logs(ATTACK, ATTACK), error, files=changes, note=ATTACK + "!")
    bundles = [result._repr_mimebundle_().get("text/html", "") for result in results]
    for html in (execution._repr_html_(), *bundles):
        assert "<script" not in html
        assert "<img src=x" not in html
        # Quotes cannot end an attribute.
        assert 'alt=""<' not in html
    assert "&lt;script&gt;" in execution._repr_html_()
    assert "<table>" in bundles[3]


def test_jupyter_gets_images_as_bytes() -> None:
    bundle = Result(png=b"\x89PNG", text="a plot")._repr_mimebundle_()
    assert bundle == {"text/plain": "a plot", "image/png": b"\x89PNG"}


def test_ipython_shows_an_execution_as_a_line_in_the_terminal_and_as_html_in_a_notebook() -> None:
    from IPython.core.formatters import DisplayFormatter

    figure = Result(png=b"\x89PNG", alt="growth", width=64)
    execution = Execution(
        "ok", (figure, Result(text="45", is_main=True)), Logs("printed\n"), execution_count=3
    )
    formatter = DisplayFormatter()
    formatter.active_types = formatter.format_types
    shown, _ = formatter.format(execution)
    assert shown["text/plain"] == '<Execution ok [3] 0 ms, text "45", stdout "printed", 1 plot>'
    assert '<img alt="growth" width="64" src="data:image/png;base64,' in shown["text/html"]
    assert "printed" in shown["text/html"]
    # A figure alone is an image; IPython wants its bytes as they are, or as base64.
    shown, _ = formatter.format(figure)
    assert shown["image/png"] in (b"\x89PNG", "iVBORw==")


def test_the_shortcuts_give_what_their_names_say() -> None:
    figure = Result(png=b"figure", name="growth")
    value = Result(text="45", is_main=True)
    execution = Execution("ok", (figure, Result(text="shown"), value), Logs("out", "err"))
    assert (execution.text, execution.stdout, execution.stderr) == ("45", "out", "err")
    assert execution.plots == (figure,)
    assert execution.plots[0].content_base64 == "ZmlndXJl"
    assert execution.results[0].png == b"figure"
    assert execution.ok
    with pytest.raises(FrozenInstanceError):
        execution.status = "error"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "code"),
    [("3", 3), ("-1", 255), ("256", 0), ("a message", 1), ("9" * 5000, 1), ("", 1), ("²", 1)],
)
def test_sys_exit_gives_the_exit_code_that_python_gives(value: str, code: int) -> None:
    assert Execution("error", error=ErrorInfo("SystemExit", value, value)).exit_code == code


def test_every_status_has_an_exit_code_of_its_own() -> None:
    assert set(EXIT_CODES) == set(STATUSES)
    assert len(set(EXIT_CODES.values())) == len(STATUSES)


@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"status": "fine"},
        {"status": "ok", "files": [{}]},
        {"status": "ok", "results": [{"png": "?"}]},
        {"status": "ok", "error": "text"},
    ],
)
def test_what_is_no_execution_is_refused_in_a_sentence(wire: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no execution|must be base64"):
        Execution.from_dict(wire)
