"""Whole tables behind what is shown of them: the page asks for other rows, sorted, searched and filtered.

A table that was cut when it was shown is kept as pandas' lazy copy, which shares its memory until the
original is written to: what is asked for later is the table as it was shown.
"""

from __future__ import annotations

import base64
import json
import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from belljar_harness.show import row_order, row_text

#: Tables that are kept at most, and bytes of all of them together, as `memory_usage` counts.
MOST = 12
MOST_BYTES = 300_000_000
#: Rows and columns of one answer.
ROWS = 1_000
COLUMNS = 200

GONE = (
    "Python has this table no more: it was shown too long ago, or Python was restarted. Run its cell again."
)


class Page:
    """Some rows of a kept table, to be shown as data.

    Attributes:
        value: A DataFrame, Series or Index with those rows.
        rows: How many rows match, of those that were looked at.
        columns: How many columns the whole table has.
        seen: How many rows were looked at; None for all.
    """

    def __init__(self, value: Any, rows: int, columns: int, seen: int | None) -> None:
        self.value = value
        self.rows = rows
        self.columns = columns
        self.seen = seen


class Frames:
    """Tables that were cut when they were shown, by a name that nothing else has."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        #: The rows that the last question was about, and that question.
        self._found: tuple[str, Any] = ("", None)
        #: What columns are sorted and searched by, by table and column.
        self._keys: dict[tuple[str, int], row_order.Keys | None] = {}
        self._texts: dict[tuple[str, int, int], row_text.Text | None] = {}
        #: The last search, and what it is for.
        self._sought: tuple[str, row_text.Sought] = ("", row_text.Sought(None))

    def keep(self, value: Any) -> str:
        """Keep a DataFrame, Series or Index; gives its name."""
        usage = value.memory_usage(deep=False)
        size = int(usage if isinstance(usage, int) else usage.sum())
        name = os.urandom(8).hex()
        self._tables[name] = (value.copy(deep=False), size)
        while len(self._tables) > MOST or (
            len(self._tables) > 1 and sum(size for _, size in self._tables.values()) > MOST_BYTES
        ):
            self._tables.popitem(last=False)
        return name

    def page(self, question: str) -> Page:
        """The rows that a question asks for.

        Args:
            question: JSON in base64 of URLs, so that it is a plain word in source text: `ref`; `from` and
                `rows`; `left` and `columns`; and, where wanted, `sort` (`column`, counted with the index
                levels first, and `descending`), `search` (a text) and `filter` (`column`, `by`, `value`).
                With `within` (milliseconds) a search that sorts nothing answers by then with what it has
                found, and goes on when it is asked again; with `enough`, as soon as the page is full.

        Raises:
            LookupError: The table is not kept any more.
        """
        asked = _asked(question)
        value = self._table(asked["ref"])
        start, stop = asked["from"], asked["from"] + min(asked["rows"], ROWS)
        where, total, seen = self._window(asked, value, start, stop)
        rows = _take(value, where)
        if _is_frame(value):
            left = asked.get("left", 0)
            rows = rows.iloc[:, left : left + min(asked.get("columns", COLUMNS), COLUMNS)]
        return Page(
            rows,
            total,
            value.shape[1] if _is_frame(value) else _levels(value),
            None if seen == len(value) else seen,
        )

    def prepare(self, question: str) -> bool:
        """Make what a column is sorted by (`sort`), or searched by (`text`), before somebody asks for it.

        Both are columns, counted with the index levels first. A table or column that is not there is none.
        Texts are made for `within` milliseconds.

        Returns:
            Whether something is left to be made.
        """
        asked = json.loads(base64.urlsafe_b64decode(question))
        ref = asked["ref"]
        value, _ = self._tables.get(ref, (None, 0))
        column = asked.get("sort", asked.get("text"))
        if value is None or not 0 <= column < _columns(value):
            return False
        if "sort" in asked:
            part = _part(value, column)
            self._kept(self._keys, (ref, column), lambda: row_order.keys_of(part))
            return False
        end = _deadline(asked)
        for first in range(0, len(value), row_text.PIECE):
            if (ref, column, first) in self._texts:
                continue
            if time.monotonic() > end:
                return True
            self._piece(ref, column, first, _part(_take(value, _piece_at(first)), column))
            if (ref, column, first) not in self._texts:
                return False  # there is no room for more
        return False

    def save(self, question: str) -> str:
        """Write all rows that a question asks for into a CSV file beside the cells; gives its name."""
        from pathlib import Path

        asked = _asked(question)
        value = self._table(asked["ref"])
        positions = self._positions(asked, value)
        rows = value if positions is None else _take(value, positions)
        stem = (
            "".join(c if c.isalnum() or c in "-_" else "-" for c in asked.get("name", "table"))[:60]
            or "table"
        )
        number, path = 1, Path(f"{stem}.csv")
        while path.exists():
            number += 1
            path = Path(f"{stem}-{number}.csv")
        table = rows.to_frame(index=False) if _is_index(rows) else rows
        # An index that only counts is none in a file.
        plain = _is_index(rows) or (type(value.index).__name__ == "RangeIndex" and value.index.name is None)
        table.to_csv(path, index=not plain)
        return str(path)

    def _table(self, name: str) -> Any:
        found = self._tables.get(name)
        if found is None:
            raise LookupError(GONE)
        self._tables.move_to_end(name)
        return found[0]

    def _window(self, asked: dict[str, Any], value: Any, start: int, stop: int) -> tuple[Any, int, int]:
        """Which rows stand at some places of what is asked for, how many match, and of how many."""
        sort = asked.get("sort")
        if sort and not asked.get("search") and not asked.get("filter") and self._found[0] != _key(asked):
            # A page of the whole table: who looks at one need not wait until all is sorted.
            found = self._sorted_page(asked["ref"], value, sort, start, min(stop, len(value)))
            if found is not None:
                return found, len(value), len(value)
        if "within" in asked and not sort and asked.get("search"):
            sought = self._look(asked, value, stop if asked.get("enough") else None)
            positions, seen = sought.rows(), sought.seen
        else:
            positions, seen = self._positions(asked, value), len(value)
        if positions is None:
            return slice(start, stop), len(value), seen
        return positions[start:stop], len(positions), seen

    def _sorted_page(self, ref: str, value: Any, sort: dict[str, Any], start: int, stop: int) -> Any:
        import numpy as np

        column = sort["column"]
        part = _part(value, column)
        keys = self._kept(self._keys, (ref, column), lambda: row_order.keys_of(part))
        if keys is None:
            return None
        found = row_order.window(keys, start, stop, descending=bool(sort.get("descending")))
        if found is None:
            return None
        left = stop - max(start, len(keys.present))
        if left <= 0:
            return found
        missing = np.flatnonzero(part.isna().to_numpy())
        at = max(0, start - len(keys.present))
        return np.concatenate([found, missing[at : at + left]])

    def _kept(self, shelf: dict[Any, Any], name: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What a column is sorted or searched by, made once, as long as there is room."""
        if name in shelf:
            return shelf[name]
        for old in [one for one in shelf if one[0] not in self._tables]:
            del shelf[old]
        made = make()
        # A search goes through all columns: whoever threw the oldest away would make each of them anew.
        others = [one for one in shelf if one[0] != name[0]]
        while others and _size(shelf) + _size({name: made}) > row_text.MOST_BYTES:
            del shelf[others.pop(0)]
        if _size(shelf) + _size({name: made}) <= row_text.MOST_BYTES:
            shelf[name] = made
        return made

    def _positions(self, asked: dict[str, Any], value: Any) -> Any:
        """Numbers of the rows in the order asked for; None for all of them as they are."""
        sort, search, condition = asked.get("sort"), asked.get("search"), asked.get("filter")
        if not sort and not search and not condition:
            return None
        key = _key(asked)
        if self._found[0] == key:
            return self._found[1]
        import numpy as np

        if search:
            positions = self._look({**asked, "within": None}, value, None).rows()
        else:
            positions = np.flatnonzero(self._matches(asked["ref"], value, condition)) if condition else None
        if sort:
            part = _part(value, sort["column"])
            if positions is not None:
                part = part.iloc[positions]
            order = _order(part, bool(sort.get("descending")))
            positions = order if positions is None else positions[order]
        self._found = (key, positions)
        return positions

    def _look(self, asked: dict[str, Any], value: Any, enough: int | None) -> row_text.Sought:
        """Search, from the row at which the last look ended, until time is up.

        Args:
            asked: The question.
            value: The table.
            enough: Rows with which to end sooner.
        """
        ref, text, condition = asked["ref"], str(asked["search"]), asked.get("filter")
        key = _key({**asked, "sort": None})
        if self._sought[0] != key:
            self._sought = (key, row_text.Sought(self._matches(ref, value, condition) if condition else None))
        sought = self._sought[1]
        end = _deadline(asked)
        while sought.seen < len(value) and (enough is None or sought.count < enough):
            sought.add(self._holding(ref, value, sought.seen, range(_columns(value)), text))
            if time.monotonic() > end:
                break
        return sought

    def _matches(self, ref: str, value: Any, condition: dict[str, Any]) -> Any:
        import numpy as np

        column, by, text = condition["column"], condition["by"], str(condition["value"])
        if by != "contains":
            return _matches(_part(value, column), by, text)
        pieces = range(0, len(value), row_text.PIECE)
        found = [self._holding(ref, value, first, [column], text) for first in pieces]
        return np.concatenate(found) if found else np.zeros(0, bool)

    def _holding(self, ref: str, value: Any, first: int, columns: Iterable[int], text: str) -> Any:
        """Which rows of a piece have a text in one of some columns, whatever its case."""
        import numpy as np

        piece = _take(value, _piece_at(first))
        small = text.lower()
        found = np.zeros(len(piece), dtype=bool)
        for column in columns:
            part = _part(piece, column)
            if not row_text.may_hold(part, small):
                continue
            laid_out = self._piece(ref, column, first, part)
            if laid_out is None:
                found |= _contains(part, text)
            else:
                found[laid_out.rows_with(small)] = True
        return found

    def _piece(self, ref: str, column: int, first: int, part: Any) -> row_text.Text | None:
        made: row_text.Text | None = self._kept(
            self._texts, (ref, column, first), lambda: row_text.text_of(part)
        )
        return made


