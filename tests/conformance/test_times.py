"""Code ends at its timeout and when it is interrupted, and its variables outlive that."""

from __future__ import annotations

import threading
import time

import pytest

from belljar import Sandbox


@pytest.mark.parametrize("code", ["while True: pass", "import time\ntime.sleep(60)"])
def test_time_is_up_soon_after_the_timeout(sandbox: Sandbox, code: str) -> None:
    began = time.monotonic()
    execution = sandbox.execute(code, timeout=0.5)
    assert (execution.status, execution.exit_code) == ("timeout", 124)
    assert time.monotonic() - began < 10
    assert sandbox.execute("'alive'").text == "'alive'"


def test_what_was_printed_before_a_timeout_is_kept(sandbox: Sandbox) -> None:
    execution = sandbox.execute("print('before', flush=True)\nwhile True: pass", timeout=0.5)
    assert execution.stdout == "before\n"


def test_loading_packages_is_no_running_time(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import sympy\nsympy.Integer(2) ** 3", timeout=60)
    assert execution.text == "8"
    assert "sympy" in execution.packages or execution.execution_count > 1


@pytest.mark.parametrize("timeout", [0, -1, 1e9, float("nan")])
def test_a_timeout_that_cannot_be_is_the_callers_mistake(sandbox: Sandbox, timeout: float) -> None:
    with pytest.raises(ValueError, match="number of seconds above 0 and up to 600"):
        sandbox.execute("1", timeout=timeout)


def test_interrupt_ends_the_running_code(sandbox: Sandbox) -> None:
    timer = threading.Timer(0.5, sandbox.interrupt)
    timer.start()
    execution = sandbox.execute("import time\nwhile True: time.sleep(0.01)", timeout=30)
    timer.join()
    assert (execution.status, execution.exit_code) == ("interrupted", 130)


def test_variables_outlive_an_interrupt(sandbox: Sandbox) -> None:
    sandbox.execute("kept = 5")
    sandbox.execute("while True: pass", timeout=0.5)
    assert sandbox.execute("kept").text == "5"
