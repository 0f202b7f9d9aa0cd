"""Relays: each token opens one program, once and in time; in one process and, through Redis, in several."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from belljar.errors import SettingsError
from belljar.tabs import tokens
from belljar.tabs.redis_relay import RedisRelay
from belljar.tabs.relay import MemoryRelay, Offer, Relay, RelayError, TokenError

from ...helpers.redis_server import RedisServer


@pytest.fixture(params=["memory", "redis"])
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[Relay]:
    made: Relay = (
        MemoryRelay()
        if request.param == "memory"
        else RedisRelay(request.getfixturevalue("redis_server").url)
    )
    yield made
    await made.close()


def offer(seconds: float = 60) -> tuple[str, Offer]:
    token = tokens.new_token()
    return token, Offer(os.urandom(8).hex(), "a", "b", time.time() + seconds, tokens.digest(token))


async def test_a_token_opens_its_program_once(relay: Relay) -> None:
    token, made = offer()
    await relay.offer(made)
    assert await relay.redeem(token.lower().replace("-", " ")) == made
    with pytest.raises(TokenError, match="used already"):
        await relay.redeem(token)


async def test_of_many_that_come_at_once_one_wins(relay: Relay) -> None:
    token, made = offer()
    await relay.offer(made)
    answers = await asyncio.gather(*(relay.redeem(token) for _ in range(20)), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, Offer)] == [made]
    assert sum(isinstance(answer, TokenError) for answer in answers) == 19


async def test_a_token_that_nobody_gave_opens_nothing(relay: Relay) -> None:
    for token in (tokens.new_token(), "", "x" * 1000, "\ud800"):
        with pytest.raises(TokenError, match="not known"):
            await relay.redeem(token)


async def test_a_token_that_is_too_old_says_so(relay: Relay) -> None:
    token, made = offer(seconds=-1)
    await relay.offer(made)
    with pytest.raises(TokenError, match="too old"):
        await relay.redeem(token)


async def test_messages_arrive_in_order_and_whole(relay: Relay) -> None:
    sent = [f"{number} ünï {'x' * 10_000}" for number in range(100)]
    async with relay.line("room", "program") as program, relay.line("room", "page") as page:

        async def send() -> list[bool]:
            return [await program.send(text) for text in sent]

        sending = asyncio.create_task(send())
        assert [await page.receive() for _ in sent] == sent
        assert await sending == [True] * 100
        assert await page.send("back")
        assert await program.receive() == "back"


async def test_who_speaks_to_nobody_is_told(relay: Relay) -> None:
    async with relay.line("room", "program") as program:
        assert not await program.send("hello?")
        async with relay.line("room", "page"):
            assert await program.send("hello")
        assert not await program.send("still there?")
        async with relay.line("another room", "page"):
            assert not await program.send("hello?")


async def test_nobody_waits_for_one_who_has_left() -> None:
    relay = MemoryRelay()
    async with relay.line("room", "program") as program:
        async with relay.line("room", "page"):
            # More than there is room for, and nobody takes any of it.
            sending = asyncio.create_task(asyncio.wait_for(send_many(program.send), 5))
            await asyncio.sleep(0.05)
            assert not sending.done()
        assert await sending is False


async def send_many(send: object) -> bool:
    while await send("x"):  # type: ignore[operator]
        pass
    return False


async def test_a_redis_that_is_not_there_is_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    relay = RedisRelay(url)
    with pytest.raises(RelayError, match="lost its Redis"):
        await relay.redeem(tokens.new_token())
    with pytest.raises(RelayError, match="lost its Redis"):
        async with relay.line("room", "page"):
            pass
    await relay.close()


def test_an_address_that_is_none_is_refused_without_showing_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        RedisRelay("http://:hidden@127.0.0.1/0")
    assert "hidden" not in str(refused.value)


async def test_a_redis_that_goes_while_they_speak_is_a_sentence(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        relay = RedisRelay(server.url)
        async with relay.line("room", "program") as program, relay.line("room", "page"):
            waiting = asyncio.create_task(program.receive())
            await asyncio.sleep(0.1)
            server.kill()
            with pytest.raises(RelayError, match="lost its Redis"):
                await asyncio.wait_for(waiting, 15)
            with pytest.raises(RelayError, match="lost its Redis"):
                await program.send("hello?")
        await relay.close()
