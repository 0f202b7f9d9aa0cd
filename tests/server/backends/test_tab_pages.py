"""Pages that misbehave, spoken by a bare WebSocket: nonsense, silence, floods are told to the program."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from belljar import AsyncSandbox
from belljar.backends import tab
from belljar.tabs import MAX_MESSAGE


@pytest.fixture
async def bare(options: dict[str, Any]) -> AsyncIterator[tuple[AsyncSandbox, Any]]:
    """A sandbox, and a function that gives a bare socket which has joined and agreed for it."""
    links: asyncio.Queue[str] = asyncio.Queue()
    sandbox = AsyncSandbox(**options, on_invite=links.put_nowait)
    sockets: list[ClientConnection] = []

    async def agree() -> ClientConnection:
        parts = urlsplit(await links.get())
        origin = f"{parts.scheme}://{parts.netloc}"
        socket = await connect(f"ws://{parts.netloc}/tab/page", origin=origin, max_size=None)  # type: ignore[arg-type]
        sockets.append(socket)
        await socket.send(json.dumps({"type": "join", "token": parts.fragment}))
        assert json.loads(await socket.recv())["type"] == "offered"
        await socket.send('{"type":"agreed"}')
        return socket

    yield sandbox, agree
    await sandbox.close()
    for socket in sockets:
        await socket.close()


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "{}",
        '{"type":"reply","id":0}',
        '{"type":"reply","id":0,"ok":true,"more":false,"text":"{"}',
        '{"type":"reply","id":[],"ok":true,"more":false,"text":"1"}',
    ],
)
async def test_a_page_that_talks_nonsense_is_a_sentence(bare: tuple[AsyncSandbox, Any], said: str) -> None:
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    assert json.loads(await page.recv())["method"] == "open"
    await page.send(said)
    execution = await asyncio.wait_for(opening, 5)
    assert execution.status == "unavailable"
    assert "does not understand" in (execution.note or "")


async def test_a_page_that_says_nothing_is_not_waited_for(
    bare: tuple[AsyncSandbox, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "_OPEN", 0.2)
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    await agree()
    execution = await asyncio.wait_for(opening, 5)
    assert execution.status == "unavailable"
    assert "has not answered" in (execution.note or "")


async def test_a_page_cannot_fill_the_programs_memory(
    bare: tuple[AsyncSandbox, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "_LONGEST", 3_000_000)
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    call = json.loads(await page.recv())
    piece = {"type": "reply", "id": call["id"], "ok": True, "more": True, "text": "x" * 1_000_000}
    for _ in range(3):
        await page.send(json.dumps(piece))
        assert json.loads(await page.recv()) == {"type": "more", "id": call["id"]}
    await page.send(json.dumps(piece))
    assert "more than 3000000 characters" in ((await asyncio.wait_for(opening, 5)).note or "")


async def test_a_message_beyond_the_limit_ends_the_connection(bare: tuple[AsyncSandbox, Any]) -> None:
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    with contextlib.suppress(ConnectionClosedError):
        await page.send("x" * (MAX_MESSAGE + 1))
    assert (await asyncio.wait_for(opening, 10)).status == "unavailable"
    await page.wait_closed()
    assert page.close_code == 1009
