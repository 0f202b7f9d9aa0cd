"""Fifty programs at once against one server with four sandboxes: real processes, a real server and browser.

Nothing is lost or swapped, who came first is served first, too many are told so, memory has an end, and a
signal in the midst of it leaves no program without an answer and no browser behind.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

PROGRAM = str(Path(__file__).parents[2] / "helpers" / "program.py")
PROGRAMS = 50
SANDBOXES = 4
#: Bytes: what a sandbox takes as docs/python.md has it, and what server and browser may take besides.
PER_SANDBOX, REST = 500 * 2**20, 700 * 2**20
TOKEN = "a token that nobody guesses"
#: A cell that takes a moment, so that programs have to wait for each other.
CELL = "import time\nprint('nonce NONCE')\ntime.sleep(0.05)\n'NONCE' * 2"
ENDLESS = "print('nonce NONCE')\nwhile True: pass"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
    pytest.mark.timeout(400),
]


def descendants(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
        except OSError:
            continue  # it has just ended
        for task in tasks:
            with suppress(OSError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def proportional_bytes(pid: int) -> int:
    """Memory of a process; what it shares counts by its part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def is_renderer(pid: int) -> bool:
    try:
        return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class Watch:
    """What a tree of processes takes at most, while the block lasts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most_bytes = self.most_renderers = 0

    def now(self) -> int:
        """Bytes that it takes now."""
        return sum(map(proportional_bytes, descendants(self._pid)))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(2):
            self.most_bytes = max(self.most_bytes, self.now())
            self.most_renderers = max(self.most_renderers, sum(map(is_renderer, descendants(self._pid))))


@dataclass
class Server:
    """`belljar mcp --http` as a process of its own."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def serving(*arguments: str, **settings: str) -> Iterator[Server]:
    allowed = {"BELLJAR_CHROMIUM_SANDBOX": "off"} if os.getuid() == 0 else {}
    environment = {**os.environ, **allowed, "BELLJAR_MCP_TOKEN": TOKEN, "BELLJAR_PROFILE": "core", **settings}
    command = [sys.executable, "-m", "belljar", "mcp", "--http", "--port", "0"]
    command += ["--sandboxes", str(SANDBOXES), *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert "serving MCP at " in line, line
            yield Server(line.split()[-1], process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


class Program:
    """A client in a process of its own, which is ready to ask."""

    def __init__(self, server: Server, nonce: str, code: str) -> None:
        self.nonce = nonce
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", PROGRAM, server.url, nonce, code],
            env={"BELLJAR_MCP_TOKEN": TOKEN, "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def ask(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("now\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        out, _ = self._process.communicate(timeout=400)
        answer: dict[str, Any] = json.loads(out)
        return answer

    def end(self) -> None:
        self._process.kill()
        with self._process:  # closes its pipes
            pass


@contextmanager
def ready(server: Server, code: str) -> Iterator[list[Program]]:
    """They end with the block, whatever became of it."""
    programs: list[Program] = []
    try:
        programs.extend(
            Program(server, f"n{number}-{os.urandom(4).hex()}", code) for number in range(PROGRAMS)
        )
        for program in programs:
            program.wait_until_ready()
        yield programs
    finally:
        for program in programs:
            program.end()


def ask_in_order(programs: list[Program]) -> None:
    for program in programs:
        program.ask()
        time.sleep(0.02)  # enough for the one to come before the other


def test_fifty_programs_take_turns_and_each_has_its_own_answer() -> None:
    with serving("--queue-timeout", "300") as server, ready(server, CELL) as programs:
        watch = Watch(server.process.pid)
        with watch:
            ask_in_order(programs)
            answers = [program.answer() for program in programs]
            after = watch.now()
        for program, answer in zip(programs, answers, strict=True):
            assert (answer["status"], answer["failed"]) == ("ok", False), answer
            assert f"nonce {program.nonce}\n" in answer["text"]
            assert f"'{program.nonce * 2}'" in answer["text"]
            others = [other.nonce for other in programs if other is not program]
            assert not [nonce for nonce in others if nonce in answer["text"]]
        # First come, first served: who asked later was not answered earlier, but for those that run at once.
        came = sorted(range(PROGRAMS), key=lambda number: answers[number]["asked"])
        served = sorted(range(PROGRAMS), key=lambda number: answers[number]["answered"])
        overtaken = [abs(came.index(number) - served.index(number)) for number in range(PROGRAMS)]
        assert max(overtaken) <= 2 * SANDBOXES, overtaken
        # A page takes three, with its frames; their number is the sandboxes', not the programs'.
        print(f"{watch.most_bytes >> 20} MiB at most, {after >> 20} after, {watch.most_renderers} renderers")
        assert watch.most_renderers < 5 * SANDBOXES
        assert watch.most_bytes < SANDBOXES * PER_SANDBOX + REST, watch.most_bytes
        assert after < SANDBOXES * PER_SANDBOX + REST, after


def test_a_signal_in_the_midst_leaves_nobody_without_an_answer_and_no_browser_behind() -> None:
    queue = 10
    # Longer than a busy machine takes until all fifty have asked.
    with (
        serving("--queue", str(queue), BELLJAR_TIMEOUT="300") as server,
        ready(server, ENDLESS) as programs,
    ):
        ask_in_order(programs)
        refused = [program.answer() for program in programs[SANDBOXES + queue :]]
        # Those that found the queue full were told at once, while others run and wait.
        for answer in refused:
            assert answer["failed"]
            assert "All 4 sandboxes of this server are at work and 10 clients wait already" in answer["text"]
            assert answer["answered"] - answer["asked"] < 10
        began: list[int] = []
        for _ in range(600):  # the first four begin, on a busy machine later
            began = descendants(server.process.pid)
            if sum(map(is_renderer, began)) >= 2 * SANDBOXES:  # each has its page and its frame
                break
            time.sleep(0.1)
        assert any(map(is_renderer, began))
        time.sleep(3)
        server.process.send_signal(signal.SIGTERM)
        running = [program.answer() for program in programs[:SANDBOXES]]
        waiting = [program.answer() for program in programs[SANDBOXES : SANDBOXES + queue]]
        for answer in running:
            # On a busy machine one of them may still have been waiting for its browser.
            if answer["status"] is not None:
                assert answer["status"] == "unavailable", answer
                assert "The sandbox was closed." in answer["text"]
            else:
                assert "This server is ending: the call was not run." in answer["text"]
        for answer in waiting:
            assert answer["failed"], answer
            assert "This server is ending: the call was not run." in answer["text"]
        assert server.process.wait(30) == 128 + signal.SIGTERM
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""
        until = time.monotonic() + 5
        while left := [pid for pid in began if Path(f"/proc/{pid}").exists()]:
            assert time.monotonic() < until, left
            time.sleep(0.1)
