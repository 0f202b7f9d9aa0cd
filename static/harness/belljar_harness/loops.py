"""Loops: a page gives Python one event loop, which runs already. Who makes another gets a door to it.

    asyncio.new_event_loop(), Runner, a policy's ──► Door ── tasks, timers ──► the cell's loop
                                                      └─ run_until_complete, run_forever: suspended until done

Two loops can't run on one thread, and a page's never ends: one that took its place would leave the cells
after it without an answer. So the place is taken back at the end of each run, and before the next one, too.
"""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from types import ModuleType
from typing import Any, TypeVar

from .interpreter.loop import is_ours, running_loop
from .patches import ImportHooks, Patches
from .waiting import Waiter

T = TypeVar("T")

#: What decides in `asyncio` which loop there is; other modules have some of it under the same names.
_NAMES = (
    "_get_event_loop_policy",
    "_get_running_loop",
    "_set_event_loop_policy",
    "_set_running_loop",
    "get_event_loop",
    "get_event_loop_policy",
    "get_running_loop",
    "new_event_loop",
    "set_event_loop",
    "set_event_loop_policy",
    "run",
    "sleep",
    "ensure_future",
    "current_task",
    "all_tasks",
    "Future",
    "Runner",
    "Task",
)
_MODULES = ("asyncio", "asyncio.events", "asyncio.futures", "asyncio.runners", "asyncio.tasks")
_CLOSED = "Event loop is closed"


class Loops:
    """The one loop of an interpreter, and what code gets instead of others."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter
        self._home: Any = None
        self._set_running = vars(asyncio.events)["_set_running_loop"]
        #: What is put back at the end of a run: an object's attributes.
        self._kept: list[tuple[dict[str, Any], Any, dict[str, Any]]] = []

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Have every way to a loop lead to the one that runs. Call it last: what is there then is kept."""
        hooks.provide("nest_asyncio", _nesting)
        home = self._home = running_loop()
        if home is None:
            return
        for module in (asyncio, asyncio.events):
            patches.set(module, "new_event_loop", self.open)
        for module in (asyncio, asyncio.runners):
            patches.set(module, "Runner", self._runner())
        patches.set(asyncio.runners, "run", self._waiter.run_coroutine)
        self._keep_names()
        if not is_ours(home):
            return  # an ordinary loop, in tests, which whoever made it runs
        kind = type(home)
        policy = _policy()
        # Pyodide's own takes the place of the running one when it is made.
        patches.put(kind, "__new__", lambda *_, **__: self.open())
        patches.set(type(policy), "new_event_loop", lambda _: self.open())
        door = self.open()
        patches.put(home, "run_forever", door.run_forever)
        patches.put(home, "stop", door.stop)
        self._keep_names()
        for owner in (home, kind, policy):
            self._keep(owner, dict(vars(owner)))

    def open(self) -> Door:
        """What code gets for a loop of its own."""
        return Door(self._home, self._waiter)  # type: ignore[abstract]  # the rest is forwarded

    def restore(self) -> None:
        """Put the running loop, and all that leads to it, back as it was. Takes microseconds."""
        home = self._home
        if home is None:
            return
        self._set_running(home)
        for values, owner, kept in self._kept:
            for name, value in kept.items():
                if values.get(name, _kept_absent) is not value:
                    setattr(owner, name, value)
            if owner is home:
                for name in [name for name in values if name not in kept and name not in _CHANGING]:
                    delattr(owner, name)

    def mend(self) -> None:
        """The same between runs, called from outside of every task: none may count as the current one."""
        self.restore()
        home = self._home
        if home is not None and (task := asyncio.tasks.current_task(home)) is not None:
            vars(asyncio.tasks)["_leave_task"](home, task)

    def _keep_names(self) -> None:
        import sys

        for name in _MODULES:
            module: ModuleType | None = sys.modules.get(name)
            if module is not None:
                there = vars(module)
                self._keep(module, {name: there[name] for name in _NAMES if name in there})
        if "_event_loop_policy" in vars(asyncio.events):
            self._keep(asyncio.events, {"_event_loop_policy": vars(asyncio.events)["_event_loop_policy"]})

    def _keep(self, owner: Any, values: dict[str, Any]) -> None:
        fixed = {name: value for name, value in values.items() if name not in _CHANGING}
        self._kept = [known for known in self._kept if known[1] is not owner or not fixed.keys() & known[2]]
        self._kept.append((vars(owner), owner, fixed))

    def _runner(self) -> type[Runner]:
        loops = self

        class OwnRunner(Runner):
            _open = staticmethod(loops.open)

        OwnRunner.__name__ = OwnRunner.__qualname__ = "Runner"
        OwnRunner.__module__ = "asyncio"
        return OwnRunner


