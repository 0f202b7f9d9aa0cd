"""Tables: data frames, series and indexes of pandas as structured data, next to their html and text.

Rows and columns are cut before anything is converted, so a frame of ten million rows costs what its first
thousand do.
"""

from __future__ import annotations

import datetime
import math
import sys
from typing import Any

from . import frames
from .plaintext import cap

Cell = str | int | float | bool | None

#: Longest text of one cell, in characters.
CELL_CHARS = 500
#: Text of all cells together, in characters; past it fewer rows are sent.
TABLE_CHARS = 4_000_000
#: Integers past this are no longer exact in JavaScript and travel as text.
EXACT = 2**53
#: Rows and columns of the html and text that pandas itself makes, when the user lifted pandas' own limits.
PRINTED_ROWS = 1000
PRINTED_COLUMNS = 100
#: Tables of a dict or list that are shown one by one.
MOST_TABLES = 20


def is_frame(value: Any) -> bool:
    """Whether `value` is a DataFrame. Doesn't import pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, getattr(pandas, "DataFrame", ()))


def is_table(value: Any) -> bool:
    """Whether `value` is a DataFrame, Series or Index. Doesn't import pandas."""
    pandas = sys.modules.get("pandas")
    kinds = tuple(getattr(pandas, name, ()) for name in ("DataFrame", "Series", "Index")) if pandas else ()
    return bool(kinds) and isinstance(value, kinds)


def table_bundle(value: Any, rows: int, columns: int) -> dict[str, Any]:
    """The bundle of a table: `data`, `text`, and `html` for frames.

    Args:
        value: A DataFrame, Series or Index.
        rows, columns: The most that `data` carries.
    """
    import pandas as pd

    bundle: dict[str, Any] = {}
    with pd.option_context(*_limits(pd)):
        bundle["text"] = cap(repr(value))
        if isinstance(value, pd.DataFrame):
            html = value._repr_html_()
            if html:
                bundle["html"] = html
    data = bundle["data"] = table_data(value, rows, columns)
    shown = sum(column["role"] == "column" for column in data["columns"])
    if len(data["rows"]) < data["shape"][0] or shown < data["shape"][1]:
        data["ref"] = frames.keep(value)
    return bundle


def page_bundle(page: frames.Page) -> dict[str, Any]:
    """The bundle of some rows of a kept table; its shape is that of all that match."""
    data = table_data(page.value, frames.ROWS, frames.COLUMNS)
    data["shape"] = [page.rows, page.columns]
    return {"text": f"{len(data['rows'])} of {page.rows} rows", "data": data}


def tables_in(value: Any) -> list[tuple[str, Any]]:
    """The tables of a dict or list that holds nothing else, with their names; none for anything else."""
    if type(value) is dict:
        named = [(_text(key), item) for key, item in list(value.items())[: MOST_TABLES + 1]]
    elif type(value) in (list, tuple):
        named = [(str(at), item) for at, item in enumerate(value[: MOST_TABLES + 1])]
    else:
        return []
    return named if 0 < len(named) <= MOST_TABLES and all(is_frame(item) for _, item in named) else []


def set_defaults(pandas: Any) -> None:
    """Have pandas print as in a notebook, not as in a terminal, whose 80 columns hide most of a frame."""
    if pandas.get_option("display.max_columns") == 0:
        pandas.set_option("display.max_columns", 20)
        pandas.set_option("display.width", 100)


def _limits(pandas: Any) -> list[Any]:
    """pandas' display options to set, where the user lifted its limits ("show all rows" of ten million)."""
    options: list[Any] = ["display.max_rows", pandas.get_option("display.max_rows")]
    if options[1] is None or options[1] > PRINTED_ROWS:
        options = ["display.max_rows", PRINTED_ROWS, "display.min_rows", PRINTED_ROWS]
    columns = pandas.get_option("display.max_columns")
    if columns is None or columns > PRINTED_COLUMNS:
        options += ["display.max_columns", PRINTED_COLUMNS]
    return options


