"""llm-sandbox: containers of Docker, by llm-sandbox's own client library, with our answers.

It runs an IPython in the container and gives back text; `llm_sandbox_cell` runs there and says the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from belljar.answers.results import ErrorInfo, Result
from belljar.backends.foreign import ForeignSession, Heard, Seen, TimeUpError, no_file
from belljar.backends.protocol import RunOptions, SessionOptions
from belljar.backends.threads import in_thread
from belljar.errors import UnavailableError
from belljar.untrusted import rebuilt

if TYPE_CHECKING:
    from docker import DockerClient
    from llm_sandbox.interactive import InteractiveSandboxSession

T = TypeVar("T")

#: Where Docker is without DOCKER_HOST.
_USUAL = "unix:///var/run/docker.sock"
#: Seconds that interrupted code has to end.
_GRACE = 3.0
#: Seconds for what takes no time.
_PATIENCE = 15.0
#: So often a command is asked for its answer.
_TRIES = 5

_NOT_INSTALLED = (
    "The llm-sandbox backend needs llm-sandbox, which is not installed: `pip install 'belljar[llm-sandbox]'`."
)
_NO_DOCKER = (
    "No Docker answers here ({reason}). Start it, or name it (DOCKER_HOST=…); the user of this program needs "
    "the right to use it."
)
_NO_START = (
    "The container of llm-sandbox could not be made ready: {reason}. Without internet it needs an image with "
    "IPython in /sandbox/.sandbox-venv (image=…; docs/python.md has its Dockerfile)."
)
_GONE = "The container of llm-sandbox is gone. Variables and files are gone; the next run gets a new one."
_KEPT = "Variables are kept where Python could be interrupted."


class LLMSandboxBackend:
    """Sandboxes in Docker containers, by llm-sandbox.

    Args:
        image: Without internet one with IPython in `{workdir}/.sandbox-venv`, where llm-sandbox looks for it;
            None is llm-sandbox's own, which has none.
        internet: Whether the container has a network, to which llm-sandbox's own default is on. With it
            llm-sandbox installs IPython itself.
        memory: Most a container may take, as "1g".
        workdir: Folder in the container that code runs in.
    """

    def __init__(
        self,
        *,
        image: str | None = None,
        internet: bool = False,
        memory: str = "1g",
        workdir: str = "/sandbox",
    ) -> None:
        self._image = image
        self._internet = internet
        self._memory = memory
        self._workdir = workdir
        self._sessions: set[LLMSandboxSession] = set()

    @property
    def name(self) -> str:
        """What executions say in `backend`."""
        return "llm-sandbox"

    async def open(self, options: SessionOptions) -> LLMSandboxSession:
        """A new container. Its image decides which packages there are: `options` change nothing.

        Raises:
            UnavailableError: There is none; says why.
        """
        del options
        service, client = await in_thread(self._start, _give_back)
        session = LLMSandboxSession(service, client, self._workdir, self.name)
        self._sessions = {other for other in self._sessions if other.alive} | {session}
        return session

    async def close(self) -> None:
        """Ends every container."""
        await asyncio.gather(*(session.close() for session in self._sessions))

    def _start(self) -> tuple[InteractiveSandboxSession, DockerClient]:
        try:
            import docker
            from docker.errors import DockerException
            from llm_sandbox.exceptions import SandboxError
            from llm_sandbox.interactive import InteractiveSandboxSession
        except ImportError:
            raise UnavailableError(_NOT_INSTALLED) from None
        configs: dict[str, Any] = {} if self._internet else {"network_mode": "none"}
        host = os.environ.get("DOCKER_HOST") or _USUAL
        path = host.removeprefix("unix://")
        if path != host and not Path(path).exists():
            raise UnavailableError(_NO_DOCKER.format(reason=f"there is no socket {path}"))
        try:
            client = docker.from_env()
        except DockerException as error:
            raise UnavailableError(_NO_DOCKER.format(reason=_first(error))) from None
        try:
            service = InteractiveSandboxSession(
                client=client,
                image=self._image,
                workdir=self._workdir,
                max_memory=self._memory,
                runtime_configs=configs,
                # Its own setup and IPython come from the network.
                skip_environment_setup=not self._internet,
                timeout=None,
            )
            # Its own pace is ten looks a second, twice for each run.
            service.settings.poll_interval = 0.02
            service.open()
        except (DockerException, SandboxError, OSError) as error:
            client.close()
            raise UnavailableError(_NO_START.format(reason=_first(error))) from None
        return service, client


class LLMSandboxSession(ForeignSession):
    """One container. Made by `LLMSandboxBackend.open`.

    Args:
        service: llm-sandbox's own object for it, open.
        client: Of Docker; closed at the end.
        folder: Where code runs.
        backend: Name for executions.
    """

    def __init__(
        self, service: InteractiveSandboxSession, client: DockerClient, folder: str, backend: str
    ) -> None:
        super().__init__(backend)
        self._client = client
        self._service = service
        self._folder = folder.rstrip("/")
        self._cell = (Path(__file__).parent / "llm_sandbox_cell.py").read_text(encoding="utf-8")

    async def _run(self, code: str, options: RunOptions, heard: Heard) -> ErrorInfo | None:
        from llm_sandbox.exceptions import SandboxTimeoutError

        work = asyncio.create_task(
            self._there(lambda: self._service.run(self._around(code, options), timeout=options.timeout))
        )
        try:
            answer = await asyncio.shield(work)
        except asyncio.CancelledError:
            with contextlib.suppress(UnavailableError):
                await self._signal()
            await asyncio.wait({work}, timeout=_GRACE)
            raise
        except SandboxTimeoutError:
            # llm-sandbox's own signal says SIGINT, which not every shell's kill understands.
            if not await self._signal():
                raise self._lose(_GONE) from None
            raise TimeUpError(_KEPT) from None
        try:
            answered = json.loads(answer.stdout.strip().splitlines()[-1])
        except (IndexError, ValueError):
            # IPython itself has died: what it said last is all there is.
            raise self._lose(_GONE) from None
        said = rebuilt.record(answered, "the answer")  # code in the container may have printed it
        heard.stdout(said["stdout"])
        heard.stderr(said["stderr"])
        for result in rebuilt.items(said["results"], "results"):
            heard.result(Result.from_dict(result))
        if said["error"] is None:
            return None
        error = ErrorInfo.from_dict(said["error"])
        value = "0" if error.name == "SystemExit" and error.value in {"", "None"} else error.value
        return replace(error, value=value, traceback=error.traceback.strip())

    async def _restart(self, context: str | None) -> None:
        chosen = "clear()" if context is None else f"pop({context!r}, None)"
        await self._there(
            lambda: self._service.run(f"{self._loaded()}\n_belljar._modules.{chosen};", timeout=_PATIENCE)
        )

    async def _look(self) -> Mapping[str, Seen]:
        # A name may hold anything but NUL.
        found = await self._command(
            f"find {shlex.quote(self._folder)} -type f -not -path '*/.*' -printf '%P\\0%s\\0%T@\\0'"
        )
        parts = found.split("\0")[:-1]
        triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        return {path: Seen(int(size), stamp) for path, size, stamp in triples}

    async def _put(self, path: str, content: bytes) -> None:
        def put() -> None:
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder) / "file"
                source.write_bytes(content)
                self._service.copy_to_runtime(str(source), f"{self._folder}/{path}")

        await self._there(put)

    async def _get(self, path: str) -> bytes:
        seen = (await self._look()).get(path)
        if seen is None:
            raise no_file(path)
        if seen.size == 0:
            return b""  # llm-sandbox takes an empty file for none

        def get() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / "file"
                self._service.copy_from_runtime(f"{self._folder}/{path}", str(target))
                return target.read_bytes()

        return await self._there(get)

    async def _delete(self, path: str) -> None:
        if path not in await self._look():
            raise no_file(path)
        await self._command(f"rm -f -- {shlex.quote(f'{self._folder}/{path}')}")

    async def _destroy(self) -> None:
        try:
            await self._there(self._service.close)
        finally:
            self._client.close()

    async def _signal(self) -> bool:
        """Interrupts the code; whether there was anybody to interrupt."""
        number = f"$(cat {shlex.quote(self._folder)}/.interactive/runner.pid)"
        # In a container nobody buries the dead, and a signal to them succeeds.
        command = f"kill -INT {number} && ! grep -q '^State:.Z' /proc/{number}/status"
        done = await self._there(lambda: self._service.execute_command(f"/bin/sh -c {shlex.quote(command)}"))
        return not done.exit_code

    async def _command(self, command: str) -> str:
        """What a command prints; it must do no harm when it runs again.

        On a busy machine docker-py loses what comes before it listens (its issues 2042 and 3332): an answer
        is whole when both of its marks are there.
        """
        mark = secrets.token_hex(8)
        marked = f"/bin/sh -c {shlex.quote(f'printf {mark}; {command}; printf {mark}')}"
        for _ in range(_TRIES):
            done = await self._there(lambda: self._service.execute_command(marked))
            parts = str(done.stdout).split(mark)
            if len(parts) == 3 and parts[0] == parts[2] == "":
                return parts[1]
        raise self._lose(f"{_GONE} (Its answers are lost on their way.)")

    def _around(self, code: str, options: RunOptions) -> str:
        run = f"_belljar.run(get_ipython(), {code!r}, {options.context!r}, {self._folder!r})"
        return f"{self._loaded()}\n{run}"

    def _loaded(self) -> str:
        """Python that has the cell's module under `_belljar`, made where it is not there yet."""
        return (
            "import sys, types\n"
            "_belljar = sys.modules.get('_belljar')\n"
            "if _belljar is None:\n"
            "    _belljar = sys.modules['_belljar'] = types.ModuleType('_belljar')\n"
            f"    exec({self._cell!r}, _belljar.__dict__)"
        )

    async def _there(self, work: Callable[[], T]) -> T:
        """What the container answers.

        Raises:
            UnavailableError: It is gone, and with it this session.
            SandboxTimeoutError: As llm-sandbox says it.
        """
        from docker.errors import DockerException
        from llm_sandbox.exceptions import SandboxError, SandboxTimeoutError

        try:
            return await in_thread(work)
        except SandboxTimeoutError:
            raise
        except (DockerException, SandboxError, OSError) as error:
            raise self._lose(f"{_GONE} ({_first(error)})") from None


def _give_back(made: tuple[InteractiveSandboxSession, DockerClient]) -> None:
    """Ends a container that came when nobody waited for it any more."""
    service, client = made
    try:
        service.close()
    finally:
        client.close()


def _first(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "").rstrip(".") or type(error).__name__
