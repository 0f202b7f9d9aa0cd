"""Callbacks: what callers want to be told while their code runs, called so that they can't break the run."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger("belljar")


def tell(callback: Callable[..., object] | None, *said: object) -> None:
    """Calls a caller's callback; an error in it is theirs, is logged, and goes no further."""
    if callback is None:
        return
    try:
        callback(*said)
    except Exception:  # noqa: BLE001 - whatever it is, it is theirs
        _log.exception("The callback %r failed", getattr(callback, "__name__", callback))
