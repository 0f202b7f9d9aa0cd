"""Endings: no process that tests start outlives the one that started it, however that ends."""

from __future__ import annotations

import ctypes
import signal
import sys

#: PR_SET_PDEATHSIG of Linux's <sys/prctl.h>.
_SET_DEATH_SIGNAL = 1


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel ends this process when its parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
