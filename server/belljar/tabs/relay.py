"""Relay: brings a program and a tab together, within one server process.

    offer (program) ──► token ──► redeem (tab), once ──► a line between the two ──► either leaves

`redis_relay.py` does the same across several processes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from belljar.errors import BelljarError
from belljar.tabs import tokens

Side = Literal["program", "page"]

#: Seconds that a token which can't be used any more is remembered, so that the answer says why.
REMEMBERED = 3600.0
#: Messages on their way to one side, of up to 8 MiB. Both ask before they send more, so there are never many.
_WAITING = 2

UNKNOWN = "This code is not known here. Look whether it is typed right, or ask the program for a new one."
USED = "This code was used already, and each works once. Ask the program for a new one."
EXPIRED = "This code is too old. Ask the program for a new one."


class TokenError(BelljarError):
    """A token that opens nothing. Says why and what to do."""


class RelayError(BelljarError):
    """What carries the messages is gone. Says what to do."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A program that wants to run code in a tab.

    Attributes:
        room: Where the two meet; unguessable.
        name: What the program calls itself.
        address: Where it asks from.
        until: When its token expires, in seconds of the Unix clock.
        digest: Hash of its token.
    """

    room: str
    name: str
    address: str
    until: float
    digest: str


class Line(Protocol):
    """One side's end of a connection."""

    async def send(self, text: str) -> bool:
        """Sends to the other side; False when nobody is there."""

    async def receive(self) -> str:
        """The next message of the other side.

        Raises:
            RelayError: There will be none any more.
        """


class Relay(Protocol):
    """Where programs and tabs find each other."""

    async def offer(self, offer: Offer) -> None:
        """Lets a tab find the program by its token."""

    async def redeem(self, token: str) -> Offer:
        """The program of a token, which can't be used again.

        Raises:
            TokenError: It opens nothing.
        """

    def line(self, room: str, side: Side) -> AbstractAsyncContextManager[Line]:
        """One side's end of the line in a room."""

    async def close(self) -> None:
        """Gives everything back."""


def checked(offer: Offer | None, token: str) -> Offer:
    """The offer that was found for a token, if it really is the token's and is not too old.

    Raises:
        TokenError: It is not.
    """
    if offer is None or not tokens.same(offer.digest, tokens.digest(token)):
        raise TokenError(UNKNOWN)
    if offer.until < time.time():
        raise TokenError(EXPIRED)
    return offer


class MemoryRelay:
    """A relay for one server process."""

    def __init__(self) -> None:
        self._offers: dict[str, Offer] = {}
        self._used: set[str] = set()
        self._lines: dict[tuple[str, Side], _MemoryLine] = {}

    async def offer(self, offer: Offer) -> None:
        """Lets a tab find the program by its token."""
        now = time.time()
        for digest in [key for key, old in self._offers.items() if old.until + REMEMBERED < now]:
            del self._offers[digest]
            self._used.discard(digest)
        self._offers[offer.digest] = offer

    async def redeem(self, token: str) -> Offer:
        """The program of a token, which can't be used again."""
        digest = tokens.digest(token)
        offer = checked(self._offers.get(digest), token)
        if digest in self._used:
            raise TokenError(USED)
        self._used.add(digest)
        return offer

    @asynccontextmanager
    async def line(self, room: str, side: Side) -> AsyncIterator[Line]:
        """One side's end of the line in a room."""
        line = _MemoryLine(self._lines, room, side)
        self._lines[room, side] = line
        try:
            yield line
        finally:
            line.gone.set()
            del self._lines[room, side]

    async def close(self) -> None:
        """Nothing is held."""


class _MemoryLine:
    def __init__(self, lines: dict[tuple[str, Side], _MemoryLine], room: str, side: Side) -> None:
        self._lines = lines
        self._other: tuple[str, Side] = (room, "page" if side == "program" else "program")
        self.arrived: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        self.gone = asyncio.Event()

    async def send(self, text: str) -> bool:
        other = self._lines.get(self._other)
        if other is None:
            return False
        # Somebody who leaves takes nothing more: whoever waits for room must not wait for ever.
        put = asyncio.ensure_future(other.arrived.put(text))
        gone = asyncio.ensure_future(other.gone.wait())
        try:
            await asyncio.wait({put, gone}, return_when=asyncio.FIRST_COMPLETED)
            return put.done()
        finally:
            put.cancel()
            gone.cancel()

    async def receive(self) -> str:
        return await self.arrived.get()
