"""Threads, pools and processes, where there is one thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from belljar_harness.interpreter import bridge as _bridge
from belljar_harness.interpreter import loop as _loop

from . import stacks
from .conftest import FakeBridge, Ran, Runs


@pytest.fixture
def run(bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runs]:
    stacks.install(monkeypatch)
    monkeypatch.setattr(_bridge, "_run_sync", stacks.run_sync)
    monkeypatch.setattr(_bridge, "_can_run_sync", lambda: True)
    monkeypatch.setattr(_loop, "has_one_thread", lambda: True)
    monkeypatch.chdir(tmp_path)
    # The machine's own, which others write to, would be told of as the cell's.
    monkeypatch.setattr("belljar_harness.files.ASIDE", str(tmp_path / "aside"))
    runs = Runs(bridge)
    try:
        yield runs
    finally:
        for wait in runs.session._environment.waiter._waits:  # what is left waits for ever
            wait.error = KeyboardInterrupt()
            wait.stop.set_result(None)
        runs.idle(0.02)
        runs.close()


CONSUMER = """
import queue, threading
q, out = queue.Queue(), []
def consume():
    while (item := q.get()) is not None:
        out.append(item * 2)
        q.task_done()
t = threading.Thread(target=consume)
t.start()
for n in range(3): q.put(n)
q.join()
q.put(None)
t.join()
out, t.is_alive()
"""
TURNS = """
import threading, time
said, over = [], threading.Event()
def say(name, first):
    if not first: over.wait()
    for n in range(3):
        time.sleep(.005)
        said.append(name)
    over.set()
ts = [threading.Thread(target=say, args=a) for a in (('b', False), ('a', True))]
for t in ts: t.start()
for t in ts: t.join()
''.join(said)
"""
LOCKED = """
import threading, time
lock, n = threading.RLock(), 0
def add():
    global n
    with lock, lock:
        before = n
        time.sleep(.005)
        n = before + 1
ts = [threading.Thread(target=add) for _ in range(5)]
for t in ts: t.start()
for t in ts: t.join(5)
n
"""
LOCAL = """
import threading, time
local = threading.local()
seen = []
def own(n):
    local.n = n
    time.sleep(.01)
    seen.append((local.n, threading.current_thread().name))
