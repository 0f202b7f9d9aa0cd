"""A value is loaded once, again when it changed, and a failure is not repeated at once."""

from __future__ import annotations

import threading

import pytest

from belljar.errors import BelljarError
from belljar.web.remembered import Remembered


class Source:
    def __init__(self) -> None:
        self.stamp, self.loads, self.error = 0, 0, ""

    def load(self) -> int:
        self.loads += 1
        if self.error:
            raise BelljarError(self.error)
        return self.loads


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def value(source: Source) -> Remembered[int]:
    return Remembered(source.load, lambda: source.stamp)


def test_nothing_is_loaded_before_it_is_asked_for(source: Source, value: Remembered[int]) -> None:
    assert source.loads == 0
    assert (value.get(), value.get(), source.loads) == (1, 1, 1)


def test_a_new_stamp_loads_again(source: Source, value: Remembered[int]) -> None:
    value.get()
    source.stamp = 1
    assert value.get() == 2


def test_a_failure_is_kept_for_a_moment_and_then_tried_again(
    source: Source, value: Remembered[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    source.error = "not yet"
    for _ in range(3):
        with pytest.raises(BelljarError, match="not yet"):
            value.get()
    assert source.loads == 1
    source.error = ""
    monkeypatch.setattr(Remembered, "RETRY_SECONDS", 0)
    assert value.get() == 2


def test_a_failure_is_forgotten_when_something_changes(source: Source, value: Remembered[int]) -> None:
    source.error = "not yet"
    with pytest.raises(BelljarError):
        value.get()
    source.error, source.stamp = "", 1
    assert value.get() == 2


def test_threads_that_ask_together_load_once(source: Source, value: Remembered[int]) -> None:
    threads = [threading.Thread(target=value.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.loads == 1
