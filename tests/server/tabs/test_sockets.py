"""Tabs' sockets on a real server: they outlive the wait for a request, and end with what they need."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from belljar.settings import Connections, Settings
from belljar.tabs import MAX_MESSAGE

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
