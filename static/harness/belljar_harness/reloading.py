"""Reloading: `%autoreload`, which imports files of the working directory again once they have changed."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
from types import FunctionType, ModuleType
from typing import Any

#: What of a function makes it do something else.
_BODY = ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__")

State = tuple[int, int]


class Reloader:
    """Knows the modules that come from files of the user's, as they were when they were last looked at."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(os.path.realpath(root), "")
        self._on = False
        self._seen: dict[str, State] = {}

    def configure(self, words: str) -> None:
        """What `%autoreload` is given: 0 or off, 1, 2, 3 or all; nothing or now: once, at once."""
        mode = (words.split() or ["now"])[0].lower()
        if mode in ("now", ""):
            was, self._on = self._on, True
            self.check()
            self._on = was
            return
        self._on = mode not in ("0", "off")
        self.note()

    def look(self) -> None:
        """Before a cell: import again what has changed, if that is wished."""
        if self._on:
            self.check()

    def check(self) -> None:
        """Import again what has changed since the last look."""
        for name, module, state in self._own():
            if self._seen.setdefault(name, state) != state:
                self._seen[name] = state
                try:
                    reload(module)
                except Exception:
                    print(f"[%autoreload of {name} failed:]", file=sys.stderr)
                    traceback.print_exc()

    def note(self) -> None:
        """Remember modules that are new as they are now."""
        for name, _, state in self._own() if self._on else ():
            self._seen.setdefault(name, state)

    def _own(self) -> list[tuple[str, ModuleType, State]]:
        found = []
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name == "__main__" or not isinstance(file, str) or not file.endswith(".py"):
                continue
            with contextlib.suppress(OSError):
                if os.path.realpath(file).startswith(self._root) and "/site-packages/" not in file:
                    at = os.stat(file)
                    found.append((name, module, (at.st_mtime_ns, at.st_size)))
        return found


def reload(module: ModuleType) -> None:
    """Import a module again; functions and classes that were taken from it do what the new ones do."""
    before = dict(vars(module))
    importlib.reload(module)
    for name, new in vars(module).items():
        old = before.get(name)
        if old is not new and getattr(old, "__module__", None) == module.__name__:
            with contextlib.suppress(Exception):
                _renew(old, new)


def _renew(old: Any, new: Any) -> None:
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        if len(old.__code__.co_freevars) == len(new.__code__.co_freevars):
            for part in _BODY:
                setattr(old, part, getattr(new, part))
    elif isinstance(old, type) and isinstance(new, type):
        for name in [name for name in vars(old) if name not in vars(new)]:
            with contextlib.suppress(Exception):
                delattr(old, name)
        for name, value in list(vars(new).items()):
            if name in ("__dict__", "__weakref__", "__doc__"):
                continue
            there = vars(old).get(name)
            if isinstance(there, FunctionType) and isinstance(value, FunctionType):
                _renew(there, value)
            else:
                with contextlib.suppress(Exception):
                    setattr(old, name, value)
