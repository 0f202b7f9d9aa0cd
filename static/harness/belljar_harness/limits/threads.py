"""Threads: a page gives Python one. What code starts as others goes on in turns, whenever one waits.

    start() ──► a task: runs until it ends or waits ──► start() returns
    join(), Lock, Event, Queue, sleep ──► suspended ──► the others go on

Where Python can't be suspended a thread runs at `start()` from its beginning to its end, and who waits for
what nobody can do any more is told so.
"""

from __future__ import annotations

import _thread
import _threading_local
import asyncio
import contextlib
import contextvars
import itertools
import sys
import threading
import time
from collections import deque
from types import ModuleType
from typing import Any

from belljar_harness.interpreter.loop import running_loop
from belljar_harness.patches import ImportHooks, Patches
from belljar_harness.waiting import Waiter, finish

#: Seconds that the end of a cell waits for threads that are about to end.
PATIENCE = 5.0
#: Between two looks at them.
LOOK = 0.01

_STUCK = (
    "This would wait for ever: a browser gives Python one thread, and this browser can't suspend it. "
    "Call the function directly, or use a current Chromium."
)


class Threads:
    """The threads of one interpreter that has one."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter
        self._main = _thread.get_ident()
        #: Which thread's code this is.
        self._ident: contextvars.ContextVar[int] = contextvars.ContextVar("thread", default=self._main)
        self._idents = itertools.count(self._main + 1)
        self._states: dict[int, _State] = {}

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Replace what `threading` is made of."""
        lock = type("lock", (Lock,), {"_threads": self, "__module__": "_thread"})
        for owner, name, value in (
            (threading, "get_ident", self.ident),
            (_thread, "get_ident", self.ident),
            (threading, "_allocate_lock", lock),
            (threading, "Lock", lock),
            (_thread, "allocate_lock", lock),
            (threading, "_CRLock", None),
            # C's are one for all threads here.
            (threading, "local", _threading_local.local),
            (_thread, "start_new_thread", self._start_new),
            (threading.Thread, "start", _method(self.start)),
            (threading.Thread, "join", _method(self.join)),
            (threading.Thread, "is_alive", _method(self.is_alive)),
        ):
            patches.set(owner, name, value)
        self._waiter.on_wait = self._waits
        hooks.after("queue", lambda module: self._queue(module, patches))
        hooks.after("tqdm.std", self._tqdm)
        hooks.after("tqdm.notebook", self._notebook_bars)
        hooks.after("concurrent.futures.thread", lambda module: self._executor(module, patches, lock))

    def ident(self) -> int:
        """`threading.get_ident()`."""
        return self._ident.get()

    def can_suspend(self) -> bool:
        """Whether a thread may wait while others go on."""
        return running_loop() is not None and self._waiter.can_suspend()

    # ------------------------------------------------------------ threading.Thread

    def start(self, thread: Any) -> None:
        """`Thread.start`."""
        if not getattr(thread, "_initialized", False):
            raise RuntimeError("thread.__init__() not called")
        if thread._started.is_set():
            raise RuntimeError("threads can only be started once")
        ident = next(self._idents)
        thread._ident = ident
        threading._active[ident] = thread  # type: ignore[attr-defined]
        thread._started.set()
        loop = running_loop()
        state = self._states[ident] = _State(thread)
        if loop is None or not self.can_suspend():
            token = self._ident.set(ident)
            try:
                self._run(ident, state)
            finally:
                self._ident.reset(token)
            return
        state.first = loop.create_future()

        async def body() -> None:
            self._ident.set(ident)
            self._run(ident, state)

        state.task = loop.create_task(body())
        self._waiter.wait(state.first, None, flush=False)

    def _run(self, ident: int, state: _State) -> None:
        thread = state.thread
        try:
            thread.run()
        except SystemExit:
            pass
        except KeyboardInterrupt:
            self._waiter.interrupt()  # who waits for this one ends as well
        except BaseException as error:
            trace = error.__traceback__.tb_next if error.__traceback__ else None  # without this frame
            error = error.with_traceback(trace)  # which is what Python shows
            threading.excepthook(threading.ExceptHookArgs((type(error), error, trace, thread)))
        finally:
            state.over = True
            with contextlib.suppress(AttributeError):  # of Python 3.13 and later, and of those before
                thread._handle._set_done()
            thread._is_stopped = True
            self._states.pop(ident, None)
            threading._active.pop(ident, None)  # type: ignore[attr-defined]
            for future in (state.first, *state.joining):
                if future is not None:
                    finish(future)

    def join(self, thread: Any, timeout: float | None = None) -> None:
        """`Thread.join`."""
        if not thread._started.is_set():
            raise RuntimeError("cannot join thread before it is started")
        if thread._ident == self.ident():
            raise RuntimeError("cannot join current thread")
        state = self._states.get(thread._ident)
        loop = running_loop()
        if state is None or loop is None:
            return
        if not self.can_suspend():
            raise RuntimeError(_STUCK)
        future = loop.create_future()
        state.joining.append(future)
        self._waiter.wait(future, None if timeout is None else max(0.0, timeout))

    def is_alive(self, thread: Any) -> bool:
        """`Thread.is_alive`. Who asks in a loop gives the others a turn."""
        state = self._states.get(getattr(thread, "_ident", None) or -1)
        loop = running_loop()
        if state is not None and thread._ident != self.ident() and loop is not None and self.can_suspend():
            self._waiter.wait(loop.create_future(), 0.0, flush=False)
        return state is not None and not state.over

    def _start_new(self, function: Any, args: Any, kwargs: Any = None, /) -> int:
        """`_thread.start_new_thread`."""
        thread = threading.Thread(target=function, args=args, kwargs=kwargs or {})
        thread.start()
        return thread.ident or 0

    def _waits(self, ends: bool) -> None:
        """The thread whose code this is is about to wait; `ends`: for a while only."""
        state = self._states.get(self.ident())
        if state is not None:
            state.stuck = not ends
            if state.first is not None:
                finish(state.first)

    # ------------------------------------------------------------ cells

    async def settle(self) -> None:
        """The cell is over: wait a while for threads that are about to end, as a script does at its end."""
        end = time.monotonic() + PATIENCE
        while self._ending() and time.monotonic() < end:
            self._waiter.watch()
            await asyncio.sleep(LOOK)

    def _ending(self) -> bool:
        """Whether a thread of this cell goes on, no daemon, and not waiting for what may never come."""
        return any(
            not state.thread.daemon and not state.stuck and self._waiter.is_new(state.task)
            for state in self._states.values()
        )

    # ------------------------------------------------------------ other modules

    def _queue(self, module: ModuleType, patches: Patches) -> None:
        """The queue of C waits in C."""
        if hasattr(module, "_PySimpleQueue"):
            patches.set(module, "SimpleQueue", vars(module)["_PySimpleQueue"])

    def _tqdm(self, module: ModuleType) -> None:
        """Its monitor only repairs bars that print too rarely."""
        vars(module)["tqdm"].monitor_interval = 0

    def _notebook_bars(self, module: ModuleType) -> None:
        """Bars of widgets need Jupyter's; those of text work."""
        plain = sys.modules["tqdm.std"]
        vars(module).update(
            tqdm=plain.tqdm, tqdm_notebook=plain.tqdm, trange=plain.trange, tnrange=plain.trange
        )

    def _executor(self, module: ModuleType, patches: Patches, lock: Any) -> None:
        """Without suspension what is submitted runs at once."""
        patches.set(module, "_global_shutdown_lock", lock())
        executor = vars(module)["ThreadPoolExecutor"]
        submit = executor.submit

        def submit_or_run(pool: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            return submit(pool, fn, *args, **kwargs) if self.can_suspend() else done(fn, args, kwargs)

        patches.set(executor, "submit", submit_or_run)

    def wait(self, lock: Lock, timeout: float | None) -> bool:
        """Wait until a lock may be free, or for `timeout` seconds; returns whether it may be."""
        loop = running_loop()
        if loop is None or not self.can_suspend():
            if timeout is None:
                raise RuntimeError(_STUCK)
            time.sleep(timeout)
            return False
        future = loop.create_future()
        lock.waiting.append(future)
        try:
            self._waiter.wait(future, timeout)
        finally:
            with contextlib.suppress(ValueError):
                lock.waiting.remove(future)
        return lock.free


class _State:
    """A thread that has been started and has not ended."""

    def __init__(self, thread: Any) -> None:
        self.thread = thread
        self.task: asyncio.Task[None] | None = None
        self.over = False
        #: It waits for what may never come.
        self.stuck = False
        #: Done once it has ended or waits for the first time.
        self.first: asyncio.Future[None] | None = None
        self.joining: list[asyncio.Future[None]] = []


class Lock:
    """`threading.Lock`: who waits for it is suspended."""

    _threads: Threads

    def __init__(self) -> None:
        self.free = True
        self.waiting: deque[asyncio.Future[None]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """As Python's."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        end = None if timeout == -1 else time.monotonic() + timeout
        while not self.free:
            left = None if end is None else end - time.monotonic()
            if not blocking or (left is not None and left <= 0):
                return False
            self._threads.wait(self, left)
        self.free = False
        return True

    def release(self) -> None:
        """As Python's."""
        if self.free:
            raise RuntimeError("release unlocked lock")
        self.free = True
        while self.waiting:
            future = self.waiting.popleft()
            if not future.done():
                return finish(future)
        return None

    def locked(self) -> bool:
        """As Python's."""
        return not self.free

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self.free = True

    acquire_lock, release_lock, locked_lock = acquire, release, locked


def done(fn: Any, args: Any, kwargs: Any) -> Any:
    """A future of `concurrent.futures` with what a call gives, made now."""
    from concurrent.futures import Future

    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(fn(*args, **kwargs))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        future.set_exception(error)
    return future


def _method(function: Any) -> Any:
    """A method of threads that calls ours."""

    def call(thread: Any, *args: Any, **kwargs: Any) -> Any:
        return function(thread, *args, **kwargs)

    call.__name__ = function.__name__
    call.__doc__ = function.__doc__
    return call
