"""Silence of what stands behind each backend: a stopped Chromium, a tab that says nothing, Docker, endpoints.

Each row lets it fall silent at one point, with short bounds: the call ends with a sentence, the next one is
answered, and no process is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from belljar import AsyncSandbox, Execution
from belljar.backends import bounds, browsers, foreign, pages, tab, watch
from belljar.backends import grid as lending
from belljar.backends.headless import HeadlessBackend
from belljar.backends.llm_sandbox import LLMSandboxBackend
from belljar.backends.servers import LocalServer
from belljar.backends.tab import TabBackend
from belljar.errors import UnavailableError

from ...helpers.browsers import ALLOWED, browser_processes
from ...helpers.waiting import soon
from ...standins import DOCKER_IMAGE, Service, container_folder

#: Seconds within which a call ends here: its short bounds, and a busy machine.
ENDS = 25.0
#: Names of the threads that call other people's libraries.
CALLS = ("belljar-call", "belljar-late")
KEY = "key-of-the-operator-1234"

#: For tests that share the browser, which lives in its loop.
one_loop = pytest.mark.asyncio(loop_scope="module")


async def ended(*calls: Any) -> list[Any]:
    """What calls give or raise, in time; each that fails does so with a sentence."""
    async with asyncio.timeout(ENDS):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            assert isinstance(answer, UnavailableError), repr(answer)
        elif isinstance(answer, Execution):
            assert answer.status in {"crashed", "unavailable", "interrupted", "timeout"}, answer
        said = getattr(answer, "note", None) if isinstance(answer, Execution) else answer and str(answer)
        assert said is None or said.endswith("."), said
    return list(answers)


# ------------------------------------------------------------ a browser that is stopped


@contextlib.contextmanager
def short() -> Iterator[None]:
    """Short bounds, as long as the browser is silent: a page that is well may take longer."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_SILENCE", "_EMPTY", "_END"):
            patch.setattr(pages, name, 1.0)
        patch.setattr(browsers, "_END", 1.0)
        yield


class Stoppable:
    """A backend, and the process group of its browser."""

    def __init__(self) -> None:
        self.backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=6)
        self._others = set(browser_processes())

    async def sandbox(self) -> AsyncSandbox:
        """One that is ready."""
        sandbox = AsyncSandbox(self.backend, packages=())
        answer = await asyncio.wait_for(sandbox.execute("6 * 7"), 120)
        assert answer.text == "42", answer.note or answer
        return sandbox

    async def warm(self) -> int:
        """The group of a browser that runs, and has run something."""
        if self.backend._chromium is None or not self.backend._chromium.alive:
            await self.sandbox()
        return self.group

    @property
    def group(self) -> int:
        (group,) = {os.getpgid(pid) for pid in set(browser_processes()) - self._others}
        return group


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def headless() -> AsyncIterator[Stoppable]:
    headless = Stoppable()
    yield headless
    await headless.backend.close()


