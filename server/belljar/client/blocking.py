"""Blocking: the synchronous `Sandbox`. One event loop in a background thread does its work."""

from __future__ import annotations

import asyncio
import atexit
import functools
import queue
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from belljar.answers.execution import Execution
from belljar.answers.results import FileChange, FileInfo
from belljar.backends import Backend
from belljar.backends.callbacks import tell
from belljar.backends.protocol import Answer
from belljar.client.landing import Landing, Saved
from belljar.client.sandbox import AsyncSandbox, Content, Context, OnResult, OnText
from belljar.tools import Answer as ToolAnswer

T = TypeVar("T")

#: Seconds that open sandboxes get to end when the process does.
_AT_EXIT = 10.0


class Sandbox:
    """A Python of its own, sealed off from everything; see `AsyncSandbox` for what the arguments mean.

    with Sandbox() as sandbox:
        sandbox.execute("1 + 1").text     # "2"

    It may be used from several threads; runs are queued. Callbacks run in the thread that called `execute`.
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
        async def make() -> AsyncSandbox:
            return AsyncSandbox(backend, packages=packages, isolation=isolation, spare=spare, **options)

        self._inner = _wait(make())
        self.files = Files(self._inner)
        _open.add(self)

    @classmethod
    def open(cls, backend: str | Backend = "headless", **options: Any) -> Self:
        """A sandbox whose Python is ready. Where it can't be, its executions say why."""
        sandbox = cls(backend, **options)
        _wait(sandbox._inner.opened())
        return sandbox

    #: The same under the name that E2B has for it.
    create = open  # noqa: A003 - the class's own

    def execute(
        self,
        code: str,
        *,
        timeout: float | None = None,
        context: str | Context = "default",
        files: Mapping[str, Content] | None = None,
        fresh: bool = False,
        svg: bool = False,
        on_stdout: OnText | None = None,
        on_stderr: OnText | None = None,
        on_result: OnResult | None = None,
        on_display: OnResult | None = None,
        on_input: Callable[[str, bool], str | None] | None = None,
    ) -> Execution:
        """Runs Python and gives what a notebook cell would; see `AsyncSandbox.execute`.

        Ctrl-C interrupts the code, waits for it to end, and raises `KeyboardInterrupt`.
        """
        said: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()

        def here(callback: Callable[[Any], object] | None) -> Callable[[Any], object] | None:
            """The callback, called in the thread that waits."""
            return None if callback is None else lambda value: said.put(functools.partial(callback, value))

        running = _start(
            self._inner.execute(
                code,
                timeout=timeout,
                context=context,
                files=files,
                fresh=fresh,
                svg=svg,
                on_stdout=here(on_stdout),
                on_stderr=here(on_stderr),
                on_result=here(on_result),
                on_display=here(on_display),
                on_input=None if on_input is None else _answering(on_input, said),
            )
        )
        running.add_done_callback(lambda _: said.put(None))
        try:
            _attend(said)
        except KeyboardInterrupt:
            _start(self._inner.interrupt())
            _attend(said)
            raise
        return running.result()

    #: The same under the name that E2B has for it.
    run_code = execute

    def call_tool(self, name: str, arguments: Mapping[str, Any] | str) -> ToolAnswer:
        """Does what a language model asked for; see `AsyncSandbox.call_tool`."""
        return _wait(self._inner.call_tool(name, arguments))

    def context(self, name: str) -> Context:
        """A namespace by name, for `execute(..., context=...)`."""
        return self._inner.context(name)

    def interrupt(self) -> None:
        """Stops the running code: variables are kept where the browser allows it."""
        _wait(self._inner.interrupt())

    def reset(self) -> None:
        """A clean Python: variables and imports are gone, files are kept. Ends the running code."""
        _wait(self._inner.reset())

    def close(self) -> None:
        """Ends everything. Pending calls are answered with status "unavailable"."""
        _wait(self._inner.close())
        _open.discard(self)

    #: The same under the name that E2B has for it.
    kill = close

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Files:
    """The files of a sandbox; see `AsyncFiles`."""

    def __init__(self, inner: AsyncSandbox) -> None:
        self._inner = inner

    def write(self, path: str, content: Content) -> FileInfo:
        """Puts a file into the working directory, in place of what had that name."""
        return _wait(self._inner.files.write(path, content))

    def read(self, path: str) -> bytes:
        """A file as it stood when the last run ended."""
        return _wait(self._inner.files.read(path))

    def list(self) -> tuple[FileInfo, ...]:
        """The files there are, with their bytes counted."""
        return _wait(self._inner.files.list())

    def remove(self, path: str) -> None:
        """Takes a file away."""
        _wait(self._inner.files.remove(path))

    def save(self, folder: str | Path, *paths: str, overwrite: bool = False) -> Saved:
        """Puts files to this machine's disk and says what was refused; see `AsyncFiles.save`."""
        return _wait(self._inner.files.save(folder, *paths, overwrite=overwrite))

    def land(self, landing: Landing, files: Iterable[FileInfo | FileChange]) -> Saved:
        """The same for one who has a `Landing` already."""
        return _wait(self._inner.files.land(landing, files))


def background_loop() -> asyncio.AbstractEventLoop:
    """The loop that does the work of every synchronous sandbox, started when it is first asked for."""
    global _loop  # noqa: PLW0603 - one per process, like the thread it stands for
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="belljar-loop", daemon=True).start()
            atexit.register(_close_all)
        return _loop


_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_open: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _start(work: Coroutine[Any, Any, T]) -> Future[T]:
    return asyncio.run_coroutine_threadsafe(work, background_loop())


def _wait(work: Coroutine[Any, Any, T]) -> T:
    return _start(work).result()


def _attend(said: queue.SimpleQueue[Callable[[], object] | None]) -> None:
    """Calls what is to be called here, until the run has ended."""
    while (call := said.get()) is not None:
        tell(call)


def _answering(
    on_input: Callable[[str, bool], str | None], said: queue.SimpleQueue[Callable[[], object] | None]
) -> Answer:
    async def answer(prompt: str, password: bool) -> str | None:
        given: Future[str | None] = Future()

        def ask() -> None:
            if not given.set_running_or_notify_cancel():
                return  # the run has ended meanwhile
            try:
                given.set_result(on_input(prompt, password))
            except Exception as error:  # noqa: BLE001 - theirs; it is logged by whoever called
                given.set_exception(error)

        said.put(ask)
        return await asyncio.wrap_future(given)

    return answer


def _close_all() -> None:
    """No browser outlives the process that started it."""
    for sandbox in list(_open):
        try:
            _start(sandbox._inner.close()).result(_AT_EXIT)  # noqa: SLF001 - ours
        except Exception:  # noqa: BLE001, S112 - the process ends either way
            continue
