"""The bridge to the worker: what the harness asks of JavaScript, with Python's types.

The worker hands over an object with `emit`, `load_packages`, `read_input`, `keep_file`, `arm`, `disarm`,
`alarm`, `can_suspend`, `allowlist` and `settings`. In Pyodide that is a JavaScript object behind a proxy; in
tests it is a Python one.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

try:
    from pyodide.ffi import can_run_sync as _can_run_sync
    from pyodide.ffi import run_sync as _run_sync

except ImportError:
    # An ordinary CPython, in tests, which put something of their own here.
    def _can_run_sync() -> bool:
        return False

    def _run_sync(awaitable: Awaitable[Any]) -> Any:
        raise RuntimeError("Blocking on an awaitable needs Pyodide with JSPI.")


class RawBridge(Protocol):
    """What the worker hands to `start`."""

    can_suspend: bool
    allowlist: str
    settings: str

    def emit(self, text: str, /) -> None: ...
    def load_packages(self, names_json: str, /) -> Awaitable[str]: ...
    def read_input(self, prompt: str, password: bool, /) -> Awaitable[str | None]: ...
    def keep_file(self, path: str, /) -> None: ...
    def arm(self) -> None: ...
    def disarm(self) -> None: ...
    def alarm(self, ms: float, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How much one run may show. The frame counts again; these only keep the worker from sending in vain."""

    #: Characters of stdout and stderr together.
    stream_chars: int = 1_000_000
    #: Display bundles.
    displays: int = 200
    #: Bytes of all display bundles as JSON text.
    display_bytes: int = 32_000_000
    #: Rows and columns of a table that are sent as data.
    table_rows: int = 1000
    table_columns: int = 100
    #: Image pixels per CSS pixel of a figure.
    figure_scale: float = 2.0

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Known settings from a JSON object; others are ignored, missing ones keep their default."""
        given = json.loads(text)
        return cls(
            **{field.name: given[field.name] for field in fields(cls) if given.get(field.name) is not None}
        )


class Bridge:
    """The worker's object with Python types."""

    def __init__(self, raw: RawBridge) -> None:
        self._raw = raw
        #: One event as JSON text to the worker. Kept as an attribute: a lookup through the proxy costs
        #: microseconds.
        self.emit = raw.emit
        self.settings = Settings.from_json(str(raw.settings))
        self.allowlist: dict[str, Any] = json.loads(str(raw.allowlist))

    def can_suspend(self) -> bool:
        """Whether `run_sync` works from exactly here (JSPI, and no JavaScript frame in between)."""
        return bool(self._raw.can_suspend) and bool(_can_run_sync())

    def run_sync(self, awaitable: Awaitable[T]) -> T:
        """Block until `awaitable` is done; the worker's loop goes on meanwhile. Needs `can_suspend()`."""
        result: T = _run_sync(awaitable)
        return result

    async def load_packages(self, names: list[str]) -> tuple[list[str], str | None]:
        """Have the worker install packages with what they need.

        Returns:
            The names it loaded, and an error sentence or None.
        """
        answer = json.loads(str(await self._raw.load_packages(json.dumps(names))))
        error = answer.get("error")
        return [str(name) for name in answer.get("loaded") or ()], None if error is None else str(error)

    async def read_input(self, prompt: str, password: bool) -> str | None:
        """One line from whoever watches; None when nobody answers."""
        answer = await self._raw.read_input(prompt, password)
        # null and undefined arrive as None or as Pyodide's jsnull: anything that isn't text is no answer.
        return answer if isinstance(answer, str) else None

    def keep_file(self, path: str) -> None:
        """Have the worker copy a file out, so that it outlives this interpreter. Relative to the cwd."""
        self._raw.keep_file(path)

    def arm(self) -> None:
        """From here on an interrupt of the frame raises KeyboardInterrupt."""
        self._raw.arm()

    def disarm(self) -> None:
        """From here on it doesn't; a pending one is cleared."""
        self._raw.disarm()

    def alarm(self, seconds: float) -> None:
        """Have SIGALRM come after so many seconds, instead of what was asked before; never for 0."""
        self._raw.alarm(seconds * 1000)
