"""Columns: Arrow's arrays, batch by batch, as pandas has them when pyarrow hands them over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import nanoarrow
import numpy as np
import pandas as pd
from arro3.core import Array, DataType, dictionary_dictionary, list_flatten, list_offsets, struct_field
from pandas.api.types import union_categoricals

#: What numpy has for no time.
_NOT_A_TIME = np.iinfo("int64").min


class Categories:
    """What is noted of a column's categories: themselves in their order, and whether that has a meaning."""

    def __init__(self, words: Sequence[Any] | None = None, *, ordered: bool = False) -> None:
        self._words = words
        self.ordered = ordered

    def of(self, pieces: list[pd.Categorical]) -> pd.Categorical:
        """Batches in one."""
        if len(pieces) < 2:
            found = pieces[0] if pieces else pd.Categorical([])
        else:
            if not all(piece.categories.equals(pieces[0].categories) for piece in pieces):
                pieces = [piece.as_unordered() for piece in pieces]
            found = union_categoricals(pieces)
        if self._words is not None and set(found.categories) <= set(self._words):
            words = pd.Index(self._words, dtype=found.categories.dtype if len(found.categories) else None)
            found = found.set_categories(words, ordered=self.ordered)
        return found


class Column:
    """One column of a table, put together out of batches.

    Args:
        field: Of Arrow's schema.
        nullable: A dtype of pandas that holds missing values (`Int64`, `boolean`), where one is asked for.
        words: It is text that comes as a dictionary, which is less to make.
        categories: What is noted of them.
    """

    def __init__(
        self,
        field: Any,
        *,
        nullable: str | None = None,
        words: bool = False,
        categories: Categories | None = None,
    ) -> None:
        self.name: str = field.name
        self._type = field.type
        self._nullable = nullable
        self._is_category = DataType.is_dictionary(field.type) and not words
        self._categories = categories or Categories()
        self._pieces: list[Any] = []

    def add(self, array: Any) -> None:
        self._pieces.append(self._category(array) if self._is_category else values(array))

    def result(self) -> Any:
        """What a table takes as a column; the batches are let go."""
        pieces, self._pieces = self._pieces, []
        if self._is_category:
            return self._categories.of(pieces)
        kind = self._type
        if DataType.is_dictionary(kind):
            kind = kind.value_type if kind.value_type is not None else DataType.string()
        dtype = self._nullable or _nullable_of(kind)
        if not pieces:
            pieces = [values(Array([], type=self._type))]
        data = pieces[0][0] if len(pieces) == 1 else np.concatenate([piece[0] for piece in pieces])
        mask = _mask(pieces)
        if dtype == "str":
            return pd.array(data, dtype="str")
        if dtype is not None:
            return _masked(data, mask, dtype)
        data = _missing(data, mask)
        if DataType.is_timestamp(kind) and kind.tz is not None:
            return pd.DatetimeIndex(data).tz_localize("UTC").tz_convert(kind.tz).array
        return data

    def _category(self, array: Any) -> pd.Categorical:
        view = nanoarrow.c_array(array).view()
        codes, mask = _fixed(view, f"int{8 * _width(view)}")
        words, _ = values(dictionary_dictionary(array))
        if mask is not None:
            codes = np.where(mask, -1, codes)
        kind = "str" if words.dtype == object and all(isinstance(word, str) for word in words) else None
        return pd.Categorical.from_codes(codes, pd.Index(words, dtype=kind), ordered=self._categories.ordered)


