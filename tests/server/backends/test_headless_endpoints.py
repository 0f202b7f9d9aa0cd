"""Headless browsers that run already: a Playwright server, and a DevTools port."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from belljar import AsyncSandbox
from belljar.backends.browsers import find_chromium

from ...helpers.browsers import ALLOWED, ROOT
from ...helpers.waiting import soon


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
            await soon(lambda: noted.exists() and "\n" in noted.read_text())
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
