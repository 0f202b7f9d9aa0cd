"""Each wait has an end, on a real socket: for clients that say nothing, say it slowly, or do not listen."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from belljar.assets import AssetSet
from belljar.settings import Connections, Settings

from ..conftest import MakeClient, make_file
from ..wire import exchange, serving

LIMITS = Connections(
    max_connections=20, request_timeout=0.5, keep_alive=1, send_timeout=0.5, header_bytes=8192
)
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
#: More than the socket buffers of both ends hold.
LARGE = b"\0" * 40_000_000


@pytest.fixture
def with_large_file(assets: AssetSet, tmp_path: Path) -> None:
    object.__setattr__(assets, "core", (*assets.core, make_file(tmp_path, "large.zip", LARGE)))


@pytest.fixture
def port(make_client: MakeClient, tmp_path: Path) -> Iterator[int]:
    settings = Settings(assets_dir=tmp_path / "assets", compress=False, connections=LIMITS)
    with serving(make_client(settings).app, settings) as port:  # type: ignore[arg-type]
        yield port


def sent(port: int, data: bytes, seconds: float = 5) -> tuple[bytes, float]:
    return asyncio.run(exchange(port, data, seconds))


def large(port: int) -> bytes:
    policy, _ = sent(port, b"GET /policy.json HTTP/1.0\r\n\r\n")
    path = policy.split(b"/large.zip")[0].rpartition(b'"')[2]
    return b"GET /" + path + b"/large.zip HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_client_that_does_not_finish_its_request_is_left(port: int, start: bytes) -> None:
    got, seconds = sent(port, start)
    assert got == b""
    assert 0.3 < seconds < 2


def test_a_byte_now_and_then_buys_no_time(port: int) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.1)
        for byte in b"GET / HTTP/1.1\r\nX: " + b"x" * 100:
            try:
                client.send(bytes([byte]))
                if client.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert time.monotonic() - began < 3


def test_the_same_holds_for_the_second_request_of_a_connection(port: int) -> None:
    got, seconds = sent(port, GET + b"\r\n" + b"GET / HTTP/1.1\r\nX: ")
    assert got.count(b"HTTP/1.1 200") == 1
    assert seconds < 3


def test_an_idle_connection_is_closed_after_its_time(port: int) -> None:
    got, seconds = sent(port, GET + b"\r\n")
    assert got.startswith(b"HTTP/1.1 200")
    assert 0.8 < seconds < 3


@pytest.mark.usefixtures("with_large_file")
def test_a_client_that_does_not_take_its_answer_is_left(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(large(port))
        time.sleep(1)  # twice what it has
        got = 0
        client.settimeout(3)
        try:
            while data := client.recv(1 << 20):
                got += len(data)
        except ConnectionError:
            pass
    assert 0 < got < len(LARGE)


@pytest.mark.usefixtures("with_large_file")
def test_a_client_that_takes_it_slowly_but_steadily_gets_it_all(port: int) -> None:
    got = 0
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(large(port))
        client.settimeout(5)
        while got < len(LARGE) and (data := client.recv(1 << 20)):
            got += len(data)
            time.sleep(0.01)
    assert got >= len(LARGE)


@pytest.mark.usefixtures("with_large_file")
def test_a_file_sent_is_the_file_and_the_connection_stays(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.sock = client
        path = large(port).split()[1].decode()
        for method, status, length in (("GET", 200, len(LARGE)), ("HEAD", 200, 0), ("GET", 200, len(LARGE))):
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
            assert (answer.status, len(body), answer.headers["content-length"]) == (
                status,
                length,
                str(len(LARGE)),
            )
            assert body == LARGE[:length]
        assert connection.sock is client


def test_no_answer_waits_for_a_packet_to_be_confirmed(port: int) -> None:
    """Without TCP_NODELAY each of these takes 40 ms on Linux."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.monotonic()
    for _ in range(50):
        connection.request("GET", "/sdk.js")
        assert connection.getresponse().read()
    connection.close()
    assert time.monotonic() - began < 1.5


