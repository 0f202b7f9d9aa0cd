"""Watch: the clock behind those of a page strikes after the time that counts, whatever the page says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from belljar.backends import watch
from belljar.backends.watch import GRACE, LOAD, Watch


class Loop:
    """A loop whose clock the test sets."""

    now = 0.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


#: What happens, each with the seconds after it; and what is left of timeout 5 and grace at the end.
ENDS: list[tuple[str, list[tuple[str, float]], float | None]] = [
    ("running counts", [("started", 4)], 5 + GRACE - 4),
    ("loading before it starts counts apart", [("loading", 100), ("loaded", 0), ("started", 1)], 4 + GRACE),
    ("so does loading amid it", [("started", 1), ("loading", 100), ("loaded", 1)], 3 + GRACE),
    ("loading has its own end", [("loading", LOAD + 10)], 5 + GRACE - 10),
    (
        "loading again and again has one end",
        [("started", 0), *[("loading", LOAD / 4 + 2), ("loaded", 0.0)] * 4],
        5 + GRACE - 4 * 2,
    ),
    ("what is never started ends", [("stdout", LOAD + 5)], GRACE),
    ("a question stops the clock", [("started", 1), ("ask", 1000)], None),
    ("its answer lets it go on", [("started", 1), ("ask", 1000), ("answered", 1)], 3 + GRACE),
    ("two questions wait for two answers", [("ask", 10), ("ask", 10), ("answered", 10)], None),
    ("what is stopped has the grace alone", [("started", 1), ("stop", 2)], GRACE - 2),
    ("also while it says that it loads", [("loading", 1), ("stop", 2)], GRACE - 2),
    ("over is over", [("started", 1000)], 0.0),
]


@pytest.mark.parametrize(("events", "left"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_the_time_that_counts(loop: Loop, events: list[tuple[str, float]], left: float | None) -> None:
    run = Watch(5)
    said: dict[str, Any] = {
        "ask": lambda: run.asking(+1),
        "answered": lambda: run.asking(-1),
        "stop": run.stop,
    }
    for kind, seconds in events:
        said.get(kind, lambda kind=kind: run.hear({"type": kind}))()
        loop.now += seconds
    waits = run.patience()
    if left == 0.0:
        assert waits == watch._LAST  # one last look
        waits = run.patience()
    assert waits == (None if left is None else pytest.approx(left))


@pytest.mark.parametrize("timeout", [None, 0, -1, float("inf"), float("nan")])
def test_a_timeout_that_cannot_be_is_the_most_that_is_allowed(loop: Loop, timeout: float | None) -> None:
    run = Watch(timeout)
    run.hear({"type": "started"})
    assert run.patience() == 600 + GRACE
