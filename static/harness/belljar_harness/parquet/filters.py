"""Filters: which rows of a Parquet file are asked for, as `pd.read_parquet(filters=…)` takes them.

A row group whose smallest and largest values leave no such row is not read at all.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from arro3.core import DataType

from .footer import Fields, Footer

Condition = tuple[str, str, Any]

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

#: Whether a stretch from a least to a greatest value may have one that a comparison lets through.
_POSSIBLE: dict[str, Callable[[Any, Any, Any], Any]] = {
    "=": lambda least, most, value: least <= value <= most,
    "==": lambda least, most, value: least <= value <= most,
    "<": lambda least, most, value: least < value,
    "<=": lambda least, most, value: least <= value,
    ">": lambda least, most, value: most > value,
    ">=": lambda least, most, value: most >= value,
    "in": lambda least, most, value: any(least <= one <= most for one in value),
}


class Filters:
    """Alternatives, each of them conditions that must all hold.

    Raises:
        ValueError: It is not of the form [(column, operator, value), ...] or a list of those.
    """

    def __init__(self, given: Any) -> None:
        listed = list(given or [])
        alternatives = listed if listed and isinstance(listed[0], list) else [listed]
        self._alternatives: list[list[Condition]] = []
        for conditions in alternatives:
            for condition in conditions:
                known = isinstance(condition, (tuple, list)) and len(condition) == 3
                if not known or condition[1] not in (*_COMPARED, "in", "not in"):
                    raise ValueError(
                        f"{condition!r} is no filter: give (column, operator, value), with one of "
                        f"{', '.join(_COMPARED)}, in, not in."
                    )
            self._alternatives.append([tuple(condition) for condition in conditions])

    def __bool__(self) -> bool:
        return any(self._alternatives)

    @property
    def columns(self) -> list[str]:
        """Columns that they ask about."""
        found = (name for conditions in self._alternatives for name, _, _ in conditions)
        return list(dict.fromkeys(found))

    def rows(self, table: pd.DataFrame) -> np.ndarray:
        """True for each row of a table that is let through. A missing value is, by `not in` alone."""
        through = np.zeros(len(table), bool)
        for conditions in self._alternatives:
            these = np.ones(len(table), bool)
            for name, operator, value in conditions:
                these &= _holds(table[name], operator, value)
            through |= these
        return through

    def may_have(self, footer: Footer, group: Fields, types: dict[str, Any]) -> bool:
        """Whether a row group may have rows that are let through."""
        return any(
            all(_may_hold(footer, group, types, condition) for condition in conditions)
            for conditions in self._alternatives
        )


def _holds(column: pd.Series, operator: str, value: Any) -> np.ndarray:
    if operator in ("in", "not in"):
        found = column.isin(list(value)).to_numpy(bool)
        return found if operator == "in" else ~found
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = pd.Timestamp(value) if column.dtype.kind == "M" else value
    if column.dtype == object:
        there = column.notna()
        found = np.zeros(len(column), bool)
        found[there.to_numpy()] = [bool(_COMPARED[operator](one, value)) for one in column[there]]
        return found
    found = _COMPARED[operator](column, value)
    return (found.fillna(False).astype(bool) & column.notna()).to_numpy(bool)


def _may_hold(footer: Footer, group: Fields, types: dict[str, Any], condition: Condition) -> bool:
    name, operator, value = condition
    chunks = footer.chunks(group, name)
    if operator not in _POSSIBLE or len(chunks) != 1 or 12 not in chunks[0]:
        return True
    noted: Fields = chunks[0][12][1]
    if 5 not in noted or 6 not in noted:
        return True
    kind = types[name]
    try:
        least, most = _value(noted[6][1], kind), _value(noted[5][1], kind)
        if DataType.is_string(kind) or DataType.is_large_string(kind):
            value = [one.encode() for one in value] if operator == "in" else value.encode()
        elif DataType.is_timestamp(kind):
            value = [pd.Timestamp(one) for one in value] if operator == "in" else pd.Timestamp(value)
        return bool(_POSSIBLE[operator](least, most, value))
    except (TypeError, ValueError, AttributeError, KeyError, struct.error):
        return True


def _value(raw: bytes, kind: Any) -> Any:
    """A statistic, comparable with what a filter of that column has.

    Raises:
        KeyError: This kind is not compared.
    """
    if DataType.is_string(kind) or DataType.is_large_string(kind):
        return raw
    if DataType.is_timestamp(kind):
        found = pd.Timestamp(struct.unpack("<q", raw)[0], unit=kind.time_unit)
        return found if kind.tz is None else found.tz_localize("UTC")
    if DataType.is_integer(kind):
        code = "i" if len(raw) == 4 else "q"
        return struct.unpack(f"<{code if DataType.is_signed_integer(kind) else code.upper()}", raw)[0]
    return struct.unpack({4: "<f", 8: "<d"}[len(raw) if DataType.is_floating(kind) else 0], raw)[0]
