"""Whether signals arrive. How they come to is shown in a browser: CPython never loses them."""

from __future__ import annotations

import signal

from belljar_harness.interpreter.bridge import Bridge
from belljar_harness.interpreter.threadstates import PROBE, ThreadStates

from .conftest import FakeBridge


def test_the_probe_arrives_and_leaves_the_users_handler() -> None:
    users = signal.getsignal(PROBE)
    assert ThreadStates(Bridge(FakeBridge())).signals_arrive()
    assert signal.getsignal(PROBE) is users


async def test_where_signals_arrive_nothing_is_held() -> None:
    states = ThreadStates(Bridge(FakeBridge()))
    states.install()
    assert await states.heal()
