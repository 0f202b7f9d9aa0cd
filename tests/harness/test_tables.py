"""Cells of tables. Whole frames are shown in a browser, where pandas is the one that users have."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

import pytest

from belljar_harness.show.tables import CELL_CHARS, cell, cells, is_table

from .test_messages import golden


class Unprintable:
    def __str__(self) -> str:
        raise ValueError


class Zero:
    """A scalar of numpy, as far as a cell looks at it."""

    shape = ()

    def item(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (2**53, 2**53),
        (2**53 + 1, str(2**53 + 1)),
        (-(2**60), str(-(2**60))),
        (1.5, 1.5),
        (float("nan"), None),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        ("text", "text"),
        (datetime.datetime(2024, 1, 2, 3, 4, tzinfo=datetime.UTC), "2024-01-02T03:04:00+00:00"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (datetime.time(1, 2), "01:02:00"),
        (datetime.timedelta(days=1), "1 day, 0:00:00"),
        (decimal.Decimal("1.50"), "1.50"),
        ([1, 2], "[1, 2]"),
        (1j, "1j"),
        (Zero(), 0),
        (Unprintable(), "<Unprintable>"),
    ],
)
def test_a_cell_is_a_json_scalar(value: object, expected: object) -> None:
    found = cell(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found, allow_nan=False)


def test_a_long_text_is_cut() -> None:
    found = cell("x" * 10_000)
    assert isinstance(found, str)
    assert len(found) == CELL_CHARS
    assert found.endswith("…")


def test_a_column_is_converted_as_a_whole() -> None:
    class Column:
        class dtype:  # noqa: N801 - what pandas calls it
            kind = "f"

        def tolist(self) -> list[Any]:
            return [1.0, float("nan"), None]

    assert cells(Column()) == [1.0, None, None]


def test_nothing_is_a_table_before_pandas_is_imported() -> None:
    assert not is_table([1])


def test_the_golden_table_holds_what_the_frame_held() -> None:
    (table,) = [event["data"]["data"] for event in golden("result") if "data" in event["data"]]
    assert table["shape"] == [3, 5]
    assert table["columns"][0] == {"name": "shop", "dtype": "int64", "role": "index"}
    assert table["rows"][1] == [2, "2024-02-01", None, str(2**60), None, False]
