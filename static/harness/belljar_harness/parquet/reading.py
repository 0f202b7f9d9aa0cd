"""Reading: a Parquet file as a table or in pieces, with the columns that are asked for and no others."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from arro3.core import DataType, Field, Schema
from arro3.io import read_parquet, write_ipc_stream

from . import restoring
from .columns import Categories, Column
from .filters import Filters
from .footer import Fields, Footer, Shown

#: Rows that are decoded at once.
BATCH = 1 << 16

_ARROW = "ARROW:schema"

#: Encodings of pages with indices of a dictionary (`PLAIN_DICTIONARY`, `RLE_DICTIONARY`).
_OF_WORDS = {2, 8}
#: Kinds of pages with values (`DATA_PAGE`, `DATA_PAGE_V2`).
_DATA_PAGES = {0, 3}


class Source:
    """A file whose footer has been read.

    Raises:
        NoParquet: It is none, or can't be read.
        OSError: The file can't be read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.footer = Footer(file)
        noted = self.footer.metadata.get(_ARROW)
        self._schema = read_parquet(self._shown(self.footer.columns, [], noted)).schema
        self.types = {name: self._schema.field(name).type for name in self._schema.names}
        self.noted = restoring.Noted(self.footer.metadata)

    def _shown(self, columns: Sequence[str], groups: Sequence[Fields], schema: bytes | None) -> Shown:
        return Shown(self._file, self.footer.start, self.footer.of(columns, groups, schema))

    def pieces(self, columns: Sequence[str], filters: Filters, rows: int) -> Iterator[tuple[set[str], Any]]:
        """Batches of at most so many rows of these columns, of row groups that the filters leave.

        Yields:
            Its columns of text that come as dictionaries, and the batch.
        """
        groups = self.footer.groups
        if filters:
            groups = [one for one in groups if filters.may_have(self.footer, one, self.types)]
        words = {name for name in columns if self._is_of_words(name, groups)}
        schema = Schema([_field(self._schema.field(name), name in words) for name in columns])
        shown = self._shown(columns, groups, _encoded(schema))
        if groups and columns:
            # In the file's order, whatever order was asked for.
            for batch in read_parquet(shown, batch_size=rows):
                yield words, batch

    def field(self, column: str) -> Any:
        return self._schema.field(column)

    def _is_of_words(self, name: str, groups: Sequence[Fields]) -> bool:
        """Whether a column is text of which each page has indices of a dictionary."""
        kind = self.types[name]
        if not (DataType.is_string(kind) or DataType.is_large_string(kind)):
            return False
        for group in groups:
            for chunk in self.footer.chunks(group, name):
                pages = chunk[13][1][1] if 13 in chunk else []
                data = [page for page in pages if page[1][1] in _DATA_PAGES]
                if not data or any(page[2][1] not in _OF_WORDS for page in data):
                    return False
        return bool(groups)


def _field(field: Any, words: bool) -> Any:
    kind = DataType.dictionary(DataType.int32(), field.type) if words else field.type
    return Field(field.name, kind, nullable=field.nullable)


def _encoded(schema: Schema) -> bytes:
    """Arrow's schema as the footer has it."""
    out = io.BytesIO()
    write_ipc_stream(schema.empty_table(), out)
    return base64.b64encode(out.getvalue())


class Reading:
    """What was asked for of one file.

    Args:
        columns: In this order; None is all of them.
        nullable: The dtype of a column, by its type, or None for pandas' usual one.

    Raises:
        ValueError: The file has no such column.
    """

    def __init__(
        self,
        source: Source,
        columns: Sequence[str] | None,
        filters: Filters,
        nullable: Callable[[Any], str | None],
    ) -> None:
        names = source.footer.columns
        index = [name for name in source.noted.index if name in names]
        asked = [name for name in names if name not in index] if columns is None else list(columns)
        lacking = [name for name in (*asked, *filters.columns) if name not in names]
        if lacking:
            raise ValueError(f"The file has no column {lacking[0]!r}. It has: {_listed(names)}.")
        self._shown = list(dict.fromkeys([*asked, *index]))
        read = {*self._shown, *filters.columns}
        self._read = [name for name in names if name in read]
        self._source = source
        self._filters = filters
        self._nullable = nullable

    def whole(self) -> pd.DataFrame:
        if not self._read:
            return self._source.noted.restored({}, self._source.footer.rows, 0)
        columns: list[Column] = []
        rows = 0
        for words, decoded in self._source.pieces(self._read, self._filters, BATCH):
            batch = self._let_through(words, decoded)
            columns = columns or self._columns(words)
            rows += batch.num_rows
            for column in columns:
                column.add(batch.column(column.name))
        return self._restored(columns or self._columns(set()), rows, None if self._filters else 0)

    def chunks(self, rows: int) -> Iterator[pd.DataFrame]:
        """The table in pieces of at most so many rows, one after the other."""
        begin = 0
        for words, decoded in self._source.pieces(self._read, self._filters, rows):
            batch = self._let_through(words, decoded)
            if batch.num_rows:
                yield self._restored(self._filled(words, batch), batch.num_rows, begin)
                begin += batch.num_rows

    def _columns(self, words: set[str], names: Sequence[str] = ()) -> list[Column]:
        found = []
        noted = self._source.noted
        for name in names or self._read:
            field = self._source.field(name)
            dtype = self._nullable(field.type) or noted.dtypes.get(name)
            kept = Categories(noted.categories.get(name), ordered=name in noted.ordered)
            found.append(Column(field, nullable=dtype, words=name in words, categories=kept))
        return found

    def _filled(self, words: set[str], batch: Any) -> list[Column]:
        columns = self._columns(words, batch.schema.names)
        for column in columns:
            column.add(batch.column(column.name))
        return columns

    def _let_through(self, words: set[str], batch: Any) -> Any:
        if not self._filters:
            return batch
        columns = self._filled(words, batch.select(self._filters.columns))
        table = pd.DataFrame({column.name: column.result() for column in columns}, copy=False)
        return batch.take(np.flatnonzero(self._filters.rows(table)))

    def _restored(self, columns: Sequence[Column], rows: int, begin: int | None) -> pd.DataFrame:
        found = {column.name: column.result() for column in columns}
        data = {name: found[name] for name in self._shown}
        return self._source.noted.restored(data, rows, begin)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown


def by_backend(backend: str) -> Callable[[Any], str | None]:
    """Dtypes that hold missing values beside the others, or pandas' usual ones."""

    def nullable(kind: Any) -> str | None:
        if backend != "numpy_nullable":
            return None
        if DataType.is_integer(kind):
            return f"{'Int' if DataType.is_signed_integer(kind) else 'UInt'}{kind.bit_width}"
        if DataType.is_floating(kind):
            return f"Float{max(32, kind.bit_width)}"
        if DataType.is_boolean(kind):
            return "boolean"
        return "string" if DataType.is_string(kind) or DataType.is_large_string(kind) else None

    return nullable
