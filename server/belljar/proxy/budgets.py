"""Budgets: what each client, and all of them together, may use: requests a minute, tokens a day.

Counted in this process's memory: each process counts by itself, and a restart begins anew. Days are UTC.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from belljar.proxy.refusals import Refused
from belljar.settings import Models

#: Clients that are remembered; then the one that asked longest ago is forgotten.
CLIENTS = 20_000
#: Requests of one client, and of all, that may be under way at the same time.
AT_ONCE = 4
ALL_AT_ONCE = 100
_DAY = 86_400


@dataclass
class Use:
    """One request's tokens, as they become known."""

    #: Tokens that it costs in any case, until its server has counted them.
    tokens: int


@dataclass
class _Client:
    left: float
    at: float
    day: int = 0
    tokens: int = 0
    open: int = field(default=0)


class Budgets:
    """Who has used how much.

    Args:
        models: The limits.
        clock: Seconds since 1970.
    """

    def __init__(self, models: Models, clock: Callable[[], float] = time.time) -> None:
        self._models = models
        self._clock = clock
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self._day = 0
        self._tokens = 0
        self._open = 0

    @contextmanager
    def request(self, address: str, estimate: int) -> Iterator[Use]:
        """One request of a client, while it is under way; what it has used then is counted.

        Args:
            address: The client's IP address.
            estimate: Tokens that it takes at least; they are held until the real number is known.

        Raises:
            Refused: The client, or all of them, may not ask for now. Says when again.
        """
        client = self._client(_whom(address))
        self._admit(client)
        use = Use(estimate)
        client.open += 1
        self._open += 1
        client.tokens += estimate
        self._tokens += estimate
        day = self._day
        try:
            yield use
        finally:
            client.open -= 1
            self._open -= 1
            more = use.tokens - estimate
            if client.day == day:
                client.tokens += more
            if self._day == day:
                self._tokens += more

    def _client(self, key: str) -> _Client:
        now = self._clock()
        day = int(now // _DAY)
        if day != self._day:
            self._day, self._tokens = day, 0
        rate = self._models.model_requests
        client = self._clients.pop(key, None) or _Client(float(rate), now)
        self._clients[key] = client
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        # Requests come back evenly, so that a minute's worth may be asked at once and no more.
        client.left = min(float(rate), client.left + max(0.0, now - client.at) * rate / 60)
        client.at = now
        if client.day != day:
            client.day, client.tokens = day, 0
        return client

    def _admit(self, client: _Client) -> None:
        models = self._models
        tomorrow = int((self._day + 1) * _DAY - self._clock()) + 1
        if self._open >= ALL_AT_ONCE or client.open >= AT_ONCE:
            raise Refused(429, "Too many questions are under way. Wait for one of them.", 5)
        if client.left < 1:
            wait = math.ceil((1 - client.left) * 60 / models.model_requests)
            raise Refused(
                429, f"This server passes on {models.model_requests} requests a minute and person.", wait
            )
        if client.tokens >= models.model_tokens:
            raise Refused(
                429,
                f"This server's {models.model_tokens:,} tokens a day and person are used up. "
                "A new day begins at midnight, UTC.",
                tomorrow,
            )
        if self._tokens >= models.model_all_tokens:
            raise Refused(
                429,
                "This server's tokens of today are used up. A new day begins at midnight, UTC.",
                tomorrow,
            )
        client.left -= 1


def _whom(address: str) -> str:
    """Whose an address is: of IPv6, the network of 2**64 that one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
