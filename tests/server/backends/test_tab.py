"""The tab backend: a real person's page in Chromium, and pages that misbehave, spoken by a bare WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from belljar import AsyncSandbox, Execution
from belljar.backends import find_backend, tab
from belljar.backends.servers import LocalServer, Origin
from belljar.tabs import MAX_MESSAGE

from ...helpers.person import Person
from ...helpers.redis_server import RedisServer

KEY = "key-of-the-operator-1234"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that programs with the key may ask for tabs."""
    running = LocalServer(KEY)
    yield running.start().base
    running.stop()


@pytest.fixture(autouse=True)
def tidy(person: Person) -> Iterator[None]:
    """Old tabs take memory."""
    yield
    person.tidy()


@pytest.fixture
def options(server: str) -> dict[str, Any]:
    return {
        "backend": "tab",
        "server": server,
        "key": KEY,
        "program": "analysis.py",
        "wait": 60,
        # Starts fast.
        "packages": (),
    }


class Invited:
    """Takes the links of programs, for a person to open one after the other."""

    def __init__(self, person: Person, button: str) -> None:
        self.links: list[str] = []
        self._person = person
        self._pages: list[Future[Page]] = []
        self._press = person.answers(button)

    def __call__(self, link: str) -> None:
        self.links.append(link)
        self._pages.append(self._press(link))

    async def page(self) -> Page:
        """The page that was opened last."""
        return await asyncio.wrap_future(self._pages[-1])

    async def do(self, work: Any) -> Any:
        return await asyncio.wrap_future(self._person.begin(work))


@pytest.fixture
def allowing(person: Person) -> Invited:
    return Invited(person, "allow")


def running(sandbox: AsyncSandbox, code: str) -> tuple[asyncio.Task[Execution], asyncio.Event]:
    """A run, and when it has printed something."""
    printed = asyncio.Event()
    return asyncio.create_task(sandbox.execute(code, on_stdout=lambda _: printed.set())), printed


SLEEPING = "import time\nprint('working')\ntime.sleep(60)"


# ------------------------------------------------------------ the page


async def test_the_person_sees_who_asks_what_runs_and_what_came_of_it(
    options: dict[str, Any], person: Person
) -> None:
    links: asyncio.Queue[str] = asyncio.Queue()
    async with AsyncSandbox(**options, on_invite=links.put_nowait) as sandbox:
        opening = asyncio.create_task(sandbox.execute("print('to the person')\n6 * 7"))
        link = await links.get()
        assert re.search(r"/tab#(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$", link)

        async def look() -> str:
            page = await person._open(link)
            consent = page.get_by_test_id("step-consent")
            await expect(consent).to_contain_text("analysis.py wants to run Python in this tab")
            await expect(consent).to_contain_text("127.0.0.1")
            # The token stands nowhere any more, and nothing has run.
            assert page.url.endswith("/tab")
            await expect(page.get_by_test_id("run")).to_have_count(0)
            await page.get_by_test_id("allow").click()
            run = page.get_by_test_id("run")
            await expect(run).to_have_attribute("data-state", "ok")
            await expect(run.get_by_test_id("run-code")).to_have_text("print('to the person')\n6 * 7")
            await expect(run).to_contain_text("to the person")
            await expect(page.get_by_test_id("status")).to_have_text("connected · analysis.py")
            return await run.get_by_test_id("outputs").inner_text()

        shown = await asyncio.wrap_future(person.begin(look()))
        execution = await opening
        assert (execution.text, execution.stdout, execution.backend) == ("42", "to the person\n", "tab")
        assert shown.split() == ["to", "the", "person", "42"]
        # More than goes to a tab at once is refused here, and the session goes on.
        refused = await sandbox.execute("#" * (MAX_MESSAGE + 1))
        assert refused.status == "refused"
        # Half a character crosses; what Python thinks of it is Python's.
        assert (await sandbox.execute("'\ud800'")).status == "error"
        assert (await sandbox.execute("1")).text == "1"
    await asyncio.wrap_future(
        person.begin(expect(person.pages[-1].get_by_test_id("ended")).to_contain_text("program has ended"))
    )


