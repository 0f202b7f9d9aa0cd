"""Silence of browsers: a Chromium of ours that is stopped, and endpoints that lend one and say nothing.

Each test lets it fall silent at one point, with short bounds: the call ends with a sentence, the next one is
answered, and no process is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from belljar import AsyncSandbox, Execution
from belljar.backends import browsers, pages
from belljar.backends import grid as lending
from belljar.backends.headless import HeadlessBackend
from belljar.errors import UnavailableError

from ...helpers.browsers import ALLOWED, browser_processes
from ...helpers.waiting import soon
from .silences import ENDS, ended

#: For tests that share the browser, which lives in its loop.
one_loop = pytest.mark.asyncio(loop_scope="module")


@contextlib.contextmanager
def short() -> Iterator[None]:
    """Short bounds, as long as the browser is silent: a page that is well may take longer."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_SILENCE", "_EMPTY", "_END"):
            patch.setattr(pages, name, 1.0)
        patch.setattr(browsers, "_END", 1.0)
        yield


class Stoppable:
    """A backend, and the process group of its browser."""

    def __init__(self) -> None:
        self.backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=6)
        self._others = set(browser_processes())

    async def sandbox(self) -> AsyncSandbox:
        """One that is ready."""
        sandbox = AsyncSandbox(self.backend, packages=())
        answer = await asyncio.wait_for(sandbox.execute("6 * 7"), 120)
        assert answer.text == "42", answer.note or answer
        return sandbox

    async def warm(self) -> int:
        """The group of a browser that runs, and has run something."""
        if self.backend._chromium is None or not self.backend._chromium.alive:
            await self.sandbox()
        return self.group

    @property
    def group(self) -> int:
        (group,) = {os.getpgid(pid) for pid in set(browser_processes()) - self._others}
        return group


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def headless() -> AsyncIterator[Stoppable]:
    headless = Stoppable()
    yield headless
    await headless.backend.close()


def is_over(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def stopped() -> Iterator[Any]:
    """Stops a browser with all of its processes; whatever happens, none is left stopped."""
    groups: list[int] = []

    def stop(group: int) -> None:
        groups.append(group)
        os.killpg(group, signal.SIGSTOP)

    yield stop
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


async def running(sandbox: AsyncSandbox) -> asyncio.Task[Execution]:
    """A run that prints for ever, once it does."""
    printed = asyncio.Event()
    code = "import time\nwhile True:\n    print('on', flush=True)\n    time.sleep(0.1)"
    run = asyncio.create_task(sandbox.execute(code, timeout=60, on_stdout=lambda _: printed.set()))
    async with asyncio.timeout(60):
        await printed.wait()
    return run


@one_loop
async def test_every_call_to_a_browser_that_is_stopped_ends_and_the_next_run_has_a_new_one(
    headless: Stoppable, stopped: Any
) -> None:
    idle, silent, interrupting = await asyncio.gather(*(headless.sandbox() for _ in range(3)))
    group = headless.group
    runs = await asyncio.gather(running(silent), running(interrupting))
    with short():
        # What each run waits for now, it waits for with short bounds.
        await asyncio.sleep(1.0)
        stopped(group)
        files = idle.files
        answers = await ended(
            *runs,
            idle.execute("1", timeout=1),
            *(interrupting.interrupt(), idle.reset()),
            *(files.write("a", b"1"), files.read("a"), files.list(), files.remove("a")),
        )
    assert [answer.status for answer in answers[:3]] == ["crashed"] * 3
    assert all("on\n" in answer.stdout for answer in answers[:2])
    assert "has not answered for 1 seconds" in answers[2].note
    assert all(isinstance(answer, UnavailableError) for answer in answers[5:]), answers[5:]
    # An empty page may take 60 seconds, but not of a browser that is given up.
    again = await asyncio.wait_for(idle.execute("6 * 7"), 50)
    assert again.text == "42", again
    await soon(lambda: is_over(group))
    await ended(*(sandbox.close() for sandbox in (idle, silent, interrupting)))


@one_loop
async def test_a_sandbox_that_a_stopped_browser_does_not_give_comes_from_a_new_one(
    headless: Stoppable, stopped: Any
) -> None:
    group = await headless.warm()
    chromium = headless.backend._chromium
    assert chromium is not None
    with short():
        stopped(group)
        opening = asyncio.create_task(headless.sandbox())
        # No longer: the new browser's pages have the time that a busy machine needs.
        await asyncio.wait_for(chromium.given_up(), ENDS)
    sandbox = await opening
    await soon(lambda: is_over(group))
    await sandbox.close()


@one_loop
async def test_closing_a_backend_whose_browser_is_stopped_leaves_no_process(
    headless: Stoppable, stopped: Any
) -> None:
    group = await headless.warm()
    stopped(group)
    with short():
        await ended(headless.backend.close())
    await soon(lambda: is_over(group))


# ------------------------------------------------------------ endpoints that lend browsers


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("grid", "had no free Chrome for 0.3 seconds"),
        ("grid that lends", "does not answer"),
        ("cdp", "No browser answers"),
        ("ws", "No browser answers"),
    ],
)
async def test_an_endpoint_that_takes_calls_and_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, kind: str, said: str
) -> None:
    monkeypatch.setattr(lending, "_WAIT", 0.3 if kind == "grid" else 20.0)
    monkeypatch.setattr(lending, "_ANSWER", 0.3)
    monkeypatch.setattr(browsers, "_CONNECT", 0.3)
    writers: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if kind == "grid that lends" and (await reader.readline()).startswith(b"POST"):
            lent = {"sessionId": "1", "capabilities": {"se:cdp": f"ws://127.0.0.1:{port}/cdp"}}
            body = json.dumps({"value": lent}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    listening = await asyncio.start_server(silent, "127.0.0.1")
    port = listening.sockets[0].getsockname()[1]
    name = f"headless+{kind.split(maxsplit=1)[0]}://127.0.0.1:{port}"
    began = time.monotonic()
    async with AsyncSandbox(name, packages=(), browser_sandbox=ALLOWED) as sandbox:
        for _ in range(2 if kind == "grid" else 1):
            (answer,) = await ended(sandbox.execute("1", timeout=1))
            assert (answer.status, answer.backend) == ("unavailable", "headless")
            assert said in answer.note
    assert time.monotonic() - began < 2 * ENDS
    for writer in writers:
        writer.close()
    listening.close()
