"""Footer of a Parquet file: its columns and row groups, and the same footer with only some of them.

A reader of whole files reads some columns when the footer that it is shown names no others: every place that
a footer names is counted from the beginning of the file. (Thrift's compact protocol; format/parquet.thrift.)
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from typing import Any, BinaryIO

MAGIC = b"PAR1"
#: Of a file whose footer is encrypted.
SECRET = b"PARE"

#: Types of the compact protocol.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12

#: A value with its type; of a structure, its fields by number.
Value = tuple[int, Any]
Fields = dict[int, Value]


class NotParquetError(ValueError):
    """It is no Parquet file, or one that can't be read; the sentence says why."""


class Footer:
    """Footer of a file.

    Attributes:
        start: Where it begins in the file, in bytes.
        rows: Of the whole file.
        columns: Names of the columns, as a table has them.
        groups: Row groups: each the fields of the format's `RowGroup`.
        metadata: What the writer noted, by key.
    """

    def __init__(self, file: BinaryIO) -> None:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 8))
        tail = file.read(8)
        if tail[4:] == SECRET:
            raise NotParquetError("This Parquet file is encrypted.")
        length = int.from_bytes(tail[:4], "little")
        if len(tail) < 8 or tail[4:] != MAGIC or length > size - 12:
            raise NotParquetError(
                "This is no Parquet file, or a part of one: its last bytes are not a footer's."
            )
        self.start = size - 8 - length
        file.seek(self.start)
        self._fields: Fields = _Reader(file.read(length)).fields()
        if not {2, 3, 4} <= self._fields.keys():
            raise NotParquetError("The footer of this Parquet file can't be read: it has no schema.")
        elements = [dict(fields) for fields in self._fields[2][1][1]]
        self._trees = _trees(elements)
        self.columns = list(self._trees)
        self.rows: int = self._fields[3][1]
        self.groups: list[Fields] = list(self._fields[4][1][1])
        noted = self._fields[5][1][1] if 5 in self._fields else []
        self.metadata: dict[str, bytes] = {
            pair[1][1].decode(errors="replace"): pair[2][1] for pair in noted if 2 in pair
        }

    def element(self, column: str) -> Fields:
        """The schema's element of a column: its physical type is field 1, none of one with parts."""
        return self._trees[column][0]

    def chunks(self, group: Fields, column: str) -> list[Fields]:
        """What a row group says of a column (`ColumnMetaData`), one for each of its leaves."""
        found = (chunk[3][1] for chunk in group[1][1][1] if 3 in chunk)
        return [fields for fields in found if fields[3][1][1][0].decode() == column]

    def of(self, columns: Collection[str], groups: Collection[Fields], schema: bytes | None) -> bytes:
        """The same footer with these columns and row groups only, and its length and mark behind it.

        Args:
            schema: Arrow's schema of those columns, as the key `ARROW:schema` has it.
        """
        kept = {name.encode() for name in columns}
        [(leaf_type, elements)] = [self._fields[2][1]]
        root = {**elements[0], 5: (5, len(columns))}
        shown = [root] + [
            element for name in self.columns if name in columns for element in self._trees[name]
        ]
        fields = dict(self._fields)
        fields[2] = (_LIST, (leaf_type, shown))
        fields[3] = (6, sum(group[3][1] for group in groups))
        fields[4] = (_LIST, (_STRUCT, [_with_columns(group, kept) for group in groups]))
        noted = [] if schema is None else [{1: (_BINARY, b"ARROW:schema"), 2: (_BINARY, schema)}]
        fields[5] = (_LIST, (_STRUCT, noted))
        # Orders of columns go by position.
        fields.pop(7, None)
        written = bytearray()
        _write_fields(written, fields)
        return bytes(written) + len(written).to_bytes(4, "little") + MAGIC


