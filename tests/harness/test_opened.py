"""Files that code leaves open, and those whose names it spells in another way."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from .conftest import Runs

#: Leaving files open is what these are about.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("f = open('out.txt', 'w'); f.write('total: 42')", 9),
        ("import csv\nw = csv.writer(open('out.txt', 'w', newline='')); w.writerow([1, 2])", 5),
        ("from pathlib import Path\nf = Path('out.txt').open('w'); f.write('total: 42')", 9),
        ("import io\nf = io.open('out.txt', 'wb'); f.write(b'abc')", 3),
        ("f = open('out.txt', 'a'); f.write('total')\n1 / 0", 5),
        ("import sys\nsys.stdout = open('out.txt', 'w')\nprint('total')", 6),
        ("import codecs\nf = codecs.open('out.txt', 'w', 'utf-8'); f.write('total')", 5),
        ("class A: opener = open\nf = A().opener('out.txt', 'w'); f.write('total')", 5),
    ],
)
def test_what_was_written_is_in_the_file_after_the_cell(run: Runs, code: str, size: int) -> None:
    ran = run(code)
    assert [(it["path"], it["size"]) for it in ran.done["changes"]] == [("out.txt", size)], ran.done
    assert Path("out.txt").stat().st_size == size
    run("f = w = None\nimport gc; gc.collect()")


def test_memory_that_stands_for_a_file_reaches_it(run: Runs) -> None:
    Path("map.bin").write_bytes(bytes(10))
    run("import mmap\nf = open('map.bin', 'r+b')\nm = mmap.mmap(f.fileno(), 10)\nm[0:3] = b'abc'")
    assert Path("map.bin").read_bytes() == b"abc" + bytes(7)
    assert run("type(m) is mmap.mmap, open('map.bin', 'rb').read(3)").text == "(True, b'abc')"
    run("m.close(); f.close()")


def test_memory_reaches_its_own_file_after_that_was_closed(run: Runs) -> None:
    Path("map.bin").write_bytes(bytes(4))
    run("import mmap\nwith open('map.bin', 'r+b') as f: m = mmap.mmap(f.fileno(), 4)\nm[0:1] = b'a'")
    run("other = open('other.txt', 'w')\nother.write('its own')")
    assert Path("map.bin").read_bytes() == b"a\0\0\0"
    run("m[1:2] = b'b'\ndel m\nother.close()\nimport gc; gc.collect();")
    assert (Path("map.bin").read_bytes(), Path("other.txt").read_text()) == (b"ab\0\0", "its own")


@pytest.mark.parametrize(("there", "asked"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_in_parts_is_the_name(run: Runs, there: str, asked: str) -> None:
    Path(unicodedata.normalize(there, "Zürich é.csv")).write_text("a")  # type: ignore[arg-type]
    name = unicodedata.normalize(asked, "Zürich é.csv")  # type: ignore[arg-type]
    assert run(f"open({name!r}).read()").text == "'a'"


def test_what_is_missing_is_missing(run: Runs) -> None:
    assert run("open('nowhere é.csv')").error["name"] == "FileNotFoundError"
    assert run("open is __import__('io').open, open.__name__").text == "(True, 'open')"


@pytest.mark.parametrize(
    ("code", "folder"),
    [
        ("open('out/x.txt', 'w')", "'out'"),
        ("open('data.csv'); open('a/b/x.txt', 'xb')", "'a/b'"),
        ("open('/nowhere/x.txt', 'a')", "'/nowhere'"),
        ("from pathlib import Path\nPath('out/x.txt').write_text('x')", "'out'"),
    ],
)
def test_a_missing_folder_is_to_be_made(run: Runs, code: str, folder: str) -> None:
    Path("data.csv").touch()
    hint = run(code).error["hint"]
    assert hint == f"There is no folder {folder} yet. Make it first: os.makedirs({folder}, exist_ok=True)."


def test_a_missing_input_is_to_be_added(run: Runs) -> None:
    Path("data.csv").touch()
    assert run("open('data/sales.csv')").error["hint"] == "Files in the working directory: data.csv."
