"""Foreign: what belljar does around a sandbox of somebody else, so that it answers like one of ours.

One run at a time, in the order of the calls; the same limits on code and output; changed files by looking
before and after; the same sentences for options that can't be.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from belljar.answers.execution import Execution
from belljar.answers.results import ErrorInfo, FileChange, FileInfo, Logs, Result, Truncated
from belljar.backends.callbacks import tell
from belljar.backends.protocol import Listener, RunOptions
from belljar.errors import UnavailableError
from belljar.settings import Limits
from belljar.untrusted import rebuilt
from belljar.untrusted.names import problem, shown
from belljar.untrusted.rebuilt import MalformedError

T = TypeVar("T")

#: Seconds that what runs has to end when the sandbox is closed.
_STOP = 5.0

_CLOSED = "The sandbox was closed."
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was seen: its bytes counted, and something that changes whenever it does."""

    size: int
    stamp: object


class TimeUpError(Exception):
    """The code ran longer than it may. Says what is kept."""


class Heard:
    """Gathers what a run shows, within our limits, and tells whoever listens.

    Args:
        listener: Told while the code runs.
        limits: How much it may show.
    """

    def __init__(self, listener: Listener, limits: Limits) -> None:
        self._listener = listener
        self._left = limits.stream_chars
        self._most = limits.displays
        self._out: list[str] = []
        self._err: list[str] = []
        self.results: list[Result] = []
        self._dropped_chars = 0
        self._dropped_displays = 0

    def stdout(self, text: str) -> None:
        """Text of stdout."""
        if text := self._cut(text):
            self._out.append(text)
            tell(self._listener.on_stdout, text)

    def stderr(self, text: str) -> None:
        """Text of stderr."""
        if text := self._cut(text):
            self._err.append(text)
            tell(self._listener.on_stderr, text)

    def result(self, result: Result) -> None:
        """Something shown, or the value of the last expression."""
        if len(self.results) >= self._most and not result.is_main:
            self._dropped_displays += 1
            return
        self.results.append(result)
        tell(self._listener.on_result if result.is_main else self._listener.on_display, result)

    def execution(self, execution: Execution) -> Execution:
        """The execution with everything that was heard in it."""
        dropped = Truncated(self._dropped_chars, self._dropped_displays)
        return replace(
            execution,
            results=tuple(self.results),
            logs=Logs("".join(self._out), "".join(self._err)),
            truncated=dropped if dropped != Truncated() else None,
        )

    def _cut(self, text: str) -> str:
        rebuilt.text(text, "what was printed")
        kept = text[: self._left]
        self._left -= len(kept)
        self._dropped_chars += len(text) - len(kept)
        return kept


