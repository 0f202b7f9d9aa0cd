"""Silence: whatever a service, or a session of ours, doesn't answer, every call to the sandbox ends.

Each row lets the other side fall silent at one point of a run, with short bounds; then a new session answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from belljar import AsyncSandbox, Execution, Sandbox
from belljar.answers.results import FileInfo
from belljar.backends import Listener, RunOptions, SessionOptions, bounds
from belljar.backends.e2b import E2BBackend, E2BSession
from belljar.errors import UnavailableError

from ...standins import E2B_KEY, Service

#: Seconds within which everything has to have ended here.
ENDS = 15.0


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK", "STOP", "RESET", "FILE", "CLOSE"):
        monkeypatch.setattr(bounds, name, 0.4)
    monkeypatch.setattr(bounds, "TIDY", 0.2)
    monkeypatch.setattr(E2BSession, "slack", 1.0)


# ------------------------------------------------------------ a session that stops at a point


class Silent:
    """A backend and its session. `at`: where it never answers, not even when it is cancelled once."""

    name = "silent"
    patience = 0.4
    slack = 0.4
    alive = True

    def __init__(self, at: str) -> None:
        self.at = at
        self.opened = 0
        self._stopped = asyncio.Event()

    async def _maybe(self, point: str) -> None:
        if self.at == point and self.opened < 2:
            with contextlib.suppress(asyncio.CancelledError):  # as a thread that hangs does
                await asyncio.sleep(3600)
            await asyncio.sleep(3600)

    async def open(self, _: SessionOptions) -> Silent:
        await self._maybe("open")
        self.opened += 1
        self._stopped = asyncio.Event()
        return self

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        await self._maybe("execute")
        if listener.on_stdout is not None:
            listener.on_stdout("said\n")
        if code == "asks" and listener.on_input is not None:
            await listener.on_input("?", False)
        if code == "runs":
            await self._stopped.wait()
        await self._maybe("after the code")
        return Execution("ok", backend=self.name)

    async def interrupt(self) -> None:
        await self._maybe("interrupt")
        self._stopped.set()

    async def reset(self) -> None:
        await self._maybe("reset")

    async def write(self, path: str, content: bytes) -> FileInfo:
        await self._maybe("write")
        return FileInfo(path, len(content))

    async def read(self, path: str) -> bytes:
        await self._maybe("read")
        return b""

    async def list(self) -> tuple[FileInfo, ...]:
        await self._maybe("list")
        return ()

    async def remove(self, path: str) -> None:
        await self._maybe("remove")

    async def close(self) -> None:
        await self._maybe("close")


async def ended(call: Any) -> Any:
    """What a call gives or raises, in time."""
    async with asyncio.timeout(ENDS):
        try:
            return await call
        except UnavailableError as error:
            return error


@pytest.mark.parametrize("at", ["execute", "after the code"])
async def test_a_run_that_nobody_answers_has_crashed_and_what_it_printed_is_kept(at: str) -> None:
    backend = Silent(at)
    sandbox = AsyncSandbox(backend)
    told: list[str] = []
    answer = await ended(sandbox.execute("1", timeout=0.2, on_stdout=told.append))
    assert answer.status == "crashed"
    assert "stopped answering" in answer.note
    assert answer.stdout == "".join(told) == ("said\n" if at == "after the code" else "")
    assert (await ended(sandbox.execute("1", timeout=0.2))).status == "ok"
    assert backend.opened == 2
    await ended(sandbox.close())


async def test_a_backend_that_gives_no_sandbox_is_not_waited_for() -> None:
    sandbox = AsyncSandbox(Silent("open"))
    answer = await ended(sandbox.execute("1"))
    assert answer.status == "unavailable"
    assert "gave no sandbox for 0.4 seconds" in answer.note
    await ended(sandbox.close())


@pytest.mark.parametrize("at", ["write", "read", "list", "remove"])
async def test_files_that_nobody_gives_are_an_error_and_the_session_is_dropped(at: str) -> None:
    backend = Silent(at)
    sandbox = AsyncSandbox(backend)
    given = {"write": ("a", b""), "read": ("a",), "remove": ("a",)}.get(at, ())
    error = await ended(getattr(sandbox.files, at)(*given))
    assert isinstance(error, UnavailableError)
    assert "stopped answering" in str(error)
    assert (await ended(sandbox.execute("1"))).status == "ok"
    assert backend.opened == 2
    await ended(sandbox.close())


@pytest.mark.parametrize("at", ["interrupt", "reset", "close"])
async def test_a_run_ends_with_what_was_to_end_it(at: str) -> None:
    sandbox = AsyncSandbox(Silent(at))
    running = asyncio.create_task(sandbox.execute("runs", timeout=500))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await ended(getattr(sandbox, at)())
    assert (await ended(running)).status in {"crashed", "unavailable"}
    assert time.monotonic() - began < ENDS
    await ended(sandbox.close())


async def test_a_person_may_think_longer_than_a_run_may_take() -> None:
    sandbox = AsyncSandbox(Silent("never"))

    async def thinks(prompt: str, password: bool) -> str:
        await asyncio.sleep(1.5)
        return prompt

    assert (await ended(sandbox.execute("asks", timeout=0.2, on_input=thinks))).status == "ok"
    await sandbox.close()


async def test_a_run_that_is_cancelled_lets_go_of_a_silent_session() -> None:
    sandbox = AsyncSandbox(Silent("execute"))
    running = asyncio.create_task(sandbox.execute("1", timeout=500))
    await asyncio.sleep(0.1)
    running.cancel()
    async with asyncio.timeout(ENDS):
        with pytest.raises(asyncio.CancelledError):
            await running
    assert (await ended(sandbox.execute("1"))).status == "ok"
    await ended(sandbox.close())


def test_ctrl_c_ends_a_run_of_a_silent_service(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def __init__(self) -> None:
            self.times = 0

    seen = Interrupted()

    def on_stdout(_: str) -> None:
        seen.times += 1
        raise KeyboardInterrupt

    class Late(Silent):
        pass

    sandbox = Sandbox(Late("after the code"))
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        sandbox.execute("1", timeout=500, on_stdout=on_stdout)
    assert time.monotonic() - began < ENDS
    assert seen.times == 1
    sandbox.close()


# ------------------------------------------------------------ E2B's own client, and a service that hangs


def silence(service: Service, *at: str) -> None:
    """From now on the stand-in answers none of these requests."""
    urlopen(Request(f"{service.url}/silence", ",".join(at).encode(), method="POST"), timeout=5).close()


@pytest.fixture
def hanging(e2b_service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    for name, value in e2b_service.variables.items():
        monkeypatch.setenv(name, value)
    yield e2b_service
    silence(e2b_service)


@pytest.mark.parametrize(
    ("at", "call"),
    [
        ("POST /v2/sandboxes", "execute"),
        ("POST /contexts", "execute"),
        ("POST /execute", "execute"),
        ("first line", "execute"),
        ("last line", "execute"),
        ("ListDir", "execute"),
        ("ListDir", "list"),
        ("POST /files", "write"),
        ("GET /files", "read"),
        ("restart", "reset"),
        ("DELETE /sandboxes", "close"),
    ],
)
async def test_whatever_e2b_does_not_answer_every_call_ends(
    hanging: Service, monkeypatch: pytest.MonkeyPatch, at: str, call: str
) -> None:
    backend = E2BBackend(api_key=E2B_KEY)
    backend.patience = 3.0
    sandbox = AsyncSandbox(backend)
    if call != "execute":
        assert (await sandbox.execute("open('a', 'w').write('1');", timeout=20)).ok
    silence(hanging, at)
    owner: Any = sandbox if call in {"execute", "reset", "close"} else sandbox.files
    given = {"execute": ("print(1)",), "write": ("a", b"1"), "read": ("a",)}.get(call, ())
    answer = await ended(getattr(owner, call)(*given, **({"timeout": 1} if call == "execute" else {})))
    if call == "execute":
        assert answer.status in {"crashed", "unavailable", "timeout"}, answer
        assert answer.note
    elif call in {"list", "write", "read"}:
        assert isinstance(answer, UnavailableError)
    silence(hanging)
    if call != "close":
        monkeypatch.setattr(bounds, "FILE", 20.0)
        monkeypatch.setattr(E2BSession, "slack", 20.0)
        backend.patience = 20.0
        again = await asyncio.wait_for(sandbox.execute("6 * 7", timeout=20), 60)
        assert again.text == "42", again
    await ended(sandbox.close())
