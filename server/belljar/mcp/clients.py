"""MCP clients: whose sandbox is whose, and who waits for one: first come, first served.

use() ── has one ──────────────────────────────► sandbox
      ── room, or somebody's is idle ──────────► a new sandbox
      ── all at work ──► queue ── its turn ────► a new sandbox
                           └──── full, too long, or the server ends ──► a sentence
leave() ── goodbye ──► closed at once, whatever runs in it
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from belljar.client.sandbox import AsyncSandbox

_log = logging.getLogger("belljar")

#: Keys that are remembered after their sandbox was closed, so that their next call is told.
_REMEMBERED = 1000
_NO_SESSION = (
    "There is no such session: it was closed, or never opened. Leave out `session` to open a new one; its "
    "variables and files are its own."
)
_GONE = (
    "Your sandbox was closed to make room for others, or because it was idle too long: its variables and "
    "files are gone, and this call was not run. Leave out `session` to open a new one."
)
_LEFT = "The client has said goodbye: the call was not run."
_ENDING = "This server is ending: the call was not run. Try again when it is back."


class NoSuchSessionError(ValueError):
    """A handle that names no sandbox: it never did, or it was closed."""


@dataclass(slots=True)
class Place:
    """A client's sandbox.

    Attributes:
        sandbox: Where its code runs.
        again: Whether it is in place of an earlier one that was closed, with all that was in it.
        calls: How many use it now.
        used: When it was used last, on the monotonic clock.
    """

    sandbox: AsyncSandbox
    again: bool = False
    calls: int = 0
    used: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class _Waiter:
    """Calls of one key that wait for their place."""

    key: str
    place: asyncio.Future[Place]
    calls: int = 0


class Clients:
    """The sandboxes of the clients, by key; those that nobody uses are closed.

    Args:
        make: Makes a sandbox.
        most: Sandboxes at most; the one that was idle longest makes room for a new one.
        idle: Seconds without a call after which a sandbox is closed.
        queue: Clients that may wait for a sandbox; more are told so at once.
        queue_timeout: Seconds that they wait.
    """

    def __init__(
        self,
        make: Callable[[], AsyncSandbox],
        most: int = 4,
        idle: float = 1800.0,
        queue: int = 100,
        queue_timeout: float = 120.0,
    ) -> None:
        if most < 1 or queue < 0:
            raise ValueError(
                f"There must be room for one sandbox and no fewer than 0 that wait, not {most} and {queue}."
            )
        self._make = make
        self._most = most
        self._idle = idle
        self._queue = queue
        self._queue_timeout = queue_timeout
        self._places: dict[str, Place] = {}
        self._waiting: deque[_Waiter] = deque()
        #: Sandboxes that are being closed: they take their room until they are.
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed: dict[str, None] = {}
        self._ending = False
        self._watch: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many clients wait for a sandbox now."""
        return len(self._waiting)

    def ahead_of(self, key: str) -> int | None:
        """How many clients have their turn before this one; None where it does not wait."""
        return next((place for place, waiter in enumerate(self._waiting) if waiter.key == key), None)

    @contextlib.asynccontextmanager
    async def use(self, key: str, *, known: bool = False) -> AsyncIterator[Place]:
        """The sandbox of a key, for the time of a call; waits for its turn.

        Args:
            key: Whose.
            known: Whether there must be one already.

        Raises:
            NoSuchSessionError: There is none.
            ValueError: There is none free, or the server ends; says what to do.
        """
        self._close_idle()
        place = self._places.get(key)
        if place is not None and not self._ending:
            place.calls += 1
        else:
            place = await self._turn(key, known)
        try:
            yield place
        finally:
            place.calls -= 1
            place.used = time.monotonic()
            self._next()
            self._close_idle()

    def leave(self, key: str) -> None:
        """A client has said goodbye: its sandbox is closed at once, and what ran in it is answered."""
        for waiter in [one for one in self._waiting if one.key == key]:
            self._waiting.remove(waiter)
            if not waiter.place.done():
                waiter.place.set_exception(ValueError(_LEFT))
        if key in self._places:
            self._close_place(key)
        # Nobody will come back under it.
        self._closed.pop(key, None)

    async def close(self) -> None:
        """Closes all sandboxes, which answers their runs, and tells everybody who waits."""
        self._ending = True
        if self._watch is not None:
            self._watch.cancel()
        for waiter in self._waiting:
            if not waiter.place.done():
                waiter.place.set_exception(ValueError(_ENDING))
        self._waiting.clear()
        for key in list(self._places):
            self._close_place(key)
        while self._leaving:
            await asyncio.wait(self._leaving)

    async def _turn(self, key: str, known: bool) -> Place:
        """Waits for a place of its own; the place counts this call already."""
        if self._ending:
            raise ValueError(_ENDING)
        if known:
            raise NoSuchSessionError(_GONE if key in self._closed else _NO_SESSION)
        waiter = next((one for one in self._waiting if one.key == key), None)
        if waiter is None:
            waiter = _Waiter(key, asyncio.get_running_loop().create_future(), calls=1)
            self._waiting.append(waiter)
            self._next()
            # Those for whom room is being made don't count as waiting.
            if not waiter.place.done() and len(self._waiting) - len(self._leaving) > self._queue:
                self._waiting.remove(waiter)
                raise ValueError(
                    f"All {self._most} sandboxes of this server are at work and {len(self._waiting)} clients "
                    "wait already; this call was not run. Try again later."
                )
        else:
            waiter.calls += 1
        if not waiter.place.done():
            await self._called(waiter)
        return waiter.place.result()

    async def _called(self, waiter: _Waiter) -> None:
        """Waits until it is this one's turn."""
        try:
            await asyncio.wait({waiter.place}, timeout=self._queue_timeout)
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise
        if not waiter.place.done():
            self._give_up(waiter)
            raise ValueError(
                f"All {self._most} sandboxes of this server were at work for {self._queue_timeout:g} "
                "seconds; this call was not run. Try again later."
            )

    def _give_up(self, waiter: _Waiter) -> None:
        if waiter.place.done():
            # It was this one's turn in the same moment.
            if waiter.place.exception() is None:
                waiter.place.result().calls -= 1
                self._next()
            return
        waiter.calls -= 1
        if waiter.calls == 0:
            self._waiting.remove(waiter)
            waiter.place.cancel()

    def _next(self) -> None:
        """Gives what room there is to those who wait longest, and makes room for the others."""
        while self._waiting and len(self._places) + len(self._leaving) < self._most:
            waiter = self._waiting.popleft()
            again = waiter.key in self._closed
            self._closed.pop(waiter.key, None)
            place = Place(self._make(), again, waiter.calls)
            self._places[waiter.key] = place
            waiter.place.set_result(place)
        idle = sorted((place.used, key) for key, place in self._places.items() if place.calls == 0)
        for _, key in idle[: max(0, len(self._waiting) - len(self._leaving))]:
            self._close_place(key)

    def _close_idle(self) -> None:
        """Closes what nobody has used for long, and looks again when the next one's time is up."""
        now = time.monotonic()
        for key, place in list(self._places.items()):
            if place.calls == 0 and now - place.used > self._idle:
                self._close_place(key)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        idle = [place.used for place in self._places.values() if place.calls == 0]
        if idle and not self._ending:
            wait = max(min(idle) + self._idle - now, 0.0) + 0.01
            self._watch = asyncio.get_running_loop().call_later(wait, self._close_idle)

    def _close_place(self, key: str) -> None:
        place = self._places.pop(key)
        self._closed[key] = None
        if len(self._closed) > _REMEMBERED:
            del self._closed[next(iter(self._closed))]
        leaving = asyncio.ensure_future(place.sandbox.close())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._left)

    def _left(self, leaving: asyncio.Task[None]) -> None:
        self._leaving.discard(leaving)
        if not leaving.cancelled() and (error := leaving.exception()) is not None:
            _log.error("A sandbox could not be closed", exc_info=error)
        if not self._ending:
            self._next()
