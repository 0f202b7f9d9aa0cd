"""What a notebook offers without an import."""

from __future__ import annotations

from belljar_harness.namespace import OUT_KEPT

from .conftest import Runs


def test_underscores_are_the_last_three_results(run: Runs) -> None:
    for value in ("'a'", "'b'", "'c'"):
        run(value)
    assert run("_, __, ___").text == "('c', 'b', 'a')"


def test_out_and_in_hold_results_and_sources(run: Runs) -> None:
    run("40 + 2")
    assert run("_1, Out[1], In[1]").text == "(42, 42, '40 + 2')"


def test_none_and_hidden_values_are_no_results(run: Runs) -> None:
    run("'kept'")
    run("None")
    run("'hidden';")
    assert run("_").text == "'kept'"


def test_only_the_last_results_are_kept_alive(run: Runs) -> None:
    for number in range(OUT_KEPT + 3):
        run(str(number))
    assert run("sorted(Out)[0], len(Out)").text == f"(4, {OUT_KEPT})"
    assert run("_1").error["name"] == "NameError"


def test_a_user_may_take_any_name(run: Runs) -> None:
    run("_ = 'mine'\ndisplay = 'mine too'")
    run("1")
    assert run("_, display").text == "('mine', 'mine too')"
    run("del _, display")
    assert run("callable(display)").text == "True"


def test_each_context_has_its_own_history(run: Runs) -> None:
    run("'a'", context="a")
    run("'b'", context="b")
    assert run("_", context="a").text == "'a'"
