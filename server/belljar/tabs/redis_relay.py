"""Redis relay: programs and tabs find each other across several server processes.

belljar:tab:offer:<digest>     the offer of a token, as JSON; expires by itself
belljar:tab:used:<digest>      set by whoever redeems it first: Redis decides the race
belljar:tab:room:<room>:<side> channel of messages to one side
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from belljar.errors import SettingsError
from belljar.tabs import tokens
from belljar.tabs.relay import REMEMBERED, USED, Line, Offer, RelayError, Side, TokenError, checked
from belljar.untrusted import read_json

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

_PREFIX = "belljar:tab"
#: Seconds between two signs of life to the other side, and the wait for one answer of Redis.
_BEAT = 3.0
_PATIENCE = 5.0
#: Seconds that one look for a message lasts.
_POLL = 2.0

_LOST = "This server has lost its Redis, which carries the messages to the tab. Try again."
_LEFT = "The server that the other side was connected to is gone. Run it again."

#: What is no message but a sign of life.
_ALIVE = ""


class RedisRelay:
    """A relay for all server processes with the same Redis.

    Args:
        url: As "redis://host:6379/0", "rediss://user:password@host".

    Raises:
        SettingsError: redis-py is not installed, or the URL is none.
    """

    def __init__(self, url: str) -> None:
        try:
            from redis.asyncio import Redis
        except ImportError:
            raise SettingsError(
                "redis_url is set, but redis-py is not installed: `pip install 'belljar[redis]'`."
            ) from None
        try:
            self._redis: Redis = Redis.from_url(url, decode_responses=True, socket_connect_timeout=_PATIENCE)
        except ValueError as error:
            # The URL may hold a password: it is not shown.
            raise SettingsError(f"redis_url is no address of a Redis: {error}.") from None

    async def offer(self, offer: Offer) -> None:
        """Lets a tab find the program by its token."""
        async with _told():
            seconds = round(offer.until - time.time() + REMEMBERED)
            await self._redis.set(f"{_PREFIX}:offer:{offer.digest}", json.dumps(asdict(offer)), ex=seconds)

    async def redeem(self, token: str) -> Offer:
        """The program of a token, which can't be used again."""
        digest = tokens.digest(token)
        async with _told():
            found = await self._redis.get(f"{_PREFIX}:offer:{digest}")
            offer = checked(None if found is None else Offer(**read_json(found)), token)
            if not await self._redis.set(f"{_PREFIX}:used:{digest}", "1", nx=True, ex=round(2 * REMEMBERED)):
                raise TokenError(USED)
            return offer

    @asynccontextmanager
    async def line(self, room: str, side: Side) -> AsyncIterator[Line]:
        """One side's end of the line in a room."""
        other: Side = "page" if side == "program" else "program"
        channel = self._redis.pubsub()
        beating: asyncio.Task[None] | None = None
        try:
            async with _told():
                await channel.subscribe(f"{_PREFIX}:room:{room}:{side}")
                await channel.get_message(timeout=_PATIENCE)  # that it is subscribed
            line = _RedisLine(self._redis, channel, f"{_PREFIX}:room:{room}:{other}")
            beating = asyncio.create_task(line.beat())
            yield line
        finally:
            if beating is not None:
                beating.cancel()
            with contextlib.suppress(Exception):  # Redis itself may be what is gone
                await channel.aclose()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Ends the connections."""
        await self._redis.aclose()


class _RedisLine:
    def __init__(self, redis: Redis, channel: PubSub, other: str) -> None:
        self._redis = redis
        self._channel = channel
        self._other = other
        self._met = False
        self._left = asyncio.Event()

    async def send(self, text: str) -> bool:
        async with _told():
            heard = await self._redis.publish(self._other, text)
        self._met = self._met or heard > 0
        return bool(heard)

    async def receive(self) -> str:
        while True:
            next_one = asyncio.ensure_future(self._next())
            left = asyncio.ensure_future(self._left.wait())
            try:
                await asyncio.wait({next_one, left}, return_when=asyncio.FIRST_COMPLETED)
                if not next_one.done():
                    raise RelayError(_LEFT)
            finally:
                left.cancel()
                if not next_one.done():
                    next_one.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await next_one
            self._met = True
            if (text := next_one.result()) != _ALIVE:
                return text

    async def beat(self) -> None:
        """A server process that dies says nothing; Redis knows that nobody listens any more."""
        while True:
            await asyncio.sleep(_BEAT)
            met = self._met
            try:
                alive = await self.send(_ALIVE)
            except RelayError:
                alive = False
            if met and not alive:
                self._left.set()

    async def _next(self) -> str:
        while True:
            message: dict[str, Any] | None = None
            async with _told():
                message = await self._channel.get_message(timeout=_POLL)
            if message is not None and message["type"] == "message":
                return str(message["data"])


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """What happens to Redis is a sentence."""
    from redis.exceptions import RedisError

    try:
        async with asyncio.timeout(_PATIENCE):
            yield
    except (RedisError, OSError):
        raise RelayError(_LOST) from None
