"""The headless backend's walls: Chromium's process sandbox, and a browser that reaches no other server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Error, Page, async_playwright

from belljar import AsyncSandbox
from belljar.backends.browsers import Chromium, find_chromium
from belljar.backends.servers import LocalServer, Origin

from ...helpers.browsers import ALLOWED, ROOT, browser_processes, command_line, environment_of
from ...helpers.waiting import soon


@pytest.mark.skipif(not ROOT, reason="is about root")
async def test_as_root_nothing_runs_unless_it_is_allowed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with AsyncSandbox() as sandbox:
        execution = await sandbox.execute("1")
        assert execution.status == "unavailable"
        assert "as root" in (execution.note or "")
        assert "BELLJAR_CHROMIUM_SANDBOX=off" in (execution.note or "")
    monkeypatch.setenv("BELLJAR_CHROMIUM_SANDBOX", "off")
    async with AsyncSandbox(packages=()) as sandbox:
        assert (await sandbox.execute("1")).ok


AS_ANOTHER_USER = """
import asyncio, json, pathlib
from belljar import AsyncSandbox

async def main():
    async with AsyncSandbox(packages=()) as sandbox:
        execution = await sandbox.execute("6 * 7")
        filters = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if b"--type=renderer" in (folder / "cmdline").read_bytes():
                    said = (folder / "status").read_text()
                    filters.append("Seccomp:\\t2" in said and "Uid:\\t%s\\t" in said)
            except OSError:
                continue
        print(json.dumps([execution.status, execution.text, execution.note, filters]))

asyncio.run(main())
"""


NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users reach. Pytest's own is closed to them by each pytest that starts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def as_another_user(
    folder: Path, *arguments: str, chromium: str, code: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs our Python as a user who is not root."""
    home = folder / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                "setpriv",
                f"--reuid={NOBODY}",
                f"--regid={NOBODY}",
                "--clear-groups",
                sys.executable,
                *arguments,
            ],
            env={"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "BELLJAR_CHROMIUM": chromium},
            cwd=home,
            input=code,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )

    if run("-c", "import belljar").returncode != 0:
        pytest.skip("another user can't read this checkout")
    return run(*arguments)


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="needs root, and setpriv")
def test_as_another_user_it_runs_with_chromiums_own_sandbox_on(open_folder: Path) -> None:
    done = as_another_user(open_folder, "-c", AS_ANOTHER_USER % NOBODY, chromium=find_chromium())
    assert done.returncode == 0, done.stderr
    status, text, note, filters = json.loads(done.stdout)
    assert (status, text) == ("ok", "42"), note
    assert any(filters)


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="needs root, and setpriv")
def test_a_wrapper_that_takes_the_sandbox_away_is_noticed(open_folder: Path) -> None:
    wrapper = open_folder / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {find_chromium()} --no-sandbox "$@"\n')
    wrapper.chmod(0o755)
    done = as_another_user(open_folder, "-m", "belljar", "run", "-", chromium=str(wrapper), code="1")
    assert done.returncode == 69, done.stderr
    assert "without its own process sandbox" in done.stderr


@pytest.fixture
def witness() -> Iterator[tuple[str, list[str]]]:
    """Another server of this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@asynccontextmanager
async def as_it_comes() -> AsyncIterator[Page]:
    """A page of a Chromium without our walls."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=ALLOWED == "on"
        )
        yield await browser.new_page()
        await browser.close()


async def try_to_reach(page: Page, url: str) -> None:
    """Every way a page has that no policy of ours stops: this page is a blank one of the browser."""
    probe = """async (url) => {
        await fetch(url + "/fetch", {mode: "no-cors"}).catch(() => {});
        const src = url + "/image";
        await new Promise((done) => Object.assign(new Image(), {onload: done, onerror: done, src}));
        navigator.sendBeacon(url + "/beacon");
        new WebSocket(url.replace("http", "ws") + "/socket");
        await new Promise((done) => setTimeout(done, 200));
    }"""
    await page.evaluate(probe, url)


async def test_the_browser_reaches_no_other_server_even_when_the_page_tries(
    witness: tuple[str, list[str]],
) -> None:
    url, asked = witness
    server = LocalServer()
    chromium = Chromium(server.start(), ALLOWED)
    try:
        await chromium.start()
        context = await chromium.context()
        page = await context.new_page()
        await try_to_reach(page, url)
        await try_to_reach(page, url.replace("127.0.0.1", "localhost"))
        # Without the routes the proxy that is nowhere still stands.
        await context.unroute_all()
        await try_to_reach(page, url)
        assert asked == []
    finally:
        await chromium.close()
        server.stop()
    # The control: the same probe in a browser as it comes reaches the witness.
    async with as_it_comes() as page:
        await try_to_reach(page, url)
        await soon(lambda: {"/fetch", "/image", "/beacon", "/socket"} <= set(asked))


async def test_the_browser_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of the server")
    server = LocalServer()
    origin = server.start()
    chromium = Chromium(origin, ALLOWED)
    try:
        await chromium.start()
        page = await (await chromium.context()).new_page()
        await page.goto(f"{origin.base}headless")
        for attempt in (
            "(url) => fetch(url).then((answer) => answer.text()).catch((error) => `refused: ${error}`)",
            "(url) => { location = url; return `refused: ${location.href}`; }",
            "(url) => `refused: ${open(url)}`",
        ):
            said = await page.evaluate(attempt, secret.as_uri())
            await asyncio.sleep(0.2)
            assert said.startswith("refused")
            assert "a secret" not in "".join([await one.content() for one in page.context.pages])
        # Even who drives the browser gets nowhere.
        with pytest.raises(Error, match="ERR_BLOCKED_BY_CLIENT"):
            await (await page.context.new_page()).goto(secret.as_uri())
    finally:
        await chromium.close()
        server.stop()
    # The control: a browser as it comes reads it.
    async with as_it_comes() as page:
        await page.goto(secret.as_uri())
        assert "a secret of the server" in await page.content()


async def test_nothing_of_our_environment_is_in_the_browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a secret")
    chromium = await Chromium(Origin.of("http://127.0.0.1:8000"), ALLOWED).start()
    # Its children write their titles over their environment, which is a part of its own.
    pids = [pid for pid in browser_processes() if b"--type=" not in command_line(pid)]
    assert pids
    for pid in pids:
        environment = environment_of(pid)
        assert b"PATH=" in environment  # the control: this is where it would stand
        assert b"secret" not in environment
    await chromium.close()
