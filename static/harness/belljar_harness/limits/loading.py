"""Loading: allowlisted packages, brought in by the worker, told to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from belljar_harness.events import Emitter
from belljar_harness.interpreter.bridge import Bridge
from belljar_harness.waiting import Waiter

from .allowlist import Allowlist


class LoadError(ImportError):
    """A package is allowed but could not be loaded. Users see it under the name ImportError."""


LoadError.__name__ = LoadError.__qualname__ = "ImportError"
LoadError.__module__ = "builtins"


class Loader:
    """Loads packages, each once."""

    def __init__(
        self, bridge: Bridge, allowlist: Allowlist, events: Emitter, waiter: Waiter, flush: Callable[[], None]
    ) -> None:
        self.allowlist = allowlist
        self._bridge = bridge
        self._events = events
        self._waiter = waiter
        self._flush = flush

    async def load(self, names: Iterable[str]) -> list[str]:
        """Load packages with what they need; those that are loaded cost nothing.

        Returns:
            The names that were loaded now.

        Raises:
            LoadError: With the worker's sentence.
        """
        names = list(names)
        missing = self.allowlist.missing(names)
        if not missing:
            return []
        self._flush()
        self._events.emit("loading", packages=[{"name": it.name, "version": it.version} for it in missing])
        started = time.perf_counter()
        loaded, error = await self._bridge.load_packages([it.name for it in missing])
        self.allowlist.mark(loaded)
        elapsed = (time.perf_counter() - started) * 1000
        self._events.emit("loaded", packages=loaded, ms=round(elapsed, 1))
        if error is not None:
            wanted = ", ".join(names)
            raise LoadError(
                f"{wanted} could not be loaded: {error.rstrip('.')}. Run the cell again to try once more."
            )
        self.allowlist.mark(it.name for it in missing)
        return loaded

    def load_now(self, names: Iterable[str]) -> None:
        """Load packages from the middle of Python code.

        Raises:
            LoadError: They can't be loaded, or this browser can't wait here.
        """
        names = list(names)
        if not self.allowlist.missing(names):
            return
        if not self.can_load_now():
            name = names[0]
            package = self.allowlist.get(name)
            module = package.imports[0] if package and package.imports else name
            raise LoadError(
                f"{name} is available but not loaded, and this browser can't load it in the middle of a run. "
                f"Write `import {module}` in the cell itself and run it again."
            )
        self._waiter.suspend(self.load(names))

    def can_load_now(self) -> bool:
        """Whether `load_now` can wait from here: in a run, with JSPI."""
        return self._events.run is not None and self._bridge.can_suspend()
