"""The collector of garbage, while calls are suspended across each other."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from belljar_harness.interpreter import collector
from belljar_harness.interpreter.collector import Collector


@pytest.fixture(autouse=True)
def on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_stops_and_goes_on_and_leaves_what_code_has_chosen() -> None:
    one = Collector()
    one.stop()
    assert not gc.isenabled()
    one.stop()
    one.go_on()
    assert gc.isenabled()
    gc.disable()
    one.stop()
    one.go_on()
    assert not gc.isenabled()


def test_what_is_worth_it_is_collected_while_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    one = Collector()
    one.stop()
    monkeypatch.setattr(collector, "WORTH", -1)
    monkeypatch.setattr(gc, "collect", lambda: asked.append(1))
    one.collect()
    one.collect()
    assert len(asked) == 1
