"""Callbacks: what callers want to be told and asked while their code runs; none can break the run."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

from belljar.backends.protocol import Answer

_log = logging.getLogger("belljar")


def tell(callback: Callable[..., object] | None, *said: object) -> None:
    """Calls a caller's callback; an error in it is theirs, is logged, and goes no further."""
    if callback is None:
        return
    try:
        callback(*said)
    except Exception:  # noqa: BLE001 - whatever it is, it is theirs
        _log.exception("The callback %r failed", getattr(callback, "__name__", callback))


def answering(callback: Callable[[str, bool], Any]) -> Answer:
    """A caller's `on_input` that always answers: nobody has where it fails, or gives what is no answer."""

    async def answer(prompt: str, password: bool) -> str | None:
        try:
            given = callback(prompt, password)
            text = await given if inspect.isawaitable(given) else given
            if text is not None and not isinstance(text, str):
                raise TypeError(f"on_input must give a str or None, not {type(text).__name__}.")
        except Exception:  # noqa: BLE001 - whatever it is, it is theirs
            _log.exception("The callback %r failed", getattr(callback, "__name__", callback))
            return None
        return text

    return answer