class Shown(io.RawIOBase):
    """A file with another footer: its bytes up to the footer are read where they are."""

    def __init__(self, file: BinaryIO, start: int, footer: bytes) -> None:
        self._file = file
        self._start = start
        self._footer = footer
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        from_where = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._start + len(self._footer)}
        self._at = max(0, from_where[whence] + offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        end = self._start + len(self._footer)
        upto = end if size is None or size < 0 else min(end, self._at + size)
        found = b""
        if self._at < self._start:
            self._file.seek(self._at)
            found = self._file.read(min(upto, self._start) - self._at)
        elif self._at < upto:
            found = self._footer[self._at - self._start : upto - self._start]
        self._at += len(found)
        return found


def _trees(elements: list[Fields]) -> dict[str, list[Fields]]:
    """Elements of the schema below its root, which stand in one row depth first, by column."""
    found: dict[str, list[Fields]] = {}
    at = 1
    while at < len(elements):
        begin, open_ = at, 1
        while open_ and at < len(elements):
            open_ += elements[at].get(5, (5, 0))[1] - 1
            at += 1
        found[elements[begin][4][1].decode()] = elements[begin:at]
    return found


def _with_columns(group: Fields, kept: Collection[bytes]) -> Fields:
    kind, chunks = group[1][1]
    left = [chunk for chunk in chunks if 3 in chunk and chunk[3][1][3][1][1][0] in kept]
    fields = {**group, 1: (_LIST, (kind, left))}
    # How rows are sorted goes by the position of columns.
    fields.pop(4, None)
    return fields


class _Reader:
    """Reads the compact protocol."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._by_type: dict[int, Callable[[], Any]] = {
            _BYTE: self._byte,
            4: self._integer,
            5: self._integer,
            6: self._integer,
            _DOUBLE: self._double,
            _BINARY: self._binary,
            _LIST: self._list,
            _SET: self._list,
            _MAP: self._map,
            _STRUCT: self.fields,
        }

    def fields(self) -> Fields:
        found: Fields = {}
        number = 0
        while (head := self._byte()) != 0:
            kind, step = head & 15, head >> 4
            number = number + step if step else self._integer()
            found[number] = (kind, self._value(kind))
        return found

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        try:
            return self._by_type[kind]()
        except KeyError:
            raise NotParquetError("The footer of this Parquet file can't be read.") from None

    def _byte(self) -> int:
        self._at += 1
        try:
            return self._data[self._at - 1]
        except IndexError:
            raise NotParquetError("The footer of this Parquet file ends too early.") from None

    def _varint(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7

    def _integer(self) -> int:
        raw = self._varint()
        return (raw >> 1) ^ -(raw & 1)

    def _double(self) -> bytes:
        self._at += 8
        return self._data[self._at - 8 : self._at]

    def _binary(self) -> bytes:
        length = self._varint()
        self._at += length
        return self._data[self._at - length : self._at]

    def _list(self) -> tuple[int, list[Any]]:
        head = self._byte()
        kind, count = head & 15, head >> 4
        count = self._varint() if count == 15 else count
        if kind in (_TRUE, _FALSE):
            return kind, [self._byte() == 1 for _ in range(count)]
        return kind, [self._value(kind) for _ in range(count)]

    def _map(self) -> tuple[int, int, list[tuple[Any, Any]]]:
        if (count := self._varint()) == 0:
            return 0, 0, []
        kinds = self._byte()
        key, value = kinds >> 4, kinds & 15
        return key, value, [(self._value(key), self._value(value)) for _ in range(count)]


def _write_fields(out: bytearray, fields: Fields) -> None:
    before = 0
    for number in sorted(fields):
        kind, value = fields[number]
        if kind in (_TRUE, _FALSE):
            kind = _TRUE if value else _FALSE
        if 0 < number - before < 16:
            out.append((number - before) << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, number)
        before = number
        _write(out, kind, value)
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in (4, 5, 6):
        _write_integer(out, value)
    elif kind == _BYTE:
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind in (_LIST, _SET):
        _write_list(out, *value)
    elif kind == _MAP:
        _write_map(out, *value)
    elif kind == _STRUCT:
        _write_fields(out, value)


def _write_list(out: bytearray, inner: int, values: list[Any]) -> None:
    out.append(min(len(values), 15) << 4 | inner)
    if len(values) >= 15:
        _write_varint(out, len(values))
    for one in values:
        if inner in (_TRUE, _FALSE):
            out.append(1 if one else 2)
        else:
            _write(out, inner, one)


def _write_map(out: bytearray, key: int, other: int, pairs: list[tuple[Any, Any]]) -> None:
    _write_varint(out, len(pairs))
    if pairs:
        out.append(key << 4 | other)
    for one, two in pairs:
        _write(out, key, one)
        _write(out, other, two)


def _write_integer(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else ~(value << 1))


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
