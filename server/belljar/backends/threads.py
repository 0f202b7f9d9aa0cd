"""Threads: blocking calls of other people's libraries, in threads that hold up no end of the process.

Those of `asyncio.to_thread` are waited for when the process ends: a call that never returns would keep it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], late: Callable[[T], object] | None = None) -> T:
    """What `work` returns or raises. When this is cancelled the call goes on, and nobody hears of it.

    Args:
        late: Gets, in a thread, what came when nobody waited for it any more.
    """
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[T] = loop.create_future()

    def tell(deliver: Callable[[], None], unheard: Callable[[], object]) -> None:
        def now() -> None:
            if not answered.done():
                deliver()
            else:
                threading.Thread(target=unheard, name="belljar-late", daemon=True).start()

        try:
            loop.call_soon_threadsafe(now)
        except RuntimeError:  # the loop has ended
            unheard()

    def run() -> None:
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            failure = error
            tell(lambda: answered.set_exception(failure), lambda: None)
        else:
            tell(lambda: answered.set_result(value), lambda: late and late(value))

    threading.Thread(target=run, name="belljar-call", daemon=True).start()
    return await answered
