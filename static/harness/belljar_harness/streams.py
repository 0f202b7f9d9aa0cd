"""Streams: stdout and stderr, in order, as few messages as a reader can still follow.

A line goes out at once while a token bucket lasts (100 messages, refilled 200 a second). After that lines are
gathered and go out when the next token is there or when a chunk is full. There is no timer that could do it:
while user code runs, nothing else does. So whoever makes the interpreter wait (input, sleep, the end of a
cell) flushes first.
"""

from __future__ import annotations

import codecs
import io
import time
from collections.abc import Iterable
from typing import Any

from .events import Emitter

#: Characters after which gathered text goes out whatever the bucket says; the most that one message carries.
CHUNK_CHARS = 32_768
#: Messages in the bucket, and those it gains per second.
BUCKET = 100
REFILL = 200.0
#: Gathered text keeps the order of the two streams through so many changes; past it, each stream is joined.
SEGMENTS = 64

_clock = time.monotonic


class Outlet:
    """Where both streams end: gathers text and sends it as `stream` events.

    Attributes:
        missing: Characters of this run that were not sent because the limit was reached.
    """

    def __init__(self, emitter: Emitter, limit: int) -> None:
        self._emitter = emitter
        self._limit = limit
        self._tokens = float(BUCKET)
        self._refilled = _clock()
        self._segments: list[tuple[str, list[str]]] = []
        self._name = "stdout"
        #: Gathered text of the stream that wrote last. TextStream.write appends to it.
        self.texts: list[str] = []
        #: Characters in `texts`.
        self.chars = 0
        #: Before this moment nothing goes out unless a chunk is full.
        self.wake = 0.0
        self.begin()

    def begin(self) -> None:
        """A run starts: the limit counts afresh."""
        self._left = self._limit
        self.missing = 0

    def turn(self, name: str) -> list[str]:
        """Make `name` the stream that writes; returns the list its text goes to."""
        if self.texts:
            self._segments.append((self._name, self.texts))
            self.texts = []
            if len(self._segments) > SEGMENTS:
                self._join()
        self._name = name
        return self.texts

    def _join(self) -> None:
        joined: dict[str, list[str]] = {}
        for name, texts in self._segments:
            joined.setdefault(name, []).extend(texts)
        self._segments = list(joined.items())

    def offer(self) -> None:
        """Send what is gathered if the bucket allows it now."""
        now = _clock()
        if now < self.wake and self.chars < CHUNK_CHARS:
            return
        self._tokens = min(float(BUCKET), self._tokens + (now - self._refilled) * REFILL)
        self._refilled = now
        self.flush()
        self._tokens -= 1.0
        if self._tokens < 1.0:
            self.wake = now + (1.0 - self._tokens) / REFILL

    def flush(self) -> None:
        """Send what is gathered."""
        self.turn(self._name)
        segments, self._segments, self.chars = self._segments, [], 0
        for name, texts in segments:
            self._send(name, "".join(texts))

    def _send(self, name: str, text: str) -> None:
        if len(text) > self._left:
            self.missing += len(text) - self._left
            text = text[: self._left]
        self._left -= len(text)
        for start in range(0, len(text), CHUNK_CHARS):
            self._emitter.emit("stream", name=name, text=text[start : start + CHUNK_CHARS])


class TextStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of user code: a text stream that never blocks, closes or fails."""

    def __init__(self, name: str, outlet: Outlet) -> None:
        self._name = name
        self._outlet = outlet
        self._texts: list[str] = []
        self._buffer = ByteStream(self)

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    @property
    def mode(self) -> str:
        return "w"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace" if self._name == "stderr" else "replace"

    @property
    def newlines(self) -> None:  # type: ignore[override]
        return None

    @property
    def line_buffering(self) -> bool:
        return True

    @property
    def buffer(self) -> ByteStream:
        """The binary side; what is written there is decoded as UTF-8."""
        return self._buffer

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def write(self, text: str, /) -> int:
        # The hottest path of the harness: print() comes here twice a line.
        outlet = self._outlet
        texts = self._texts
        if texts is not outlet.texts:
            texts = self._texts = outlet.turn(self._name)
        if type(text) is not str:
            if not isinstance(text, str):
                raise TypeError(f"write() argument must be str, not {type(text).__name__}")
            text = str.__str__(text)
        size = len(text)
        texts.append(text)
        outlet.chars += size
        if outlet.chars >= CHUNK_CHARS or (text[-1:] == "\n" and _clock() >= outlet.wake):
            outlet.offer()
        return size

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._outlet.chars:
            self._outlet.offer()

    def close(self) -> None:
        # `sys.stdout.close()` in a script must not silence the cells after it.
        self.flush()

    def reconfigure(self, **_: Any) -> None:
        """Accepted and ignored, as `sys.stdout.reconfigure(encoding="utf-8")` is common in scripts."""


class ByteStream(io.BufferedIOBase):
    """The `buffer` of a TextStream."""

    def __init__(self, text: TextStream) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def name(self) -> str:
        return self._text.name

    @property
    def mode(self) -> str:
        return "wb"

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        self._text.write(self._decoder.decode(bytes(data)))
        return size

    def flush(self) -> None:
        self._text.flush()

    def close(self) -> None:
        self.flush()
