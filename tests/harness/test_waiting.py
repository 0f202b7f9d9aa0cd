"""Waits of user code, and what ends them."""

from __future__ import annotations

import asyncio
import time

import pytest

from .conftest import FakeBridge, Ran, Runs


def interrupted(run: Runs, code: str) -> tuple[Ran, float]:
    """Run a cell and interrupt its wait from the event loop, as the worker would."""

    def interrupt() -> None:
        assert run.session.interrupt()

    async def later() -> None:
        asyncio.get_running_loop().call_later(0.03, interrupt)

    run._runner.run(later())
    started = time.perf_counter()
    ran = run(code)
    return ran, time.perf_counter() - started


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(5)",
        "import asyncio\nawait asyncio.sleep(5)",
        "import asyncio\nasync def f():\n    await asyncio.sleep(5)\nasyncio.run(f())",
        "import asyncio, time\nasync def f():\n    time.sleep(5)\nawait f()",
    ],
)
def test_an_interrupt_ends_the_wait_and_variables_stay(run: Runs, code: str) -> None:
    run("x = 1")
    ran, seconds = interrupted(run, code)
    assert ran.outcome == "interrupted"
    assert ran.error["name"] == "KeyboardInterrupt"
    assert seconds < 2
    assert run("x").text == "1"


def test_an_interrupt_ends_a_question(run: Runs, bridge: FakeBridge) -> None:
    async def never(prompt: str, password: bool) -> str | None:
        await asyncio.sleep(5)
        return None

    bridge.read_input = never  # type: ignore[method-assign]
    ran, _ = interrupted(run, "input('?')")
    assert ran.outcome == "interrupted"


def test_user_code_may_catch_an_interrupt(run: Runs) -> None:
    ran, _ = interrupted(
        run, "import time\ntry:\n    time.sleep(5)\nexcept KeyboardInterrupt:\n    print('caught')"
    )
    assert (ran.outcome, ran.stdout) == ("ok", "caught\n")


def test_an_idle_session_has_nothing_to_interrupt(run: Runs) -> None:
    assert run.session.interrupt() is False


@pytest.mark.parametrize("suspends", [True, False])
def test_sleep_lasts_as_long_as_asked_and_output_goes_out_first(
    run: Runs, bridge: FakeBridge, suspends: bool
) -> None:
    bridge.can_suspend = suspends
    ran = run(
        "import time\nprint('a', end='')\nt = time.perf_counter()\ntime.sleep(0.03)\n"
        "0.029 < time.perf_counter() - t < 1"
    )
    assert ran.text == "True"


@pytest.mark.parametrize(
    ("code", "error"), [("-1", "ValueError"), ("'x'", "TypeError"), ("float('nan')", "ValueError")]
)
def test_sleep_refuses_what_pythons_own_refuses(run: Runs, code: str, error: str) -> None:
    assert run(f"import time\ntime.sleep({code})").error["name"] == error


def test_other_tasks_go_on_while_a_cell_sleeps(run: Runs) -> None:
    code = (
        "import asyncio, time\nasync def tick():\n"
        "    for _ in range(3):\n        print('tick'); await asyncio.sleep(0.005)\n"
        "t = asyncio.create_task(tick())\nawait asyncio.sleep(0)\ntime.sleep(0.1)\nt.done()"
    )
    ran = run(code)
    assert (ran.stdout, ran.text) == ("tick\n" * 3, "True")


def test_an_error_in_a_coroutine_keeps_its_traceback(run: Runs) -> None:
    error = run("import asyncio\nasync def f():\n    1 / 0\nasyncio.run(f())").error
    assert error["line"] == 3
    assert "line 3, in f" in error["traceback"]


def test_an_interrupt_also_ends_the_tasks_of_the_cell_and_no_others(run: Runs) -> None:
    code = "async def tick(name):\n    while True:\n        print(name); await asyncio.sleep(0.01)\n"
    run(f"import asyncio\n{code}earlier = asyncio.create_task(tick('earlier'))")
    ran, _ = interrupted(run, "later = asyncio.create_task(tick('later'))\nawait asyncio.sleep(5)")
    assert ran.outcome == "interrupted"
    run.idle(0.05)
    assert run("later.cancelled(), earlier.done()").text == "(True, False)"
    run("earlier.cancel()")


def test_an_interrupt_that_comes_when_a_sleep_is_just_over_is_not_lost(run: Runs) -> None:
    ran, seconds = interrupted(run, "import time\nwhile True:\n    time.sleep(0.005)")
    assert ran.outcome == "interrupted"
    assert seconds < 2
