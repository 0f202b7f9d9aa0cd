"""Watch: the clock behind those of a page, which itself may say "nothing yet" for ever.

    execute ──► loading ⇄ running ──► done     each has its seconds in the whole run
                   ▲         │
                   └─ asked ─┘                  a person may take as long as they like

A page of ours ends a run in less; this one strikes when the page isn't what it says, or no longer can.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from belljar.settings import Limits

#: Seconds that a run may take beyond its timeout: to be interrupted, to be killed, to be told of.
GRACE = 20.0
#: Seconds for a last look at a run whose time is over: who looks may have been busy, and the answer be there.
_LAST = 1.0
#: Seconds of waiting for Python and packages in one run: a server's usual limit.
LOAD = Limits().load_timeout


class Watch:
    """What a run may still take, by what its page has told.

    Args:
        timeout: Seconds of running; None is the most that is allowed.
    """

    def __init__(self, timeout: float | None) -> None:
        if timeout is None or not 0 < timeout < math.inf:  # the page says what is allowed
            timeout = Limits().max_timeout
        #: What is said of a page that let the time pass.
        self.late = f"The page did not end a run that had {timeout:g} seconds, and {GRACE:g} more to end."
        self._now = asyncio.get_running_loop().time
        self._runs = timeout + GRACE
        self._loads = LOAD
        self._started = False
        self._loading = False
        self._asked = 0
        self._looked = False
        self._since = self._now()

    def hear(self, event: Mapping[str, Any]) -> None:
        """Takes in what the page tells of the run."""
        self._count()
        match event["type"]:
            case "started":
                self._started = True
            case "loading":
                self._loading = True
            case "loaded":
                self._loading = False

    def asking(self, more: int) -> None:
        """So many more, or fewer, of its questions wait for an answer."""
        self._count()
        self._asked += more

    def stop(self) -> None:
        """The run was told to end."""
        self._count()
        self._started, self._loading = True, False
        self._runs = min(self._runs, GRACE)

    def patience(self) -> float | None:
        """Seconds for the page's next word; 0 when the run's time is over, None while somebody is asked."""
        self._count()
        if self._asked > 0:
            return None
        left = self._runs + (self._loads if self._waits else 0.0)
        if left > 0:
            return left
        looked, self._looked = self._looked, True
        return 0.0 if looked else _LAST

    @property
    def _waits(self) -> bool:
        return (self._loading or not self._started) and self._loads > 0

    def _count(self) -> None:
        before, self._since = self._since, self._now()
        gone = self._since - before
        if self._asked > 0:
            return
        if self._waits:
            loading = min(gone, self._loads)
            self._loads -= loading
            gone -= loading
        self._runs -= gone
