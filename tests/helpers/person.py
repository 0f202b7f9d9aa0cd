"""A person with a browser: opens the links that programs show, and presses what they are told to press."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from playwright.async_api import Browser, Page, async_playwright

from belljar.backends.browsers import find_chromium

T = TypeVar("T")


class Person:
    """Has a real Chromium and a thread of its own, so that programs of every kind can be tested with it."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._browser: Browser = self.do(self._start())
        self.pages: list[Page] = []
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._browser.close())
        self.do(self._driver.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def begin(self, work: Awaitable[T]) -> Future[T]:
        """Starts something that the person does."""

        async def run() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._loop)

    def do(self, work: Awaitable[T]) -> T:
        """Does something and waits for it."""
        return self.begin(work).result(60)

    def open(self, link: str) -> Page:
        """Opens a link in a new tab."""
        return self.do(self._open(link))

    def tidy(self) -> None:
        """Closes all tabs."""
        for page in self.pages:
            self.do(page.close())
        self.pages.clear()

    def allows(self, link: str) -> None:
        """What a program may call with its link: opened and allowed, without waiting for it."""
        self.begin(self._allow(link))

    def answers(self, button: str) -> Callable[[str], Future[Page]]:
        """Opens links and presses this button each time; gives the page."""
        return lambda link: self.begin(self._press(link, button))

    async def _open(self, link: str) -> Page:
        page = await self._browser.new_page()
        self.pages.append(page)
        await page.goto(link)
        return page

    async def _allow(self, link: str) -> None:
        await self._press(link, "allow")

    async def _press(self, link: str, button: str) -> Page:
        page = await self._open(link)
        await page.get_by_test_id(button).click()
        return page

    async def _start(self) -> Browser:
        self._driver = await async_playwright().start()
        arguments: list[Any] = ["--disable-gpu"]
        # Chromium refuses its own sandbox as root; these tests are about what the page does.
        if os.getuid() == 0:
            arguments.append("--no-sandbox")
        return await self._driver.chromium.launch(executable_path=find_chromium(), args=arguments)
