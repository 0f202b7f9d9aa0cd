"""Bounds: every call of a backend or a session ends, whatever the service on the other side does.

    execute ── its turn ──► timeout, and what else it may take ──► Execution
                                  └─ silence ─► "crashed"; the next run gets a new session

Most sessions notice by themselves that nobody answers, and sooner. This stands behind all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from belljar.answers.execution import Execution
from belljar.answers.results import ErrorInfo, FileInfo, Logs
from belljar.backends.abandoned import abandon, cancelled, in_time, keep
from belljar.backends.protocol import Answer, Backend, Listener, RunOptions, Session, SessionOptions
from belljar.errors import UnavailableError
from belljar.settings import Limits

T = TypeVar("T")

#: Seconds for a new sandbox, where a backend doesn't say (`patience`).
OPEN = 600.0
#: Seconds that a run may take beyond its timeout, where a session doesn't say (`slack`).
SLACK = 30.0
#: Seconds in which a run ends that was interrupted, and in which a service takes in that it is to stop.
STOP = 20.0
#: Seconds for a clean Python; for something about a file; for the end of a sandbox, or of all of a backend's.
RESET = 60.0
FILE = 300.0
CLOSE = 30.0
#: Seconds that what was cancelled gets to tidy up.
TIDY = 5.0

_DROPPED = "Variables and files are gone with it; the next run gets a new one."


async def bounded_open(backend: Backend, options: SessionOptions) -> BoundedSession:
    """A session of a backend whose every call ends.

    Raises:
        UnavailableError: There is none; says what to do.
    """
    seconds: float = getattr(backend, "patience", OPEN)
    opening = asyncio.ensure_future(backend.open(options))
    try:
        await asyncio.wait({opening}, timeout=seconds)
    except asyncio.CancelledError:
        await _cancelled(opening)
        raise
    if opening.done():
        return BoundedSession(opening.result(), backend.name)
    await _cancelled(opening)
    raise UnavailableError(
        f"The {backend.name} backend gave no sandbox for {seconds:g} seconds: its service does not answer. "
        "Look whether it runs, and try again."
    )


async def bounded_close(backend: Backend) -> None:
    """Ends a backend; what doesn't end in time is left behind."""
    await in_time(backend.close(), CLOSE)


class BoundedSession:
    """A session whose every call ends. Runs wait for their turn here, so that each has its time.

    Args:
        inner: The session.
        backend: Name for executions.
    """

    def __init__(self, inner: Session, backend: str) -> None:
        self._inner = inner
        self._backend = backend
        self._turn = asyncio.Lock()
        self._clock: _Clock | None = None
        #: Why nothing is asked of it any more; settled once.
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def alive(self) -> bool:
        """False once it can never run anything again."""
        return not self._end.done() and self._inner.alive

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        """Runs code."""
        async with self._turn:
            if self._end.done():
                return Execution.unavailable(self._end.result(), self._backend)
            timeout = options.timeout
            if timeout is None or not 0 < timeout < math.inf:  # the session says what is allowed
                timeout = Limits().max_timeout
            heard = _Heard(listener)
            clock = self._clock = _Clock(timeout + getattr(self._inner, "slack", SLACK))
            listening = heard.listener(clock)
            work = asyncio.ensure_future(self._inner.execute(code, options, listening))
            try:
                ends: set[asyncio.Future[Any]] = {work, clock.over, self._end}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                if not await _cancelled(work):
                    self._lose("did not stop the code")
                raise
            finally:
                clock.stop()
                self._clock = None
            if not work.done() and not self._end.done():
                self._lose("has not answered a run in time")
            if not work.done():
                # What lost the session may have answered the run as well, a moment later.
                await asyncio.wait({work}, timeout=min(1.0, TIDY))
            if work.done() and not work.cancelled():
                return work.result()
            abandon(work)
            return heard.lost(self._end.result(), self._backend)

    async def interrupt(self) -> None:
        """Stops the running code, which has `STOP` seconds from now on."""
        if self._clock is not None:
            self._clock.shorten(2 * STOP)
        await self._call(self._inner.interrupt(), STOP, "did not stop the code")

    async def reset(self) -> None:
        """A clean Python; files are kept."""
        if self._clock is not None:
            self._clock.shorten(2 * RESET)
        await self._call(self._inner.reset(), RESET, "gave no clean Python")

    async def write(self, path: str, content: bytes) -> FileInfo:
        """Puts a file into the working directory."""
        return await self._call(self._inner.write(path, content), FILE, "did not take a file")

    async def read(self, path: str) -> bytes:
        """A file as it stood when the last run ended."""
        return await self._call(self._inner.read(path), FILE, "did not give a file")

    async def list(self) -> tuple[FileInfo, ...]:
        """The files there are."""
        return await self._call(self._inner.list(), FILE, "did not say which files there are")

    async def remove(self, path: str) -> None:
        """Takes a file away."""
        await self._call(self._inner.remove(path), FILE, "did not remove a file")

    async def close(self) -> None:
        """Ends it; what is pending is answered with status "unavailable"."""
        ended = await in_time(self._inner.close(), CLOSE)
        if not self._end.done():
            self._end.set_result(
                "The sandbox was closed." if ended else self._silent("did not end a sandbox")
            )

    async def _call(self, work: Coroutine[Any, Any, T], seconds: float, what: str) -> T:
        """What is asked of the session, or the end of waiting for it.

        Raises:
            UnavailableError: It does not answer, and is dropped.
        """
        task = asyncio.ensure_future(work)
        try:
            ends: set[asyncio.Future[Any]] = {task, self._end}
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            abandon(task)
            raise
        if task.done() and not task.cancelled():
            return task.result()
        if not self._end.done():
            self._lose(what)
        abandon(task)
        raise UnavailableError(self._end.result())

    def _lose(self, what: str) -> None:
        """The service is silent: nothing more is asked of it, and it is told to end in the background."""
        if not self._end.done():
            self._end.set_result(self._silent(what))
            keep(asyncio.ensure_future(in_time(self._inner.close(), CLOSE)))

    def _silent(self, what: str) -> str:
        return f"The service behind the {self._backend} backend stopped answering: it {what}. {_DROPPED}"


