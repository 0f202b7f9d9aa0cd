"""stdout and stderr of user code."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest

from belljar_harness.events import Emitter
from belljar_harness.streams import BUCKET, CHUNK_CHARS, Outlet, TextStream

from .conftest import Runs


class Wired:
    """Two streams on one outlet, and what comes out."""

    def __init__(self, limit: int = 10_000_000) -> None:
        self.sent: list[dict[str, Any]] = []
        emitter = Emitter(lambda text: self.sent.append(json.loads(text)))
        emitter.begin("r")
        self.outlet = Outlet(emitter, limit)
        self.out, self.err = TextStream("stdout", self.outlet), TextStream("stderr", self.outlet)

    def text(self, name: str = "stdout") -> str:
        return "".join(event["text"] for event in self.sent if event["name"] == name)


@pytest.fixture
def wired() -> Wired:
    return Wired()


def test_a_line_goes_out_at_once(wired: Wired) -> None:
    print("hello", file=wired.out)
    assert [event["text"] for event in wired.sent] == ["hello\n"]


def test_part_of_a_line_goes_out_on_flush(wired: Wired) -> None:
    print("10 %", end="\r", file=wired.out)
    assert wired.sent == []
    wired.out.flush()
    assert wired.text() == "10 %\r"


def test_the_two_streams_keep_their_order(wired: Wired) -> None:
    wired.out.write("a")
    wired.err.write("b")
    wired.out.write("c")
    wired.outlet.flush()
    assert [(event["name"], event["text"]) for event in wired.sent] == [
        ("stdout", "a"), ("stderr", "b"), ("stdout", "c"),
    ]  # fmt: skip


def test_a_hundred_thousand_lines_are_few_messages_and_all_there(wired: Wired) -> None:
    for number in range(100_000):
        print(number, file=wired.out)
    wired.outlet.flush()
    assert wired.text() == "".join(f"{number}\n" for number in range(100_000))
    # The bucket, what refills while this runs, and one for each full chunk.
    assert len(wired.sent) < BUCKET + 1000 + len(wired.text()) / CHUNK_CHARS
    assert max(len(event["text"]) for event in wired.sent) <= CHUNK_CHARS


def test_streams_that_alternate_without_end_stay_few_messages(wired: Wired) -> None:
    for _ in range(50_000):
        wired.out.write("o\n")
        wired.err.write("e\n")
    wired.outlet.flush()
    assert len(wired.sent) < 5_000
    assert wired.text("stdout") == "o\n" * 50_000
    assert wired.text("stderr") == "e\n" * 50_000


def test_past_the_limit_nothing_is_sent_and_all_of_it_is_counted() -> None:
    wired = Wired(limit=10)
    wired.out.write("0123456789abc\n")
    wired.outlet.flush()
    assert wired.text() == "0123456789"
    assert wired.outlet.missing == 4
    wired.outlet.begin()
    wired.out.write("again\n")
    assert wired.outlet.missing == 0
    assert wired.text().endswith("again\n")


def test_a_long_text_comes_in_chunks(wired: Wired) -> None:
    wired.out.write("x" * (2 * CHUNK_CHARS + 1))
    assert [len(event["text"]) for event in wired.sent] == [CHUNK_CHARS, CHUNK_CHARS, 1]


def test_it_is_a_text_stream(wired: Wired) -> None:
    out = wired.out
    assert (out.writable(), out.readable(), out.isatty(), out.encoding) == (True, False, False, "utf-8")
    assert out.write("abc") == 3
    out.writelines(["d", "e"])
    with pytest.raises(io.UnsupportedOperation):
        out.fileno()
    with pytest.raises(TypeError, match="must be str, not bytes"):
        out.write(b"x")  # type: ignore[arg-type]
    out.close()
    print("still open", file=out)
    assert wired.text() == "abcdestill open\n"


def test_a_subclass_of_str_is_written_as_its_text(wired: Wired) -> None:
    class Loud(str):
        def __str__(self) -> str:
            return self.upper()

    wired.out.write(Loud("a\n"))
    assert wired.text() == "a\n"


def test_the_binary_side_decodes_utf8_across_writes(wired: Wired) -> None:
    data = "é\n".encode()
    assert wired.out.buffer.write(data[:1]) == 1
    wired.out.buffer.write(data[1:])
    wired.out.buffer.write(b"\xff\n")
    wired.out.buffer.flush()
    assert wired.text() == "é\n\ufffd\n"


def test_lone_surrogates_survive_as_json(wired: Wired) -> None:
    wired.out.write("\ud800\n")
    assert wired.text() == "\ud800\n"


def test_a_line_after_a_pause_goes_out_at_once_again(wired: Wired) -> None:
    for _ in range(10_000):
        wired.out.write("x\n")
    wired.outlet.flush()
    before = len(wired.sent)
    time.sleep(0.02)
    wired.out.write("later\n")
    assert wired.sent[before:][-1]["text"].endswith("later\n")


def test_os_write_to_stdout_keeps_its_place(run: Runs) -> None:
    assert run("import os\nprint('a')\nos.write(1, b'b\\n')\nprint('c')").stdout == "a\nb\nc\n"


def test_the_original_stdout_is_the_same_stream(run: Runs) -> None:
    assert run("import sys\nsys.__stdout__.write('x\\n');").stdout == "x\n"


def test_what_is_cut_is_told_at_the_end(run: Runs) -> None:
    run.session._environment.outlet._limit = 5
    ran = run("print('0123456789')")
    assert ran.stdout == "01234"
    assert ran.done["truncated"] == {"stream_chars": 6, "displays": 0}


@pytest.mark.parametrize(
    "code",
    [
        "log = open('run.log', 'w')\nsys.stdout = log\nprint('into the file')\nlog.close()",
        "sys.stdout = None",
        "sys.stderr = sys.stdout = __import__('io').StringIO()\n1 / 0",
        "del sys.stdout, sys.stderr",
        "__import__('contextlib').redirect_stdout(__import__('io').StringIO()).__enter__()",
    ],
)
def test_a_stream_that_was_left_elsewhere_is_back_in_the_next_cell(run: Runs, code: str) -> None:
    run(f"import sys\n{code}")
    ran = run("import sys\nprint('seen')\nprint('mind this', file=sys.stderr)")
    assert (ran.outcome, ran.stdout) == ("ok", "seen\n")
    assert "mind this" in ran.stderr
