"""Writing: a table of pandas as a Parquet file, with what pandas notes, so that any reader has it back."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Sequence
from typing import Any, BinaryIO

import nanoarrow
import numpy as np
import pandas as pd
from arro3.core import Array, DataType, Table, list_array
from arro3.io import write_parquet

from . import restoring

#: pandas' words for codecs, as the format has them.
_CODECS = {None: "uncompressed", "none": "uncompressed", "lz4": "lz4_raw"}
#: Levels where a codec wants one.
_LEVELS = {"zstd": "zstd(3)", "gzip": "gzip(6)", "brotli": "brotli(4)"}

#: Rows of a row group, unless another count is asked for: pyarrow's own.
GROUP = 1 << 20

#: So many categories of a column are noted in their order.
CATEGORIES = 10_000


def write(
    table: pd.DataFrame, file: BinaryIO, compression: str | None, index: bool | None, group: int | None
) -> None:
    """Write a table.

    Raises:
        ValueError: A name of a column is no text, or used twice; values of a column can't be written; the
            codec is unknown.
    """
    levels = _levels(table, index)
    labels = [str(label) for label in table.columns]
    if len(set(labels)) < len(labels):
        raise ValueError(f"Duplicate column names found: {labels}")
    names = [*labels, *levels]
    series = [table.iloc[:, number] for number in range(table.shape[1])] + list(levels.values())
    arrays, kinds = [], []
    for name, values in zip(names, series, strict=True):
        array, kind = _array(name, values)
        arrays.append(array)
        kinds.append(kind)
    noted = _noted(table, names, series, kinds, list(levels), index)
    codec = None if compression is None else compression.lower()
    codec = _LEVELS.get(str(codec), _CODECS.get(codec, codec))
    metadata = {"pandas": json.dumps(noted)}
    if table.attrs:
        metadata["PANDAS_ATTRS"] = json.dumps(table.attrs)
    # In Arrow's schema, where pyarrow looks, and beside it, where others do.
    made = Table.from_arrays(arrays, names=names)
    write_parquet(
        made.with_schema(made.schema.with_metadata(metadata)),
        file,
        compression=codec,
        key_value_metadata=metadata,
        max_row_group_size=group or GROUP,
    )


def _levels(table: pd.DataFrame, index: bool | None) -> dict[str, pd.Series]:
    """Levels of the index that are written as columns, by name."""
    if index is False or (index is None and isinstance(table.index, pd.RangeIndex)):
        return {}
    found = {}
    for number, name in enumerate(table.index.names):
        known = isinstance(name, str) and name not in table.columns
        values = pd.Series(table.index.get_level_values(number))
        found[name if known else f"__index_level_{number}__"] = values
    return found


def _array(name: str, values: pd.Series) -> tuple[Any, str]:
    """A column as Arrow has it, and pandas' word for its kind."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        words, _ = _array(name, pd.Series(values.astype(dtype.categories.dtype)))
        return words.cast(DataType.dictionary(DataType.int32(), words.type)), "categorical"
    missing = values.isna().to_numpy(bool)
    if isinstance(dtype, pd.StringDtype):
        return _text(values.to_numpy(object), missing), "unicode"
    if isinstance(dtype, pd.DatetimeTZDtype):
        plain = values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return _buffers(
            nanoarrow.timestamp(dtype.unit, _zone(dtype.tz)), plain.view("int64"), missing
        ), "datetimetz"
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        plain = getattr(dtype, "numpy_dtype", None)
        if plain is None:
            raise ValueError(
                f"Column {name!r} is of dtype {dtype}, which can't be written here: use astype(str)."
            )
        return _numbers(values.to_numpy(plain, na_value=plain.type(0)), missing)
    data = values.to_numpy()
    if dtype.kind in "mM":
        unit = np.datetime_data(dtype)[0]
        kind = nanoarrow.timestamp(unit) if dtype.kind == "M" else nanoarrow.duration(unit)
        return _buffers(kind, data.view("int64"), missing), "datetime" if dtype.kind == "M" else "timedelta"
    if dtype.kind in "iufb":
        return _numbers(data, missing)
    if dtype.kind != "O":
        raise ValueError(f"Column {name!r} is of dtype {dtype}, which can't be written: use astype(str).")
    try:
        return _objects(data, missing)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"Column {name!r} holds values of different kinds, or of one that can't be written here: "
            f"{str(error)[:200]}. astype(str) makes text of them."
        ) from error


