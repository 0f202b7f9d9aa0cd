"""Sandbox: `execute(code)` for Python programs, asynchronous here and synchronous in `blocking.py`.

    async with AsyncSandbox() as sandbox:
        execution = await sandbox.execute("1 + 1")     # execution.text == "2"

A sandbox opens with its first call. Where the environment can't run code, the answer is an `Execution` with
status "unavailable"; calls on files, which have no such answer, raise `UnavailableError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from belljar import tools
from belljar.answers.execution import Execution
from belljar.answers.results import FileChange, FileInfo, Result
from belljar.backends import Answer, Backend, Listener, RunOptions, Session, SessionOptions, find_backend
from belljar.backends.bounds import BoundedSession, bounded_open
from belljar.backends.callbacks import answering
from belljar.backends.registry import borrow, give_back
from belljar.client.landing import Landing, Saved
from belljar.errors import UnavailableError
from belljar.tools import Answer as ToolAnswer

#: What `files` and `files.write` take: bytes, text (as UTF-8), or a file of this machine.
Content = bytes | str | Path

OnText = Callable[[str], object]
OnResult = Callable[[Result], object]


@dataclass(frozen=True, slots=True)
class Context:
    """A named session in a sandbox, with a namespace of its own. It is no wall: code reaches other contexts.

    Callers who don't trust each other get sandboxes of their own.
    """

    name: str


_CLOSED = "The sandbox was closed. Open a new one."


class _StoppedError(UnavailableError):
    """Somebody interrupted what still waited for its sandbox."""


class AsyncSandbox:
    """A Python of its own, sealed off from everything.

    Args:
        backend: Name or URL of a backend ("headless", "headless+ws://host:port"), or one that you made and
            close. Sandboxes with the same name and options share one: one browser, one queue.
        packages: Loaded at the start instead of the server's profile, as ("numpy",); () is none.
        isolation: Interrupt softly, with variables kept, where the browser allows it.
        spare: Keep a second Python in reserve: faster after a kill, twice the memory.
        options: What the backend takes besides: see `HeadlessBackend`.
    """

    def __init__(
        self,
        backend: str | Backend = "headless",
        *,
        packages: Sequence[str] | None = None,
        isolation: bool = True,
        spare: bool = False,
        **options: Any,
    ) -> None:
        if isinstance(backend, str):
            self._backend = find_backend(backend, **options)
            self._key: object = (backend, *sorted(options.items()))
        elif options:
            raise TypeError(f"A backend that is made already takes no options: {', '.join(options)}.")
        else:
            self._backend, self._key = backend, None
        self._borrowed = False
        wanted = None if packages is None else tuple(packages)
        self._options = SessionOptions(wanted, isolation, spare)
        self._session: BoundedSession | None = None
        self._opening: asyncio.Task[BoundedSession] | None = None
        self._closed = False
        self.files = AsyncFiles(self._opened)

    @classmethod
    async def open(cls, backend: str | Backend = "headless", **options: Any) -> Self:
        """A sandbox whose Python is ready. Where it can't be, its executions say why."""
        sandbox = cls(backend, **options)
        await sandbox.opened()
        return sandbox

    #: The same under the name that E2B has for it.
    create = open  # noqa: A003 - the class's own

    async def opened(self) -> bool:
        """Waits until Python is ready; whether it is."""
        try:
            await self._opened()
        except UnavailableError:
            return False  # each execute says why
        return True

    async def execute(
        self,
        code: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - measured in the sandbox, loading not counted
        context: str | Context = "default",
        files: Mapping[str, Content] | None = None,
        fresh: bool = False,
        svg: bool = False,
        on_stdout: OnText | None = None,
        on_stderr: OnText | None = None,
        on_result: OnResult | None = None,
        on_display: OnResult | None = None,
        on_input: Answer | None = None,
    ) -> Execution:
        """Runs Python and gives what a notebook cell would. Calls are queued.

        Args:
            code: The source; the value of its last expression is `execution.text`.
            timeout: Seconds of running, loading packages not counted; None is the server's default.
            context: Namespace to run in.
            files: Put into the working directory before, by path.
            fresh: Run in a clean Python; variables of the session are gone afterwards.
            svg: Figures also as SVG.
            on_stdout, on_stderr: Called with text while it is printed.
            on_result: Called with the value of the last expression.
            on_display: Called with each figure, table or other thing shown.
            on_input: Answers `input()`: gets the prompt and whether it is a password, gives the text or None.
                One that raises, or gives something else, is logged, and nobody has answered.

        Raises:
            TypeError: The code is no text, or an option of another kind than it has to be.
            ValueError: An option or a file can't be; says what is allowed. Never for what the code did, nor
                for what the environment lacks.
        """
        checked(code, timeout)
        name = context.name if isinstance(context, Context) else context
        if not isinstance(name, str):
            raise TypeError(f"context must be a name or a Context, not {_kind(name)}.")
        run = RunOptions(timeout, name, fresh, svg)
        listener = Listener(on_stdout, on_stderr, on_result, on_display, on_input and answering(on_input))
        try:
            session = await self._opened()
            for path, content in (files or {}).items():
                await session.write(path, await asyncio.to_thread(as_bytes, content))
        except _StoppedError as error:
            return Execution.without("interrupted", "Cancelled", str(error), self._backend.name)
        except UnavailableError as error:
            return Execution.unavailable(str(error), self._backend.name)
        return await session.execute(code, run, listener)

    #: The same under the name that E2B has for it.
    run_code = execute

    async def call_tool(self, name: str, arguments: Mapping[str, Any] | str) -> ToolAnswer:
        """Does what a language model asked for with one of `belljar.tools.definitions()`.

        Args:
            name: Name of the tool.
            arguments: As an object, or as the JSON text that OpenAI's models write.

        Returns:
            The answer for the model, also where its call was wrong.
        """
        return await tools.call(self, name, arguments)

    def context(self, name: str) -> Context:
        """A namespace by name, for `execute(..., context=...)`."""
        return Context(name)

    async def interrupt(self) -> None:
        """Stops the running code: variables are kept where the browser allows it.

        What still waits for its sandbox, as for a person to agree, is stopped, too.
        """
        if self._session is not None and self._session.alive:
            await _quietly(self._session.interrupt)
        elif self._opening is not None:
            self._opening.cancel()

    async def reset(self) -> None:
        """A clean Python: variables and imports are gone, files are kept. Ends the running code."""
        if self._session is not None and self._session.alive:
            await _quietly(self._session.reset)

    async def close(self) -> None:
        """Ends everything. Pending calls are answered with status "unavailable"."""
        if self._closed:
            return
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        if self._session is not None:
            await self._session.close()
        if self._borrowed:
            await give_back(self._key)

    #: The same under the name that E2B has for it.
    kill = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _opened(self) -> Session:
        """The session; a new one where there is none or it has died."""
        if self._session is not None and self._session.alive:
            return self._session
        if self._closed:
            raise UnavailableError(_CLOSED)
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_session())
        opening = self._opening
        # Who asked first may give up; the others still want it.
        await asyncio.wait({opening})
        if opening.cancelled():
            raise (
                UnavailableError(_CLOSED)
                if self._closed
                else _StoppedError("It was cancelled before it ran.")
            )
        return opening.result()

    async def _open_session(self) -> BoundedSession:
        try:
            if self._key is not None and not self._borrowed:
                self._backend, self._borrowed = borrow(self._key, self._backend), True
            self._session = await bounded_open(self._backend, self._options)
            return self._session
        finally:
            self._opening = None