def is_over(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def stopped() -> Iterator[Any]:
    """Stops a browser with all of its processes; whatever happens, none is left stopped."""
    groups: list[int] = []

    def stop(group: int) -> None:
        groups.append(group)
        os.killpg(group, signal.SIGSTOP)

    yield stop
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


async def running(sandbox: AsyncSandbox) -> asyncio.Task[Execution]:
    """A run that prints for ever, once it does."""
    printed = asyncio.Event()
    code = "import time\nwhile True:\n    print('on', flush=True)\n    time.sleep(0.1)"
    run = asyncio.create_task(sandbox.execute(code, timeout=60, on_stdout=lambda _: printed.set()))
    async with asyncio.timeout(60):
        await printed.wait()
    return run


@one_loop
async def test_every_call_to_a_browser_that_is_stopped_ends_and_the_next_run_has_a_new_one(
    headless: Stoppable, stopped: Any
) -> None:
    idle, silent, interrupting = await asyncio.gather(*(headless.sandbox() for _ in range(3)))
    group = headless.group
    runs = await asyncio.gather(running(silent), running(interrupting))
    with short():
        # What each run waits for now, it waits for with short bounds.
        await asyncio.sleep(1.0)
        stopped(group)
        files = idle.files
        answers = await ended(
            *runs,
            idle.execute("1", timeout=1),
            *(interrupting.interrupt(), idle.reset()),
            *(files.write("a", b"1"), files.read("a"), files.list(), files.remove("a")),
        )
    assert [answer.status for answer in answers[:3]] == ["crashed"] * 3
    assert all("on\n" in answer.stdout for answer in answers[:2])
    assert "has not answered for 1 seconds" in answers[2].note
    assert all(isinstance(answer, UnavailableError) for answer in answers[5:]), answers[5:]
    # An empty page may take 60 seconds, but not of a browser that is given up.
    again = await asyncio.wait_for(idle.execute("6 * 7"), 50)
    assert again.text == "42", again
    await soon(lambda: is_over(group))
    await ended(*(sandbox.close() for sandbox in (idle, silent, interrupting)))


@one_loop
async def test_a_sandbox_that_a_stopped_browser_does_not_give_comes_from_a_new_one(
    headless: Stoppable, stopped: Any
) -> None:
    group = await headless.warm()
    chromium = headless.backend._chromium
    assert chromium is not None
    with short():
        stopped(group)
        opening = asyncio.create_task(headless.sandbox())
        # No longer: the new browser's pages have the time that a busy machine needs.
        await asyncio.wait_for(chromium.given_up(), ENDS)
    sandbox = await opening
    await soon(lambda: is_over(group))
    await sandbox.close()


@one_loop
async def test_closing_a_backend_whose_browser_is_stopped_leaves_no_process(
    headless: Stoppable, stopped: Any
) -> None:
    group = await headless.warm()
    stopped(group)
    with short():
        await ended(headless.backend.close())
    await soon(lambda: is_over(group))


# ------------------------------------------------------------ a tab that says nothing


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = LocalServer(KEY)
    yield running.start().base
    running.stop()


class Tab:
    """A tab that is asked by the relay and answers, but for what `silent` names.

    Args:
        silent: Methods, or "join", "agree"; "yet": runs never end, and it says so. "started", "loading",
            "flood": so do these, once it has said that, or while it prints.
    """

    def __init__(self, *silent: str) -> None:
        self.silent = set(silent)
        self.asked: list[str] = []
        self.invited = 0
        self._going: set[asyncio.Task[None]] = set()

    def __call__(self, link: str) -> None:
        self.invited += 1
        self._going.add(asyncio.create_task(self._open(link)))

    async def _open(self, link: str) -> None:
        parts = urlsplit(link)
        origin: Any = f"{parts.scheme}://{parts.netloc}"
        async with connect(f"ws://{parts.netloc}/tab/page", origin=origin, max_size=None) as socket:
            if "join" in self.silent:
                await socket.wait_closed()
                return
            await socket.send(json.dumps({"type": "join", "token": parts.fragment}))
            await socket.recv()
            if "agree" in self.silent:
                await socket.wait_closed()
                return
            await socket.send('{"type":"agreed"}')
            async for text in socket:
                call = json.loads(text)
                if call["type"] != "call":
                    continue
                self.asked.append(call["method"])
                if call["method"] not in self.silent:
                    said = json.dumps(await self._answer(call["method"]))
                    reply = {"type": "reply", "id": call["id"], "ok": True, "more": False, "text": said}
                    await socket.send(json.dumps(reply))

    async def _answer(self, method: str) -> object:
        kind = next(iter(self.silent & {"yet", "started", "loading", "flood"}), None)
        if method == "next" and kind is not None:
            await asyncio.sleep(0.05)
            if kind == "flood":
                return json.dumps([{"type": "started"}, {"type": "stdout", "text": "on"}])
            return "[]" if kind == "yet" else json.dumps([{"type": kind}])
        done = Execution("ok", execution_count=1).to_dict()
        said = [{"type": "started"}, {"type": "done", "execution": done}]
        given = {"next": said, "write": {"path": "a", "size": 1}, "list": []}
        return json.dumps(given[method]) if method in given else "" if method == "read" else None

    async def close(self) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)


