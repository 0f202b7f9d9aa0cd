"""Headless: the real page in a Chromium without a window; a pool of pages, each with an empty profile.

open() ── waits for its turn ──► a page of its own ──► session ── close() ──► the next one's turn
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from belljar.backends.browsers import Chromium, process_sandbox
from belljar.backends.pages import PageSession, open_page
from belljar.backends.protocol import SessionOptions
from belljar.backends.servers import LocalServer, Origin
from belljar.errors import UnavailableError

_CLOSED = "The backend was closed. Open a new sandbox."


class HeadlessBackend:
    """Sandboxes in a headless Chromium.

    Args:
        server: URL of a belljar server; None starts one on a loopback port in this process.
        pool: Sandboxes open at the same time; each takes some 500 MB.
        queue: How many may wait for their turn; more are told so at once.
        queue_timeout: Seconds one waits for its turn.
        browser_sandbox: "off" allows Chromium to run without its own process sandbox; None is what
            `BELLJAR_CHROMIUM_SANDBOX` says, else "on".
        chromium: The program; None is `BELLJAR_CHROMIUM`, else one of this machine.
        endpoint: A browser that runs already: `ws://…` of a Playwright server, `cdp+http://…` of a DevTools
            port; or `grid+http://…` of a Selenium Grid that lends one.
    """

    def __init__(
        self,
        *,
        server: str | None = None,
        pool: int = 4,
        queue: int = 100,
        queue_timeout: float = 120.0,
        browser_sandbox: str | None = None,
        chromium: str | Path | None = None,
        endpoint: str | None = None,
    ) -> None:
        if pool < 1 or queue < 0:
            raise ValueError(f"pool must be 1 or more and queue 0 or more, not {pool} and {queue}.")
        self._given = server
        self._pool = pool
        self._queue = queue
        self._queue_timeout = queue_timeout
        self._asked = browser_sandbox
        self._executable = None if chromium is None else str(chromium)
        self._endpoint = endpoint
        #: Seconds for a new sandbox: its turn, a browser and a page in it; both twice if the first died.
        self.patience = queue_timeout + 720.0
        self._turns = asyncio.Semaphore(pool)
        self._waiting = 0
        self._starting = asyncio.Lock()
        self._server: LocalServer | None = None
        self._origin: Origin | None = None
        self._chromium: Chromium | None = None
        self._sessions: set[PageSession] = set()
        self._closing = asyncio.Event()

    @property
    def name(self) -> str:
        """What executions say in `backend`."""
        return "headless"

    @property
    def waiting(self) -> int:
        """How many wait for their turn now."""
        return self._waiting

    async def open(self, options: SessionOptions) -> PageSession:
        """A new sandbox in a page of its own, when it is its turn: first come, first served."""
        await self._turn()
        try:
            session = await self._page(options)
        except BaseException:
            self._turns.release()
            raise
        if self._closing.is_set():
            await session.close()
            raise UnavailableError(_CLOSED)
        self._sessions = {other for other in self._sessions if other.alive} | {session}
        return session

    async def close(self) -> None:
        """Ends every session, the browser and the server. Who waits for a turn is told."""
        self._closing.set()
        await asyncio.gather(*(session.close() for session in self._sessions if session.alive))
        async with self._starting:
            chromium, server = self._chromium, self._server
            self._chromium = self._server = None
            # Neither needs the other any more, and each takes a moment.
            await asyncio.gather(
                *([chromium.close()] if chromium else []),
                *([asyncio.to_thread(server.stop)] if server else []),
            )

    async def _turn(self) -> None:
        if self._closing.is_set():
            raise UnavailableError(_CLOSED)
        if self._turns.locked() and self._waiting >= self._queue:
            raise UnavailableError(
                f"All {self._pool} pages of this backend are in use and {self._waiting} sandboxes wait "
                "already. "
                "Try again later, close sandboxes that are done, or raise `pool` (some 500 MB each)."
            )
        self._waiting += 1
        turn = asyncio.ensure_future(self._turns.acquire())
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            timeout, first = self._queue_timeout, asyncio.FIRST_COMPLETED
            await asyncio.wait({turn, closing}, timeout=timeout, return_when=first)
        finally:
            self._waiting -= 1
            closing.cancel()
            won = turn.done() and not turn.cancelled()
            if not won:
                turn.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await turn
        if self._closing.is_set():
            if won:
                self._turns.release()
            raise UnavailableError(_CLOSED)
        if not won:
            raise UnavailableError(
                f"All {self._pool} pages of this backend were in use for {self._queue_timeout:g} seconds. "
                "Close sandboxes that are done, or raise `pool` (some 500 MB each) or `queue_timeout`."
            )

    async def _page(self, options: SessionOptions) -> PageSession:
        chromium, origin = await self._browser()
        try:
            return await open_page(chromium, origin, options, self.name, self._turns.release)
        except UnavailableError:
            # A browser that has just died may look alive until it is used.
            if chromium.alive:
                raise
        chromium, origin = await self._browser()
        return await open_page(chromium, origin, options, self.name, self._turns.release)

    async def _browser(self) -> tuple[Chromium, Origin]:
        """The browser, started anew where there is none or it has died."""
        async with self._starting:
            if self._closing.is_set():
                raise UnavailableError(_CLOSED)
            if self._origin is None:
                if self._given is None:
                    self._server = LocalServer()
                    self._origin = await asyncio.to_thread(self._server.start)
                else:
                    self._origin = Origin.of(self._given)
            if self._chromium is None or not self._chromium.alive:
                if self._chromium is not None:
                    await self._chromium.close()
                sandbox = process_sandbox(self._asked)
                chromium = Chromium(self._origin, sandbox, self._executable, self._endpoint)
                self._chromium = await chromium.start()
            return self._chromium, self._origin