def _asked(question: str) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(base64.urlsafe_b64decode(question))
    return asked


def _deadline(asked: dict[str, Any]) -> float:
    within = asked.get("within")
    return math.inf if within is None else time.monotonic() + within / 1000


def _piece_at(first: int) -> slice:
    return slice(first, first + row_text.PIECE)


def _size(shelf: dict[Any, Any]) -> int:
    return sum(one.size for one in shelf.values() if one is not None)


def _key(asked: dict[str, Any]) -> str:
    return json.dumps([asked["ref"], asked.get("sort"), asked.get("search"), asked.get("filter")])


def _is_frame(value: Any) -> bool:
    import pandas as pd

    return isinstance(value, pd.DataFrame)


def _is_index(value: Any) -> bool:
    import pandas as pd

    return isinstance(value, pd.Index)


def _columns(value: Any) -> int:
    """Columns with those of the index."""
    index = value if _is_index(value) else value.index
    own = value.shape[1] if _is_frame(value) else 0 if _is_index(value) else 1
    return int(index.nlevels + own)


def _levels(value: Any) -> int:
    return int(value.nlevels) if _is_index(value) else 1


def _take(value: Any, where: Any) -> Any:
    return value[where] if _is_index(value) else value.iloc[where]


def _part(value: Any, column: int) -> Any:
    """A column as a Series that counts its rows from 0; levels of the index come first."""
    import pandas as pd

    index = value if _is_index(value) else value.index
    if column < index.nlevels:
        return pd.Series(index.get_level_values(column)).reset_index(drop=True)
    column -= index.nlevels
    part = value.iloc[:, column] if _is_frame(value) else value
    return part.reset_index(drop=True)