@pytest.mark.parametrize(
    ("at", "call"),
    [
        *(("join", "execute"), ("agree", "execute"), ("open", "execute")),
        *(("execute", "execute"), ("next", "execute"), ("yet", "execute")),
        *(("started", "execute"), ("loading", "execute"), ("flood", "execute")),
        *(("part", "write"), ("write", "write"), ("read", "read"), ("list", "list"), ("remove", "remove")),
        *(("interrupt", "interrupt"), ("reset", "reset"), ("next", "close")),
    ],
)
async def test_whatever_a_tab_does_not_answer_every_call_ends(
    server: str, monkeypatch: pytest.MonkeyPatch, at: str, call: str
) -> None:
    page = Tab()
    options: dict[str, Any] = {"server": server, "key": KEY, "on_invite": page, "program": "p"}
    backend = TabBackend(wait=0.5 if at in {"join", "agree"} else 60.0, **options)
    sandbox = AsyncSandbox(backend)
    if at not in {"join", "agree", "open"}:
        assert (await asyncio.wait_for(sandbox.execute("1"), 60)).ok
    with monkeypatch.context() as bounded:
        bounded.setattr(tab, "_SILENCE", 0.5)
        bounded.setattr(tab, "_OPEN", 0.5)
        bounded.setattr(watch, "GRACE", 0.5)
        bounded.setattr(watch, "LOAD", 0.5)
        page.silent.add(at)
        runs = []
        if call in {"interrupt", "reset", "close"}:
            page.silent.add("yet")
            runs = [asyncio.create_task(sandbox.execute("1", timeout=500))]
            await soon(lambda: "next" in page.asked[-1:])
        owner: Any = sandbox if call in {"execute", "interrupt", "reset", "close"} else sandbox.files
        given = {"execute": ("1",), "write": ("a", b"1"), "read": ("a",), "remove": ("a",)}.get(call, ())
        limits = {"timeout": 1} if call == "execute" else {}
        answers = await ended(*runs, getattr(owner, call)(*given, **limits))
        if call in {"write", "read", "list", "remove"}:
            assert isinstance(answers[0], UnavailableError)
    page.silent.clear()
    backend._wait = 60.0
    if call != "close":
        again = await asyncio.wait_for(sandbox.execute("1"), 60)
        assert again.ok, again
        assert page.invited == 2 if at != "agree" else page.invited >= 2
    await ended(sandbox.close(), backend.close())
    await page.close()


# ------------------------------------------------------------ Docker


def hush(engine: Service, *words: str) -> None:
    """From now on the stand-in lets these requests wait."""
    address = engine.url.replace("tcp:", "http:")
    urlopen(Request(f"{address}/silence", ",".join(words).encode(), method="POST"), timeout=5).close()


@dataclass
class Engine:
    """Docker's stand-in, and what other tests have left there and in this process: none of ours."""

    service: Service
    containers: set[str]
    threads: set[threading.Thread]

    @classmethod
    def of(cls, service: Service) -> Engine:
        return cls(service, listed(service), calling())


def listed(service: Service) -> set[str]:
    with urlopen(f"{service.url.replace('tcp:', 'http:')}/containers/json", timeout=5) as answer:
        return {container["Id"] for container in json.load(answer)}


def calling() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name in CALLS}


def nothing_left(engine: Engine) -> bool:
    """Whether every call to Docker of this test has ended, and every container."""
    return calling() <= engine.threads and listed(engine.service) <= engine.containers


