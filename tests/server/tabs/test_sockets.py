"""Tabs' sockets on a real server: they outlive the wait for a request, and end with what they need."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from belljar.settings import Connections, Settings
from belljar.tabs import MAX_HELLO, MAX_MESSAGE

from ..conftest import MakeClient
from ..wire import serving

KEY = "key-of-the-operator-1234"
AS_PROGRAM = {"Authorization": f"Bearer {KEY}"}
LIMITS = Connections(max_connections=3, request_timeout=0.3, keep_alive=1, send_timeout=0.3)


@pytest.fixture
def port(make_client: MakeClient, tmp_path: Path) -> Iterator[int]:
    settings = Settings(assets_dir=tmp_path / "assets", compress=False, connections=LIMITS, tab_key=KEY)
    with serving(make_client(settings).app, settings) as port:  # type: ignore[arg-type]
        yield port


async def test_a_socket_outlives_the_wait_for_a_request(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM) as program:
        await program.send(json.dumps({"type": "offer", "name": "a", "seconds": 60}))
        token = json.loads(await program.recv())["token"]
        await asyncio.sleep(1)  # three times what a silent client gets before its request
        origin = f"http://127.0.0.1:{port}"
        url = f"ws://127.0.0.1:{port}/tab/page"
        async with connect(url, origin=origin, max_size=None) as page:  # type: ignore[arg-type]
            await page.send(json.dumps({"type": "join", "token": token}))
            assert json.loads(await page.recv())["type"] == "offered"
            assert json.loads(await program.recv()) == {"type": "joined"}
            await program.send("x" * MAX_MESSAGE)
            assert len(await page.recv()) == MAX_MESSAGE  # type: ignore[arg-type]


async def test_a_frame_beyond_the_limit_is_not_read(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM) as program:
        with contextlib.suppress(ConnectionClosed):
            await program.send("x" * (MAX_MESSAGE + 1))
        await program.wait_closed()
        assert program.close_code == 1009


async def test_past_the_limit_of_connections_a_socket_is_asked_to_wait(port: int) -> None:
    sockets = [
        await connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM)
        for _ in range(LIMITS.max_connections)
    ]
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM)
    assert refused.value.response.status_code == 503
    for socket in sockets:
        await socket.close()


async def test_other_addresses_have_no_sockets(port: int) -> None:
    for path in ("/", "/tab", "/tab/other", "/policy.json"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}{path}", additional_headers=AS_PROGRAM)
        assert refused.value.response.status_code in {403, 404}


async def test_a_server_that_ends_says_so(make_client: MakeClient, tmp_path: Path) -> None:
    settings = Settings(assets_dir=tmp_path / "assets", compress=False, tab_key=KEY)
    settings = replace(settings, connections=LIMITS)
    with serving(make_client(settings).app, settings) as port:  # type: ignore[arg-type]
        program = await connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM)
        await program.send(json.dumps({"type": "offer", "name": "a", "seconds": 60}))
        await program.recv()
    await asyncio.wait_for(program.wait_closed(), 5)
    assert program.close_code is not None


async def joined(port: int) -> tuple[ClientConnection, ClientConnection]:
    url = f"ws://127.0.0.1:{port}/tab/program"
    program = await connect(url, additional_headers=AS_PROGRAM, max_size=None)
    await program.send(json.dumps({"type": "offer", "name": "a", "seconds": 60}))
    token = json.loads(await program.recv())["token"]
    page = await a_page(port)
    await page.send(json.dumps({"type": "join", "token": token}))
    assert json.loads(await page.recv())["type"] == "offered"
    assert json.loads(await program.recv()) == {"type": "joined"}
    return program, page


async def a_page(port: int) -> ClientConnection:
    origin = f"http://127.0.0.1:{port}"
    return await connect(f"ws://127.0.0.1:{port}/tab/page", origin=origin, max_size=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [MAX_HELLO + 1, 100_000, MAX_MESSAGE])
async def test_nobody_says_much_before_it_has_said_who_it_is(port: int, size: int) -> None:
    page = await a_page(port)
    with contextlib.suppress(ConnectionClosed):
        await page.send(json.dumps({"type": "join", "token": "x" * size}))
    await asyncio.wait_for(page.wait_closed(), 5)
    # What is still on its way when the server hangs up can take the last words with it.
    assert page.close_code in ({1009} if size <= 100_000 else {1009, 1006})
    # The control: who has joined may say as much.
    program, page = await joined(port)
    await page.send("x" * size)
    assert len(await program.recv()) == size
    await program.close()
    await page.close()


async def test_what_waits_before_it_joins_costs_little_memory(port: int) -> None:
    """Scaled down from 40 clients of 7 MiB, ten rounds, which took 1.2 GB."""
    before = resident()
    for _ in range(4):
        pages = [await a_page(port) for _ in range(3)]
        for page in pages:
            with contextlib.suppress(ConnectionClosed):
                await page.send("x" * 7 * 2**20)
        for page in pages:
            await asyncio.wait_for(page.wait_closed(), 5)
            assert page.close_code in {1009, 1006}
    # The client's own copies are in this process, too: one at a time, freed when the next is made.
    assert resident() - before < 40 * 2**20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_many_pieces_of_nothing_are_refused(port: int) -> None:
    program, page = await joined(port)

    async def pieces(count: int) -> AsyncIterator[str]:
        for _ in range(count):
            yield ""
        yield "end"

    await page.send(pieces(500))
    assert await program.recv() == "end"  # the control
    with contextlib.suppress(ConnectionClosed):
        await page.send(pieces(5000))
    await asyncio.wait_for(page.wait_closed(), 5)
    assert page.close_code in {1009, 1006}
    assert json.loads(await program.recv())["type"] == "left"
    await program.close()


@pytest.mark.parametrize(
    "hello",
    [
        "[" * 4000,
        '{"type": ' + "[" * 2000 + "]" * 2000 + "}",
        '{"type": "offer", "seconds": 1' + "0" * 400 + "}",
        '{"type": "offer", "seconds": NaN}',
        "\u0000",
        "[]",
        "null",
    ],
)
async def test_a_first_message_of_any_shape_is_answered_with_a_sentence(
    port: int, caplog: pytest.LogCaptureFixture, hello: str
) -> None:
    async with connect(f"ws://127.0.0.1:{port}/tab/program", additional_headers=AS_PROGRAM) as program:
        await program.send(hello)
        said = json.loads(await asyncio.wait_for(program.recv(), 5))
        if said["type"] == "invited":
            assert said["seconds"] <= 600  # too large a number is the longest time there is
            return
        assert said["type"] == "refused"
        assert said["reason"].endswith(".")
        await program.wait_closed()
        assert program.close_code == 1008
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_takes_nothing_of_what_is_sent_is_left(port: int) -> None:
    program, page = await joined(port)
    page.transport.pause_reading()  # type: ignore[attr-defined]
    began = time.monotonic()
    with contextlib.suppress(ConnectionClosed, TimeoutError):
        async with asyncio.timeout(15):
            while True:
                await program.send("x" * 2**20)
    # The program hears that the other side has gone, and does not wait for ever.
    await asyncio.wait_for(program.wait_closed(), 10)
    assert time.monotonic() - began < 15
    page.transport.abort()