def _zone(zone: Any) -> str:
    return (
        str(getattr(zone, "key", None) or getattr(zone, "zone", None) or zone)
        .replace("UTC+", "+")
        .replace("UTC-", "-")
    )


def _numbers(data: np.ndarray, missing: np.ndarray) -> tuple[Any, str]:
    if data.dtype.kind == "b":
        bits = np.packbits(data, bitorder="little")
        return _made(nanoarrow.bool_(), len(data), missing, bits), "bool"
    data = np.ascontiguousarray(data)
    names = {"float16": "float16", "float32": "float32", "float64": "float64"}
    kind = getattr(nanoarrow, {"float16": "float16", **names}.get(data.dtype.name, data.dtype.name))
    return _made(kind(), len(data), missing, data), data.dtype.name


def _buffers(kind: Any, data: np.ndarray, missing: np.ndarray) -> Any:
    return _made(kind, len(data), missing, np.ascontiguousarray(data))


def _made(kind: Any, length: int, missing: np.ndarray, *buffers: Any) -> Any:
    valid = np.packbits(~missing, bitorder="little") if missing.any() else None
    made = nanoarrow.c_array_from_buffers(
        kind, length, [valid, *buffers], null_count=int(missing.sum()), move=False
    )
    return Array.from_arrow(made)


def _text(cells: Sequence[Any], missing: np.ndarray, *, raw: bool = False) -> Any:
    encoded = [
        b"" if gone else cell if raw else cell.encode() for cell, gone in zip(cells, missing, strict=True)
    ]
    ends = np.zeros(len(encoded) + 1, "int64")
    np.cumsum([len(one) for one in encoded], out=ends[1:])
    large = ends[-1] > np.iinfo("int32").max
    whole = np.frombuffer(b"".join(encoded), np.uint8)
    if raw:
        kind = nanoarrow.large_binary() if large else nanoarrow.binary()
    else:
        kind = nanoarrow.large_string() if large else nanoarrow.string()
    return _made(kind, len(encoded), missing, ends if large else ends.astype("int32"), whole)


def _objects(cells: np.ndarray, missing: np.ndarray) -> tuple[Any, str]:
    """Values of Python's, all of one kind."""
    there = [cell for cell, gone in zip(cells, missing, strict=True) if not gone]
    kinds = {type(cell) for cell in there}
    if not there:
        return Array.from_arrow(nanoarrow.c_array_from_buffers(nanoarrow.null(), len(cells), [])), "empty"
    if kinds <= {str}:
        return _text(cells, missing), "unicode"
    if kinds <= {bytes, bytearray}:
        return _text(cells, missing, raw=True), "bytes"
    if kinds <= {bool, np.bool_}:
        return _numbers(
            np.array([bool(cell) and not gone for cell, gone in zip(cells, missing, strict=True)]), missing
        )
    if kinds <= {int, np.int64, np.int32}:
        filled = [0 if gone else int(cell) for cell, gone in zip(cells, missing, strict=True)]
        return _numbers(np.array(filled, "int64"), missing)
    if kinds <= {int, float, np.float64, np.float32}:
        return _numbers(
            np.array(
                [np.nan if gone else cell for cell, gone in zip(cells, missing, strict=True)], "float64"
            ),
            missing,
        )
    listed = [None if gone else cell for cell, gone in zip(cells, missing, strict=True)]
    if kinds <= {datetime.date}:
        days = np.array(listed, "M8[D]").view("int64").astype("int32")
        return _buffers(nanoarrow.date32(), np.where(missing, 0, days).astype("int32"), missing), "date"
    if kinds <= {datetime.time}:
        times = [0 if cell is None else _microseconds(cell) for cell in listed]
        return _buffers(nanoarrow.time64("us"), np.array(times, "int64"), missing), "time"
    if kinds <= {decimal.Decimal}:
        return _decimals(listed, there), "decimal"
    if kinds <= {list, tuple, np.ndarray}:
        return _lists(cells, missing, there)
    raise TypeError(f"there are {', '.join(sorted(kind.__name__ for kind in kinds))}")


