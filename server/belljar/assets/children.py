"""Children: processes that work for this one in the background, and must not outlive it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

_lock = threading.Lock()
_running: set[subprocess.Popen[Any]] = set()
_ended = False


@contextlib.contextmanager
def child(process: subprocess.Popen[Any]) -> Iterator[None]:
    """While this lasts, `end_all` ends the process, too."""
    with _lock:
        _running.add(process)
        late = _ended
    if late:
        process.kill()
    try:
        yield
    finally:
        with _lock:
            _running.discard(process)


def end_all() -> None:
    """Kill those that run, and those that are still to come: this process ends."""
    global _ended  # noqa: PLW0603 - a process ends once
    with _lock:
        _ended = True
        for process in _running:
            process.kill()


def forget_end() -> None:
    """For a process that has served, and goes on: children may run again."""
    global _ended  # noqa: PLW0603 - as above
    with _lock:
        _ended = False
