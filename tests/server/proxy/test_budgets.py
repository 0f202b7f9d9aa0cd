"""Budgets: each client has its own, all of them one together, and a day gives them back."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest

from belljar.proxy import budgets
from belljar.proxy.budgets import Budgets
from belljar.proxy.refusals import Refused
from belljar.settings import Models


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self) -> None:
        self.now = 86_400.0 * 20_000 + 100

    def __call__(self) -> float:
        return self.now


def of(clock: Clock, **limits: int) -> Budgets:
    given = {"model_requests": 600, "model_tokens": 1000, "model_all_tokens": 3000} | limits
    return Budgets(Models(**given), clock)  # type: ignore[arg-type]


def use(counted: Budgets, address: str, tokens: int = 0, estimate: int = 0) -> None:
    with counted.request(address, estimate) as used:
        used.tokens = tokens


def refused(counted: Budgets, address: str) -> Refused:
    with pytest.raises(Refused) as found:
        use(counted, address)
    assert found.value.status == 429
    return found.value


def test_who_has_used_up_a_day_s_tokens_waits_until_tomorrow_and_others_don_t() -> None:
    clock = Clock()
    counted = of(clock)
    use(counted, "10.0.0.1", 1000)
    assert refused(counted, "10.0.0.1").wait == 86_400 - 100 + 1
    use(counted, "10.0.0.2", 10)
    clock.now += 86_400
    use(counted, "10.0.0.1")


def test_all_together_have_a_budget_too() -> None:
    counted = of(Clock())
    for host in range(3):
        use(counted, f"10.0.0.{host}", 1000)
    assert "tokens of today are used up" in refused(counted, "10.0.0.9").sentence


def test_tokens_of_requests_under_way_are_held() -> None:
    counted = of(Clock())
    with counted.request("10.0.0.1", 1000) as used:
        refused(counted, "10.0.0.1")
        used.tokens = 5
    use(counted, "10.0.0.1")


def test_a_request_that_fails_costs_no_tokens() -> None:
    counted = of(Clock())
    for _ in range(5):
        with suppress(ValueError), counted.request("10.0.0.1", 900) as used:
            used.tokens = 0
            raise ValueError("broke")


def test_a_minute_s_requests_come_back_evenly() -> None:
    clock = Clock()
    counted = of(clock, model_requests=6)
    for _ in range(6):
        use(counted, "10.0.0.1")
    assert refused(counted, "10.0.0.1").wait == 10
    clock.now += 10
    use(counted, "10.0.0.1")
    refused(counted, "10.0.0.1")
    clock.now += 86_400 * 10
    for _ in range(6):
        use(counted, "10.0.0.1")
    refused(counted, "10.0.0.1")


def test_a_client_has_only_so_many_requests_under_way() -> None:
    counted = of(Clock())
    with ExitStack() as stack:
        for _ in range(budgets.AT_ONCE):
            stack.enter_context(counted.request("10.0.0.1", 0))
        assert "under way" in refused(counted, "10.0.0.1").sentence
        use(counted, "10.0.0.2")
    use(counted, "10.0.0.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "", True),
    ],
)
def test_a_network_that_one_customer_has_is_one_client(one: str, other: str, same: bool) -> None:
    counted = of(Clock())
    use(counted, one, 1000)
    if same:
        refused(counted, other)
    else:
        use(counted, other)


def test_clients_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "CLIENTS", 3)
    counted = of(Clock(), model_all_tokens=10**9)
    use(counted, "10.0.0.1", 1000)
    for host in range(2, 4):
        use(counted, f"10.0.0.{host}")
    refused(counted, "10.0.0.1")
    for host in range(5, 9):
        use(counted, f"10.0.0.{host}")
    assert len(counted._clients) == 3
