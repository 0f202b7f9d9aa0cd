"""The headless backend: what its browser reaches, what happens when it dies or isn't there, and its queue."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest

from belljar import AsyncSandbox
from belljar.backends import SessionOptions, find_backend
from belljar.backends.browsers import Chromium, find_chromium
from belljar.backends.headless import HeadlessBackend
from belljar.backends.servers import LocalServer, Origin

ROOT = os.getuid() == 0
ALLOWED = "off" if ROOT else "on"
#: Boots fast: no package at the start.
BARE = SessionOptions(packages=())


@pytest.fixture
async def backend() -> AsyncIterator[HeadlessBackend]:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=2)
    yield backend
    await backend.close()


def browser_processes(program: int | None = None) -> list[int]:
    """Browsers that the Playwright of a program, else of this process, has started, by process id."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found, left = [], [program or os.getpid()]
    while left:
        below = children.get(left.pop(), [])
        left += below
        found += below
    return [pid for pid in found if b"--remote-debugging-pipe" in command_line(pid)]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


# ------------------------------------------------------------ the walls


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


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="needs root, and setpriv")
def test_as_another_user_it_runs_with_chromiums_own_sandbox_on(tmp_path: Path) -> None:
    nobody = 65534
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, nobody, nobody)
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    become = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home)}
    environment["BELLJAR_CHROMIUM"] = find_chromium()
    probe = subprocess.run(
        [*become, sys.executable, "-c", "import belljar"], env=environment, cwd=home, check=False
    )
    if probe.returncode != 0:
        pytest.skip("another user can't read this checkout")
    done = subprocess.run(
        [*become, sys.executable, "-c", AS_ANOTHER_USER % nobody],
        env=environment,
        cwd=home,
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    status, text, note, filters = json.loads(done.stdout)
    assert (status, text) == ("ok", "42"), note
    assert any(filters)


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="needs root, and setpriv")
def test_a_wrapper_that_takes_the_sandbox_away_is_noticed(tmp_path: Path) -> None:
    nobody = 65534
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, nobody, nobody)
    wrapper = tmp_path / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {find_chromium()} --no-sandbox "$@"\n')
    wrapper.chmod(0o755)
    become = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home)}
    environment["BELLJAR_CHROMIUM"] = str(wrapper)
    probe = subprocess.run(
        [*become, sys.executable, "-c", "import belljar"], env=environment, cwd=home, check=False
    )
    if probe.returncode != 0:
        pytest.skip("another user can't read this checkout")
    done = subprocess.run(
        [*become, sys.executable, "-m", "belljar", "run", "-"],
        env=environment,
        cwd=home,
        input="1",
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
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


async def try_to_reach(page: Any, url: str) -> None:
    """Every way a page has that no policy of ours stops: this page is a blank one of the browser."""
    probe = """async (url) => {
        await fetch(url + "/fetch", {mode: "no-cors"}).catch(() => {});
        const src = url + "/image";
        await new Promise((done) => Object.assign(new Image(), {onload: done, onerror: done, src}));
        navigator.sendBeacon(url + "/beacon");
        new WebSocket(url.replace("http", "ws") + "/socket");
        await new Promise((done) => setTimeout(done, 500));
    }"""
    await page.evaluate(probe, url)


async def test_the_browser_reaches_no_other_server_even_when_the_page_tries(
    witness: tuple[str, list[str]],
) -> None:
    from playwright.async_api import async_playwright

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
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=ALLOWED == "on"
        )
        page = await (await browser.new_context()).new_page()
        await try_to_reach(page, url)
        await browser.close()
    assert {"/fetch", "/image", "/beacon", "/socket"} <= set(asked)


async def test_the_browser_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    from playwright.async_api import Error, async_playwright

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
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=ALLOWED == "on"
        )
        page = await browser.new_page()
        await page.goto(secret.as_uri())
        assert "a secret of the server" in await page.content()
        await browser.close()


