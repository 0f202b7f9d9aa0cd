"""Loop: the event loop that everything runs on, which in the sandbox is Pyodide's own (`WebLoop`)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from belljar_harness.patches import Patches


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def is_ours(loop: object) -> bool:
    """Whether it is Pyodide's, which runs from the start to the end; in tests it is an ordinary one."""
    return hasattr(loop, "_keyboard_interrupt_handler")


def has_one_thread() -> bool:
    """Whether Python was built for a browser's one thread."""
    emscripten = getattr(sys, "_emscripten_info", None)
    return emscripten is not None and not emscripten.pthreads


def on_interrupt(loop: Any, handler: Callable[[], Any], patches: Patches) -> None:
    """Have `handler` called wherever an interrupt hits one of the loop's callbacks."""
    patches.put(loop, "_keyboard_interrupt_handler", handler)


def suspend_by(suspend: Callable[..., Any], patches: Patches) -> None:
    """Have `suspend` called where code asks Pyodide itself to block on an awaitable."""
    if "pyodide.ffi" in sys.modules:
        patches.set(sys.modules["pyodide.ffi"], "run_sync", suspend)
