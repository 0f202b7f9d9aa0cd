"""The life of a run."""

from __future__ import annotations

import asyncio
import builtins
import os
import socket
import sys
import time
import warnings

import pytest

from belljar_harness import start

from .conftest import FakeBridge, Runs


def test_a_run_starts_streams_gives_its_result_and_is_done(run: Runs) -> None:
    ran = run("print('hello')\n1 + 1")
    assert ran.kinds == ["started", "stream", "result", "done"]
    assert ran.stdout == "hello\n"
    assert ran.text == "2"
    assert ran.outcome == "ok"


def test_every_event_names_its_run(run: Runs) -> None:
    first, second = run("print(1)"), run("2")
    assert {event["run"] for event in first.events} == {"run-1"}
    assert {event["run"] for event in second.events} == {"run-2"}


@pytest.mark.parametrize(
    "code", ["x = 1", "None", "1;", "1 ; # no", "(1);", "(\n1\n)\n;", "", "# only a comment", "def f(): ..."]
)
def test_nothing_is_shown_where_a_notebook_shows_nothing(run: Runs, code: str) -> None:
    ran = run(code)
    if ran.outcome == "ok":
        assert ran.result is None
    else:
        assert ran.error["name"] == "SyntaxError"


@pytest.mark.parametrize(
    ("code", "text"), [("1 # ;", "1"), ("';'", "';'"), ("(1)", "1"), ("1\n\n# end ;", "1"), ("'é'*2", "'éé'")]
)
def test_the_last_expression_is_shown(run: Runs, code: str, text: str) -> None:
    assert run(code).text == text


def test_state_persists_from_cell_to_cell(run: Runs) -> None:
    run("x = 20")
    run("def double(): return 2 * x")
    assert run("double() + 2").text == "42"


def test_settings_of_context_variables_hold_for_later_cells(run: Runs) -> None:
    run(
        "import decimal, contextvars as c\nv = c.ContextVar('v')\nv.set(7)\n"
        "decimal.setcontext(decimal.Context(prec=5))"
    )
    assert run("decimal.Decimal(1) / 3, v.get()").text == "(Decimal('0.33333'), 7)"
    assert run("import decimal\nlen(str(decimal.Decimal(1) / 3))", context="other").text == "30"


def test_contexts_have_namespaces_and_counters_of_their_own(run: Runs) -> None:
    run("x = 'a'", context="a")
    assert run("x", context="b").error["name"] == "NameError"
    ran = run("x", context="a")
    assert ran.text == "'a'"
    assert ran.done["execution_count"] == 2


def test_dir_shows_what_a_fresh_python_shows(run: Runs) -> None:
    names = ["__builtins__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__spec__"]
    assert run("str(dir())").text == repr(str(names))
    assert run("x = 1\n[n for n in dir() if not n.startswith('__')]").text == "['x']"


def test_main_is_the_users_namespace(run: Runs) -> None:
    assert (
        run("import sys\nsys.modules['__main__'].__dict__ is globals(), __name__").text
        == "(True, '__main__')"
    )
    assert run("import pickle\nclass K: pass\ntype(pickle.loads(pickle.dumps(K()))) is K").text == "True"


def test_inspect_finds_the_source_of_a_function_of_a_cell(run: Runs) -> None:
    run("def f():\n    return 1  # here")
    assert "# here" in run("import inspect\nprint(inspect.getsource(f))").stdout


def test_top_level_await_works_in_statements_and_in_the_last_expression(run: Runs) -> None:
    ran = run("import asyncio\nawait asyncio.sleep(0)\nasync def f(): return 5\nawait f()")
    assert ran.text == "5"


def test_a_returned_coroutine_is_not_awaited(run: Runs) -> None:
    ran = run("async def f(): return 5\nc = f()\nprint(type(c).__name__); c.close()")
    assert ran.stdout == "coroutine\n"


def test_future_imports_hold_for_later_cells(run: Runs) -> None:
    run("from __future__ import annotations")
    assert run("def f(x: undefined_name): ...\nf.__annotations__").text == "{'x': 'undefined_name'}"