async def test_nothing_of_our_environment_is_in_the_browsers(
    backend: HeadlessBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a secret")
    session = await backend.open(BARE)
    # Its children write their titles over their environment, which is a part of its own.
    pids = [pid for pid in browser_processes() if b"--type=" not in command_line(pid)]
    assert pids
    for pid in pids:
        environment = environment_of(pid)
        assert b"PATH=" in environment  # the control: this is where it would stand
        assert b"secret" not in environment
    await session.close()


async def test_sandboxes_share_nothing(backend: HeadlessBackend) -> None:
    one, other = AsyncSandbox(backend, packages=()), AsyncSandbox(backend, packages=())
    await one.execute("mine = 1", files={"mine.txt": "1"})
    execution = await other.execute("import os\nos.listdir(), 'mine' in globals()")
    assert execution.text == "([], False)"
    await asyncio.gather(one.close(), other.close())


# ------------------------------------------------------------ when it dies, or isn't there


async def test_a_browser_that_dies_is_reported_and_the_next_run_has_a_new_one(
    backend: HeadlessBackend,
) -> None:
    sandbox = AsyncSandbox(backend, packages=())
    started = asyncio.Event()
    running = asyncio.create_task(
        sandbox.execute("print('on')\nwhile True: pass", on_stdout=lambda _: started.set())
    )
    await started.wait()
    for pid in browser_processes():
        os.kill(pid, signal.SIGKILL)
    execution = await asyncio.wait_for(running, 20)
    assert execution.status == "crashed"
    assert "the next run gets a new browser" in (execution.note or "")
    assert (await sandbox.execute("1 + 1")).text == "2"
    await sandbox.close()


RUNS_FOR_EVER = """
from belljar import Sandbox
with Sandbox(packages=(), browser_sandbox=%r) as sandbox:
    sandbox.execute("print('on')\\nwhile True: pass", on_stdout=lambda _: print("on", flush=True))
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_is_killed_leaves_no_browser_behind(sent: signal.Signals) -> None:
    command = [sys.executable, "-c", RUNS_FOR_EVER % ALLOWED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "on\n"
        browsers = browser_processes(program.pid)
        assert browsers
        program.send_signal(sent)
        assert program.wait(10) == -sent
    until = time.monotonic() + 20
    while left := [pid for pid in browsers if b"--remote-debugging-pipe" in command_line(pid)]:
        assert time.monotonic() < until, left
        time.sleep(0.1)


async def test_a_cancelled_call_interrupts_its_run(backend: HeadlessBackend) -> None:
    sandbox = AsyncSandbox(backend, packages=())
    await sandbox.execute("kept = 1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sandbox.execute("while True: pass"), 1)
    assert (await asyncio.wait_for(sandbox.execute("kept"), 20)).text == "1"
    await sandbox.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"chromium": "/no/such/chromium"}, "Chromium did not start"),
        ({"server": "http://127.0.0.1:1"}, "could not be opened"),
        ({"server": "ftp://nowhere"}, "is no address"),
        ({"browser_sandbox": "maybe"}, '"on" or "off"'),
        ({"endpoint": "ws://127.0.0.1:1/"}, "No browser answers"),
        ({"endpoint": "cdp+http://127.0.0.1:1/"}, "No browser answers"),
    ],
)
async def test_what_is_missing_is_said_in_an_execution(options: dict[str, Any], said: str) -> None:
    async with AsyncSandbox("headless", **{"browser_sandbox": ALLOWED, **options}) as sandbox:
        execution = await sandbox.execute("1")
        assert (execution.status, execution.backend) == ("unavailable", "headless")
        assert said in (execution.note or "")
        assert "\n" not in (execution.note or "")


@pytest.mark.parametrize(
    "name", ["heedless", "headless+", "headless+ftp://x", "headless+ws://", "headless+ws"]
)
def test_a_backend_that_is_not_known_is_the_callers_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=r"Known are .*headless|Allowed are headless"):
        find_backend(name)


def test_an_origin_covers_its_own_requests_only() -> None:
    origin = Origin.of("http://127.0.0.1:8000/tools")
    assert origin.base == "http://127.0.0.1:8000/tools/"
    assert origin.covers("http://127.0.0.1:8000/assets/x")
    for other in (
        "https://127.0.0.1:8000/",
        "http://127.0.0.1:8001/",
        "http://localhost:8000/",
        "data:,",
        "x",
    ):
        assert not origin.covers(other)


# ------------------------------------------------------------ browsers that run already


def wait_for_line(process: subprocess.Popen[str], start: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if start in line:
            return line[line.index(start) :].strip()
    pytest.fail("the browser server ended")


async def test_a_playwright_server_runs_code(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"executablePath": find_chromium(), "chromiumSandbox": ALLOWED == "on"}))
    command = [
        sys.executable,
        "-m",
        "playwright",
        "launch-server",
        "--browser=chromium",
        f"--config={config}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:  # noqa: ASYNC220
        try:
            endpoint = await asyncio.to_thread(wait_for_line, process, "ws://")
            async with AsyncSandbox(f"headless+{endpoint}", packages=(), browser_sandbox=ALLOWED) as sandbox:
                execution = await sandbox.execute("6 * 7")
                assert (execution.text, execution.note) == ("42", None)
            if ROOT:
                async with AsyncSandbox(f"headless+{endpoint}", packages=()) as sandbox:
                    execution = await sandbox.execute("1")
                    assert execution.status == "unavailable"
                    assert "without its own process sandbox" in (execution.note or "")
        finally:
            # The command starts Node, which starts the browser: all of them end.
            os.killpg(process.pid, signal.SIGTERM)


async def test_a_devtools_port_runs_code(tmp_path: Path) -> None:
    flags = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}", "--disable-gpu"]
    flags += ["--no-sandbox"] if ALLOWED == "off" else []
    with subprocess.Popen([find_chromium(), *flags], stderr=subprocess.DEVNULL) as process:  # noqa: ASYNC220
        try:
            noted = tmp_path / "DevToolsActivePort"
            deadline = time.monotonic() + 20
            while not noted.exists() or "\n" not in noted.read_text():
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
            port, path = noted.read_text().split("\n")[:2]
            for endpoint in (f"127.0.0.1:{port}", f"127.0.0.1:{port}{path}"):
                name = f"headless+cdp://{endpoint}"
                async with AsyncSandbox(name, packages=(), browser_sandbox=ALLOWED) as sandbox:
                    execution = await sandbox.execute("6 * 7")
                    assert (execution.text, execution.note) == ("42", None)
            # It is not ours: it goes on when we are done.
            await asyncio.to_thread(
                lambda: urlopen(f"http://127.0.0.1:{port}/json/version", timeout=5).close()
            )
        finally:
            process.terminate()


# ------------------------------------------------------------ load


async def test_programs_wait_their_turn_and_none_gets_anothers_answer(backend: HeadlessBackend) -> None:
    programs = int(os.environ.get("LOAD_PROGRAMS", "8"))
    order: list[int] = []

    async def program(nonce: int) -> tuple[str | None, str]:
        async with AsyncSandbox(backend, packages=()) as sandbox:
            code = f"import time\nprint('nonce {nonce}')\ntime.sleep(0.1)\n{nonce} * 2"
            execution = await sandbox.execute(code)
            order.append(nonce)
            return execution.text, execution.stdout

    answers = await asyncio.gather(*(program(nonce) for nonce in range(programs)))
    assert answers == [(str(nonce * 2), f"nonce {nonce}\n") for nonce in range(programs)]
    # First come, first served: nobody is overtaken by more than the pool.
    assert all(abs(nonce - place) <= 2 for place, nonce in enumerate(order))
    assert backend.waiting == 0


async def test_a_full_queue_says_so_at_once() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1, queue=1, queue_timeout=60)
    first = AsyncSandbox(backend, packages=())
    assert (await first.execute("1")).ok
    waiting, refused = AsyncSandbox(backend, packages=()), AsyncSandbox(backend, packages=())
    queued = asyncio.create_task(waiting.execute("2"))
    await asyncio.sleep(0.1)
    assert backend.waiting == 1
    execution = await refused.execute("3")
    assert execution.status == "unavailable"
    assert "All 1 pages of this backend are in use and 1 sandboxes wait already" in (execution.note or "")
    await first.close()
    assert (await queued).text == "2"
    await backend.close()


async def test_who_waits_too_long_is_told() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1, queue_timeout=0.5)
    first = AsyncSandbox(backend, packages=())
    assert (await first.execute("1")).ok
    execution = await AsyncSandbox(backend, packages=()).execute("2")
    assert "were in use for 0.5 seconds" in (execution.note or "")
    await backend.close()


async def test_closing_the_backend_reports_every_run() -> None:
    backend = HeadlessBackend(browser_sandbox=ALLOWED, pool=1)
    started = asyncio.Event()
    sandboxes = [AsyncSandbox(backend, packages=()) for _ in range(5)]
    code = "print('on')\nwhile True: pass"
    runs = [
        asyncio.create_task(sandbox.execute(code, on_stdout=lambda _: started.set())) for sandbox in sandboxes
    ]
    await started.wait()
    await backend.close()
    answers = await asyncio.wait_for(asyncio.gather(*runs), 10)
    assert {answer.status for answer in answers} == {"unavailable"}
    assert all("closed" in (answer.note or "") for answer in answers)
    assert browser_processes() == []
