"""Remembered: a value loaded at first use, kept, and loaded again when there is something new."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from belljar.errors import BelljarError

log = logging.getLogger("belljar")

T = TypeVar("T")


class Remembered(Generic[T]):
    """Gives a loaded value. Safe to use from several threads; only one of them loads.

        nothing ──get──► loaded ──stamp changed──► loaded again
           └──failed──► error, kept for RETRY_SECONDS, then tried again

    Args:
        load: Gives the value, or raises `BelljarError`.
        stamp: Cheap; changes when there is something new to load.
    """

    RETRY_SECONDS = 2.0

    def __init__(self, load: Callable[[], T], stamp: Callable[[], Hashable]) -> None:
        self._load = load
        self._stamp = stamp
        self._lock = threading.Lock()
        self._loaded: tuple[Hashable, T] | None = None
        self._failed: tuple[Hashable, float, BelljarError] | None = None
        self._said = ""

    def get(self, *, told: bool = False) -> T:
        """The value.

        Args:
            told: Whoever asks tells the operator of a failure: it is not logged again.

        Raises:
            BelljarError: It could not be loaded, now or a moment ago.
        """
        with self._lock:
            stamp = self._stamp()
            if self._loaded is not None and self._loaded[0] == stamp:
                return self._loaded[1]
            if self._failed is not None:
                failed_stamp, when, error = self._failed
                if failed_stamp == stamp and time.monotonic() - when < self.RETRY_SECONDS:
                    raise error
            try:
                value = self._load()
            except BelljarError as error:
                # Once: it is tried again with each request that comes.
                if str(error) != self._said:
                    self._said = str(error)
                    if not told:
                        log.warning("%s", error)
                self._failed = (stamp, time.monotonic(), error)
                raise
            self._loaded, self._failed, self._said = (stamp, value), None, ""
            return value
