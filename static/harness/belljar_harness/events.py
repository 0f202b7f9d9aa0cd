"""Events: what a run tells the worker, as JSON text.

The shapes are those of `static/src/protocol/`; `tests/fixtures/messages/` holds an example of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

#: What tasks say between two runs waits for the next one, up to so many events and characters.
HELD_EVENTS = 100
HELD_CHARS = 200_000

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class Emitter:
    """Stamps events with the run they belong to and sends them.

    A task that an earlier cell left running may speak when no cell runs. Such events are held and opened with
    the next run, which is where a reader looks next; past the limits they are dropped.
    """

    def __init__(self, send: Callable[[str], Any]) -> None:
        self._send = send
        self._run: str | None = None
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._held_chars = 0

    @property
    def run(self) -> str | None:
        """The run that is on, or None."""
        return self._run

    def begin(self, run: str) -> None:
        """Events belong to `run` from now on; held ones go out first."""
        self._run = run
        held, self._held, self._held_chars = self._held, [], 0
        for kind, fields in held:
            self.emit(kind, **fields)

    def end(self) -> None:
        """Nothing belongs to the run any more."""
        self._run = None

    def emit(self, kind: str, /, **fields: Any) -> int:
        """Send one event.

        Args:
            kind: Its type, e.g. "stream".
            **fields: JSON values.

        Returns:
            Its length in characters; 0 if it is held or dropped because no run is on.

        Raises:
            ValueError, TypeError: A field is no JSON value (NaN included).
        """
        if self._run is None:
            size = len(_encode(fields))
            if len(self._held) < HELD_EVENTS and self._held_chars + size <= HELD_CHARS:
                self._held.append((kind, fields))
                self._held_chars += size
            return 0
        text = _encode({"type": kind, "run": self._run, **fields})
        self._send(text)
        return len(text)
