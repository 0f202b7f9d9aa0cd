"""Protocol: what a backend is. Everything here is asynchronous; `belljar.Sandbox` drives it from a thread.

    backend ── open() ──► session ── execute() ──► Execution
    (a place to run)      (one sandbox in it)

A backend raises `UnavailableError` with a sentence where there is nowhere to run; the sandbox makes an
`Execution` with status "unavailable" of it. Nothing else is raised for what the environment does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from belljar.answers.execution import Execution
from belljar.answers.results import FileInfo, Result

#: Answers an `input()`: (prompt, whether it is a password) gives the text, or None when nobody answers.
Answer = Callable[[str, bool], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a new sandbox is to be.

    Attributes:
        packages: Loaded at the start instead of the server's profile; None is the profile.
        isolation: Interrupt softly where the browser allows it; False is always kill and replace.
        spare: Keep a second Python in reserve: faster after a kill, twice the memory.
    """

    packages: tuple[str, ...] | None = None
    isolation: bool = True
    spare: bool = False


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How one piece of code is to run.

    Attributes:
        timeout: Seconds of running, loading not counted; None is the server's own.
        context: Name of the namespace.
        fresh: Run in a clean Python; what the session held is gone afterwards.
        svg: Figures also as SVG.
    """

    timeout: float | None = None
    context: str = "default"
    fresh: bool = False
    svg: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """What is told while the code runs; None where nobody listens."""

    on_stdout: Callable[[str], object] | None = None
    on_stderr: Callable[[str], object] | None = None
    on_result: Callable[[Result], object] | None = None
    on_display: Callable[[Result], object] | None = None
    on_input: Answer | None = None


#: Listens to nothing.
SILENT = Listener()


class Session(Protocol):
    """One sandbox: a Python with variables and files. Calls may come at the same time; runs are queued."""

    @property
    def alive(self) -> bool:
        """False once it can never run anything again."""

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        """Runs code. When it is cancelled, the run is interrupted, or leaves the queue.

        Raises:
            ValueError: An option can't be; says what is allowed.
        """

    async def interrupt(self) -> None:
        """Stops the running code."""

    async def reset(self) -> None:
        """A clean Python; files are kept."""

    async def write(self, path: str, content: bytes) -> FileInfo:
        """Puts a file into the working directory.

        Raises:
            ValueError: The path can't be, or there is no room.
            UnavailableError: There is no sandbox any more.
        """

    async def read(self, path: str) -> bytes:
        """A file as it stood when the last run ended.

        Raises:
            FileNotFoundError: There is none.
            UnavailableError: There is no sandbox any more.
        """

    async def list(self) -> tuple[FileInfo, ...]:
        """The files there are."""

    async def remove(self, path: str) -> None:
        """Takes a file away.

        Raises:
            FileNotFoundError: There is none.
            UnavailableError: There is no sandbox any more.
        """

    async def close(self) -> None:
        """Ends it; what is pending is answered with status "unavailable"."""


@runtime_checkable
class Backend(Protocol):
    """A place that runs sandboxes. Belongs to the event loop it is first used in."""

    @property
    def name(self) -> str:
        """What executions say in `backend`."""

    async def open(self, options: SessionOptions) -> Session:
        """A new sandbox, ready to run; waits for its turn.

        Raises:
            UnavailableError: There is nowhere to run it; says what to do.
        """

    async def close(self) -> None:
        """Ends every session and gives everything back."""
