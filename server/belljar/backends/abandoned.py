"""Abandoned: work that nobody waits for any more, held until it ends; and ends waited for in bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

#: What nobody waits for any more.
_abandoned: set[asyncio.Future[Any]] = set()


def keep(task: asyncio.Future[Any]) -> None:
    """Holds what nobody waits for until it ends, and hears what it raises."""
    _abandoned.add(task)

    def ended(over: asyncio.Future[Any]) -> None:
        _abandoned.discard(over)
        if not over.cancelled():
            over.exception()

    task.add_done_callback(ended)


def abandon(task: asyncio.Future[Any]) -> None:
    """Cancels; how long that takes is nobody's business any more."""
    task.cancel()
    keep(task)


async def in_time(work: Coroutine[Any, Any, Any], seconds: float) -> bool:
    """Waits for something that must not fail; whether it has ended."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        abandon(task)
        raise
    if not task.done():
        abandon(task)
        return False
    task.result()
    return True


async def cancelled(task: asyncio.Future[Any], seconds: float) -> bool:
    """Cancels; whether it has ended in the seconds it gets to tidy up."""
    task.cancel()
    keep(task)
    await asyncio.wait({task}, timeout=seconds)
    return task.done()