def test_interrupts_can_raise_only_while_user_code_runs(run: Runs, bridge: FakeBridge) -> None:
    run("1")
    run("1 +")
    run("1 / 0")
    assert bridge.armed == ["arm", "disarm", "arm", "disarm"]


def test_keyboard_interrupt_is_an_interruption_and_variables_stay(run: Runs) -> None:
    ran = run("x = 1\nraise KeyboardInterrupt")
    assert ran.outcome == "interrupted"
    assert ran.error["line"] == 2
    assert run("x").text == "1"


def test_an_interrupt_in_the_last_moment_changes_nothing(run: Runs, bridge: FakeBridge) -> None:
    late = [KeyboardInterrupt()]

    def disarm() -> None:
        if late:
            raise late.pop()

    bridge.on_disarm = disarm
    ran = run("1")
    assert ran.outcome == "ok"
    assert len(ran.of("done")) == 1
    assert bridge.armed == ["arm", "disarm", "disarm"]


def test_a_cell_that_cancels_itself_ends_alone(run: Runs) -> None:
    assert run("import asyncio\nasyncio.current_task().cancel()").outcome == "ok"
    ran = run("asyncio.current_task().cancel()\nawait asyncio.sleep(0)")
    assert (ran.outcome, ran.error["name"]) == ("error", "CancelledError")
    assert run("await asyncio.sleep(0)\n1").text == "1"


@pytest.mark.parametrize(
    "code", ["exit()", "raise SystemExit", "raise SystemExit(0)", "import sys\nsys.exit()"]
)
def test_a_clean_exit_ends_the_cell_without_an_error(run: Runs, code: str) -> None:
    assert run(f"print('before')\n{code}\nprint('after')").outcome == "ok"


def test_exit_with_a_status_is_an_error(run: Runs) -> None:
    ran = run("import sys\nsys.exit('no data')")
    assert (ran.outcome, ran.error["name"], ran.error["value"]) == ("error", "SystemExit", "no data")


def test_done_comes_once_and_last_even_if_the_error_cannot_be_described(run: Runs) -> None:
    ran = run("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E")
    assert ran.kinds[-1] == "done"
    assert len(ran.of("done")) == 1
    assert ran.error["name"] == "E"


def test_bad_options_are_an_error_of_the_run(run: Runs) -> None:
    run.bridge.events.clear()
    run._runner.run(run.session.run("x", "1", "not json"))
    assert run.bridge.events[-1]["outcome"] == "error"


def test_a_named_cell_is_called_so_in_tracebacks(run: Runs) -> None:
    assert 'File "analysis.py", line 1' in run("1 / 0", filename="analysis.py").error["traceback"]


def test_output_of_a_task_between_cells_opens_the_next_run(run: Runs) -> None:
    run(
        "import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n    print('late')\n"
        "t = asyncio.create_task(later())"
    )
    run.idle(0.05)
    ran = run("1")
    assert ran.kinds == ["stream", "started", "result", "done"]
    assert ran.stdout == "late\n"


def test_user_code_may_run_an_event_loop_of_its_own(run: Runs) -> None:
    ran = run("import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 3\nasyncio.run(f())")
    assert ran.text == "3"


def test_asyncio_run_without_jspi_says_to_await(run: Runs, bridge: FakeBridge) -> None:
    bridge.can_suspend = False
    ran = run("import asyncio\nasync def f(): ...\nasyncio.run(f())")
    assert "Write `await main()` instead" in ran.error["value"]


def test_duration_counts_user_code_only(run: Runs) -> None:
    assert run("1 +").done["duration_ms"] == 0
    assert run("import time\ntime.sleep(0.02)").done["duration_ms"] >= 20


def test_close_leaves_the_interpreter_as_it_was() -> None:
    def snapshot() -> tuple[object, ...]:
        modules = sys.modules["__main__"], list(sys.meta_path), sorted(vars(builtins))
        functions = (
            time.sleep,
            asyncio.run,
            socket.socket.connect,
            os.system,
            builtins.input,
            warnings.formatwarning,
        )
        return sys.stdout, sys.__stdout__, modules, functions

    before = snapshot()
    start(FakeBridge()).close()
    assert snapshot() == before
