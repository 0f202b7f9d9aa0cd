"""Signals: alarms, and signals that code sends to its own process.

    signal.alarm(2), setitimer ──► the worker's clock ──► SIGALRM, as Python looks for it ──► the handler

A handler may raise, also in code that sleeps or waits. Code in C that runs on is reached when it is over, as
elsewhere.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from belljar_harness.interpreter.bridge import Bridge
from belljar_harness.patches import Patches
from belljar_harness.waiting import Waiter

_ALARM = 14

#: Signals whose default is to be ignored.
_IGNORED = ("SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT")


class Signals:
    """The alarm of one interpreter."""

    def __init__(self, bridge: Bridge, waiter: Waiter) -> None:
        self._bridge = bridge
        self._waiter = waiter
        #: When the handler is to be called next (`time.monotonic`), and after how many seconds again.
        self._due: float | None = None
        self._interval = 0.0
        #: What code has set for SIGALRM.
        self._handler: Any = signal.SIG_DFL
        self._signal: Callable[..., Any] = signal.signal
        self._getsignal: Callable[..., Any] = signal.getsignal
        self._raise: Callable[[int], None] = signal.raise_signal

    def install(self, patches: Patches) -> None:
        """Give `signal` the alarms that it lacks."""
        patches.set(os, "kill", self.kill)
        patches.set(signal, "raise_signal", self.raise_signal)
        if hasattr(signal, "setitimer"):
            return
        for name, value in (
            ("SIGALRM", _ALARM),
            ("ITIMER_REAL", 0),
            ("alarm", self.alarm),
            ("setitimer", self.setitimer),
            ("getitimer", self.getitimer),
            ("signal", self.signal),
            ("getsignal", self.getsignal),
        ):
            if name.islower() or not hasattr(signal, name):
                patches.put(signal, name, value)

    def end(self) -> None:
        """The cell is over, and its alarm with it."""
        self._due, self._interval = None, 0.0

    def signal(self, number: int, handler: Any, /) -> Any:
        """`signal.signal`: the alarm's handler is called by ours."""
        if number != _ALARM:
            return self._signal(number, handler)
        before, self._handler = self._handler, handler
        self._signal(number, self._rings)
        return before

    def getsignal(self, number: int, /) -> Any:
        """`signal.getsignal`."""
        return self._handler if number == _ALARM else self._getsignal(number)

    def alarm(self, seconds: int, /) -> int:
        """`signal.alarm`: the seconds that were left of the one before."""
        return round(self.setitimer(0, seconds)[0])

    def setitimer(self, which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
        """`signal.setitimer`, of real time only."""
        before = self.getitimer(which)
        self._signal(_ALARM, self._rings)
        self._set(seconds, interval)
        return before

    def getitimer(self, which: int = 0, /) -> tuple[float, float]:
        """`signal.getitimer`: seconds that are left, and the interval."""
        if which != 0:
            raise ValueError("only ITIMER_REAL exists in a browser")
        return (0.0 if self._due is None else max(1e-6, self._due - time.monotonic())), self._interval

    def _set(self, seconds: float, interval: float) -> None:
        self._due = time.monotonic() + seconds if seconds > 0 else None
        self._interval = interval
        self._bridge.alarm(max(0.0, seconds))

    def _rings(self, number: int, frame: FrameType | None) -> None:
        """SIGALRM has come."""
        if self._due is None:
            return  # of a cell that is over
        self._set(self._interval, self._interval)
        if callable(self._handler):
            self._waiter.hand_over(lambda: self._handler(number, frame))
        elif self._handler != signal.SIG_IGN:
            self._waiter.hand_over(_unhandled)

    def kill(self, pid: int, number: int, /) -> None:
        """`os.kill`, of the one process that there is.

        Raises:
            ProcessLookupError: It is another's number.
            RuntimeError: The signal would end the sandbox's Python.
        """
        if pid not in (os.getpid(), 0):
            raise ProcessLookupError(3, "No such process")
        if number != 0:
            self.raise_signal(number)

    def raise_signal(self, number: int, /) -> None:
        """`signal.raise_signal`; raises RuntimeError for one that would end the sandbox's Python."""
        handler = signal.getsignal(number)
        if handler == signal.SIG_DFL and signal.Signals(number).name not in _IGNORED:
            raise RuntimeError(
                f"{signal.Signals(number).name} would end the sandbox's Python and lose all variables. "
                "Use sys.exit() to end a cell."
            )
        self._raise(number)


def _unhandled() -> None:
    raise TimeoutError("The alarm went off, and signal.signal(signal.SIGALRM, ...) has set no handler")