async def test_who_refuses_runs_nothing(options: dict[str, Any], person: Person) -> None:
    refusing = Invited(person, "refuse")
    async with AsyncSandbox(**options, on_invite=refusing) as sandbox:
        execution = await sandbox.execute("1")
    assert (execution.status, execution.exit_code) == ("unavailable", 69)
    assert "has refused" in (execution.note or "")
    page = await refusing.page()
    await refusing.do(expect(page.get_by_test_id("ended")).to_contain_text("Nothing was run"))


async def test_stop_interrupts_and_disconnect_ends(options: dict[str, Any], allowing: Invited) -> None:
    async with AsyncSandbox(**options, on_invite=allowing) as sandbox:
        run, printed = running(sandbox, f"kept = 1\n{SLEEPING}")
        await printed.wait()
        page = await allowing.page()
        await allowing.do(page.get_by_test_id("stop").click())
        assert (await run).status == "interrupted"
        assert (await sandbox.execute("kept")).text == "1"
        run, printed = running(sandbox, SLEEPING)
        queued = asyncio.create_task(sandbox.execute("1"))
        await printed.wait()
        await allowing.do(page.get_by_test_id("disconnect").click())
        for execution in await asyncio.gather(run, queued):
            assert execution.status == "unavailable"
            assert "has disconnected" in (execution.note or "")
        await allowing.do(expect(page.get_by_test_id("ended")).to_contain_text("You have disconnected"))


@pytest.mark.parametrize("how", ["close", "reload"])
async def test_a_tab_that_goes_while_code_runs_is_told_and_the_next_run_asks_again(
    options: dict[str, Any], allowing: Invited, how: str
) -> None:
    async with AsyncSandbox(**options, on_invite=allowing) as sandbox:
        run, printed = running(sandbox, SLEEPING)
        await printed.wait()
        page = await allowing.page()
        began = time.monotonic()
        await allowing.do(getattr(page, how)())
        execution = await run
        assert time.monotonic() - began < 5
        assert execution.status == "unavailable"
        assert "closed or reloaded" in (execution.note or "")
        if how == "reload":
            await allowing.do(expect(page.get_by_test_id("ended")).to_contain_text("reloaded"))
            await allowing.do(expect(page.get_by_test_id("token")).to_be_visible())
        assert (await sandbox.execute("1 + 1")).text == "2"
        assert len(set(allowing.links)) == 2


async def test_a_code_can_be_typed_and_a_second_tab_cannot_have_it(
    options: dict[str, Any], person: Person
) -> None:
    links: asyncio.Queue[str] = asyncio.Queue()
    async with AsyncSandbox(**options, on_invite=links.put_nowait) as sandbox:
        opening = asyncio.create_task(sandbox.execute("1"))
        address, _, token = (await links.get()).partition("#")

        async def type_it(typed: str) -> Page:
            page = await person._open(address)
            await page.get_by_test_id("token").press_sequentially(typed)
            await page.get_by_test_id("connect").click()
            return page

        page = await asyncio.wrap_future(person.begin(type_it(token.lower().replace("-", ""))))
        await asyncio.wrap_future(person.begin(page.get_by_test_id("allow").click()))
        assert (await opening).ok
        for typed, said in ((token, "used already"), ("0" * 16, "not known here")):
            page = await asyncio.wrap_future(person.begin(type_it(typed)))
            await asyncio.wrap_future(
                person.begin(expect(page.get_by_test_id("ended")).to_contain_text(said))
            )
        assert (await sandbox.execute("2")).text == "2"


# ------------------------------------------------------------ nobody there, and servers that say no


