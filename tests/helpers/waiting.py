"""Waiting for what another program does, and which it does not tell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


def until(happened: Callable[[], object], seconds: float = 20) -> None:
    """Looks again and again whether it has happened; fails when it takes longer than that."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"it has not happened in {seconds:g} seconds"
        time.sleep(0.05)


async def soon(happened: Callable[[], object], seconds: float = 20) -> None:
    """The same for tests with an event loop, which goes on."""
    await asyncio.to_thread(until, happened, seconds)
