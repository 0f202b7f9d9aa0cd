"""Restoring: the index, the names of columns and their dtypes, as pandas noted them in the file."""

from __future__ import annotations

import ast
import contextlib
import json
from typing import Any

import pandas as pd

#: Dtypes of pandas that hold missing values beside the others.
_NULLABLE = {
    *(f"{sign}{bits}" for sign in ("Int", "UInt") for bits in (8, 16, 32, 64)),
    *("Float32", "Float64", "boolean", "string"),
}


#: Key of a column's categories in their order, where belljar wrote the file.
CATEGORIES = "belljar_categories"


class Noted:
    """What a file's writer noted.

    Attributes:
        index: Columns of the file that are the index.
        dtypes: Dtypes that hold missing values, by column.
        ordered: Columns whose categories are ordered.
        categories: In their order, by column, where they are noted.
    """

    def __init__(self, metadata: dict[str, bytes]) -> None:
        noted = _read(metadata.get("pandas"))
        self._index = [one for one in noted.get("index_columns", []) if isinstance(one, (str, dict))]
        self._names = {one.get("field_name"): one.get("name") for one in noted.get("columns", [])}
        self._labels = noted.get("column_indexes", [])
        self._attrs = _read(metadata.get("PANDAS_ATTRS"))
        self.index = [one for one in self._index if isinstance(one, str)]
        types = {one.get("field_name"): one.get("numpy_type") for one in noted.get("columns", [])}
        self.ordered = {one.get("field_name") for one in noted.get("columns", []) if _is_ordered(one)}
        more = {one.get("field_name"): one.get("metadata") or {} for one in noted.get("columns", [])}
        self.categories = {name: one[CATEGORIES] for name, one in more.items() if CATEGORIES in one}
        self.dtypes = {name: kind for name, kind in types.items() if kind in _NULLABLE}

    def restored(self, data: dict[str, Any], rows: int, begin: int | None) -> pd.DataFrame:
        """The table with its index.

        Args:
            begin: The row of the whole at which it begins, or None where rows were chosen.
        """
        apart = {name: data.pop(name) for name in self.index if name in data}
        none = pd.Index([], dtype=object)
        table = pd.DataFrame(data, copy=False) if data else pd.DataFrame(index=range(rows), columns=none)
        levels: list[Any] = []
        for level in self._index:
            if isinstance(level, dict):
                levels.append(self._range(level, rows, begin))
            elif level in apart:
                levels.append(pd.Index(apart[level], name=self._names.get(level)))
        if len(levels) > 1:
            table.index = pd.MultiIndex.from_arrays(levels, names=[level.name for level in levels])
        else:
            table.index = levels[0] if levels else self._range({}, rows, begin)
        self._label(table)
        table.attrs = dict(self._attrs)
        return table

    def _range(self, noted: dict[str, Any], rows: int, begin: int | None) -> pd.RangeIndex:
        start, step, name = noted.get("start", 0), noted.get("step", 1), noted.get("name")
        if begin is None or not (isinstance(start, int) and isinstance(step, int)):
            return pd.RangeIndex(rows, name=name)
        first = start + begin * step
        return pd.RangeIndex(first, first + rows * step, step, name=name)

    def _label(self, table: pd.DataFrame) -> None:
        """Labels of columns that are no text."""
        if len(self._labels) > 1:
            with contextlib.suppress(ValueError, SyntaxError):
                parts = [ast.literal_eval(label) for label in table.columns]
                names = [one.get("name") for one in self._labels]
                table.columns = pd.MultiIndex.from_tuples(parts, names=names)
        elif self._labels:
            kind = self._labels[0].get("numpy_type")
            if kind not in (None, "object", "str", "string"):
                with contextlib.suppress(TypeError, ValueError):
                    table.columns = table.columns.astype(kind)
            table.columns.name = self._labels[0].get("name")


def _is_ordered(column: dict[str, Any]) -> bool:
    return isinstance(column.get("metadata"), dict) and column["metadata"].get("ordered") is True


def _read(noted: bytes | None) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(noted or b"{}")
        return found if isinstance(found, dict) else {}
    return {}
