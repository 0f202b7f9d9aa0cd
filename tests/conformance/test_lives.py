"""Calls of many threads, callbacks that fail, resets, crashes and the end are all answered."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from belljar import Sandbox
from belljar.errors import UnavailableError


def test_runs_of_many_threads_are_queued_and_none_is_swapped(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda n: sandbox.execute(f"print('nonce {n}')\n{n}"), range(30)))
    assert [(one.text, one.stdout) for one in answers] == [(str(n), f"nonce {n}\n") for n in range(30)]
    assert len({one.execution_count for one in answers}) == 30


def test_a_callback_that_fails_harms_no_run(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("theirs")

    execution = sandbox.execute("print(1)\n2", on_stdout=fail)
    assert (execution.text, execution.stdout) == ("2", "1\n")
    assert "theirs" in caplog.text


def test_fresh_is_a_clean_python_that_keeps_files(sandbox: Sandbox) -> None:
    sandbox.execute("held = 1")
    sandbox.files.write("kept.txt", "kept")
    assert (
        sandbox.execute("'held' in globals(), open('kept.txt').read()", fresh=True).text == "(False, 'kept')"
    )


def test_reset_forgets_variables_and_keeps_files(sandbox: Sandbox) -> None:
    sandbox.execute("held = 1\nopen('kept.txt', 'w').write('kept');")
    sandbox.reset()
    assert sandbox.execute("'held' in globals(), open('kept.txt').read()").text == "(False, 'kept')"


def test_a_crash_is_reported_and_the_next_run_works(sandbox: Sandbox) -> None:
    execution = sandbox.execute("x = []\nfor _ in range(1_000_000): x = [x]\nrepr(x)")
    assert (execution.status, execution.exit_code) == ("crashed", 134)
    assert execution.note
    assert sandbox.execute("1 + 1").text == "2"


def test_closing_answers_everything_that_is_pending(further: dict[str, Any]) -> None:
    sandbox = Sandbox.open(**further, packages=())
    with ThreadPoolExecutor(3) as threads:
        pending = [threads.submit(sandbox.execute, "import time\ntime.sleep(30)") for _ in range(3)]
        time.sleep(0.3)
        began = time.monotonic()
        sandbox.close()
        answers = [future.result(timeout=10) for future in pending]
    assert {answer.status for answer in answers} == {"unavailable"}
    assert time.monotonic() - began < 8


def test_a_closed_sandbox_says_so(further: dict[str, Any]) -> None:
    sandbox = Sandbox(**further)
    sandbox.close()
    sandbox.close()
    execution = sandbox.execute("1")
    assert (execution.status, execution.exit_code) == ("unavailable", 69)
    assert "closed" in (execution.note or "")
    with pytest.raises(UnavailableError, match="closed"):
        sandbox.files.list()