ts = [threading.Thread(target=own, args=(n,), name=f't{n}') for n in range(3)]
for t in ts: t.start()
for t in ts: t.join()
sorted(seen), hasattr(local, 'n'), threading.current_thread() is threading.main_thread()
"""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("import threading\nx = []\nthreading.Thread(target=x.append, args=(1,)).start()\nx", "[1]"),
        (CONSUMER, "([0, 2, 4], False)"),
        (TURNS, "'aaabbb'"),
        (LOCKED, "5"),
        (LOCAL, "([(0, 't0'), (1, 't1'), (2, 't2')], False, True)"),
        ("import threading\ne = threading.Event()\nthreading.Timer(.02, e.set).start()\ne.wait(5)", "True"),
        ("import threading\nthreading.Event().wait(.02)", "False"),
        ("import threading\nl = threading.Lock()\nl.acquire()\nl.acquire(timeout=.02), l.acquire(False)", "(False, False)"),
        ("import queue\ntry: queue.Queue().get(timeout=.02)\nexcept queue.Empty: x = 1\nx", "1"),
        ("import queue\nq = queue.SimpleQueue()\nq.put(1)\nq.get()", "1"),
        ("import threading\nb = threading.Barrier(2)\nt = threading.Thread(target=b.wait)\nt.start()\nb.wait() in (0, 1)", "True"),
        ("import threading\nt = threading.Thread(target=lambda: 1)\nt.start()\nwhile t.is_alive(): pass\nt.ident > 0", "True"),
        ("import threading\nt = threading.Thread(target=__import__('time').sleep, args=(.05,))\nt.start()\nwhile t.is_alive(): pass\n7", "7"),
        ("import _thread\nx = []\n_thread.start_new_thread(x.append, (1,))\nx", "[1]"),
        ("import threading\nt = threading.Thread(target=lambda: 1)\nt.start()\ntry: t.start()\nexcept RuntimeError as e: x = str(e)\nx", "'threads can only be started once'"),
        ("from concurrent.futures import ThreadPoolExecutor as P\nwith P(2) as p: x = list(p.map(abs, [-1, -2]))\nx", "[1, 2]"),
        ("from concurrent.futures import *\np = ThreadPoolExecutor()\nfs = [p.submit(pow, 2, n) for n in range(3)]\nsorted(f.result() for f in as_completed(fs))", "[1, 2, 4]"),
        ("from concurrent.futures import ThreadPoolExecutor as P\nwith P() as p:\n    with P() as q: x = p.submit(lambda: q.submit(abs, -1).result()).result()\nx", "1"),
        ("import asyncio, time\nawait asyncio.gather(*(asyncio.to_thread(time.sleep, .05) for _ in range(3)))", "[None, None, None]"),
        ("import asyncio\nawait asyncio.get_running_loop().run_in_executor(None, abs, -1)", "1"),
        ("from concurrent.futures import ProcessPoolExecutor as P\nwith P() as p: x = list(p.map(pow, [2, 3], [2, 2], chunksize=1))\nx", "[4, 9]"),
        ("from multiprocessing import Pool\nwith Pool(2) as p: x = p.map(abs, [-1]), p.starmap(pow, [(2, 3)]), p.apply_async(abs, (-3,)).get(1)\nx", "([1], [8], 3)"),
        ("from multiprocessing.pool import ThreadPool\nlist(ThreadPool(2).imap_unordered(abs, [-1, -2]))", "[1, 2]"),
        ("import multiprocessing as m\nq = m.Queue()\np = m.Process(target=q.put, args=(3,))\np.start(); p.join()\nq.get(), p.exitcode", "(3, 0)"),
        ("import multiprocessing as m\nv = m.Value('i', 0)\ndef f():\n    with v.get_lock(): v.value += 1\nps = [m.Process(target=f) for _ in range(3)]\nfor p in ps: p.start()\nfor p in ps: p.join()\nv.value", "3"),
        ("import multiprocessing as m\nwith m.Manager() as g: d = g.dict(); d['a'] = 1\nm.get_context('spawn').Pool(1).map(abs, [-1]), d, m.Array('i', 3)[:]", "([1], {'a': 1}, array('i', [0, 0, 0]))"),
    ],
)  # fmt: skip
def test_it_does_what_it_does_with_many(run: Runs, code: str, text: str) -> None:
    ran = run(code)
    assert (ran.outcome, ran.text, ran.stderr) == ("ok", text, ""), ran.done


def test_a_thread_s_error_is_told_and_ends_that_thread_only(
    run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    ran = run("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()\n5")
    assert ran.text == "5"
    assert "Exception in thread Thread-" in ran.stderr
    assert "ZeroDivisionError" in ran.stderr
    assert "belljar" not in ran.stderr


def test_the_cell_waits_for_threads_that_are_about_to_end(run: Runs) -> None:
    code = "import threading, time\ndef f():\n    time.sleep(.1)\n    print('late')\n"
    assert run(f"{code}threading.Thread(target=f).start()\nprint('early')").stdout == "early\nlate\n"


@pytest.mark.parametrize(
    "code",
    [
        "threading.Thread(target=q.get).start()",
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "concurrent.futures.ThreadPoolExecutor().submit(abs, -1)",
    ],
)
def test_the_cell_waits_for_no_other(run: Runs, code: str) -> None:
    began = time.perf_counter()
    run(f"import concurrent.futures, queue, threading, time\nq = queue.Queue()\n{code};")
    assert time.perf_counter() - began < 3
    assert run("q.put(1)\n6 * 7").text == "42"


def interrupted(run: Runs, code: str) -> Ran:
    """Run a cell and interrupt it over and over, as the frame does."""

    async def later() -> None:
        async def go_on() -> None:
            while True:
                await asyncio.sleep(0.05)
                run.session.interrupt()

        asyncio.get_running_loop().create_task(go_on()).set_name("interrupts")

    async def over() -> None:
        for task in asyncio.all_tasks():
            if task.get_name() == "interrupts":
                task.cancel()

    run._runner.run(later())
    ran = run(code)
    run._runner.run(over())
    return ran


@pytest.mark.parametrize(
    "code",
    [
        "queue.Queue().get()",
        "threading.Event().wait()",
        "l = threading.Lock(); l.acquire(); l.acquire()",
        "t = threading.Thread(target=q.get); t.start(); t.join()",
        "t = threading.Thread(target=time.sleep, args=(60,)); t.start(); t.join()",
        "t = threading.Thread(target=time.sleep, args=(60,)); t.start()\nq.get()",
        "threading.Thread(target=time.sleep, args=(60,)).start()",
        "concurrent.futures.ThreadPoolExecutor().submit(q.get).result()",
        "with concurrent.futures.ThreadPoolExecutor(2) as p: list(p.map(time.sleep, [60, 60, 60]))",
        "threading.Barrier(2).wait()",
        "threading.Semaphore(0).acquire()",
        "q.join() if q.put(1) is None else 0",
    ],
)
def test_an_interrupt_ends_whatever_waits_and_variables_stay(run: Runs, code: str) -> None:
    run("import concurrent.futures, queue, threading, time\nq = queue.Queue()\nkept = 'here'")
    began = time.perf_counter()
    assert interrupted(run, code).outcome == "interrupted"
    assert time.perf_counter() - began < 5
    assert run("kept").text == "'here'"


def test_without_suspension_a_thread_runs_when_it_starts(run: Runs, bridge: FakeBridge) -> None:
    bridge.can_suspend = False
    head = "import threading, queue\nfrom concurrent.futures import ThreadPoolExecutor as P\nx = []\n"
    assert (
        run(f"{head}t = threading.Thread(target=x.append, args=(1,)); t.start(); t.join()\nx").text == "[1]"
    )
    assert run(f"{head}with P(2) as p: x = list(p.map(abs, [-1, -2]))\nx").text == "[1, 2]"
    stuck = run(f"{head}queue.Queue().get()").error
    assert stuck["value"].startswith("This would wait for ever: a browser gives Python one thread")
    assert run("threading.Event().wait(.02)").text == "False"


def test_two_waits_at_once_stop_the_collector_until_both_are_over(run: Runs) -> None:
    code = """
import asyncio, gc, time
seen = []
async def nap(pause):
    time.sleep(pause)
    seen.append(gc.isenabled())
tasks = [asyncio.create_task(nap(.01)), asyncio.create_task(nap(.01))]
await asyncio.sleep(.1)
seen, gc.isenabled()
"""
    assert run(code).text == "([False, True], True)"


def test_a_progress_bar_starts_no_monitor_and_warns_of_none(run: Runs) -> None:
    ran = run("from tqdm import tqdm\nfor i in tqdm(range(3)): pass\ntqdm.monitor")
    assert "100%" in ran.stderr
    assert "Warning" not in ran.stderr
    assert ran.text is None
    ran = run(
        "from tqdm.notebook import tqdm, trange\nwith tqdm(total=2) as bar: bar.update(2)\nsum(trange(3))"
    )
    assert ran.text == "3", ran.done
    assert "100%" in ran.stderr
