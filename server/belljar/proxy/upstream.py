"""Upstream: the model's server, asked with the operator's key; what goes wrong there becomes a sentence."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2

from belljar.proxy.asked import Asked
from belljar.proxy.refusals import Refused
from belljar.settings import Models

#: Seconds for reaching the server and for sending the request. Its silence is a setting.
_CONNECT, _SEND = 10.0, 30.0
#: Bytes of an error that are read, characters that are shown.
_ERROR_BYTES, _SHOWN = 20_000, 300
#: Statuses that pass.
_LATER = frozenset({402, 408, 425, 429, 500, 502, 503, 504, 529})
#: What errors are called that mean that there is no money left.
_MONEY = ("insufficient_quota", "insufficient_balance", "credit_balance", "billing", "payment_required")
#: Seconds that a client may be asked to wait.
_LONGEST_WAIT = 86_400

# They log addresses and headers, of which one has the key.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Upstream:
    """The model's server."""

    def __init__(self, models: Models) -> None:
        self._models = models
        host = urlsplit(models.model_url).hostname or ""
        self._client = httpx2.AsyncClient(
            # What is meant for one server goes to no other.
            follow_redirects=False,
            timeout=httpx2.Timeout(connect=_CONNECT, read=models.model_silence, write=_SEND, pool=5.0),
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20),
            # A server on this machine is not reached through the proxy of others.
            trust_env=host not in {"localhost", "127.0.0.1", "::1"},
        )

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def answer(self, asked: Asked) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of an answer as they come, from a server that has begun to answer.

        Raises:
            Refused: It can't be reached, refuses, or breaks off.
        """
        sent = {"content-type": "application/json", "accept": "text/event-stream"}
        # Nothing compressed: it would come in larger pieces, and could be small there and huge here.
        sent["accept-encoding"] = "identity"
        if self._models.model_key:
            sent["authorization"] = f"Bearer {self._models.model_key}"
        address = f"{self._models.model_url}/chat/completions"
        try:
            async with self._client.stream("POST", address, content=asked.body, headers=sent) as response:
                if response.status_code != 200:
                    raise await self._refusal(response)
                kind = response.headers.get("content-type", "")
                if "event-stream" not in kind.lower():
                    raise await self._refusal(response)
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise Refused(424, "The model's server compresses what it was asked to send as it is.")
                async with aclosing(self._pieces(response)) as pieces:
                    yield pieces
        except httpx2.HTTPError as error:
            raise self._trouble(error) from None

    async def _pieces(self, response: httpx2.Response) -> AsyncGenerator[bytes]:
        try:
            async for piece in response.aiter_raw():
                yield piece
        except httpx2.HTTPError as error:
            raise self._trouble(error) from None

    def _trouble(self, error: httpx2.HTTPError) -> Refused:
        """What went wrong with a connection, without what the library says of it."""
        if isinstance(error, httpx2.ReadTimeout):
            seconds = self._models.model_silence
            return Refused(504, f"The model's server said nothing for {seconds:g} s and was given up.")
        if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
            return Refused(
                502, "The model's server can't be reached from this one: it is down, or the network is."
            )
        if isinstance(error, httpx2.PoolTimeout):
            return Refused(503, "Too many questions are under way. Try again in a few seconds.", 5)
        return Refused(502, "The connection to the model's server broke.")

    async def _refusal(self, response: httpx2.Response) -> Refused:
        text = bytearray()
        async for piece in response.aiter_raw():
            text += piece
            if len(text) > _ERROR_BYTES:
                break
        status, kind = _named(bytes(text), response.status_code)
        words = self._words(bytes(text))
        wait = _wait(response.headers.get("retry-after", ""))
        if (status == 402 and wait is None) or any(word in kind for word in _MONEY):
            # Waiting brings no money, so it is not said to be a matter of time.
            return Refused(
                424,
                "This server's account at the model's server has no credit left; its operator can add some.",
            )
        if status == 401 or (status == 403 and not words):
            # Servers quote the key here, at least a part of it.
            return Refused(
                424, "The model's server refused this server's key; its operator has to give a valid one."
            )
        if status == 403:
            return Refused(424, f"The model's server doesn't allow it (403).{words}")
        if status in _LATER:
            sentence = f"The model's server takes no more requests for now ({status}).{words}"
            return Refused(429 if status == 429 else 503, sentence, wait)
        if status == 200:
            return Refused(424, f"The model's server was asked for a stream of events and sent none.{words}")
        if 300 <= status < 400:
            return Refused(
                424, "The model's server sends requests elsewhere, which is not followed: see model_url."
            )
        if status == 404:
            return Refused(424, f"The model's server has no such model, or nothing at its address.{words}")
        return Refused(400 if status < 500 else 502, f"The model's server refused ({status}).{words}")

    def _words(self, text: bytes) -> str:
        """What the server says, as one short sentence; nothing where a part of the key may stand in it."""
        said = _message(text)
        key = self._models.model_key
        part = max(6, len(key) // 4)
        if key and any(key[at : at + part] in said for at in range(max(1, len(key) - part + 1))):
            return ""
        line = " ".join("".join(char if char.isprintable() else " " for char in said[: 2 * _SHOWN]).split())
        return f" It says: {line[:_SHOWN]}" if line else ""


def _parsed(text: bytes) -> Any:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # Some send a list with one error.
    return found[0] if isinstance(found, list) and found else found


def _named(text: bytes, status: int) -> tuple[int, str]:
    """The status, which an error may name where the answer's own is 200, and the error's kind."""
    found = _parsed(text)
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return status, ""
    code = error.get("code")
    named = code if isinstance(code, int) and status == 200 and 400 <= code < 600 else status
    words = [error[name] for name in ("type", "code", "status") if isinstance(error.get(name), str)]
    return named, " ".join(words).lower()


def _message(text: bytes) -> str:
    found = _parsed(text)
    for _ in range(3):
        if isinstance(found, dict):
            found = next((found[name] for name in ("error", "message", "detail") if name in found), "")
    return found if isinstance(found, str) else ""


def _wait(given: str) -> int | None:
    return min(int(given), _LONGEST_WAIT) if given.isascii() and given.isdigit() and len(given) < 10 else None