def values(array: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Values of an array, and where they are missing, or None.

    Text, bytes, dates, decimals and nested values come as objects, with what pandas has for a missing one in
    its place.
    """
    kind = array.type
    if DataType.is_dictionary(kind):
        return _of_dictionary(array), None
    view = nanoarrow.c_array(array).view()
    if DataType.is_integer(kind):
        sign = "int" if DataType.is_signed_integer(kind) else "uint"
        return _fixed(view, f"{sign}{kind.bit_width}")
    if DataType.is_floating(kind):
        return _fixed(view, f"float{kind.bit_width}")
    if DataType.is_boolean(kind):
        return _bits(view.buffer(1), view), _nulls(view)
    if DataType.is_timestamp(kind) or DataType.is_duration(kind):
        letter = "M" if DataType.is_timestamp(kind) else "m"
        data, mask = _fixed(view, "int64")
        return data.view(f"{letter}8[{kind.time_unit}]"), mask
    return _objects(array, view), None


def _objects(array: Any, view: Any) -> np.ndarray:
    kind = array.type
    if DataType.is_string(kind) or DataType.is_large_string(kind):
        return _text(view, "int64" if DataType.is_large_string(kind) else "int32")
    if DataType.is_date32(kind):
        days, mask = _fixed(view, "int32")
        return _dates(days.astype("M8[D]"), mask)
    if DataType.is_date64(kind):
        times, mask = _fixed(view, "int64")
        return _dates(times.view("M8[ms]").astype("M8[D]"), mask)
    if DataType.is_list(kind) or DataType.is_large_list(kind) or DataType.is_fixed_size_list(kind):
        return _lists(array, view)
    if DataType.is_struct(kind):
        return _structures(array, view)
    if DataType.is_null(kind):
        return _filled([None] * len(array))
    return _filled(array.to_pylist())


def _fixed(view: Any, dtype: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Values of one width. They are copied: a batch's memory goes with the batch."""
    end = view.offset + view.length
    data = np.frombuffer(view.buffer(1), np.uint8).view(dtype)[view.offset : end].copy()
    return data, _nulls(view)


def _width(view: Any) -> int:
    """Bytes of a value."""
    return int(view.buffer(1).element_size_bits) // 8


def _bits(buffer: Any, view: Any) -> np.ndarray:
    raw = np.frombuffer(buffer, np.uint8)
    end = view.offset + view.length
    return np.unpackbits(raw, count=end, bitorder="little")[view.offset :].astype(bool)


def _nulls(view: Any) -> np.ndarray | None:
    if view.length == 0 or view.null_count == 0 or view.buffer(0).size_bytes == 0:
        return None
    missing = ~_bits(view.buffer(0), view)
    return missing if missing.any() else None


def _text(view: Any, offsets: str) -> np.ndarray:
    """Text as Python's, with NaN for what is missing; equal words are one object."""
    at = np.frombuffer(view.buffer(1), offsets)[view.offset : view.offset + view.length + 1]
    found = np.empty(view.length, object)
    if view.length == 0:
        return found
    first, last = int(at[0]), int(at[-1])
    raw = np.frombuffer(view.buffer(2), np.uint8)[first:last]
    whole = raw.tobytes().decode(errors="replace")
    at = at.astype("int64") - first
    if len(whole) != len(raw):
        # Places of letters: every byte that goes on with a letter counts nothing.
        letters = np.concatenate([[0], np.cumsum((raw & 0xC0) != 0x80)])
        at = letters[at]
    places = at.tolist()
    same: dict[str, str] = {}
    one = same.setdefault
    found[:] = [one(word, word) for word in (whole[a:b] for a, b in pairwise(places))]
    if (missing := _nulls(view)) is not None:
        found[missing] = np.nan
    return found


def _of_dictionary(array: Any) -> np.ndarray:
    """Values of a dictionary's indices."""
    view = nanoarrow.c_array(array).view()
    codes, mask = _fixed(view, f"int{8 * _width(view)}")
    words, of_words = values(dictionary_dictionary(array))
    words = _missing(words, of_words).astype(object)
    if len(words) == 0:
        return np.full(len(codes), np.nan, object)
    if mask is None:
        return words[codes]
    found = words[np.where(mask, 0, codes)]
    found[mask] = np.nan
    return found


def _dates(days: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    found = days.astype(object)
    if mask is not None:
        found[mask] = None
    return found


def _lists(array: Any, view: Any) -> np.ndarray:
    """Of each list an array of numpy's."""
    missing = _nulls(view)
    found = np.empty(len(array), object)
    if DataType.is_fixed_size_list(array.type):
        size = array.type.list_size
        ends = (np.arange(len(array) + 1) * size).tolist()
        inner = Array.from_arrow(list_flatten(array)) if missing is None else None
        if inner is None:
            rows = array.to_pylist()
            found[:] = [None if row is None else np.array(row) for row in rows]
            return found
    else:
        inner = Array.from_arrow(list_flatten(array))
        ends = list_offsets(array).to_numpy().astype("int64")
        ends = (ends - ends[0]).tolist()
    data, mask = values(inner)
    data = _none(data) if data.dtype == object else data
    for row, (a, b) in enumerate(pairwise(ends)):
        part = data[a:b]
        if mask is not None and mask[a:b].any():
            part = _missing(part, mask[a:b])
        found[row] = part
    if missing is not None:
        found[missing] = None
    return found


def _structures(array: Any, view: Any) -> np.ndarray:
    """Of each structure a dictionary of Python's."""
    parts = []
    for number, field in enumerate(array.type.fields):
        data, mask = values(struct_field(array, number))
        cells = list(_none(data)) if data.dtype == object else list(data.tolist())
        if data.dtype.kind in "mM":
            cells = list(pd.Series(data).astype(object))
        if mask is not None:
            cells = [None if gone else cell for cell, gone in zip(cells, mask, strict=True)]
        parts.append((field.name, cells))
    found = np.empty(len(array), object)
    for row in range(len(array)):
        found[row] = {name: cells[row] for name, cells in parts}
    if (missing := _nulls(view)) is not None:
        found[missing] = None
    return found


def _none(data: np.ndarray) -> np.ndarray:
    """None for NaN, as nested values have it."""
    gone = np.array([isinstance(value, float) and value != value for value in data], bool)
    return np.where(gone, None, data) if gone.any() else data


def _filled(cells: Iterable[Any]) -> np.ndarray:
    listed = list(cells)
    found = np.empty(len(listed), object)
    found[:] = listed
    return found


def _mask(pieces: list[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray | None:
    if all(mask is None for _, mask in pieces):
        return None
    return np.concatenate([np.zeros(len(data), bool) if mask is None else mask for data, mask in pieces])


def _missing(data: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Values with pandas' own for those that are missing, in a dtype that has one."""
    if mask is None:
        return data
    if data.dtype.kind in "iu":
        data = data.astype("float64")
    if data.dtype.kind == "f":
        data[mask] = np.nan
    elif data.dtype.kind in "mM":
        data.view("int64")[mask] = _NOT_A_TIME
    else:
        data = data.astype(object)
        data[mask] = None
    return data


def _nullable_of(kind: Any) -> str | None:
    return "str" if DataType.is_string(kind) or DataType.is_large_string(kind) else None


def _masked(data: np.ndarray, mask: np.ndarray | None, dtype: str) -> Any:
    """An array of pandas' that holds missing values beside the others."""
    if data.dtype == object:
        return pd.array(data, dtype=dtype)
    made = pd.array(data, dtype=dtype)
    if mask is not None:
        made[mask] = pd.NA
    return made