def test_there_are_descriptors_for_all_connections() -> None:
    """In a process of its own, which starts with as few as many systems give."""
    program = (
        "import resource as r; from belljar.http.listener import allow_descriptors;"
        "r.setrlimit(r.RLIMIT_NOFILE, (256, r.getrlimit(r.RLIMIT_NOFILE)[1]));"
        "allow_descriptors(500); print(*r.getrlimit(r.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    soft, hard = map(int, told.split())
    assert soft == (1256 if hard < 0 else min(hard, 1256))


@pytest.mark.usefixtures("with_large_file")
def test_requests_sent_ahead_are_answered_in_turn(port: int) -> None:
    """Pipelining (RFC 9112, section 9.3.2), with a large file between small answers."""
    last = b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    got, _ = sent(port, GET + b"\r\n" + large(port) + last, 20)
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"200", b"404"]
    assert len(got) > len(LARGE)


@pytest.mark.usefixtures("with_large_file")
def test_a_client_that_leaves_in_the_midst_costs_nothing(port: int, caplog: pytest.LogCaptureFixture) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(large(port))
            assert client.recv(1000)
    time.sleep(0.3)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert sent(port, GET + b"Connection: close\r\n\r\n")[0].startswith(b"HTTP/1.1 200")


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(
    make_client: MakeClient, assets: AssetSet, tmp_path: Path
) -> None:
    """A client must see that it has less than was announced, never wait for the rest."""
    file = make_file(tmp_path, "large.zip", LARGE)
    object.__setattr__(assets, "core", (*assets.core, file))
    settings = Settings(assets_dir=tmp_path / "assets", compress=False, connections=LIMITS)
    with serving(make_client(settings).app, settings) as port:  # type: ignore[arg-type]
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.settimeout(3)
            client.sendall(large(port))
            got = len(client.recv(1000))
            os.truncate(file.path, 100)
            with contextlib.suppress(ConnectionError):
                while data := client.recv(1 << 20):
                    got += len(data)
        assert got < len(LARGE)


@pytest.mark.parametrize("path", [b"/policy.json", b"/sdk.js", b"/nothing", b"/frame/plain.html"])
def test_a_connection_stays_open_after_every_kind_of_answer(port: int, path: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.sock = client
        for headers in (
            {},
            {"If-None-Match": "*"},
            {"Range": "bytes=999999999-"},
            {"Accept-Encoding": "*;q=0"},
        ):
            connection.request("GET", path.decode(), headers=headers)
            connection.getresponse().read()
            assert connection.sock is client


def test_clients_past_the_limit_are_told_so_and_those_before_it_go_on(port: int) -> None:
    early = socket.create_connection(("127.0.0.1", port))
    early.sendall(GET)
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(LIMITS.max_connections)]
    time.sleep(0.1)
    got, _ = sent(port, GET + b"\r\n")
    assert got.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5\r\n" in got
    assert b"x-content-type-options: nosniff\r\n" in got
    assert b"too many visitors" in got
    early.sendall(b"\r\n")
    assert early.recv(100).startswith(b"HTTP/1.1 200")
    for client in (early, *idle):
        client.close()
    time.sleep(0.3)
    assert sent(port, GET + b"Connection: close\r\n\r\n")[0].startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", 411),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 7_000 + b"\r\nY: " + b"y" * 7_000 + b"\r\n\r\n", 431),
        (b"GET /?" + b"q" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000, 400),
        (b"no http at all\r\n\r\n", 400),
    ],
)
def test_what_is_too_large_is_refused_in_a_sentence_and_cut_off(
    port: int, request_bytes: bytes, status: int
) -> None:
    got, seconds = sent(port, request_bytes)
    # A head that came whole in one read is measured by the app, one in pieces already by the parser.
    assert int(got.split(b" ")[1]) in {status, 400}
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert b"x-content-type-options: nosniff" in head
    assert body.endswith(b".\n")
    assert seconds < 1


def test_a_websocket_is_answered_like_any_other_request(port: int) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
    got, _ = sent(port, GET + upgrade)
    assert got.startswith(b"HTTP/1.1 200")