def is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def engine(docker_engine: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("DOCKER_HOST", docker_engine.url)
    yield Engine.of(docker_engine)
    hush(docker_engine)


@pytest.mark.parametrize("at", ["GET /version", "/start$"])
async def test_a_docker_that_gives_no_container_is_not_waited_for(
    engine: Engine, tmp_path: Path, at: str
) -> None:
    backend = LLMSandboxBackend(image=DOCKER_IMAGE, workdir=container_folder(tmp_path))
    backend.patience = 0.5  # type: ignore[attr-defined]
    sandbox = AsyncSandbox(backend)
    hush(engine.service, at)
    (answer,) = await ended(sandbox.execute("1"))
    assert "gave no sandbox for 0.5 seconds" in answer.note
    hush(engine.service)
    # What comes too late is ended: nobody knows of it any more.
    await soon(lambda: nothing_left(engine))
    if at == "/start$":
        backend.patience = 60.0  # type: ignore[attr-defined]
        assert (await asyncio.wait_for(sandbox.execute("6 * 7"), 60)).text == "42"
    await sandbox.close()


@pytest.mark.parametrize("at", ["execute", "run", "interrupt", "reset", "files", "close"])
async def test_whatever_docker_does_not_answer_every_call_ends(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at: str
) -> None:
    sandbox = AsyncSandbox(LLMSandboxBackend(image=DOCKER_IMAGE, workdir=container_folder(tmp_path)))
    assert (await asyncio.wait_for(sandbox.execute("6 * 7"), 60)).text == "42"
    runner = int((tmp_path / ".interactive" / "runner.pid").read_text())
    runs = []
    with monkeypatch.context() as bounded:
        if at in {"run", "interrupt", "reset", "close"}:
            bounded.setattr(foreign.ForeignSession, "slack", 0.5)
            code = "open('begun', 'w').close()\nimport time\ntime.sleep(60)"
            runs = [asyncio.create_task(sandbox.execute(code, timeout=1.5))]
            await soon((tmp_path / "begun").exists)
        hush(engine.service, ".")
        bounded.setattr(foreign, "_STOP", 0.2)
        for name in ("STOP", "RESET", "FILE", "CLOSE", "SLACK"):
            bounded.setattr(bounds, name, 0.5)
        bounded.setattr(foreign.ForeignSession, "slack", 0.5)
        files = sandbox.files
        if at == "files":
            calls = [files.write("a", b"1"), files.read("a"), files.list(), files.remove("a")]
        elif at == "run":
            calls = []
        else:
            calls = [sandbox.execute("1", timeout=0.5) if at == "execute" else getattr(sandbox, at)()]
        answers = await ended(*runs, *calls)
        assert at != "files" or all(isinstance(answer, UnavailableError) for answer in answers)
    hush(engine.service)
    # Its container has ended, though nobody waited for that.
    await soon(lambda: nothing_left(engine) and is_dead(runner))
    if at == "execute":
        again = await asyncio.wait_for(sandbox.execute("6 * 7"), 60)
        assert again.text == "42", again
    await sandbox.close()


# ------------------------------------------------------------ endpoints that lend browsers


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("grid", "had no free Chrome for 0.3 seconds"),
        ("grid that lends", "does not answer"),
        ("cdp", "No browser answers"),
        ("ws", "No browser answers"),
    ],
)
async def test_an_endpoint_that_takes_calls_and_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, kind: str, said: str
) -> None:
    monkeypatch.setattr(lending, "_WAIT", 0.3 if kind == "grid" else 20.0)
    monkeypatch.setattr(lending, "_ANSWER", 0.3)
    monkeypatch.setattr(browsers, "_CONNECT", 0.3)
    writers: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if kind == "grid that lends" and (await reader.readline()).startswith(b"POST"):
            lent = {"sessionId": "1", "capabilities": {"se:cdp": f"ws://127.0.0.1:{port}/cdp"}}
            body = json.dumps({"value": lent}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    listening = await asyncio.start_server(silent, "127.0.0.1")
    port = listening.sockets[0].getsockname()[1]
    name = f"headless+{kind.split(maxsplit=1)[0]}://127.0.0.1:{port}"
    began = time.monotonic()
    async with AsyncSandbox(name, packages=(), browser_sandbox=ALLOWED) as sandbox:
        for _ in range(2 if kind == "grid" else 1):
            (answer,) = await ended(sandbox.execute("1", timeout=1))
            assert (answer.status, answer.backend) == ("unavailable", "headless")
            assert said in answer.note
    assert time.monotonic() - began < 2 * ENDS
    for writer in writers:
        writer.close()
    listening.close()
