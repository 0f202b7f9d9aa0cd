"""Shared: what `multiprocessing` passes between processes, within the one that there is."""

from __future__ import annotations

import array
import queue
import threading
from types import SimpleNamespace
from typing import Any


class Process(threading.Thread):
    """`multiprocessing.Process`, as a thread."""

    def __init__(
        self,
        group: None = None,
        target: Any = None,
        name: Any = None,
        args: Any = (),
        kwargs: Any = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        super().__init__(None, target, name, args, kwargs or {}, daemon=daemon)
        self._failed = False

    def run(self) -> None:
        try:
            super().run()
        except SystemExit as error:
            self._failed = error.code not in (None, 0)
        except BaseException:
            self._failed = True
            raise

    @property
    def exitcode(self) -> int | None:
        return None if self.ident is None or self.is_alive() else int(self._failed)

    @property
    def pid(self) -> int | None:
        return self.ident

    def terminate(self) -> None:
        """Nothing: it ends by itself."""

    kill = close = terminate


class Queue(queue.Queue[Any]):
    """`multiprocessing.Queue`."""

    def close(self) -> None:
        """Nothing to close."""

    join_thread = cancel_join_thread = close


class Value:
    """`multiprocessing.Value`."""

    def __init__(self, typecode: Any, value: Any = 0, *, lock: Any = True) -> None:
        self.value = value
        self._lock = threading.RLock()

    def get_lock(self) -> Any:
        return self._lock

    def get_obj(self) -> Any:
        return self

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._lock.release()


class Array(array.array):  # type: ignore[type-arg]
    """`multiprocessing.Array`."""

    def __new__(cls, typecode: Any, values: Any, *, lock: Any = True) -> Any:
        code = typecode if isinstance(typecode, str) else getattr(typecode, "_type_", "d")
        return super().__new__(cls, code, [0] * values if isinstance(values, int) else values)

    def get_lock(self) -> Any:
        return threading.RLock()

    def get_obj(self) -> Any:
        return self


class Connection:
    """One end of `multiprocessing.Pipe()`."""

    def __init__(self, inward: Any, outward: Any) -> None:
        self._inward, self._outward = inward, outward

    def send(self, item: Any) -> None:
        self._outward.put(item)

    def recv(self) -> Any:
        return self._inward.get()

    def poll(self, timeout: float | None = 0.0) -> bool:
        return not self._inward.empty()

    def close(self) -> None:
        """Nothing to close."""


class Manager(SimpleNamespace):
    """`multiprocessing.Manager()`: what it hands out is there for all, as everything is."""

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def start(self) -> None:
        """Nothing to start."""

    shutdown = start


def pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """`multiprocessing.Pipe`."""
    one, other = queue.Queue[Any](), queue.Queue[Any]()
    return Connection(one, other), Connection(other, one)


def offered(pool: Any) -> dict[str, Any]:
    """The names of `multiprocessing`, with what they are here.

    Args:
        pool: `Pool`.
    """
    primitives = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
    names: dict[str, Any] = {name: getattr(threading, name) for name in primitives}
    names |= {"Process": Process, "Pool": pool, "Queue": Queue, "JoinableQueue": Queue, "SimpleQueue": Queue}
    names |= {"Value": Value, "Array": Array, "RawValue": Value, "RawArray": Array, "Pipe": pipe}
    plain = {"dict": dict, "list": list, "Namespace": SimpleNamespace}
    names["Manager"] = lambda: Manager(**names, **plain)
    names["set_start_method"] = lambda *_, **__: None
    context = SimpleNamespace(**names, cpu_count=lambda: 1, get_start_method=lambda *_, **__: "spawn")
    context.get_context = names["get_context"] = lambda *_: context
    return names