def table_data(value: Any, rows: int, columns: int) -> dict[str, Any]:
    """A TableData (`results.ts`) of a DataFrame, Series or Index."""
    import pandas as pd

    if isinstance(value, pd.Index):
        shown = value[:rows]
        parts = _levels(shown, "column")
        shape = [len(value), len(parts)]
    elif isinstance(value, pd.Series):
        shown = value.iloc[:rows]
        parts = [*_levels(shown.index, "index"), _column(_label(shown.name), shown, "column")]
        shape = [len(value), 1]
    else:
        shown = value.iloc[:rows, :columns]
        parts = _levels(shown.index, "index")
        # By position: labels may occur twice.
        for position, label in enumerate(shown.columns):
            parts.append(_column(_label(label), shown.iloc[:, position], "column"))
        shape = [len(value), value.shape[1]]
    rows_shown = [list(row) for row in zip(*(column for _, column in parts), strict=True)]
    characters = sum(len(value) for row in rows_shown for value in row if isinstance(value, str))
    if characters > TABLE_CHARS:
        rows_shown = rows_shown[: len(rows_shown) * TABLE_CHARS // characters]
    return {"kind": "table", "columns": [head for head, _ in parts], "rows": rows_shown, "shape": shape}


def _levels(index: Any, role: str) -> list[tuple[dict[str, str], list[Cell]]]:
    """One column for each level of an index."""
    if index.nlevels == 1:
        return [_column(_label(index.name), index, role)]
    return [
        _column(_label(index.names[level]), index.get_level_values(level), role)
        for level in range(index.nlevels)
    ]


def _column(name: str, values: Any, role: str) -> tuple[dict[str, str], list[Cell]]:
    return {"name": name, "dtype": str(values.dtype)[:100], "role": role}, cells(values)


def _label(label: Any) -> str:
    """A column's name as text; the levels of a MultiIndex are joined, empty ones left out."""
    if label is None:
        return ""
    if isinstance(label, tuple):
        return " / ".join(part for part in map(_label, label) if part)
    return _text(label)


def cells(values: Any) -> list[Cell]:
    """The values of a Series or Index as JSON scalars."""
    kind = getattr(values.dtype, "kind", "O")
    if kind == "M":
        return _moments(values)
    convert = _number if kind == "f" else cell
    return [convert(value) for value in values.tolist()]


def cell(value: Any) -> Cell:
    """One value as a JSON scalar: dates as ISO text, missing as null, big integers and the rest as text."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return int(value) if -EXACT <= value <= EXACT else str(value)
    if _is_missing(value):
        return None
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    item = getattr(value, "item", None)
    if item is not None and getattr(value, "shape", None) == ():  # a scalar of numpy
        plain = item()
        if isinstance(plain, (bool, int, float, str)):
            return cell(plain)
    return _text(value)


def _number(value: Any) -> Cell:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return float(value)
    return cell(value)  # nullable floats hold pd.NA


def _moments(values: Any) -> list[Cell]:
    """Timestamps as ISO text, as short as a whole column allows: dates alone, or whole seconds."""
    if getattr(values.dtype, "tz", None) is not None:
        return [None if _is_missing(value) else value.isoformat() for value in values.tolist()]
    import numpy as np

    moments = values.to_numpy()
    missing = np.isnat(moments)
    for unit in ("D", "s"):
        rounded = moments.astype(f"datetime64[{unit}]")
        if (missing | (rounded == moments)).all():
            moments = rounded
            break
    texts = np.datetime_as_string(moments).tolist()
    return [None if gone else text for text, gone in zip(texts, missing.tolist(), strict=True)]


def _is_missing(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and (value is pandas.NaT or value is pandas.NA)


def _text(value: Any) -> str:
    try:
        return _cut(str(value))
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:
        return f"<{type(value).__name__}>"


def _cut(text: str) -> str:
    return str(text) if len(text) <= CELL_CHARS else text[: CELL_CHARS - 1] + "…"