def _order(part: Any, descending: bool) -> Any:
    """Stable, missing values last in either direction, as in pandas."""
    import numpy as np

    part = part.reset_index(drop=True)
    if isinstance(part.dtype, np.dtype) and part.dtype.kind in "iuf":
        present = np.flatnonzero(part.notna().to_numpy())
        values = part.to_numpy()[present]
        if descending:
            order = len(values) - 1 - values[::-1].argsort(kind="stable")[::-1]
        else:
            order = values.argsort(kind="stable")
        return np.concatenate([present[order], np.flatnonzero(part.isna().to_numpy())])
    try:
        done = part.sort_values(ascending=not descending, kind="stable", na_position="last")
    except TypeError:  # values of kinds that have no order among each other
        texts = part.astype(str).where(part.notna())
        done = texts.sort_values(ascending=not descending, kind="stable", na_position="last")
    return done.index.to_numpy()


def _contains(part: Any, text: str) -> Any:
    texts = part.astype(str).str.contains(text, case=False, regex=False)
    return texts.fillna(False).to_numpy(dtype=bool) & part.notna().to_numpy()


def _matches(part: Any, by: str, text: str) -> Any:
    import pandas as pd

    if by == "missing":
        return part.isna().to_numpy()
    if by == "present":
        return part.notna().to_numpy()
    if part.dtype.kind == "M":
        wanted: Any = pd.Timestamp(text, tz=getattr(part.dtype, "tz", None))
    elif part.dtype.kind in "iuf":
        wanted = float(text)
    elif part.dtype.kind == "b":
        wanted = text.strip().lower() in ("true", "1", "yes")
    else:
        part, wanted = part.astype(object).where(part.isna(), part.astype(str)), text
    compare = {"=": "eq", "≠": "ne", "<": "lt", "≤": "le", ">": "gt", "≥": "ge"}[by]
    found = getattr(part[part.notna()], compare)(wanted)
    return found.reindex(part.index, fill_value=False).to_numpy(dtype=bool)


_kept = Frames()


def keep(value: Any) -> str:
    """Keep a table that is shown in part; gives the name that questions about it have."""
    return _kept.keep(value)


def page(question: str) -> Page:
    """See `Frames.page`."""
    return _kept.page(question)


def prepare(question: str) -> bool:
    """See `Frames.prepare`."""
    return _kept.prepare(question)


def save(question: str) -> None:
    """See `Frames.save`; prints the name."""
    print(_kept.save(question))
