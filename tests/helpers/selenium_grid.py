"""A Selenium Grid of the tests' own: the real server with Debian's chromedriver, one browser at a time."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithPriorAuth, build_opener

import pytest

from belljar.backends.browsers import find_chromium

JAR = Path(__file__).parents[2] / "build" / "selenium-server.jar"
USER, PASSWORD = "belljar", "p@ss word"


class SeleniumGrid:
    """Runs until the block ends.

    Args:
        folder: Where it may write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        programs = [shutil.which(name) for name in ("java", "chromedriver")]
        if not all(programs) or not JAR.is_file():
            pytest.skip("There is no Selenium Grid here: .ci/grid says what it needs.")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        browser = find_chromium()
        if os.getuid() == 0:
            # As the Grid's own images have it: their Chrome runs without its process sandbox.
            wrapper = self._folder / "chromium"
            wrapper.write_text(f'#!/bin/sh\nexec {browser} --no-sandbox "$@"\n')
            wrapper.chmod(0o755)
            browser = str(wrapper)
        stereotype = {"browserName": "chrome", "goog:chromeOptions": {"binary": browser}}
        driver = [
            "display-name=Chrome",
            "max-sessions=1",
            f"webdriver-executable={programs[1]}",
            f"stereotype={json.dumps(stereotype)}",
        ]
        command = [str(programs[0]), "-jar", str(JAR), "standalone", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--username", USER, "--password", PASSWORD]
        command += ["--selenium-manager", "false", "--detect-drivers", "false"]
        with (self._folder / "grid.log").open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--driver-configuration", *driver], stdout=log, stderr=log, cwd=self._folder
            )
        until = time.monotonic() + 60
        while not self._ready():
            assert time.monotonic() < until, (self._folder / "grid.log").read_text()
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def sessions(self) -> int:
        """How many browsers it has lent now."""
        slots = [slot for node in self._status()["nodes"] for slot in node["slots"]]
        return sum(slot["session"] is not None for slot in slots)

    def _ready(self) -> bool:
        try:
            return bool(self._status()["ready"])
        except OSError:
            return False

    def _status(self) -> dict[str, Any]:
        known = HTTPPasswordMgrWithPriorAuth()
        url = f"http://127.0.0.1:{self.port}/status"
        known.add_password(None, url, USER, PASSWORD, is_authenticated=True)
        with build_opener(HTTPBasicAuthHandler(known)).open(url, timeout=10) as answer:
            status: dict[str, Any] = json.load(answer)["value"]
        return status
