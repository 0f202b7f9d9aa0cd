"""Collector: Python's collector of garbage, kept off stacks of calls that are suspended across each other.

An automatic collection of CPython 3.14 walks the frames of every thread state (`mark_stacks`, Python/gc.c).
Some of them lie on the stack of C, which Pyodide copies away where calls resume in another order than the
reverse of how they suspended: the walk would follow whatever lies there now. A collection that is asked for
walks no frames, so while calls are suspended across each other there are only such.
"""

from __future__ import annotations

import gc
import time

#: So many new objects are worth a collection, at most once in so many seconds.
WORTH = 50_000
EVERY = 1.0


class Collector:
    """Collects by itself, or when it is asked to."""

    def __init__(self) -> None:
        self._stopped = False
        self._last = 0.0

    def stop(self) -> None:
        """A second call is about to be suspended."""
        if gc.isenabled():
            gc.disable()
            self._stopped = True
        self.collect()

    def go_on(self) -> None:
        """No call is suspended any more."""
        if self._stopped:
            gc.enable()
            self._stopped = False

    def collect(self) -> None:
        """Collect if that is due and does not happen by itself."""
        if self._stopped and gc.get_count()[0] > WORTH and time.monotonic() > self._last + EVERY:
            gc.collect()
            self._last = time.monotonic()
