"""Progress of a command: a bar with bytes on a terminal, plain lines elsewhere, and never a long silence."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


def human(size: float) -> str:
    """A size in bytes for people: "812 B", "17.4 kB", "9.6 MB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


class Progress:
    """Counts bytes towards a total and says what happens. Safe to use from several threads.

    Args:
        stream: where to write; a terminal gets a bar that is redrawn in place, others a line now and then.
        told: is given what is done, and its share from 0 to 1, whenever that changes.
    """

    WIDTH = 28
    INTERVAL = 0.1
    LINE_SECONDS = 5.0
    """How long a stream that is no terminal hears nothing of what goes on."""

    def __init__(
        self, stream: TextIO | None = None, told: Callable[[str, float], None] = lambda *_: None
    ) -> None:
        self._stream = stream or sys.stderr
        self._told = told
        self._bar = self._stream.isatty()
        self._lock = threading.Lock()
        self._label = ""
        self._place = ""
        self._done = 0
        self._total = 0
        self._drawn = 0.0
        self._over = threading.Event()

    def note(self, sentence: str) -> None:
        """Say one line; a bar moves below it."""
        with self._lock:
            self._erase()
            self._stream.write(f"{sentence}\n")
            self._draw()
            self._stream.flush()

    @contextmanager
    def counting(self, label: str, total: int) -> Iterator[None]:
        """Counts towards `total` bytes until the block is left, by an error as well."""
        self.start(label, total)
        try:
            yield
        finally:
            self.finish()

    def start(self, label: str, total: int) -> None:
        """Begin counting towards `total` bytes, until `finish`."""
        with self._lock:
            self._label, self._place, self._done, self._total = label, "", 0, total
            if self._bar:
                self._draw()
            else:
                self._stream.write(f"{label} ({human(total)})\n")
            self._stream.flush()
        self._over.set()
        self._over = threading.Event()
        if not self._bar:
            threading.Thread(target=self._lines, args=(self._over,), daemon=True).start()
        self._told(label, 0.0)

    def place(self, name: str) -> None:
        """Where the bytes come from, from now on."""
        with self._lock:
            self._place = f" from {name}"

    def add(self, size: int) -> None:
        """Count `size` more bytes (negative when they turned out to be wrong)."""
        with self._lock:
            self._done += size
            if self._bar and time.monotonic() - self._drawn > self.INTERVAL:
                self._erase()
                self._draw()
                self._stream.flush()
            label, share = self._label, self._share()
        self._told(label, share)

    def finish(self) -> None:
        """Stop counting; the bar goes away."""
        self._over.set()
        with self._lock:
            self._erase()
            self._stream.flush()
            self._total = 0

    def _share(self) -> float:
        return min(max(self._done / self._total, 0.0), 1.0) if self._total else 1.0

    def _lines(self, over: threading.Event) -> None:
        while not over.wait(self.LINE_SECONDS):
            with self._lock:
                if self._total and not over.is_set():
                    self._stream.write(
                        f"  {self._label}: {human(self._done)} of {human(self._total)}{self._place}\n"
                    )
                    self._stream.flush()

    def _draw(self) -> None:
        if self._bar and self._total:
            self._drawn = time.monotonic()
            filled = round(self._share() * self.WIDTH)
            bar = "█" * filled + "░" * (self.WIDTH - filled)
            counted = f"{human(self._done)} of {human(self._total)}"
            self._stream.write(f"\r{self._label} {bar} {counted}{self._place}")

    def _erase(self) -> None:
        if self._bar and self._total:
            self._stream.write("\r\x1b[2K")