def _nesting() -> ModuleType:
    """What notebooks apply so that `asyncio.run` works in them, as it does here."""
    module = ModuleType("nest_asyncio", "Loops are nested in this sandbox without it.")

    def apply(loop: Any = None) -> None:
        """Accepted without effect."""

    module.__dict__.update(apply=apply)
    return module


_kept_absent = object()

#: What a loop changes in itself while it works.
_CHANGING = frozenset(
    {
        "_current_handle",
        "_in_progress",
        "_old_agen_hooks",
        "_asyncgens_shutdown_called",
        "_debug",
        "__dict__",
        "__weakref__",
        "_abc_impl",
        "__doc__",
        "__module__",
    }
)


def _policy() -> Any:
    get = getattr(asyncio.events, "_get_event_loop_policy", asyncio.events.get_event_loop_policy)
    return get()


class Door(asyncio.AbstractEventLoop):
    """A loop to look at, and the cell's loop behind it. Its own: its tasks, and whether it is closed."""

    def __init__(self, home: Any, waiter: Waiter) -> None:
        self._home = home
        self._waiter = waiter
        self._closed = False
        self._running = 0
        self._stopping: asyncio.Future[None] | None = None
        self._began: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def __repr__(self) -> str:
        return f"<event loop of the cell, closed={self._closed}>"

    def run_until_complete(self, future: Any) -> Any:
        """What `future` gives, waited for in the middle of the cell."""
        self._check_closed()
        task = self.create_task(future) if asyncio.iscoroutine(future) else future
        before = asyncio.all_tasks()
        self._running += 1
        try:
            return self._waiter.run_coroutine(task)
        finally:
            self._running -= 1
            self._began.update(asyncio.all_tasks() - before)

    def run_forever(self) -> None:
        """Waits until `stop` is called, or the cell's time is over."""
        stopping = self._stopping = self._home.create_future()
        self.run_until_complete(stopping)

    def stop(self) -> None:
        if self._stopping is not None and not self._stopping.done():
            self._stopping.set_result(None)

    def is_running(self) -> bool:
        return self._running > 0

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        if self._running:
            raise RuntimeError("Cannot close a running event loop")
        self._closed = True

    def create_task(self, coro: Any, **options: Any) -> Any:
        self._check_closed()
        task = self._home.create_task(coro, **options)
        self._began.add(task)
        return task

    def cancel_all(self) -> None:
        """Cancels the tasks that began in its runs and have not ended, and waits for their end."""
        left = [task for task in self._began if not task.done()]
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    async def shutdown_asyncgens(self) -> None:
        """Nothing: those of the cell's loop go on."""

    async def shutdown_default_executor(self, *_: object) -> None:
        """Nothing: a page has no threads."""

    def _check_closed(self) -> None:
        if self._closed:
            raise RuntimeError(_CLOSED)


def _forwarded(name: str) -> Any:
    def call(self: Door, *args: Any, **options: Any) -> Any:
        return getattr(self._home, name)(*args, **options)

    call.__name__ = name
    return call


for _name in dir(asyncio.AbstractEventLoop):
    if not _name.startswith("_") and _name not in vars(Door):
        setattr(Door, _name, _forwarded(_name))
del _name


class Runner:
    """`asyncio.Runner` on the cell's loop: one context, several runs, its tasks cancelled at the end."""

    _open: Any

    def __init__(self, *, debug: bool | None = None, loop_factory: Any = None) -> None:
        self._loop: Door | None = None
        self._closed = False
        self._context = contextvars.copy_context()

    def __enter__(self) -> Runner:
        self.get_loop()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_loop(self) -> Door:
        """Its loop."""
        if self._closed:
            raise RuntimeError("Runner is closed")
        if self._loop is None:
            self._loop = self._open()
        return self._loop

    def run(self, coro: Any, *, context: contextvars.Context | None = None) -> Any:
        """Runs a coroutine to its end."""
        loop = self.get_loop()
        if not asyncio.iscoroutine(coro):
            if not hasattr(coro, "__await__"):
                raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
            coro = _awaited(coro)
        return loop.run_until_complete(loop.create_task(coro, context=context or self._context))

    def close(self) -> None:
        """Ends the tasks that are left."""
        loop, self._closed = self._loop, True
        if loop is not None and not loop.is_closed():
            loop.cancel_all()
            loop.close()


async def _awaited(awaitable: Any) -> Any:
    return await awaitable
