"""Any client of the Model Context Protocol has its own sandbox; the official client is the judge."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from belljar import AsyncSandbox
from belljar.commands import cli
from belljar.mcp.clients import Clients, NoSuchSessionError
from belljar.mcp.server import build_server

from ...helpers.shelf import ShelfBackend

pytestmark = pytest.mark.services

TOKEN = "a token that nobody guesses"


@dataclass(frozen=True)
class Served:
    url: str
    process: subprocess.Popen[str]


def environment() -> dict[str, str]:
    allowed = {"BELLJAR_CHROMIUM_SANDBOX": "off"} if os.getuid() == 0 else {}
    # Python alone starts fast; packages come when they are imported.
    return {**os.environ, **allowed, "BELLJAR_MCP_TOKEN": TOKEN, "BELLJAR_PROFILE": "core"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "belljar", "mcp", *arguments]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A real server over HTTP, with real sandboxes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = command("--http", "--port", str(port), "--sandboxes", "2")
    with subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Served(f"http://127.0.0.1:{port}/mcp", process)
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@asynccontextmanager
async def connected(url: str, mode: str = "auto", token: str = TOKEN) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,  # type: ignore[arg-type]
    ):
        yield client


def text(result: Any) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


async def test_over_stdio_code_runs_with_figures_files_and_progress() -> None:
    heard: list[str | None] = []

    async def progress(_: float, __: float | None, message: str | None) -> None:
        heard.append(message)

    settings = environment() | {"BELLJAR_PROFILE": "data"}
    parameters = StdioServerParameters(command=command()[0], args=command()[1:], env=settings)
    async with Client(parameters) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["execute_python", "list_files", "read_file", "write_file", "reset"]
        code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nx = 6 * 7\nprint('seen')\nx"
        shown = await client.call_tool("execute_python", {"code": code}, progress_callback=progress)
        assert not shown.is_error, text(shown)
        assert [block.type for block in shown.content] == ["text", "image"]
        assert "seen" in text(shown)
        assert shown.structured_content is not None
        assert shown.structured_content["status"] == "ok"
        assert "Starting Python" in heard
        assert "Python is ready" in heard
        # What a model may be given of it has the same budget, whichever of the two its client takes.
        loud = await client.call_tool("execute_python", {"code": "for n in range(20000): print('row', n)"})
        assert len(text(loud)) <= 8000
        assert len(json.dumps(loud.structured_content)) < 10_000
        assert loud.structured_content is not None
        assert loud.structured_content["left_out"]["characters"] > 180_000
        await client.call_tool("write_file", {"path": "a.txt", "content": "ünï"})
        read = await client.call_tool("execute_python", {"code": "open('a.txt').read() + str(x)"})
        assert "'ünï42'" in text(read)
        assert text(await client.call_tool("read_file", {"path": "a.txt"})) == "ünï"
        assert "a.txt (5 bytes)" in text(await client.call_tool("list_files", {}))
        await client.call_tool("reset", {})
        gone = await client.call_tool("execute_python", {"code": "x"})
        assert gone.is_error
        assert "NameError" in text(gone)
        # Cancelling a call interrupts its run, and the sandbox answers the next.
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                client.call_tool("execute_python", {"code": "y = 1\nwhile True: pass"}), timeout=1
            )
        began = time.monotonic()
        assert not (await client.call_tool("execute_python", {"code": "1 + 1"})).is_error
        assert time.monotonic() - began < 20


async def test_the_instructions_are_written_from_the_policy(served: Served) -> None:
    async with connected(served.url) as client:
        assert "There is no network" in (client.instructions or "")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_over_http_each_client_has_its_own_sandbox(served: Served, mode: str) -> None:
    async with connected(served.url, mode) as one, connected(served.url, mode) as other:
        first = await one.call_tool("execute_python", {"code": "secret = 'mine'"})
        assert first.structured_content is not None
        mine = {"session": first.structured_content["session"]} if mode == "auto" else {}
        again = await one.call_tool("execute_python", {"code": "secret", **mine})
        assert "'mine'" in text(again)
        foreign = await other.call_tool("execute_python", {"code": "secret"})
        assert "NameError" in text(foreign)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_over_http_a_cancelled_call_interrupts_its_run_and_keeps_its_variables(
    served: Served, mode: str
) -> None:
    async with connected(served.url, mode) as client:
        first = await client.call_tool("execute_python", {"code": "kept = 'kept'"})
        assert first.structured_content is not None
        mine = {"session": first.structured_content["session"]} if mode == "auto" else {}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                client.call_tool("execute_python", {"code": "while True: pass", **mine}), timeout=0.7
            )
        began = time.monotonic()
        again = await client.call_tool("execute_python", {"code": "kept", **mine})
        assert "'kept'" in text(again)
        assert time.monotonic() - began < 10


async def test_a_handle_that_names_nothing_says_so(served: Served) -> None:
    async with connected(served.url) as client:
        result = await client.call_tool("execute_python", {"code": "1", "session": "guessed"})
        assert result.is_error
        assert "no such session" in text(result)


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"bearer{TOKEN}"],
)
async def test_without_the_token_nothing_answers(served: Served, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with httpx2.AsyncClient() as http:
        answer = await http.post(served.url, json={}, headers=headers)
    assert answer.status_code == 401
    assert "bearer token" in answer.json()["error"]
    assert TOKEN not in answer.text


async def test_a_foreign_origin_is_refused(served: Served) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}
    async with httpx2.AsyncClient() as http:
        assert (await http.post(served.url, json={}, headers=headers)).status_code == 403


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_though_its_client_stays(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *command(), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    who = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": who}
    process.stdin.write(json.dumps(hello).encode() + b"\n")
    assert b"belljar" in await asyncio.wait_for(process.stdout.readline(), 20)
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 20) == 128 + number


async def test_a_run_is_reported_when_the_server_is_told_to_end(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    arguments = ["-c", 'echo $$ > "$0"; exec "$@"', str(pid), *command()]
    parameters = StdioServerParameters(command="/bin/sh", args=arguments, env=environment())
    async with Client(parameters) as client:
        await client.call_tool("execute_python", {"code": "1"})
        run = asyncio.create_task(client.call_tool("execute_python", {"code": "while True: pass"}))
        await asyncio.sleep(0.3)
        os.kill(int(pid.read_text()), signal.SIGTERM)
        result = await asyncio.wait_for(run, 20)
    assert result.is_error
    assert "closed" in text(result)


async def test_a_wrong_call_is_an_answer_and_no_failure_of_the_protocol() -> None:
    clients = on_shelves()
    async with Client(build_server(clients)) as client:
        for name, arguments, says in (
            ("shell", {}, "There is no tool"),
            ("execute_python", {}, "needs the argument code"),
            ("execute_python", {"code": "1", "session": "x"}, "has no argument"),
        ):
            result = await client.call_tool(name, arguments)
            assert result.is_error
            assert says in text(result)
    await clients.close()


def on_shelves(**options: Any) -> Clients:
    return Clients(lambda: AsyncSandbox(ShelfBackend()), **options)  # type: ignore[arg-type]


async def test_the_longest_idle_makes_room_and_busy_ones_are_left_alone() -> None:
    clients = on_shelves(most=2, queue=0)
    async with clients.use("a"):
        pass
    async with clients.use("b"):
        pass
    async with clients.use("c"):
        with pytest.raises(NoSuchSessionError, match="variables and files are gone"):
            async with clients.use("a", known=True):
                pass
        async with clients.use("b", known=True):
            with pytest.raises(ValueError, match=r"All 2 sandboxes .* 0 clients wait already"):
                async with clients.use("d"):
                    pass
    async with clients.use("a") as place:
        assert place.again  # its first one was closed
    await clients.close()


async def test_who_finds_no_room_waits_for_it_first_come_first_served() -> None:
    clients = on_shelves(most=2, queue=10)
    order: list[int] = []
    running = most = 0

    async def program(number: int) -> None:
        nonlocal running, most
        async with clients.use(f"{number}"):
            order.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

    # Two calls of one client share its place, also while they wait.
    calls = [asyncio.create_task(program(number)) for number in (0, 1, 2, 3, 3, 4, 5, 6)]
    await asyncio.sleep(0)
    assert (clients.waiting, clients.ahead_of("2"), clients.ahead_of("6"), clients.ahead_of("0")) == (
        5,
        0,
        4,
        None,
    )
    calls[2].cancel()
    await asyncio.wait(calls)
    assert order == [0, 1, 3, 3, 4, 5, 6]
    assert most <= 3  # two sandboxes, and two calls in one of them
    assert clients.waiting == 0
    await clients.close()


async def test_a_full_queue_too_long_a_wait_and_the_end_are_sentences() -> None:
    clients = on_shelves(most=1, queue=1, queue_timeout=0.05)

    async def call(key: str) -> None:
        async with clients.use(key):
            pass

    async with clients.use("a"):
        waiting = asyncio.create_task(call("b"))
        await asyncio.sleep(0)
        with pytest.raises(ValueError, match="1 clients wait already"):
            await call("c")
        with pytest.raises(ValueError, match=r"were at work for 0\.05 seconds"):
            await waiting
        waiting = asyncio.create_task(call("b"))
        await asyncio.sleep(0)
        await clients.close()
        for ended in (waiting, call("a"), call("d")):
            with pytest.raises(ValueError, match="server is ending"):
                await ended


async def test_a_client_that_waits_hears_how_many_are_before_it_and_who_lost_a_sandbox_is_told() -> None:
    clients = on_shelves(most=1)
    heard: asyncio.Queue[str | None] = asyncio.Queue()

    async def progress(_: float, __: float | None, message: str | None) -> None:
        heard.put_nowait(message)

    async with Client(build_server(clients)) as client:
        assert "new one" not in text(await client.call_tool("reset", {}))
        async with clients.use("another"):
            call = asyncio.create_task(client.call_tool("reset", {}, progress_callback=progress))
            assert await heard.get() == "Waiting for a sandbox: 0 before you"
        answer = await call
    assert "Your earlier sandbox was closed to make room for others" in text(answer)
    await clients.close()


async def test_what_nobody_uses_is_closed() -> None:
    clients = on_shelves(idle=0.01)
    async with clients.use("a"):
        pass
    await asyncio.sleep(0.05)
    with pytest.raises(NoSuchSessionError):
        async with clients.use("a", known=True):
            pass


def test_a_short_token_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELLJAR_MCP_TOKEN", "short")
    assert cli.main(["mcp", "--http"]) == 2
    assert "BELLJAR_MCP_TOKEN must have 16 characters" in capsys.readouterr().err


def test_the_docs_have_every_option_and_no_other(repository: Path) -> None:
    page = (repository / "docs/mcp.md").read_text(encoding="utf-8")
    parser = cli.build_parser()
    commands = next(action for action in parser._actions if isinstance(action.choices, dict))
    options = {name for action in commands.choices["mcp"]._actions for name in action.option_strings}  # type: ignore[index,union-attr]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page)) == options - {"-h", "--help"}
