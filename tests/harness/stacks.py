"""Stacks: what JavaScript Promise Integration gives in a browser, made of greenlets.

Each callback of the loop runs on a stack of its own, so that it may be suspended in its middle while others
run, and go on in any order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import greenlet
import pytest


def install(patch: pytest.MonkeyPatch) -> None:
    """Run every callback of event loops on a stack of its own."""
    run = asyncio.events.Handle._run
    patch.setattr(asyncio.events.Handle, "_run", lambda handle: greenlet.greenlet(run).switch(handle))


def run_sync(awaitable: Awaitable[Any]) -> Any:
    """Suspend the stack that calls until `awaitable` is done."""
    loop = asyncio.get_running_loop()
    here, outer = greenlet.getcurrent(), asyncio.current_task()
    if outer is not None:
        asyncio.tasks._leave_task(loop, outer)  # type: ignore[attr-defined]

    def resume(_: object) -> None:
        here.parent = greenlet.getcurrent()
        here.switch()

    try:
        future = asyncio.ensure_future(awaitable)
        future.add_done_callback(resume)
        assert here.parent is not None
        here.parent.switch()
        return future.result()
    finally:
        if outer is not None:
            asyncio.tasks._enter_task(loop, outer)  # type: ignore[attr-defined]
