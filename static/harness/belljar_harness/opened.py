"""Opened: files that code has opened for writing, written out at the end of each cell, closed or not.

`python script.py` writes them out when it ends. Here Python lives on, and whoever reads a file after the cell
would find it empty.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import unicodedata
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

from .patches import ImportHooks, Patches

_WRITING = frozenset("wax+")


class Opened:
    """`open`, and what it gave."""

    def __init__(self) -> None:
        self._files: weakref.WeakSet[Any] = weakref.WeakSet()
        self._maps: weakref.WeakSet[Any] = weakref.WeakSet()

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Replace `open`, and `mmap` once it is imported."""
        opener = _Open(io.open, self._files.add, self._flush_maps)
        patches.put(builtins, "open", opener)
        patches.put(io, "open", opener)
        hooks.after("mmap", lambda module: self._mmap(module, patches))

    def flush(self) -> None:
        """Write out what is still in memory."""
        self._flush_maps()
        for file in list(self._files):
            # A file that is closed, or whose disk is full: its own code hears of that.
            with contextlib.suppress(Exception):
                if not file.closed:
                    file.flush()

    def _flush_maps(self) -> None:
        for mapped in list(self._maps):
            with contextlib.suppress(Exception):
                mapped.flush()

    def _mmap(self, module: ModuleType, patches: Patches) -> None:
        """Memory that stands for a file is a copy here: it reaches the file when it is flushed."""
        maps = self._maps
        original: Any = vars(module)["mmap"]

        class mmap(original):  # type: ignore[misc]  # noqa: N801 - the name is Python's
            _own: int

            def __new__(cls, fileno: int, *args: Any, **options: Any) -> Any:
                # Emscripten writes to the number that it was given, whatever file has it by then.
                own = os.dup(fileno) if fileno >= 0 else -1
                try:
                    made = super().__new__(cls, own, *args, **options)
                except BaseException:
                    if own >= 0:
                        os.close(own)
                    raise
                made._own = own
                maps.add(made)
                return made

            def close(self) -> None:
                with contextlib.suppress(Exception):
                    self.flush()
                super().close()
                own, self._own = self._own, -1
                if own >= 0:
                    os.close(own)

            def __exit__(self, *_: object) -> None:
                self.close()

            def __del__(self) -> None:
                with contextlib.suppress(Exception):
                    self.close()

        mmap.__module__, mmap.__qualname__ = "mmap", "mmap"
        patches.set(module, "mmap", mmap)


class _Open:
    """The builtin, with a memory. No function: as an attribute of a class it must not become a method."""

    def __init__(
        self, original: Callable[..., Any], remember: Callable[[Any], None], before: Callable[[], None]
    ) -> None:
        self._original = original
        self._remember = remember
        self._before = before
        self.__name__ = self.__qualname__ = "open"
        self.__module__ = "_io"
        self.__doc__ = original.__doc__
        self.__wrapped__ = original

    def __repr__(self) -> str:
        return repr(self._original)

    def __call__(self, file: Any, mode: Any = "r", *args: Any, **options: Any) -> Any:
        self._before()
        try:
            made = self._original(file, mode, *args, **options)
        except FileNotFoundError as error:
            other = _spelled(file)
            if other is None:
                error.mode = mode  # type: ignore[attr-defined]  # for the hint
                raise
            made = self._original(other, mode, *args, **options)
        if isinstance(mode, str) and not _WRITING.isdisjoint(mode):
            with contextlib.suppress(TypeError):  # what an `opener` gave can't be remembered
                self._remember(made)
        return made


def _spelled(file: Any) -> str | None:
    """The file that has this name with its letters composed or decomposed; None if there is none."""
    try:
        name = os.fspath(file)
    except TypeError:
        return None
    if not isinstance(name, str) or name.isascii():
        return None
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, name)
        if other != name and os.path.exists(other):
            return other
    return None
