"""Several server processes behind one address: program and tab meet across them, one that dies is noticed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from belljar import AsyncSandbox
from belljar.backends.servers import Origin

from ...helpers.person import Person
from ...helpers.redis_server import RedisServer
from .tab_runs import KEY, SLEEPING, running


class Process:
    """`belljar serve` as a process of its own.

    Args:
        redis: Address of the Redis that it shares with others.
    """

    def __init__(self, redis: str) -> None:
        environment = {**os.environ, "BELLJAR_TAB_KEY": KEY, "BELLJAR_REDIS_URL": redis}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belljar", "serve", "--port", "0", "--no-fetch"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        line = ""
        while "belljar serves on" not in line:
            line = self.process.stdout.readline()
            assert line, "the server did not start"
        self.base = Origin.of(line.split()[-1]).base

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


async def test_program_and_tab_meet_across_two_server_processes(
    redis_server: RedisServer, person: Person, options: dict[str, Any]
) -> None:
    one, other = Process(redis_server.url), Process(redis_server.url)
    try:
        answers = person.answers("allow")

        def invite(link: str) -> None:
            assert link.startswith(one.base)
            answers(link.replace(one.base, other.base))

        async with AsyncSandbox(**options | {"server": one.base}, on_invite=invite) as sandbox:
            assert (await sandbox.execute("6 * 7")).text == "42"
            content = os.urandom(5_000_000)
            await sandbox.files.write("data.bin", content)
            assert await sandbox.files.read("data.bin") == content
            large = await sandbox.execute("print('ü' * 3_000_000)")
            assert large.stdout == "ü" * 3_000_000 + "\n"
            # The tab's server dies without a word; Redis knows that nobody listens there any more.
            run, printed = running(sandbox, SLEEPING)
            await printed.wait()
            began = time.monotonic()
            other.kill()
            execution = await run
            assert execution.status == "unavailable"
            assert execution.note
            assert time.monotonic() - began < 20
    finally:
        one.kill()
        if other.process.poll() is None:
            other.kill()
