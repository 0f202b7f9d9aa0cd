"""E2B: sandboxes of E2B's cloud, by its own client library, with our answers.

Their results are Jupyter's, as ours, so most fields are the same. What differs stands in docs/python.md.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from belljar.answers.results import ErrorInfo, Result
from belljar.backends.foreign import (
    ForeignSession,
    Heard,
    Seen,
    TimeUpError,
    error_of,
    no_file,
)
from belljar.backends.protocol import RunOptions, SessionOptions
from belljar.errors import UnavailableError

if TYPE_CHECKING:
    from e2b_code_interpreter import AsyncSandbox as Service
    from e2b_code_interpreter import Context
    from e2b_code_interpreter import Result as TheirResult

T = TypeVar("T")

#: How deep folders are looked through for changed files.
_DEPTH = 16

_NOT_INSTALLED = "The e2b backend needs E2B's client, which is not installed: `pip install 'belljar[e2b]'`."
_NO_KEY = (
    "E2B wants an API key. Take one from its dashboard and give it: api_key=…, or E2B_API_KEY=… in the "
    "environment."
)
_KEPT = "Stopped after its time was up. E2B keeps variables where Python could be interrupted."


class E2BBackend:
    """Sandboxes in E2B's cloud.

    Args:
        api_key: Yours; None is `E2B_API_KEY`.
        template: Of the sandboxes; None is E2B's code interpreter.
        lifetime: Seconds a sandbox lives before E2B ends it.
        internet: Whether code reaches the internet. Off, as everywhere here; E2B's own default is on.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        template: str | None = None,
        lifetime: int = 300,
        internet: bool = False,
    ) -> None:
        if lifetime < 1:
            raise ValueError(f"lifetime must be 1 or more seconds, not {lifetime}.")
        self._api_key = api_key
        self._template = template
        self._lifetime = lifetime
        self._internet = internet
        #: Seconds for a new sandbox.
        self.patience = 120.0
        self._sessions: set[E2BSession] = set()

    @property
    def name(self) -> str:
        """What executions say in `backend`."""
        return "e2b"

    async def open(self, options: SessionOptions) -> E2BSession:
        """A new sandbox. Its template decides which packages there are: `options` change nothing.

        Raises:
            UnavailableError: E2B gives none; says why.
        """
        del options
        try:
            from e2b_code_interpreter import AsyncSandbox as Service
        except ImportError:
            raise UnavailableError(_NOT_INSTALLED) from None
        key = self._api_key or os.environ.get("E2B_API_KEY")
        if not key:
            raise UnavailableError(_NO_KEY)
        service = await _reached(
            Service.create(
                self._template, timeout=self._lifetime, allow_internet_access=self._internet, api_key=key
            )
        )
        session = E2BSession(service, self.name)
        self._sessions = {other for other in self._sessions if other.alive} | {session}
        return session

    async def close(self) -> None:
        """Ends every sandbox."""
        await asyncio.gather(*(session.close() for session in self._sessions))


class E2BSession(ForeignSession):
    """One sandbox of E2B. Made by `E2BBackend.open`.

    Args:
        service: E2B's own object for it.
        backend: Name for executions.
    """

    def __init__(self, service: Service, backend: str) -> None:
        super().__init__(backend)
        self._service = service
        self._contexts: dict[str, Context] = {}

    async def _run(self, code: str, options: RunOptions, heard: Heard) -> ErrorInfo | None:
        from e2b_code_interpreter import TimeoutException

        context = await self._context(options.context)
        try:
            answer = await self._there(
                self._service.run_code(
                    code,
                    context=context,
                    timeout=options.timeout,
                    on_stdout=lambda message: heard.stdout(message.line),
                    on_stderr=lambda message: heard.stderr(message.line),
                    on_result=lambda result: heard.result(_ours(result)),
                )
            )
        except TimeoutException:
            raise TimeUpError(_KEPT) from None
        error = answer.error
        if error is None:
            return None
        said = {name: getattr(error, name, None) for name in ("name", "value", "traceback")}
        told = ErrorInfo.from_dict(said)
        return error_of(told.name, told.value, told.traceback)

    async def _restart(self, context: str | None) -> None:
        for name, known in self._contexts.items():
            if context in {None, name}:
                await self._there(self._service.restart_code_context(known))

    async def _look(self) -> Mapping[str, Seen]:
        home = await self._home()
        entries = await self._there(self._service.files.list(str(home), depth=_DEPTH))
        paths = {PurePosixPath(entry.path).relative_to(home): entry for entry in entries if _is_file(entry)}
        # What stands in a home directory from the start is nobody's result.
        return {
            str(path): Seen(entry.size, entry.modified_time)
            for path, entry in paths.items()
            if not path.parts[0].startswith(".")
        }

    async def _put(self, path: str, content: bytes) -> None:
        await self._there(
            self._service.files.write(str(await self._home() / path), content, use_octet_stream=True)
        )

    async def _get(self, path: str) -> bytes:
        from e2b_code_interpreter import NotFoundException

        try:
            found = await self._there(
                self._service.files.read(str(await self._home() / path), format="bytes")
            )
        except NotFoundException:
            raise no_file(path) from None
        return bytes(found)

    async def _delete(self, path: str) -> None:
        if path not in await self._look():
            raise no_file(path)
        await self._there(self._service.files.remove(str(await self._home() / path)))

    async def _destroy(self) -> None:
        await _reached(self._service.kill())

    async def _context(self, name: str) -> Context:
        if name not in self._contexts:
            self._contexts[name] = await self._there(self._service.create_code_context())
        return self._contexts[name]

    async def _home(self) -> PurePosixPath:
        return PurePosixPath((await self._context("default")).cwd)

    async def _there(self, work: Awaitable[T]) -> T:
        """What the sandbox answers.

        Raises:
            UnavailableError: It is gone, and with it this session.
            TimeoutException, NotFoundException: As E2B says them, of a sandbox that is there.
        """
        from e2b_code_interpreter import NotFoundException, TimeoutException

        try:
            return await _reached(work)
        except TimeoutException as error:
            if "Execution timed out" in str(error):
                raise
            raise self._lose(
                "The E2B sandbox has ended: its lifetime is over, or it was killed. Variables and files are "
                "gone; the next run gets a new one."
            ) from None
        except NotFoundException:
            raise
        except UnavailableError as error:
            raise self._lose(str(error)) from None


async def _reached(work: Awaitable[T]) -> T:
    """What E2B answers.

    Raises:
        UnavailableError: It does not answer, or refuses; says what to do.
    """
    import httpx
    from e2b_code_interpreter import (
        AuthenticationException,
        NotFoundException,
        SandboxException,
        TimeoutException,
    )

    try:
        return await work
    except (TimeoutException, NotFoundException):
        raise
    except AuthenticationException:
        raise UnavailableError(f"E2B refuses the API key. {_NO_KEY}") from None
    except (SandboxException, httpx.HTTPError, OSError) as error:
        first = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UnavailableError(
            f"E2B can't be used: {first}. Try again, or look at its status page."
        ) from None


def _ours(theirs: TheirResult) -> Result:
    """Their result as ours. A figure's bytes are base64 there; a table's values are not in our form."""
    wire: dict[str, Any] = {
        name: getattr(theirs, name) for name in ("text", "html", "markdown", "svg", "png", "jpeg", "latex")
    }
    return Result.from_dict({**wire, "json": theirs.json, "is_main": theirs.is_main_result})


def _is_file(entry: Any) -> bool:
    return bool(getattr(entry.type, "value", entry.type) == "file")