def _microseconds(time: datetime.time) -> int:
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond


def _decimals(listed: list[Any], there: list[decimal.Decimal]) -> Any:
    parts = [cell.as_tuple() for cell in there]
    scale = max(max(0, -int(one.exponent)) for one in parts)
    whole = max(len(one.digits) + int(one.exponent) for one in parts)
    digits = max(1, whole + scale)
    if digits > 76:
        raise ValueError(f"decimals of {digits} digits")
    kind = DataType.decimal128 if digits <= 38 else DataType.decimal256
    text = ["" if cell is None else format(cell, "f") for cell in listed]
    missing = np.array([cell is None for cell in listed], bool)
    return _text(text, missing).cast(kind(digits, scale))


def _lists(cells: Sequence[Any], missing: np.ndarray, there: list[Any]) -> tuple[Any, str]:
    lengths = [0 if gone else len(cell) for cell, gone in zip(cells, missing, strict=True)]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype("int32")
    inner, kind = _array("", pd.Series([one for cell in there for one in cell]))
    mask = Array.from_arrow(_numbers(missing, np.zeros(len(missing), bool))[0]) if missing.any() else None
    made = list_array(Array.from_numpy(ends), inner, mask=mask)
    return made, f"list[{kind}]"


def _noted(
    table: pd.DataFrame,
    names: Sequence[str],
    series: Sequence[pd.Series],
    kinds: Sequence[str],
    levels: Sequence[str],
    index: bool | None,
) -> dict[str, Any]:
    """What pandas notes of a table in a file."""
    labels: list[Any] = [*table.columns, *([None] * len(levels))]
    columns = []
    for number, (name, values, kind) in enumerate(zip(names, series, kinds, strict=True)):
        level = number - len(table.columns)
        label = str(labels[number]) if level < 0 else table.index.names[level]
        columns.append(
            {
                "name": label if label is None else str(label),
                "field_name": name,
                "pandas_type": kind,
                "numpy_type": _numpy_type(values),
                "metadata": _more(values),
            }
        )
    shown: list[Any] = list(levels)
    if index is not False and not levels and isinstance(table.index, pd.RangeIndex):
        at = table.index
        shown = [{"kind": "range", "name": at.name, "start": at.start, "stop": at.stop, "step": at.step}]
    return {
        "index_columns": shown,
        "column_indexes": [_of_labels(table.columns, number) for number in range(table.columns.nlevels)],
        "columns": columns,
        "attributes": {},
        "creator": {"library": "belljar", "version": "1"},
        "pandas_version": pd.__version__,
    }


def _numpy_type(values: pd.Series) -> str:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return str(values.cat.codes.dtype)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return f"datetime64[{values.dtype.unit}]"
    return str(values.dtype)


def _more(values: pd.Series) -> dict[str, Any] | None:
    if isinstance(values.dtype, pd.CategoricalDtype):
        words = values.cat.categories
        noted = {"num_categories": len(words), "ordered": bool(values.cat.ordered)}
        # The file has them in the order in which rows have them, and only those that rows have.
        if len(words) <= CATEGORIES and words.dtype.kind in "iufOUb":
            noted[restoring.CATEGORIES] = words.tolist()
        return noted
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return {"timezone": _zone(values.dtype.tz)}
    return None


def _of_labels(labels: pd.Index, number: int) -> dict[str, Any]:
    level = labels.get_level_values(number)
    text = all(isinstance(label, str) for label in level)
    return {
        "name": level.name,
        "field_name": level.name,
        "pandas_type": "unicode" if text else str(level.dtype),
        "numpy_type": str(level.dtype),
        "metadata": {"encoding": "UTF-8"} if text else None,
    }
