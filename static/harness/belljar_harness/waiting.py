"""Waiting: how user code sleeps, awaits and asks, so that an interrupt ends the wait.

An interrupt is a number in a shared buffer that the interpreter looks at while it runs bytecode. An
interpreter that waits runs none. So while a cell waits, a tick looks 20 times a second; the interrupt raises
in there and is handed to the wait.

    time.sleep, input, load ──► suspend ──┐
                                          ├─ tick: KeyboardInterrupt ──► the wait ends ──► raised in user code
    await at top level ───────────────────┘
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar

from .interpreter.bridge import Bridge
from .interpreter.collector import Collector
from .interpreter.loop import is_ours, on_interrupt, running_loop, suspend_by
from .interpreter.threadstates import ThreadStates
from .patches import Patches

T = TypeVar("T")

#: Seconds between two looks at the interrupt buffer while a cell waits.
TICK = 0.05
#: A sleep shorter than this doesn't suspend: Pyodide's loop runs such timers at once, so it would end early.
SHORTEST_SUSPEND = 0.004
#: Without JSPI a sleep is a busy one; so many seconds at a time, for an interrupt to be seen in between.
SLICE = 0.02


class Waiter:
    """The waits of one interpreter."""

    def __init__(self, bridge: Bridge, flush: Callable[[], None]) -> None:
        self._bridge = bridge
        self._flush = flush
        self._sleep: Callable[[float], None] = time.sleep
        #: Suspended calls, in the order they began; they end in any order.
        self._waits: list[_Wait] = []
        #: Tasks that were there when the run began.
        self._earlier: set[asyncio.Task[Any]] = set()
        self._task: asyncio.Task[Any] | None = None
        self._ticking = False
        self._threads = ThreadStates(bridge)
        self._collector = Collector()
        #: Whether an interrupt cancelled the top-level await of this run.
        self.cancelled = False
        #: Told of each call that is about to be suspended, and whether that ends by itself.
        self.on_wait: Callable[[bool], None] = lambda ends: None

    def install(self, patches: Patches) -> None:
        """Replace `time.sleep` and `asyncio.run`."""
        self._sleep = getattr(time.sleep, "__wrapped__", time.sleep)
        patches.set(time, "sleep", self.sleep)
        patches.set(asyncio, "run", self.run_coroutine)
        loop = running_loop()
        if is_ours(loop):
            # An interrupt may hit any of its callbacks; wherever it does, it is the cell's.
            on_interrupt(loop, self.interrupt, patches)
            signal.signal(signal.SIGINT, self._on_signal)
            self._threads.install()
            suspend_by(self.suspend, patches)
            patches.put(loop, "run_until_complete", self.run_coroutine)

    async def begin(self) -> None:
        """A run starts in the current task."""
        self.cancelled = False
        self._task = asyncio.current_task()
        self._earlier = asyncio.all_tasks()
        self._collector.collect()
        await self._threads.heal()

    def end(self) -> None:
        """The run is over; the tick stops."""
        self._task = None

    def cancel_started(self) -> None:
        """Cancel the tasks that an interrupted cell started: to stop it is to stop them."""
        for task in asyncio.all_tasks() - self._earlier:
            task.cancel()

    async def settle(self) -> None:
        """Take in a cancellation that found nothing left to end, so that it doesn't end what comes after."""
        task = self._task
        if task is not None and task.cancelling():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
            while task.cancelling():
                task.uncancel()

    def watch(self) -> None:
        """From now until the end of the run the cell may wait: tick."""
        loop = running_loop()
        if not self._ticking and self._task is not None and loop is not None:
            self._ticking = True
            loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        if self._task is None:
            return
        try:
            _look()
        except BaseException as error:  # also what a handler of the code's own raises
            self.interrupt(error)
        self.watch()

    def hand_over(self, call: Callable[[], Any]) -> None:
        """Call a signal's handler; between tasks, where its error would get lost, end the wait with that."""
        if self._task is None or asyncio.current_task() is not None:
            call()
            return
        try:
            call()
        except BaseException as error:
            self.interrupt(error)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Raise in the code of a task; between tasks, where that would get lost, end the wait."""
        if self._task is not None and asyncio.current_task() is None:
            self.interrupt()
        else:
            raise KeyboardInterrupt

    def interrupt(self, error: BaseException | None = None) -> bool:
        """End the wait the cell is in, with KeyboardInterrupt or `error`. Returns whether it was in one."""
        # One at a time, the last one first: where it isn't caught it comes back here, by way of the loop's
        # handler, for the one before. What tasks of earlier cells wait for is none of this cell's.
        mine = [wait for wait in self._waits if wait.task is self._task or wait.task not in self._earlier]
        if mine:
            # Kept until the call resumes: it may be over already and not yet back.
            mine[-1].error = KeyboardInterrupt() if error is None else error.with_traceback(None)
            finish(mine[-1].stop)
            return True
        task = self._task
        if task is not None and task is not asyncio.current_task():
            self.cancelled = True
            return task.cancel()
        return False

    def suspend(self, awaitable: Awaitable[T]) -> T:
        """Block until `awaitable` is done.

        Raises:
            KeyboardInterrupt: The cell was interrupted meanwhile.
            BaseException: What `awaitable` raised.
        """
        loop = running_loop()
        if loop is None:
            return self._bridge.run_sync(awaitable)
        stop: asyncio.Future[None] = loop.create_future()
        result: list[T] = []
        failure: list[BaseException] = []

        async def race() -> None:
            task = asyncio.ensure_future(_settle(awaitable, result, failure))
            first: set[asyncio.Future[Any]] = {task, stop}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            task.cancel()

        if error := self._block(race(), stop):
            raise error
        if failure:
            raise failure[0]
        if not result:
            raise asyncio.CancelledError
        return result[0]

    def can_suspend(self) -> bool:
        """Whether a call may wait while others go on."""
        return self._bridge.can_suspend()

    def is_new(self, task: asyncio.Task[Any] | None) -> bool:
        """Whether a task was started by this run."""
        return task not in self._earlier

    def wait(self, stop: asyncio.Future[None], seconds: float | None, *, flush: bool = True) -> None:
        """Block until `stop` is done, or `seconds` have passed; only where a call can be suspended.

        Raises:
            KeyboardInterrupt: The cell was interrupted meanwhile.
        """
        if flush:
            self._flush()
        loop = asyncio.get_running_loop()
        timer = None if seconds is None else loop.call_later(seconds, finish, stop)
        try:
            error = self._block(stop, stop, seconds is not None)
        finally:
            if timer is not None:
                timer.cancel()
        if error:
            raise error

    def _block(
        self, awaitable: Awaitable[Any], stop: asyncio.Future[None], ends: bool = True
    ) -> BaseException | None:
        """Block until `awaitable` is done; returns what an interrupt of the wait is to raise."""
        self.on_wait(ends)
        wait = _Wait(stop, asyncio.current_task())
        if self._waits:
            self._collector.stop()
        self._waits.append(wait)
        self.watch()
        try:
            self._bridge.run_sync(awaitable)
        finally:
            self._waits.remove(wait)
            if not self._waits:
                self._collector.go_on()
            finish(stop)
        return wait.error

    def sleep(self, seconds: float, /) -> None:
        """`time.sleep` of user code: output goes out first, the event loop goes on, an interrupt ends it."""
        try:
            left = float(seconds)
        except (TypeError, ValueError):
            left = -1.0
        if not left >= SHORTEST_SUSPEND:  # also NaN, which the original refuses with its own words
            return self._sleep(seconds)
        self._flush()
        loop = running_loop()
        if loop is not None and self._bridge.can_suspend():
            return self.wait(loop.create_future(), left, flush=False)
        end = time.monotonic() + left
        while left > SLICE:
            self._sleep(SLICE)
            _look()
            left = end - time.monotonic()
        return self._sleep(max(0.0, left))

    def run_coroutine(self, main: Any, **_: Any) -> Any:
        """`asyncio.run` of user code. The loop of the cell runs already, so the coroutine joins it."""
        loop = running_loop()
        if loop is None or self._bridge.can_suspend():
            return self.suspend(main)
        if asyncio.iscoroutine(main):
            main.close()  # else Python warns that it was never awaited
        raise RuntimeError(
            "asyncio.run() can't wait in this browser, because the cell already runs in the event loop. "
            "Write `await main()` instead; cells may await."
        )


@dataclass(slots=True, eq=False)
class _Wait:
    """A suspended call.

    Attributes:
        stop: Resolving it ends the wait.
        task: Whose call it is.
        error: Of an interrupt, raised when the call resumes.
    """

    stop: asyncio.Future[None]
    task: asyncio.Task[Any] | None
    error: BaseException | None = None


async def _settle(awaitable: Awaitable[T], result: list[T], failure: list[BaseException]) -> None:
    try:
        result.append(await awaitable)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        # Told by value: an exception that leaves a task would go through JavaScript and lose its traceback.
        failure.append(error)


def finish(stop: asyncio.Future[None]) -> None:
    """Resolve a future, once."""
    if not stop.done():
        stop.set_result(None)


def _look() -> None:
    """Look at the interrupt buffer now; raises KeyboardInterrupt.

    PyObject_Repr calls PyErr_CheckSignals (CPython's Objects/object.c). A loop would not do: bytecode raises
    pending signals in the thread state that got them, and with a cell suspended that is the cell's, which
    doesn't run.
    """
    repr(None)
