"""Pools: what code spreads over processes is done here, one after the other, with the same results.

Where there is one processor and one process, that is what a pool of one does. What the others would have had
copies of is shared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches

from .threads import done


def install(hooks: ImportHooks, patches: Patches) -> None:
    """Replace what `multiprocessing` and `concurrent.futures` offer for processes."""
    hooks.after("multiprocessing", lambda module: _multiprocessing(module, patches))
    hooks.after("multiprocessing.pool", lambda module: _pool(module, patches))
    hooks.after("concurrent.futures.process", lambda module: _executor(module, patches))


class Result:
    """What `apply_async` and `map_async` give: it is there already."""

    def __init__(self, call: Callable[[], Any], callback: Any, error_callback: Any) -> None:
        self._value: Any = None
        self._error: BaseException | None = None
        try:
            self._value = call()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._error = error
            if error_callback:
                error_callback(error)
        else:
            if callback:
                callback(self._value)

    def get(self, timeout: float | None = None) -> Any:
        """The value; raises what the call raised."""
        if self._error is not None:
            raise self._error
        return self._value

    def wait(self, timeout: float | None = None) -> None:
        """Nothing: it is there."""

    def ready(self) -> bool:
        return True

    def successful(self) -> bool:
        return self._error is None


class Pool:
    """`multiprocessing.Pool`, of one that does everything at once."""

    def __init__(
        self, processes: int | None = None, initializer: Any = None, initargs: Any = (), *_: Any, **__: Any
    ) -> None:
        if processes is not None and processes < 1:
            raise ValueError("Number of processes must be at least 1")
        self._open = True
        if initializer is not None:
            initializer(*initargs)

    def _check(self) -> None:
        if not self._open:
            raise ValueError("Pool not running")

    def apply(self, func: Any, args: Any = (), kwds: Any = None) -> Any:
        """The value of one call."""
        self._check()
        return func(*args, **(kwds or {}))

    def map(self, func: Any, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """The values of a call for each item."""
        self._check()
        return [func(item) for item in iterable]

    def starmap(self, func: Any, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """The values of a call for each tuple of arguments."""
        self._check()
        return [func(*items) for items in iterable]

    def imap(self, func: Any, iterable: Iterable[Any], chunksize: int = 1) -> Iterator[Any]:
        """The same, one after the other."""
        self._check()
        return (func(item) for item in iterable)

    imap_unordered = imap

    def apply_async(
        self, func: Any, args: Any = (), kwds: Any = None, callback: Any = None, error_callback: Any = None
    ) -> Result:
        """The value of one call, to be asked for later."""
        self._check()
        return Result(lambda: func(*args, **(kwds or {})), callback, error_callback)

    def map_async(
        self,
        func: Any,
        iterable: Any,
        chunksize: Any = None,
        callback: Any = None,
        error_callback: Any = None,
    ) -> Result:
        """The values of a call for each item, to be asked for later."""
        return Result(lambda: self.map(func, iterable), callback, error_callback)

    def starmap_async(
        self,
        func: Any,
        iterable: Any,
        chunksize: Any = None,
        callback: Any = None,
        error_callback: Any = None,
    ) -> Result:
        """The same for tuples of arguments."""
        return Result(lambda: self.starmap(func, iterable), callback, error_callback)

    def close(self) -> None:
        """No more calls."""
        self._open = False

    terminate = close

    def join(self) -> None:
        """Nothing: all is done."""
        if self._open:
            raise ValueError("Pool is still running")

    def __enter__(self) -> Pool:
        self._check()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _executor(module: ModuleType, patches: Patches) -> None:
    from concurrent.futures import Executor

    class ProcessPoolExecutor(Executor):
        """`concurrent.futures.ProcessPoolExecutor`, of one that does everything at once."""

        def __init__(
            self,
            max_workers: int | None = None,
            mp_context: Any = None,
            initializer: Any = None,
            initargs: Any = (),
            **_: Any,
        ) -> None:
            if max_workers is not None and max_workers <= 0:
                raise ValueError("max_workers must be greater than 0")
            self._open = True
            if initializer is not None:
                initializer(*initargs)

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            if not self._open:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return done(fn, args, kwargs)

        def map(self, fn: Any, *iterables: Any, **_: Any) -> Iterator[Any]:
            return super().map(fn, *iterables)

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            self._open = False

    ProcessPoolExecutor.__module__ = module.__name__
    patches.set(module, "ProcessPoolExecutor", ProcessPoolExecutor)
    if "concurrent.futures" in sys.modules:
        patches.put(sys.modules["concurrent.futures"], "ProcessPoolExecutor", ProcessPoolExecutor)


def _pool(module: ModuleType, patches: Patches) -> None:
    for name in ("Pool", "ThreadPool"):
        patches.set(module, name, Pool)


def _multiprocessing(module: ModuleType, patches: Patches) -> None:
    from . import shared  # it imports what only such code needs

    for name, value in shared.offered(Pool).items():
        patches.set(module, name, value)