class AsyncFiles:
    """The files of a sandbox, by path relative to its working directory, "/"-separated."""

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened = opened

    async def write(self, path: str, content: Content) -> FileInfo:
        """Puts a file into the working directory, in place of what had that name.

        Raises:
            ValueError: The path can't be, or there is no room.
            UnavailableError: There is no sandbox; says what to do.
        """
        session: Session = await self._opened()
        return await session.write(path, await asyncio.to_thread(as_bytes, content))

    async def read(self, path: str) -> bytes:
        """A file as it stood when the last run ended.

        Raises:
            FileNotFoundError: There is none.
            UnavailableError: There is no sandbox; says what to do.
        """
        session: Session = await self._opened()
        return await session.read(path)

    async def list(self) -> tuple[FileInfo, ...]:
        """The files there are, with their bytes counted."""
        session: Session = await self._opened()
        return await session.list()

    async def remove(self, path: str) -> None:
        """Takes a file away.

        Raises:
            FileNotFoundError: There is none.
        """
        session: Session = await self._opened()
        await session.remove(path)

    async def save(self, folder: str | Path, *paths: str, overwrite: bool = False) -> Saved:
        """Puts files to this machine's disk, all of them unless some are named.

        What a name could do there is refused, file by file: the answer says what and why. Nothing takes the
        place of what was there, no link is followed, nothing is executable, and a folder that holds other
        things gets data only, as tools run what lies beside them. The contents stay untrusted.

        Args:
            folder: Where to, made if there is none.
            paths: Files of the sandbox.
            overwrite: Let data take the place of regular files that were there.

        Raises:
            BelljarError: The folder can't be written to.
            UnavailableError: There is no sandbox; says what to do.
        """
        landing = await asyncio.to_thread(Landing, Path(folder), overwrite=overwrite)
        listed = {file.path: file for file in await self.list()}
        return await self.land(
            landing, [listed.get(path, FileInfo(path, 0)) for path in paths or sorted(listed)]
        )

    async def land(self, landing: Landing, files: Iterable[FileInfo | FileChange]) -> Saved:
        """The same for one who has a `Landing` already; what a run deleted is passed over."""
        for file in files:
            if getattr(file, "change", "") == "deleted" or not landing.takes(file.path, file.size):
                continue
            try:
                content = await self.read(file.path)
            except (FileNotFoundError, ValueError) as error:
                landing.refuse(file.path, str(error) or "it can't be read")
                continue
            await asyncio.to_thread(landing.write, file.path, content)
        return landing.saved


def as_bytes(content: Content) -> bytes:
    """The bytes of what may be given for a file."""
    if isinstance(content, Path):
        return content.read_bytes()
    return content.encode() if isinstance(content, str) else content


def checked(code: object, timeout: object) -> None:
    """Refuses what can be no run, before anything is opened for it.

    Raises:
        TypeError: Says what is wanted.
    """
    if not isinstance(code, str):
        raise TypeError(f"execute() takes code as a str, not {_kind(code)}.")
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, Real)):
        raise TypeError(f"timeout must be a number of seconds or None, not {_kind(timeout)}.")


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


async def _quietly(call: Callable[[], Any]) -> None:
    try:
        await call()
    except UnavailableError:
        return  # nothing runs there any more
