"""Progress of a command: a bar with bytes on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
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
        stream: where to write; a terminal gets a bar that is redrawn in place.
    """

    WIDTH = 28
    INTERVAL = 0.1

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._bar = self._stream.isatty()
        self._lock = threading.Lock()
        self._label = ""
        self._done = 0
        self._total = 0
        self._drawn = 0.0

    def note(self, sentence: str) -> None:
        """Say one line; a bar moves below it."""
        with self._lock:
            self._erase()
            self._stream.write(f"{sentence}\n")
            self._draw()
            self._stream.flush()

    def start(self, label: str, total: int) -> None:
        """Begin counting towards `total` bytes."""
        with self._lock:
            self._label, self._done, self._total = label, 0, total
            if self._bar:
                self._draw()
            else:
                self._stream.write(f"{label} ({human(total)})\n")
            self._stream.flush()

    def add(self, size: int) -> None:
        """Count `size` more bytes (negative when they turned out to be wrong)."""
        with self._lock:
            self._done += size
            if self._bar and time.monotonic() - self._drawn > self.INTERVAL:
                self._erase()
                self._draw()
                self._stream.flush()

    def finish(self) -> None:
        """Stop counting; the bar goes away."""
        with self._lock:
            self._erase()
            self._stream.flush()
            self._total = 0

    def _draw(self) -> None:
        if self._bar and self._total:
            self._drawn = time.monotonic()
            share = min(max(self._done / self._total, 0.0), 1.0)
            filled = round(share * self.WIDTH)
            bar = "█" * filled + "░" * (self.WIDTH - filled)
            self._stream.write(f"\r{self._label} {bar} {human(self._done)} of {human(self._total)}")

    def _erase(self) -> None:
        if self._bar and self._total:
            self._stream.write("\r\x1b[2K")