async def test_nobody_opens_the_link(options: dict[str, Any]) -> None:
    async with AsyncSandbox(**options | {"wait": 0.2}, on_invite=lambda _: None) as sandbox:
        execution = await sandbox.execute("1")
    assert execution.status == "unavailable"
    assert re.search(r"obody has opened the link (?:within 0.2 seconds|in time)", execution.note or "")


async def test_the_link_is_printed_where_nobody_asked_for_it(
    options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async with AsyncSandbox(**options | {"wait": 0.2}) as sandbox:
        await sandbox.execute("1")
    assert re.search(r"^belljar: .*open http://127\.0\.0\.1:\d+/tab#\S+ ", capsys.readouterr().err)


async def test_closing_while_it_waits_for_somebody_takes_no_time(options: dict[str, Any]) -> None:
    invited = asyncio.Event()
    sandbox = AsyncSandbox(**options, on_invite=lambda _: invited.set())
    waiting = asyncio.create_task(sandbox.execute("1"))
    await invited.wait()
    began = time.monotonic()
    await sandbox.close()
    assert (await waiting).status == "unavailable"
    assert time.monotonic() - began < 2


async def test_interrupting_while_it_waits_for_somebody_takes_no_time(options: dict[str, Any]) -> None:
    invited = asyncio.Event()
    async with AsyncSandbox(**options, on_invite=lambda _: invited.set()) as sandbox:
        waiting = asyncio.create_task(sandbox.execute("1"))
        await invited.wait()
        await sandbox.interrupt()
        assert (await asyncio.wait_for(waiting, 2)).status == "interrupted"


async def test_a_server_says_why_it_gives_no_tab(options: dict[str, Any]) -> None:
    async with AsyncSandbox(**options | {"key": "another-key-altogether"}) as sandbox:
        assert "BELLJAR_TAB_KEY" in ((await sandbox.execute("1")).note or "")
    without = LocalServer()
    try:
        base = without.start().base
        async with AsyncSandbox(f"tab+{base}", key=KEY) as sandbox:
            execution = await sandbox.execute("1")
            assert "lets no program send code to tabs" in (execution.note or "")
    finally:
        without.stop()
    async with AsyncSandbox(f"tab+{base}", key=KEY) as sandbox:
        execution = await sandbox.execute("1")
        assert execution.status == "unavailable"
        assert "does not answer" in (execution.note or "")


async def test_without_a_websocket_library_it_says_what_to_install(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "websockets.asyncio.client", None)
    async with AsyncSandbox(**options) as sandbox:
        assert "pip install 'belljar[tab]'" in ((await sandbox.execute("1")).note or "")


def test_names_that_are_none_are_refused() -> None:
    for name in ("tab+ws://host", "tab://host", "tab+http://"):
        with pytest.raises(ValueError, match=r"tab\+http://host:port"):
            find_backend(name)
    with pytest.raises(ValueError, match="above 0"):
        find_backend("tab", wait=0)


# ------------------------------------------------------------ pages that misbehave


@pytest.fixture
async def bare(options: dict[str, Any]) -> AsyncIterator[tuple[AsyncSandbox, Any]]:
    """A sandbox, and a function that gives a bare socket which has joined and agreed for it."""
    links: asyncio.Queue[str] = asyncio.Queue()
    sandbox = AsyncSandbox(**options, on_invite=links.put_nowait)
    sockets: list[ClientConnection] = []

    async def agree() -> ClientConnection:
        parts = urlsplit(await links.get())
        origin = f"{parts.scheme}://{parts.netloc}"
        socket = await connect(f"ws://{parts.netloc}/tab/page", origin=origin, max_size=None)  # type: ignore[arg-type]
        sockets.append(socket)
        await socket.send(json.dumps({"type": "join", "token": parts.fragment}))
        assert json.loads(await socket.recv())["type"] == "offered"
        await socket.send('{"type":"agreed"}')
        return socket

    yield sandbox, agree
    await sandbox.close()
    for socket in sockets:
        await socket.close()


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "{}",
        '{"type":"reply","id":0}',
        '{"type":"reply","id":0,"ok":true,"more":false,"text":"{"}',
        '{"type":"reply","id":[],"ok":true,"more":false,"text":"1"}',
    ],
)
async def test_a_page_that_talks_nonsense_is_a_sentence(bare: tuple[AsyncSandbox, Any], said: str) -> None:
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    assert json.loads(await page.recv())["method"] == "open"
    await page.send(said)
    execution = await asyncio.wait_for(opening, 5)
    assert execution.status == "unavailable"
    assert "does not understand" in (execution.note or "")


