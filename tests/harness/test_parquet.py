"""Parquet's footer: read, and written again with some columns. What needs pandas runs in a browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from belljar_harness.parquet.footer import Footer, NotParquetError, Shown

FILES = Path(__file__).parent.parent / "fixtures" / "parquet"
SNAPPY = (FILES / "snappy.parquet").read_bytes()


def again(data: bytes, written: bytes, start: int) -> Footer:
    """The footer of a file that is shown with another one."""
    return Footer(Shown(io.BytesIO(data), start, written))  # type: ignore[arg-type]


def test_a_footer_tells_columns_rows_and_row_groups() -> None:
    footer = Footer(io.BytesIO(SNAPPY))
    assert footer.rows == 23
    assert [group[3][1] for group in footer.groups] == [9, 9, 5]
    assert footer.columns[:2] == ["int8", "int16"]
    assert "list of structures" in footer.columns
    assert len(footer.chunks(footer.groups[0], "map")) == 2
    assert "ARROW:schema" in footer.metadata


@pytest.mark.parametrize("path", sorted(FILES.glob("*.parquet")), ids=lambda path: path.stem)
def test_every_column_alone_is_as_the_footer_has_it(path: Path) -> None:
    data = path.read_bytes()
    footer = Footer(io.BytesIO(data))
    for name in footer.columns:
        one = again(data, footer.of([name], footer.groups[-1:], None), footer.start)
        assert one.columns == [name]
        assert one.rows == sum(group[3][1] for group in footer.groups[-1:])
        assert [one.chunks(group, name) for group in one.groups] == [
            footer.chunks(group, name) for group in footer.groups[-1:]
        ]


def test_bytes_before_the_footer_are_the_file_s_own() -> None:
    footer = Footer(io.BytesIO(SNAPPY))
    written = footer.of(["int8"], [], b"schema")
    shown = Shown(io.BytesIO(SNAPPY), footer.start, written)
    assert shown.read() == SNAPPY[: footer.start]
    assert shown.read() == written
    assert shown.read() == b""
    assert shown.seek(-4, io.SEEK_END) == footer.start + len(written) - 4
    assert shown.read(100) == b"PAR1"
    assert again(SNAPPY, written, footer.start).metadata == {"ARROW:schema": b"schema"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no Parquet file"),
        (b"a,b\n1,2\n3,4\n", "no Parquet file"),
        (SNAPPY[:-1], "no Parquet file"),
        (b"PAR1" + (200).to_bytes(4, "little") + b"PAR1", "no Parquet file"),
        (b"PARE" + bytes(20) + b"PARE", "encrypted"),
        (b"PAR1" + b"\x15" + (1).to_bytes(4, "little") + b"PAR1", "ends too early"),
        (b"PAR1" + b"\x1e\x00" + (2).to_bytes(4, "little") + b"PAR1", "can't be read"),
        (b"PAR1" + b"\x00" + (1).to_bytes(4, "little") + b"PAR1", "can't be read"),
    ],
)
def test_what_is_no_such_file_is_said_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(NotParquetError, match=says):
        Footer(io.BytesIO(data))
