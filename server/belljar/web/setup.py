"""Setup: what a server still makes ready while it serves already, and what visitors are told of that.

fetching ──► (visitors can run cells) ──► building ──► done
   └──failed──► not set up yet; the operator is told why
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds that visitors are told before anything is known: what an idle machine beside a registry needs.
GUESS = 40.0
#: Longest that they are told: nobody waits for more than "some minutes".
LONGEST = 600.0

NOT_YET = "This server is not set up yet: whoever runs it finds the reason in its log."


class Setup:
    """How far it is. Safe to use from several threads.

    Attributes:
        say: Tells the operator.
        running: Whether something is still being made ready.
    """

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self.say = say
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._share = 0.0
        self.running = False

    def begin(self) -> None:
        """Something is being made ready."""
        with self._lock:
            self.running, self._began, self._share = True, time.monotonic(), 0.0

    def told(self, _: str, share: float) -> None:
        """The step has come so far, from 0 to 1."""
        with self._lock:
            if share < self._share:  # another step
                self._began = time.monotonic()
            self._share = share

    def end(self) -> None:
        """It is done, or has failed."""
        with self._lock:
            self.running = False

    @property
    def seconds(self) -> int | None:
        """About how long it takes until visitors can run cells, in fives; None where nothing is under way."""
        with self._lock:
            if not self.running:
                return None
            passed, share = time.monotonic() - self._began, self._share
        left = passed / share * (1 - share) if share > 0.1 else max(GUESS - passed, 10.0)
        return max(5, 5 * round(min(left, LONGEST) / 5))

    @property
    def sentence(self) -> str:
        """What visitors are told while there is nothing to run cells with."""
        seconds = self.seconds
        return NOT_YET if seconds is None else f"This server is being set up: about {seconds} s."