class ForeignSession(ABC):
    """A session in somebody else's sandbox.

    Args:
        backend: Name for executions.
    """

    #: Seconds that a run may take beyond its timeout: for what is asked before and after it.
    slack = 30.0

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._limits = Limits()
        self._turn = asyncio.Lock()
        self._count = 0
        self._running: asyncio.Task[Execution] | None = None
        #: The running code was ended by `interrupt` or `reset`.
        self._interrupting = asyncio.Event()
        self._end: str | None = None
        #: The files after the last run, where nobody but that run has touched them.
        self._seen: Mapping[str, Seen] | None = None
        self._waiting: set[asyncio.Task[Execution]] = set()

    @property
    def alive(self) -> bool:
        """Whether the sandbox is still there."""
        return self._end is None

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        """Runs code; see `Session`."""
        timeout = self._limits.timeout if options.timeout is None else options.timeout
        if not 0 < timeout <= self._limits.max_timeout:
            raise ValueError(
                f"timeout must be a number of seconds above 0 and up to {self._limits.max_timeout:g}."
            )
        if len(code) > self._limits.code_chars:
            value = f"The code is {len(code)} characters long; this sandbox takes {self._limits.code_chars}."
            return Execution.without("refused", "PolicyError", value, self._backend)
        task = asyncio.create_task(self._in_turn(code, replace(options, timeout=timeout), listener))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            raise

    async def interrupt(self) -> None:
        """Stops the running code."""
        await self._stop()

    async def reset(self) -> None:
        """A clean Python; files are kept."""
        await self._stop()
        await self._ask(self._restart(None))

    async def close(self) -> None:
        """Ends it; what is pending is answered with status "unavailable"."""
        if self._end is None:
            self._end = _CLOSED
        for task in list(self._waiting):
            task.cancel()
        if self._waiting:
            # A service that doesn't stop the code may still end the sandbox.
            await asyncio.wait(set(self._waiting), timeout=_STOP)
        with contextlib.suppress(UnavailableError):
            await self._destroy()

    async def list(self) -> tuple[FileInfo, ...]:
        """The files there are."""
        seen = await self._ask(self._look())
        return tuple(FileInfo(path, file.size) for path, file in sorted(seen.items()))

    async def write(self, path: str, content: bytes) -> FileInfo:
        """Puts a file into the working directory."""
        self._seen = None
        await self._ask(self._put(checked_path(path), content))
        return FileInfo(path, len(content))

    async def read(self, path: str) -> bytes:
        """A file as it stands."""
        name = checked_path(path)
        return await self._ask(self._get(name))

    async def remove(self, path: str) -> None:
        """Takes a file away."""
        self._seen = None
        await self._ask(self._delete(checked_path(path)))

    # ------------------------------------------------------------ what each service does its own way

    @abstractmethod
    async def _run(self, code: str, options: RunOptions, heard: Heard) -> ErrorInfo | None:
        """Runs code and tells what is heard; gives the error that the code raised.

        Raises:
            TimeUpError: Time was up.
            UnavailableError: The sandbox is gone.
        """

    @abstractmethod
    async def _restart(self, context: str | None) -> None:
        """A clean Python for a context, or for all."""

    @abstractmethod
    async def _look(self) -> Mapping[str, Seen]:
        """The files there are, by path."""

    @abstractmethod
    async def _put(self, path: str, content: bytes) -> None: ...

    @abstractmethod
    async def _get(self, path: str) -> bytes:
        """Raises FileNotFoundError."""

    @abstractmethod
    async def _delete(self, path: str) -> None:
        """Raises FileNotFoundError."""

    @abstractmethod
    async def _destroy(self) -> None:
        """Gives the sandbox back."""

    # ------------------------------------------------------------ one run

    async def _in_turn(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        heard = Heard(listener, self._limits)
        try:
            async with self._turn:
                self._interrupting.clear()
                self._running = asyncio.create_task(self._one(code, options, heard))
                try:
                    return await asyncio.shield(self._running)
                except asyncio.CancelledError:
                    self._running.cancel()
                    await asyncio.wait({self._running})
                    if self._interrupting.is_set() and not _cancelling():
                        return heard.execution(self._interrupted())
                    raise
                finally:
                    self._running = None
        except UnavailableError as error:
            return heard.execution(Execution.unavailable(str(error), self._backend))
        except _NONSENSE as problem:
            return heard.execution(
                replace(
                    Execution.without("crashed", "Crashed", _nonsense(self._backend, problem), self._backend),
                    ran=True,
                )
            )
        except asyncio.CancelledError:
            if self._end is None:
                raise
            return heard.execution(Execution.unavailable(self._end, self._backend))

    async def _one(self, code: str, options: RunOptions, heard: Heard) -> Execution:
        if self._end is not None:
            raise UnavailableError(self._end)
        if options.fresh:
            await self._restart(options.context)
        before = await self._look() if self._seen is None else self._seen
        self._seen = None
        loop = asyncio.get_running_loop()
        began = loop.time()
        error: ErrorInfo | None = None
        note: str | None = None
        try:
            error = await self._run(code, options, heard)
            status = "ok" if error is None else "error"
        except TimeUpError as time_up:
            status, note = "timeout", str(time_up)
            value = f"Stopped after {options.timeout:g} s."
            error = ErrorInfo("TimeoutError", value, f"TimeoutError: {value}")
        self._count += 1
        self._seen = await self._look()
        return heard.execution(
            Execution(
                status,  # type: ignore[arg-type]
                error=error,
                execution_count=self._count,
                duration_ms=(loop.time() - began) * 1000,
                files=_changes(before, self._seen),
                note=note,
                backend=self._backend,
            )
        )

    async def _stop(self) -> None:
        if self._running is not None:
            self._interrupting.set()
            self._running.cancel()
            await asyncio.wait({self._running})

    def _interrupted(self) -> Execution:
        self._count += 1
        error = ErrorInfo("KeyboardInterrupt", "", "KeyboardInterrupt")
        note = "The code was stopped."
        return Execution(
            "interrupted", error=error, note=note, execution_count=self._count, backend=self._backend
        )

    async def _ask(self, work: Awaitable[T]) -> T:
        if self._end is not None:
            # Nobody waits for it any more.
            if asyncio.iscoroutine(work):
                work.close()
            raise UnavailableError(self._end)
        try:
            return await work
        except _NONSENSE as problem:
            raise UnavailableError(_nonsense(self._backend, problem)) from None

    def _lose(self, reason: str) -> UnavailableError:
        """The sandbox is gone."""
        self._end = self._end or reason
        return UnavailableError(self._end)


#: What comes of an answer that has not the form it must have; whatever callers do wrong was refused before.
_NONSENSE = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)


def _nonsense(backend: str, problem: Exception) -> str:
    said = f" ({problem})" if isinstance(problem, MalformedError) else ""
    return (
        f"The {backend} service answered what is no answer{said}. What the code did is not known. Try again "
        "in a new sandbox."
    )


def checked_path(path: str) -> str:
    """A path below the working directory.

    Raises:
        ValueError: It can't be; says what is allowed.
    """
    bare = path.removeprefix("./")
    if reason := problem(bare):
        raise ValueError(
            f'"{shown(path)}" can\'t be used ({reason}): a file name or a path like "folder/file.csv" is '
            "needed."
        )
    return bare


def no_file(path: str) -> FileNotFoundError:
    """There is none of this name."""
    return FileNotFoundError(f'There is no file "{path}".')


def error_of(name: str, value: str, traceback: str) -> ErrorInfo:
    """An error as IPython tells it: without colours, and with the line of the cell that failed."""
    plain = _ANSI.sub("", traceback).strip()
    lines = _CELL_LINE.findall(plain)
    if name == "SystemExit" and value in {"", "None"}:
        value = "0"
    last = f"{name}: {value}" if value else name
    if not plain.endswith(last):
        plain = f"{plain}\n{last}".strip()
    return ErrorInfo(name, value, plain, int(lines[-1]) if lines else None)


def _changes(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> tuple[FileChange, ...]:
    made = [FileChange(path, "created", file.size) for path, file in after.items() if path not in before]
    changed = [
        FileChange(path, "changed", file.size)
        for path, file in after.items()
        if path in before and before[path] != file
    ]
    gone = [FileChange(path, "deleted", 0) for path in before if path not in after]
    return tuple(sorted((*made, *changed, *gone), key=lambda change: change.path))


def _cancelling() -> bool:
    """Whether the caller itself was cancelled, and not what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
