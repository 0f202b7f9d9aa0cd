"""Event loops that code makes: each is a door to the one that runs, and that one keeps its place."""

from __future__ import annotations

import asyncio

import pytest

from .conftest import Runs

MAIN = "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    return 7\n"

CONTEXT = """
import contextvars
v = contextvars.ContextVar("v")
async def put(): v.set(3)
async def get(): return v.get()
with asyncio.Runner() as r:
    r.run(put())
    x = r.run(get())
x
"""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("with asyncio.Runner() as runner: x = runner.run(main()), runner.run(main())\nx", "(7, 7)"),
        ("asyncio.new_event_loop().run_until_complete(main())", "7"),
        ("asyncio.run(main(), debug=False)", "7"),
        ("loop = asyncio.new_event_loop()\nloop.close()\nloop.is_closed()", "True"),
        ("loop = asyncio.new_event_loop()\nloop.call_soon(loop.stop)\nloop.run_forever()", None),
        ("isinstance(asyncio.new_event_loop(), asyncio.AbstractEventLoop)", "True"),
        (CONTEXT, "3"),
        ("import nest_asyncio\nnest_asyncio.apply()\nasyncio.run(main())", "7"),
    ],
)
def test_a_loop_of_its_own_does_what_it_is_asked(run: Runs, code: str, text: str | None) -> None:
    ran = run(MAIN + code)
    assert (ran.outcome, ran.text) == ("ok", text), ran.done


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("r = asyncio.Runner()\nr.close()\nr.run(7)", "RuntimeError"),
        ("asyncio.Runner().run(7)", "TypeError"),
        (
            "loop = asyncio.new_event_loop()\nloop.close()\nloop.run_until_complete(7)",
            "RuntimeError",
        ),
    ],
)
def test_what_pythons_own_refuses_is_refused(run: Runs, code: str, error: str) -> None:
    assert run(MAIN + code).error["name"] == error


def test_a_runner_cancels_what_its_tasks_left(run: Runs) -> None:
    code = "async def leave(): return asyncio.create_task(asyncio.sleep(60))\n"
    assert run(MAIN + code + "with asyncio.Runner() as r: t = r.run(leave())\nt.cancelled()").text == "True"


def test_names_of_asyncio_that_code_replaced_are_put_back(run: Runs) -> None:
    kept = asyncio.get_running_loop, asyncio.Task, asyncio.tasks.Task, asyncio.run
    run("import asyncio\nasyncio.get_running_loop = asyncio.Task = asyncio.tasks.Task = asyncio.run = None")
    assert (asyncio.get_running_loop, asyncio.Task, asyncio.tasks.Task) == kept[:3]
    assert asyncio.run is kept[3]
    assert run(MAIN + "asyncio.run(main())").text == "7"
