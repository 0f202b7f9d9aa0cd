"""The tab backend: a real person's page in Chromium, a link that nobody opens, servers that give none."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from playwright.async_api import Page, expect

from belljar import AsyncSandbox
from belljar.backends import find_backend
from belljar.backends.servers import LocalServer
from belljar.tabs import MAX_MESSAGE

from ...helpers.person import Person
from .tab_runs import KEY, SLEEPING, running


@pytest.fixture(autouse=True)
def tidy(person: Person) -> Iterator[None]:
    """Old tabs take memory."""
    yield
    person.tidy()


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
