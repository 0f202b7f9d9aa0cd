"""Endings: no process that tests start outlives the one that started it, however that ends."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys

#: PR_SET_PDEATHSIG of Linux's <sys/prctl.h>.
_SET_DEATH_SIGNAL = 1


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel ends this process when its parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


#: Reads process groups, a line each, and ends them when nobody writes any more.
_KEEPER = """
import os, signal, sys
for group in [int(line) for line in sys.stdin]:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Keeper:
    """Ends process groups when this process is gone, however it went: the kernel tells children alone.

    What a stand-in runs in the background outlives whoever started it, by design; three such runners took
    a whole processor each for forty minutes after their tests had been killed.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-S", "-E", "-c", _KEEPER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)

    def keep(self, group: int) -> None:
        """This group ends with us."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{group}\n")
        self._process.stdin.flush()
