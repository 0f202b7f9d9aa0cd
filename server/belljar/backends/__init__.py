"""Backends: where sandboxes run. `find_backend` gives one by name or URL; `protocol` says what one is."""

from __future__ import annotations

from belljar.backends.protocol import (
    SILENT,
    Answer,
    Backend,
    Listener,
    RunOptions,
    Session,
    SessionOptions,
)
from belljar.backends.registry import find_backend

__all__ = [
    "SILENT",
    "Answer",
    "Backend",
    "Listener",
    "RunOptions",
    "Session",
    "SessionOptions",
    "find_backend",
]
