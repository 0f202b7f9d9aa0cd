"""Browsers that a Selenium Grid lends: the real Grid, with Debian's chromedriver, and what it may lack."""

from __future__ import annotations

import asyncio
import gc
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from belljar import AsyncSandbox
from belljar.backends import grid as lending
from belljar.backends.browsers import NOWHERE, Chromium
from belljar.backends.servers import LocalServer, Origin
from belljar.errors import UnavailableError

from ...helpers.browsers import ALLOWED, ROOT
from ...helpers.selenium_grid import PASSWORD, USER, SeleniumGrid
from ...helpers.waiting import soon

WHO = f"{USER}:{quote(PASSWORD, safe='')}"


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeleniumGrid]:
    with SeleniumGrid(tmp_path_factory.mktemp("grid")) as running:
        yield running


def overheard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the Grid is asked from now on."""
    asked: list[str] = []
    ask = lending._ask_now

    def listening(*arguments: object) -> object:
        asked.append(f"{arguments[1]} {arguments[2]}")
        return ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(lending, "_ask_now", listening)
    return asked


async def until_nothing_is_lent(grid: SeleniumGrid) -> None:
    await soon(lambda: grid.sessions() == 0)


async def test_a_grid_lends_a_browser_and_gets_it_back(grid: SeleniumGrid) -> None:
    name = f"headless+grid://{WHO}@127.0.0.1:{grid.port}"
    async with AsyncSandbox(name, packages=(), browser_sandbox=ALLOWED) as sandbox:
        execution = await sandbox.execute("6 * 7")
        assert (execution.text, execution.note) == ("42", None)
        assert await asyncio.to_thread(grid.sessions) == 1
    await until_nothing_is_lent(grid)


async def test_a_lent_browser_is_started_with_the_walls_of_our_own(grid: SeleniumGrid) -> None:
    origin = Origin.of("http://127.0.0.1:8123")
    chromium = Chromium(origin, ALLOWED, endpoint=f"grid+http://{WHO}@127.0.0.1:{grid.port}")
    try:
        await chromium.start()
        assert chromium._browser is not None
        page = await (await chromium._browser.new_context()).new_page()
        await page.goto("chrome://version")
        line = await page.inner_text("#command_line")
    finally:
        await chromium.close()
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in line
    assert f"--proxy-server={NOWHERE}" in line
    assert "--proxy-bypass-list=<-loopback>;127.0.0.1:8123" in line
    await until_nothing_is_lent(grid)


@pytest.mark.skipif(not ROOT, reason="the node's browser has its process sandbox")
async def test_a_lent_browser_without_its_process_sandbox_runs_nothing_and_is_given_back(
    grid: SeleniumGrid,
) -> None:
    async with AsyncSandbox(f"headless+grid://{WHO}@127.0.0.1:{grid.port}", packages=()) as sandbox:
        execution = await sandbox.execute("1")
        assert execution.status == "unavailable"
        assert "without its own process sandbox" in (execution.note or "")
        await until_nothing_is_lent(grid)


async def test_no_free_browser_is_said_and_one_that_comes_too_late_is_given_back(
    grid: SeleniumGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = overheard(monkeypatch)
    url = f"http://{WHO}@127.0.0.1:{grid.port}"
    first = await lending.borrow(url, ["--headless=new"])
    monkeypatch.setattr(lending, "_WAIT", 1.0)
    async with AsyncSandbox(f"headless+grid://{url[7:]}", packages=(), browser_sandbox=ALLOWED) as sandbox:
        execution = await sandbox.execute("1")
    assert execution.status == "unavailable"
    assert "had no free Chrome for 1 seconds" in (execution.note or "")
    await first.give_back()
    # The request was in the Grid's queue, and its browser is nobody's.
    await soon(lambda: sum(request.startswith("DELETE") for request in asked) >= 2)
    await until_nothing_is_lent(grid)


async def test_a_browser_is_kept_alive_while_it_is_lent(
    grid: SeleniumGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "_BEAT", 0.1)
    asked = overheard(monkeypatch)
    lent = await lending.borrow(f"http://{WHO}@127.0.0.1:{grid.port}", ["--headless=new"])
    await soon(lambda: sum(request.endswith("/timeouts") for request in asked) >= 2)
    await lent.give_back()
    await until_nothing_is_lent(grid)


@pytest.mark.parametrize("who", ["", f"{USER}:wrong@"])
async def test_a_grid_that_wants_a_password_says_so(grid: SeleniumGrid, who: str) -> None:
    async with AsyncSandbox(f"headless+grid://{who}127.0.0.1:{grid.port}", packages=()) as sandbox:
        execution = await sandbox.execute("1")
    assert execution.status == "unavailable"
    assert "wants a user and a password" in (execution.note or "")
    assert "wrong" not in (execution.note or "")
    gc.collect()  # a connection that was left open would warn of itself now


@pytest.mark.skipif(shutil.which("chromedriver") is None, reason="there is no chromedriver")
async def test_browsers_without_devtools_are_given_back(tmp_path: Path) -> None:
    # A driver alone speaks the same WebDriver as a Grid, and names no socket.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    command = ["chromedriver", f"--port={port}", f"--log-path={log}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as driver:  # noqa: ASYNC220
        try:
            await soon(lambda: answers(f"http://127.0.0.1:{port}/status"))
            name = f"headless+grid://127.0.0.1:{port}"
            async with AsyncSandbox(name, packages=(), browser_sandbox=ALLOWED) as sandbox:
                execution = await sandbox.execute("1")
            assert execution.status == "unavailable"
            assert "lends browsers without DevTools" in (execution.note or "")
            assert "COMMAND Quit" in log.read_text()
        finally:
            driver.terminate()


def answers(url: str) -> bool:
    try:
        urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


async def test_what_is_no_grid_or_not_there_is_a_sentence() -> None:
    server = LocalServer()
    try:
        base = server.start().base
        for address, said in (
            (base[7:-1], "Is it a Selenium Grid 4?"),
            ("127.0.0.1:1", "No Selenium Grid answers"),
        ):
            async with AsyncSandbox(f"headless+grid://{address}", browser_sandbox=ALLOWED) as sandbox:
                execution = await sandbox.execute("1")
            assert execution.status == "unavailable"
            assert said in (execution.note or "")
            assert "\n" not in (execution.note or "")
    finally:
        server.stop()


def test_a_secure_grid_with_an_unencrypted_socket_is_not_used() -> None:
    secure = lending.Address.of("https://user:secret@grid.example.org/")
    assert secure.base == "https://grid.example.org"
    assert "secret" not in repr(secure)
    with pytest.raises(UnavailableError, match="unencrypted socket"):
        lending._socket(secure, {"se:cdp": "ws://10.0.0.1:4444/session/1/se/cdp"})
    assert lending._socket(secure, {"se:cdp": "wss://grid/1"}) == "wss://grid/1"
