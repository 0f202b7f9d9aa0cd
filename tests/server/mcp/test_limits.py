"""MCP over HTTP has the limits of `belljar serve`, on real sockets; out of descriptors both stay calm."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from .on_shelves import LIMITS, TOKEN, on_shelves

HEAD = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
#: Seconds that a busy machine may take on top.
LATE = 5


def port_of(url: str) -> int:
    return int(url.split(":")[2].split("/", maxsplit=1)[0])


def attackers(port: int, count: int, sent: bytes) -> list[socket.socket]:
    clients = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port), 10)
        with contextlib.suppress(OSError):
            client.sendall(sent)
        clients.append(client)
    return clients


def still_open(clients: list[socket.socket]) -> int:
    alive = 0
    for client in clients:
        client.setblocking(False)
        try:
            alive += client.recv(1000) != b""
        except BlockingIOError:
            alive += 1
        except OSError:
            pass
    return alive


def cut_within(clients: list[socket.socket], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while (left := still_open(clients)) and time.monotonic() < end:
        time.sleep(0.1)
    return left == 0


def status(port: int) -> bytes:
    """What a client without a token hears: 401 is an answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.settimeout(10)
        try:
            client.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
            return client.recv(12)
        except OSError:
            return b""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with on_shelves(tmp_path / "log") as address:
        yield address


@contextlib.contextmanager
def without_limits() -> Iterator[int]:
    """The control: uvicorn as it comes, which `belljar mcp` was."""

    async def app(scope: object, receive: object, send: object) -> None:
        del scope, receive, send

    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    with socket.create_server(("127.0.0.1", 0), backlog=300) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(10)


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"X: " + b"x" * 500])
def test_two_hundred_unfinished_heads_are_all_cut_within_the_head_time(url: str, start: bytes) -> None:
    with without_limits() as control:
        kept = attackers(control, 20, start)
        clients = attackers(port_of(url), 200, start)
        assert cut_within(clients, LIMITS.request_timeout + LATE)
        assert still_open(kept) == 20
        for client in (*clients, *kept):
            client.close()
    assert status(port_of(url)) == b"HTTP/1.1 401"


def test_a_body_that_never_comes_is_not_waited_for(url: str) -> None:
    asks = HEAD + f"Authorization: Bearer {TOKEN}\r\n".encode()
    asks += b"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
    clients = attackers(port_of(url), 5, asks + b'Content-Length: 1000\r\n\r\n{"jsonrpc"')
    # Not cut at once: a body has its time.
    time.sleep(LIMITS.send_timeout / 3)
    assert still_open(clients) == 5
    assert cut_within(clients, LIMITS.send_timeout + LATE)
    for client in clients:
        client.close()


def test_a_head_or_a_body_that_is_too_large_is_refused(url: str) -> None:
    [large] = attackers(port_of(url), 1, HEAD + b"X: " + b"x" * 100_000)
    large.settimeout(10)
    assert large.recv(12) == b"HTTP/1.1 400"
    asks = HEAD + f"Authorization: Bearer {TOKEN}\r\n".encode()
    [body] = attackers(port_of(url), 1, asks + b"Content-Length: 5000000\r\n\r\n")
    body.settimeout(10)
    assert body.recv(12) == b"HTTP/1.1 413"
    large.close()
    body.close()


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted as Linux does")
def test_out_of_descriptors_it_stays_calm_and_answers_when_they_are_back(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with on_shelves(log, descriptors=64) as url:
        # More than there are descriptors, again and again: those that are cut at once come back.
        clients: list[socket.socket] = []
        for _ in range(5):
            clients += attackers(port_of(url), 60, HEAD)
            time.sleep(0.2)
        process = f"/proc/{log.with_suffix('.pid').read_text()}"
        used = len(list(Path(f"{process}/fd").iterdir()))
        spent = cpu(process)
        time.sleep(1)
        assert cpu(process) - spent < 0.7  # seconds of a second: it does not spin
        assert used < 64  # some are kept back for files and browsers
        for client in clients:
            client.close()
        time.sleep(0.5)
        assert status(port_of(url)) == b"HTTP/1.1 401"
    said = log.read_text()
    assert "No descriptors are left for connections" in said
    assert "Traceback" not in said
    assert len(said) < 2000


def cpu(process: str) -> float:
    fields = Path(f"{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted as Linux does")
@pytest.mark.parametrize("calm", [True, False])
def test_a_listener_turns_away_what_it_has_no_descriptors_for(calm: bool) -> None:
    """In a process of its own; the control is asyncio with a plain socket, which logs on and on."""
    if not calm and sys.version_info >= (3, 13):
        pytest.skip("CPython was mended")
    program = (
        "import asyncio, resource, socket, sys, time\n"
        "from belljar.http.listener import Listener\n"
        "async def main():\n"
        f"    listener = Listener.on('127.0.0.1', 0) if {calm} else socket.create_server(('127.0.0.1', 0))\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
        "    held = []\n"
        "    async def client(reader, writer):\n"
        "        held.append(writer)\n"
        "    server = await asyncio.start_server(client, sock=listener)\n"
        "    print(listener.getsockname()[1], flush=True)\n"
        "    await asyncio.sleep(3)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        clients = attackers(int(process.stdout.readline()), 60, b"x")
        said = process.stderr.read()
        for client in clients:
            client.close()
    assert ("Traceback" in said) is not calm
    assert ("turned away" in said) is calm
    assert (len(said) < 1000) is calm
