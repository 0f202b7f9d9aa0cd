"""Pages: one sandbox in a page of a headless browser, as a session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from belljar.answers.execution import Execution
from belljar.answers.results import ErrorInfo
from belljar.backends.browsers import Chromium, ended
from belljar.backends.protocol import SessionOptions
from belljar.backends.remote import RemoteSession, refused, wanted
from belljar.backends.servers import Origin
from belljar.errors import UnavailableError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

#: Seconds: for opening the page and Python in it; for the browser to give an empty page, which takes no time;
#: for the page's own scripts to be there; for a page to say anything at all; and for what belongs to it to
#: end.
_OPEN_TIMEOUT = 240.0
_EMPTY = 60.0
_SCRIPTS = 60.0
_SILENCE = 30.0
_END = 10.0
_DIED = "The browser died. Variables and files are gone; the next run gets a new browser."


class PageSession(RemoteSession):
    """A session whose sandbox lives in a page. Made by `open_page`."""

    def __init__(
        self,
        page: Page,
        context: BrowserContext,
        chromium: Chromium,
        backend: str,
        over: Callable[[], None],
    ) -> None:
        super().__init__(backend)
        self._chromium = chromium
        self._page = page
        self.context = context
        self._over = over
        #: Why nothing runs here any more; settled once.
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._closed = False
        page.on("crash", lambda _: self._lose(_DIED))
        page.on("close", lambda _: self._lose(_DIED))

    @property
    def alive(self) -> bool:
        """Whether the page still runs."""
        return not self._end.done()

    async def close(self) -> None:
        """Ends it, with everything of its profile."""
        self._closed = True
        self._lose("The sandbox was closed.")
        await self._let_go()

    async def _let_go(self) -> None:
        await _close(self.context, self._chromium)

    def _lose(self, reason: str) -> None:
        if not self._end.done():
            self._end.set_result(reason)
            self._over()

    def _lost(self, reason: str) -> Execution:
        """The answer for a run that has lost its page."""
        if self._closed:
            return Execution.unavailable(reason, self._backend)
        error = ErrorInfo("Crashed", reason, f"Crashed: {reason}")
        return Execution("crashed", error=error, note=reason, backend=self._backend)

    async def _call(self, method: str, *arguments: object) -> Any:
        from playwright.async_api import Error

        if self._end.done():
            raise UnavailableError(self._end.result())
        call = asyncio.ensure_future(
            self._page.evaluate("([method, given]) => belljar[method](...given)", [method, list(arguments)])
        )
        done, _ = await _first(call, self._end, _SILENCE)
        if call in done:
            try:
                return call.result()
            except Error as error:
                if self._page.is_closed() or "crashed" in error.message or "closed" in error.message:
                    self._lose(_DIED)
                else:
                    raise refused(error.message) from None
        elif self._end not in done:
            self._drop(f"The browser's page has not answered for {_SILENCE:g} seconds. " + _DIED)
        raise UnavailableError(self._end.result())


async def open_page(
    chromium: Chromium, origin: Origin, options: SessionOptions, backend: str, over: Callable[[], None]
) -> PageSession:
    """A page with a sandbox that is ready.

    Args:
        chromium: Where to open it.
        origin: The server that has the page.
        options: What the sandbox is to be.
        backend: Name for executions.
        over: Called once when the session has ended, however.

    Raises:
        UnavailableError: It could not be opened; says why.
    """
    opening = asyncio.ensure_future(_open(chromium, origin, options, backend, over))
    silent = asyncio.ensure_future(chromium.given_up())
    try:
        await asyncio.wait({opening, silent}, return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            raise UnavailableError("The browser has not answered, and is given up.")
        return opening.result()
    except asyncio.CancelledError:
        if opening.done() and not opening.cancelled() and opening.exception() is None:
            await _close(opening.result().context, chromium)
        raise
    finally:
        silent.cancel()
        if opening.cancel():
            await asyncio.wait({opening})


async def _open(
    chromium: Chromium, origin: Origin, options: SessionOptions, backend: str, over: Callable[[], None]
) -> PageSession:
    from playwright.async_api import Error

    context: BrowserContext | None = None
    try:
        async with asyncio.timeout(_OPEN_TIMEOUT):
            try:
                async with asyncio.timeout(_EMPTY):
                    context = await chromium.context()
                    page = await context.new_page()
            except TimeoutError:
                chromium.give_up()
                raise
            page.set_default_timeout(_SCRIPTS * 1000)
            answer = await page.goto(f"{origin.base}headless")
            if answer is None or not answer.ok:
                said = "nothing" if answer is None else str(answer.status)
                raise UnavailableError(
                    f"The server at {origin.base} answered {said} for the page that programs drive. "
                    "Is it a belljar server of this version?"
                )
            await page.wait_for_function("() => 'belljar' in window")
            problem = await page.evaluate("(options) => belljar.open(options)", wanted(options))
            if problem is not None:
                raise UnavailableError(str(problem))
    except (Error, TimeoutError) as error:
        await _close(context, chromium)
        first = str(error).splitlines()[0] if str(error) else "no answer in time"
        raise UnavailableError(
            f"The page at {origin.base} could not be opened in the browser: {first}"
        ) from None
    except BaseException:
        await _close(context, chromium)
        raise
    return PageSession(page, context, chromium, backend, over)


async def _close(context: BrowserContext | None, chromium: Chromium) -> None:
    """Ends a profile; a browser that doesn't do that is good for nothing any more."""
    if context is not None and chromium.alive and not await ended(context.close(), _END):
        chromium.give_up()


async def _first(
    call: asyncio.Future[Any], end: asyncio.Future[str], seconds: float
) -> tuple[set[asyncio.Future[Any]], set[asyncio.Future[Any]]]:
    """Waits for the one or the other; a call that lost is not waited for."""
    try:
        return await asyncio.wait({call, end}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not call.done():
            call.cancel()