class _Clock:
    """Seconds that count only while nobody is asked anything."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self._loop.create_future()
        self._left = seconds
        self._asked = 0
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._go()

    def _go(self) -> None:
        self._since = self._loop.time()
        self._timer = self._loop.call_later(max(0.0, self._left), self._strike)

    def _halt(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left -= self._loop.time() - self._since

    def _strike(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def shorten(self, seconds: float) -> None:
        """No more than so many from now on, whoever is asked."""
        self._halt()
        self._left = min(self._left, seconds)
        self._go()

    @contextlib.contextmanager
    def asking(self) -> Any:
        """Somebody thinks about an answer, as long as they like."""
        self._asked += 1
        self._halt()
        try:
            yield
        finally:
            self._asked -= 1
            if self._asked == 0 and self._timer is None and not self.over.done():
                self._go()

    def stop(self) -> None:
        self._halt()


class _Heard:
    """What a run has printed so far, for the answer of one that nobody else answers."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._left = Limits().stream_chars
        self._out: list[str] = []
        self._err: list[str] = []

    def listener(self, clock: _Clock) -> Listener:
        """The caller's, and this one."""
        theirs = self._listener

        def out(text: str) -> None:
            self._keep(self._out, text)
            if theirs.on_stdout is not None:
                theirs.on_stdout(text)

        def err(text: str) -> None:
            self._keep(self._err, text)
            if theirs.on_stderr is not None:
                theirs.on_stderr(text)

        def asked(ask: Answer) -> Answer:
            async def answer(prompt: str, password: bool) -> str | None:
                with clock.asking():
                    return await ask(prompt, password)

            return answer

        ask = theirs.on_input
        return replace(theirs, on_stdout=out, on_stderr=err, on_input=None if ask is None else asked(ask))

    def _keep(self, into: list[str], text: str) -> None:
        kept = text[: self._left]
        self._left -= len(kept)
        into.append(kept)

    def lost(self, reason: str, backend: str) -> Execution:
        """The answer to a run whose service fell silent."""
        error = ErrorInfo("Crashed", reason, f"Crashed: {reason}")
        logs = Logs("".join(self._out), "".join(self._err))
        return Execution("crashed", error=error, logs=logs, note=reason, backend=backend, ran=True)


async def _cancelled(task: asyncio.Future[Any]) -> bool:
    """Cancels; whether it has ended in the time it gets to tidy up."""
    over = await cancelled(task, TIDY)
    if over and not task.cancelled() and task.exception() is None and hasattr(task.result(), "close"):
        await in_time(task.result().close(), CLOSE)  # a session that nobody wants any more
    return over
