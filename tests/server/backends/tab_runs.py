"""What tests of tabs share: the program's key, and a run that goes on."""

from __future__ import annotations

import asyncio

from belljar import AsyncSandbox, Execution

KEY = "key-of-the-operator-1234"
SLEEPING = "import time\nprint('working')\ntime.sleep(60)"


def running(sandbox: AsyncSandbox, code: str) -> tuple[asyncio.Task[Execution], asyncio.Event]:
    """A run, and when it has printed something."""
    printed = asyncio.Event()
    return asyncio.create_task(sandbox.execute(code, on_stdout=lambda _: printed.set())), printed