async def test_a_page_that_says_nothing_is_not_waited_for(
    bare: tuple[AsyncSandbox, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "_OPEN", 0.2)
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    await agree()
    execution = await asyncio.wait_for(opening, 5)
    assert execution.status == "unavailable"
    assert "has not answered" in (execution.note or "")


async def test_a_page_cannot_fill_the_programs_memory(
    bare: tuple[AsyncSandbox, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "_LONGEST", 3_000_000)
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    call = json.loads(await page.recv())
    piece = {"type": "reply", "id": call["id"], "ok": True, "more": True, "text": "x" * 1_000_000}
    for _ in range(3):
        await page.send(json.dumps(piece))
        assert json.loads(await page.recv()) == {"type": "more", "id": call["id"]}
    await page.send(json.dumps(piece))
    assert "more than 3000000 characters" in ((await asyncio.wait_for(opening, 5)).note or "")


async def test_a_message_beyond_the_limit_ends_the_connection(bare: tuple[AsyncSandbox, Any]) -> None:
    sandbox, agree = bare
    opening = asyncio.create_task(sandbox.execute("1"))
    page = await agree()
    with contextlib.suppress(ConnectionClosedError):
        await page.send("x" * (MAX_MESSAGE + 1))
    assert (await asyncio.wait_for(opening, 10)).status == "unavailable"
    await page.wait_closed()
    assert page.close_code == 1009


# ------------------------------------------------------------ several server processes


class Process:
    """`belljar serve` as a process of its own.

    Args:
        redis: Address of the Redis that it shares with others.
    """

    def __init__(self, redis: str) -> None:
        environment = {**os.environ, "BELLJAR_TAB_KEY": KEY, "BELLJAR_REDIS_URL": redis}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belljar", "serve", "--port", "0", "--no-fetch"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        line = ""
        while "belljar serves on" not in line:
            line = self.process.stdout.readline()
            assert line, "the server did not start"
        self.base = Origin.of(line.split()[-1]).base

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


async def test_program_and_tab_meet_across_two_server_processes(
    redis_server: RedisServer, person: Person, options: dict[str, Any]
) -> None:
    one, other = Process(redis_server.url), Process(redis_server.url)
    try:
        answers = person.answers("allow")

        def invite(link: str) -> None:
            assert link.startswith(one.base)
            answers(link.replace(one.base, other.base))

        async with AsyncSandbox(**options | {"server": one.base}, on_invite=invite) as sandbox:
            assert (await sandbox.execute("6 * 7")).text == "42"
            content = os.urandom(5_000_000)
            await sandbox.files.write("data.bin", content)
            assert await sandbox.files.read("data.bin") == content
            large = await sandbox.execute("print('ü' * 3_000_000)")
            assert large.stdout == "ü" * 3_000_000 + "\n"
            # The tab's server dies without a word; Redis knows that nobody listens there any more.
            run, printed = running(sandbox, SLEEPING)
            await printed.wait()
            began = time.monotonic()
            other.kill()
            execution = await run
            assert execution.status == "unavailable"
            assert execution.note
            assert time.monotonic() - began < 20
    finally:
        one.kill()
        if other.process.poll() is None:
            other.kill()
