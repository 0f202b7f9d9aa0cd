"""Ends of the headless backend: a full queue, a wait that is too long, a program that is killed, a close."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from belljar import AsyncSandbox
from belljar.backends.headless import HeadlessBackend

from ...helpers.browsers import ALLOWED, browser_processes, command_line
from ...helpers.waiting import until

RUNS_FOR_EVER = """
from belljar import Sandbox
with Sandbox(packages=(), browser_sandbox=%r) as sandbox:
    sandbox.execute("print('on')\\nwhile True: pass", on_stdout=lambda _: print("on", flush=True))
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_is_killed_leaves_no_browser_behind(sent: signal.Signals) -> None:
    command = [sys.executable, "-c", RUNS_FOR_EVER % ALLOWED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "on\n"
        browsers = browser_processes(program.pid)
        assert browsers
        program.send_signal(sent)
        assert program.wait(10) == -sent
    until(lambda: not any(b"--remote-debugging-pipe" in command_line(pid) for pid in browsers))


async def test_a_full_queue_says_so_at_once() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1, queue=1, queue_timeout=60)
    first = AsyncSandbox(backend, packages=())
    assert (await first.execute("1")).ok
    waiting, refused = AsyncSandbox(backend, packages=()), AsyncSandbox(backend, packages=())
    queued = asyncio.create_task(waiting.execute("2"))
    await asyncio.sleep(0.1)
    assert backend.waiting == 1
    execution = await refused.execute("3")
    assert execution.status == "unavailable"
    assert "All 1 pages of this backend are in use and 1 sandboxes wait already" in (execution.note or "")
    await first.close()
    assert (await queued).text == "2"
    await backend.close()


async def test_who_waits_too_long_is_told() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1, queue_timeout=0.5)
    first = AsyncSandbox(backend, packages=())
    assert (await first.execute("1")).ok
    execution = await AsyncSandbox(backend, packages=()).execute("2")
    assert "were in use for 0.5 seconds" in (execution.note or "")
    await backend.close()


async def test_closing_the_backend_reports_every_run() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1)
    started = asyncio.Event()
    sandboxes = [AsyncSandbox(backend, packages=()) for _ in range(5)]
    code = "print('on')\nwhile True: pass"
    runs = [
        asyncio.create_task(sandbox.execute(code, on_stdout=lambda _: started.set())) for sandbox in sandboxes
    ]
    await started.wait()
    await backend.close()
    answers = await asyncio.wait_for(asyncio.gather(*runs), 10)
    assert {answer.status for answer in answers} == {"unavailable"}
    assert all("closed" in (answer.note or "") for answer in answers)
    assert browser_processes() == []
