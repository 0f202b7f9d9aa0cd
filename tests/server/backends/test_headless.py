"""The headless backend: sandboxes of one browser, what happens when it dies or isn't there."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from belljar import AsyncSandbox
from belljar.backends import find_backend
from belljar.backends.headless import HeadlessBackend
from belljar.backends.servers import Origin

from ...helpers.browsers import ALLOWED, browser_processes

#: For tests that share the browser, which lives in its loop.
one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backend() -> AsyncIterator[HeadlessBackend]:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=2)
    yield backend
    await backend.close()


@one_loop
async def test_sandboxes_share_nothing(backend: HeadlessBackend) -> None:
    one, other = AsyncSandbox(backend, packages=()), AsyncSandbox(backend, packages=())
    await one.execute("mine = 1", files={"mine.txt": "1"})
    execution = await other.execute("import os\nos.listdir(), 'mine' in globals()")
    assert execution.text == "([], False)"
    await asyncio.gather(one.close(), other.close())


@one_loop
async def test_programs_wait_their_turn_and_none_gets_anothers_answer(backend: HeadlessBackend) -> None:
    programs = int(os.environ.get("LOAD_PROGRAMS", "6"))
    order: list[int] = []

    async def program(nonce: int) -> tuple[str | None, str]:
        async with AsyncSandbox(backend, packages=()) as sandbox:
            code = f"import time\nprint('nonce {nonce}')\ntime.sleep(0.1)\n{nonce} * 2"
            execution = await sandbox.execute(code)
            order.append(nonce)
            return execution.text, execution.stdout

    answers = await asyncio.gather(*(program(nonce) for nonce in range(programs)))
    assert answers == [(str(nonce * 2), f"nonce {nonce}\n") for nonce in range(programs)]
    # First come, first served: nobody is overtaken by more than the pool.
    assert all(abs(nonce - place) <= 2 for place, nonce in enumerate(order))
    assert backend.waiting == 0


@one_loop
async def test_a_cancelled_call_interrupts_its_run(backend: HeadlessBackend) -> None:
    sandbox = AsyncSandbox(backend, packages=())
    await sandbox.execute("kept = 1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sandbox.execute("while True: pass"), 1)
    assert (await asyncio.wait_for(sandbox.execute("kept"), 20)).text == "1"
    await sandbox.close()


@one_loop
async def test_a_browser_that_dies_is_reported_and_the_next_run_has_a_new_one(
    backend: HeadlessBackend,
) -> None:
    sandbox = AsyncSandbox(backend, packages=())
    started = asyncio.Event()
    running = asyncio.create_task(
        sandbox.execute("print('on')\nwhile True: pass", on_stdout=lambda _: started.set())
    )
    await started.wait()
    for pid in browser_processes():
        os.kill(pid, signal.SIGKILL)
    execution = await asyncio.wait_for(running, 20)
    assert execution.status == "crashed"
    assert "the next run gets a new browser" in (execution.note or "")
    assert (await sandbox.execute("1 + 1")).text == "2"
    await sandbox.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"chromium": "/no/such/chromium"}, "Chromium did not start"),
        ({"server": "http://127.0.0.1:1"}, "could not be opened"),
        ({"server": "ftp://nowhere"}, "is no address"),
        ({"browser_sandbox": "maybe"}, '"on" or "off"'),
        ({"endpoint": "ws://127.0.0.1:1/"}, "No browser answers"),
        ({"endpoint": "cdp+http://127.0.0.1:1/"}, "No browser answers"),
    ],
)
async def test_what_is_missing_is_said_in_an_execution(options: dict[str, Any], said: str) -> None:
    async with AsyncSandbox("headless", **{"browser_sandbox": ALLOWED, **options}) as sandbox:
        execution = await sandbox.execute("1")
        assert (execution.status, execution.backend) == ("unavailable", "headless")
        assert said in (execution.note or "")
        assert "\n" not in (execution.note or "")


@pytest.mark.parametrize(
    "name", ["heedless", "headless+", "headless+ftp://x", "headless+ws://", "headless+ws"]
)
def test_a_backend_that_is_not_known_is_the_callers_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=r"Known are .*headless|Allowed are headless"):
        find_backend(name)


def test_an_origin_covers_its_own_requests_only() -> None:
    origin = Origin.of("http://127.0.0.1:8000/tools")
    assert origin.base == "http://127.0.0.1:8000/tools/"
    assert origin.covers("http://127.0.0.1:8000/assets/x")
    for other in (
        "https://127.0.0.1:8000/",
        "http://127.0.0.1:8001/",
        "http://localhost:8000/",
        "data:,",
        "x",
    ):
        assert not origin.covers(other)
