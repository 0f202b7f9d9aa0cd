"""One writer at a time in an assets folder, across processes."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextlib.contextmanager
def folder_lock(folder: Path, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock; the system releases it when the process ends, however it ends.

    Where the system has no such locks (Windows), nothing is held: two fetches at once then cost each other a
    resumed download, never a wrong file, because files only ever appear whole.
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _try(descriptor):
            note(f"Another belljar is working in {folder}; waiting for it.")
            while not _try(descriptor):
                time.sleep(0.2)
        yield
    finally:
        os.close(descriptor)


if sys.platform != "win32":

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
