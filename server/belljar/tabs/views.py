"""Views: the two WebSockets of a tab, one for the program and one for the page.

program                                server                                     page
  │── offer {name, seconds} ──────────►│                                           │
  │◄─ invited {token, seconds} ────────│◄────────────────────────── join {token} ──│
  │◄─ joined ──────────────────────────│── offered {name, address} ───────────────►│
  │◄──────────────────────────── what the two say to each other ──────────────────►│
  │◄─ left {reason} ── when the other side has gone; then the socket closes ──────►│
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import anyio
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from belljar.errors import BelljarError
from belljar.http import headers
from belljar.http.origins import same_origin
from belljar.tabs import ADMIT, MAX_HELLO, MAX_MESSAGE, tokens
from belljar.tabs.relay import Line, Offer, Relay, RelayError, Side, TokenError
from belljar.untrusted import read_json

#: Seconds a client has to say who it is.
_HELLO = 10.0
#: Seconds a token may live, and programs at one server process at the same time.
LONGEST = 600.0
PROGRAMS = 200

#: WebSocket close codes (RFC 6455, 7.4.1): the rules were broken; too large.
_RULES, _TOO_LARGE = 1008, 1009

_ELSEWHERE = "Only belljar's own page of this server may ask for this."
_NO_BROWSER = "This address is for programs, not for pages."
_NO_KEY = (
    "This server wants a key from programs that send code to tabs: it is the server's setting tab_key. Give "
    "the same to the program (BELLJAR_TAB_KEY)."
)
_FULL = "Too many programs are using tabs of this server. Try again later."
_UNREADABLE = "This is not what a belljar of this version says. Use the same version on both sides."


class TabSockets:
    """The WebSocket routes.

    Args:
        relay: Brings the two sides together.
        key: What programs must show.
    """

    def __init__(self, relay: Relay, key: str) -> None:
        self._relay = relay
        self._key = key
        self._programs = 0

    async def program(self, socket: WebSocket) -> None:
        """A program that wants to run code in a tab. It shows the server's key."""
        if "origin" in socket.headers:
            # Browsers always send one: no page anywhere can act as a program.
            return await _deny(socket, 403, _NO_BROWSER)
        scheme, _, given = socket.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not tokens.same(given.strip(), self._key):
            return await _deny(socket, 401, _NO_KEY)
        if self._programs >= PROGRAMS:
            return await _deny(socket, 503, _FULL)
        await socket.accept()
        self._programs += 1
        try:
            async with _ending(socket):
                await self._offer(socket)
        finally:
            self._programs -= 1
        return None

    async def page(self, socket: WebSocket) -> None:
        """A tab that a person has opened. It shows a program's token."""
        if not same_origin(socket.headers.get("origin", ""), socket.headers.get("host", "")):
            return await _deny(socket, 403, _ELSEWHERE)
        await socket.accept()
        async with _ending(socket):
            await self._join(socket)
        return None

    async def _offer(self, socket: WebSocket) -> None:
        said = await _hello(socket, "offer")
        seconds = min(float(said.get("seconds", LONGEST)), LONGEST)
        if not seconds > 0:
            raise TokenError(_UNREADABLE)
        token, room = tokens.new_token(), secrets.token_hex(16)
        address = socket.client.host if socket.client else ""
        name = str(said.get("name", ""))[:100]
        _admit(socket)
        async with self._relay.line(room, "program") as line:
            offer = Offer(room, name, address, time.time() + seconds, tokens.digest(token))
            await self._relay.offer(offer)
            await _say(socket, type="invited", token=token, seconds=seconds)
            await _carry(socket, line, seconds)

    async def _join(self, socket: WebSocket) -> None:
        said = await _hello(socket, "join")
        offer = await self._relay.redeem(str(said.get("token", "")))
        async with self._relay.line(offer.room, "page") as line:
            if not await line.send(json.dumps({"type": "joined"})):
                raise TokenError("The program that showed this code has ended. Start it again.")
            _admit(socket)
            await _say(socket, type="offered", name=offer.name, address=offer.address)
            await _carry(socket, line, None)


async def _carry(socket: WebSocket, line: Line, seconds: float | None) -> None:
    """Carries messages both ways until one side leaves; each is told when the other has.

    Args:
        seconds: How long to wait for the other side; None if it is there.
    """
    arriving = asyncio.create_task(_from_line(socket, line, seconds))
    leaving = asyncio.create_task(_to_line(socket, line))
    try:
        await asyncio.wait({arriving, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (leaving, arriving):
            if task.done():
                task.result()
    finally:
        for task in (arriving, leaving):
            task.cancel()
        # Also when a server that ends cancels this: the other side may hang on another one.
        with anyio.move_on_after(2, shield=True), contextlib.suppress(RelayError):
            await asyncio.wait({arriving, leaving})
            await line.send(_left("closed"))


async def _from_line(socket: WebSocket, line: Line, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            text = await line.receive()
    except TimeoutError:
        await socket.send_text(_left("expired"))
        return
    while True:
        await socket.send_text(text)
        if text.startswith('{"type": "left"'):
            return
        text = await line.receive()


async def _to_line(socket: WebSocket, line: Line) -> None:
    while True:
        text = await socket.receive_text()
        if len(text) > MAX_MESSAGE:
            await socket.close(_TOO_LARGE)
            return
        if not await line.send(text):
            await socket.send_text(_left("closed"))
            return


@asynccontextmanager
async def _ending(socket: WebSocket) -> AsyncIterator[None]:
    """Whatever ends it, the client is told why, and the socket closes."""
    try:
        yield
    except WebSocketDisconnect:
        return
    except BelljarError as error:
        await _quietly(_say(socket, type="refused", reason=str(error)))
        await _quietly(socket.close(_RULES))
        return
    except (KeyError, TypeError, ValueError, OverflowError):
        await _quietly(_say(socket, type="refused", reason=_UNREADABLE))
        await _quietly(socket.close(_RULES))
        return
    await _quietly(socket.close())


async def _hello(socket: WebSocket, kind: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(_HELLO):
            said = read_json(await socket.receive_text(), MAX_HELLO)
    except TimeoutError:
        raise TokenError(_UNREADABLE) from None
    if not isinstance(said, dict) or said.get("type") != kind:
        raise TokenError(_UNREADABLE)
    return said


def _admit(socket: WebSocket) -> None:
    """From here on it may send as much at once as the two sides need."""
    if (extension := socket.scope.get("extensions", {}).get(ADMIT)) is not None:
        extension["admit"]()


async def _say(socket: WebSocket, **message: object) -> None:
    await socket.send_text(json.dumps(message))


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    # It may be closed from the other end already, which is what was wanted.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await work


async def _deny(socket: WebSocket, status: int, sentence: str) -> None:
    response = PlainTextResponse(f"{sentence}\n", status, headers.refusal())
    await socket.send_denial_response(response)


def _left(reason: str) -> str:
    return json.dumps({"type": "left", "reason": reason})


__all__ = ["LONGEST", "PROGRAMS", "Side", "TabSockets"]
