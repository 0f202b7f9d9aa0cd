"""Capture: have a headless Chromium make the snapshot of a profile.

    this process: the app, and a page that hands parts in ◄── HTTP on loopback ── Chromium: that page

The snapshot is made by the same frame and worker that users run, from files whose hashes were checked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from belljar import headers
from belljar.app import create_app
from belljar.assets import load_asset_set
from belljar.assets.locking import folder_lock
from belljar.assets.snapshots import PARTS, find_snapshot, keep_snapshot, prune_snapshots
from belljar.errors import BelljarError
from belljar.frontend import Frontend, find_dist
from belljar.policy import chosen_profile
from belljar.settings import Settings

SECONDS = 120.0
"""Longest that a snapshot may take; a slow machine needs a tenth of it."""

BROWSERS = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser", "chrome")
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>belljar makes a snapshot</title>
<script type="module" src="{script}"></script></head><body></body></html>
"""


class NoSnapshotError(BelljarError):
    """This machine can't make snapshots; sandboxes start from the packages instead."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: whether it is new, its packages, its size in bytes and the seconds it took."""

    new: bool
    load: tuple[str, ...]
    size: int
    seconds: float


def make_snapshot(settings: Settings, dist: Path | None = None) -> Made:
    """Make the snapshot of the settings' profile unless there is one.

    Raises:
        NoSnapshotError: There is no Chromium, or it could not make one.
        BelljarError: Assets or browser code are missing.
    """
    started = time.monotonic()
    frontend = Frontend(find_dist() if dist is None else dist)
    assets = load_asset_set(settings.assets_dir)
    load = assets.closure(chosen_profile(settings, assets)[1])
    stamp = frontend.snapshot_stamp()
    with folder_lock(settings.assets_dir, lambda _: None):
        found = find_snapshot(settings.assets_dir, assets, load, stamp)
        new = found is None
        if found is None:
            browser = find_browser()
            with tempfile.TemporaryDirectory(prefix="belljar-snapshot-") as folder:
                parts = _capture(settings, frontend, browser, Path(folder))
                keep_snapshot(settings.assets_dir, assets, load, stamp, parts)
            prune_snapshots(settings.assets_dir)
            found = find_snapshot(settings.assets_dir, assets, load, stamp)
    if found is None:
        raise NoSnapshotError("The snapshot was made, but can't be read back.")
    return Made(new, load, sum(file.size for file in found.files), time.monotonic() - started)


def find_browser() -> Path:
    """A Chromium: the one that BELLJAR_CHROMIUM names, else one on the PATH.

    Raises:
        NoSnapshotError: There is none.
    """
    for name in (os.environ.get("BELLJAR_CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return Path(path)
    raise NoSnapshotError(
        "There is no Chromium here (BELLJAR_CHROMIUM can name one), so no snapshot is made."
    )


class _Intake:
    """Takes what the page hands in, each part as a file."""

    def __init__(self, folder: Path, script: str) -> None:
        self._folder, self._script = folder, script
        self.parts: dict[str, Path] = {}
        self.done = threading.Event()
        self.problem: str | None = None

    def page(self, _: Request) -> Response:
        return HTMLResponse(_PAGE.format(script=self._script), headers=headers.page(isolated=False))

    async def take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name in PARTS:
            path = self._folder / name
            with path.open("wb") as file:
                async for chunk in request.stream():
                    file.write(chunk)
            self.parts[name] = path
        elif name in {"done", "failed"}:
            said = (await request.body()).decode(errors="replace")[:2000]
            self.problem = said if name == "failed" else None
            self.done.set()
        else:
            return Response(status_code=404)
        return Response(status_code=204)


def _capture(settings: Settings, frontend: Frontend, browser: Path, folder: Path) -> dict[str, Path]:
    intake = _Intake(folder, frontend.url("capture.js"))
    inner = create_app(replace(settings, compress=False, root_path=""), dist=frontend.root)
    app = Starlette(
        routes=[
            Route("/snapshot", intake.page),
            Route("/capture/{name}", intake.take, methods=["PUT"]),
            Mount("/", inner),
        ]
    )
    with _serving(app) as port, _browsing(browser, f"http://127.0.0.1:{port}/snapshot", folder) as process:
        end = time.monotonic() + SECONDS
        while not intake.done.wait(0.2):
            if process.poll() is not None:
                raise NoSnapshotError(
                    f"{browser} ended with exit code {process.returncode}: no snapshot was made."
                )
            if time.monotonic() > end:
                raise NoSnapshotError(f"The snapshot was not ready within {SECONDS:.0f} s.")
    if intake.problem is not None:
        raise NoSnapshotError(f"No snapshot was made: {intake.problem}")
    return intake.parts


@contextmanager
def _serving(app: Starlette) -> Iterator[int]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="belljar-capture", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise NoSnapshotError("The page for the snapshot could not be served.")
            time.sleep(0.02)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(5)


@contextmanager
def _browsing(browser: Path, url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    # Chromium refuses its own sandbox as root. What runs in here are our own, verified files.
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [str(browser), *FLAGS, *as_root, f"--user-data-dir={folder / 'profile'}", url]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - no shell
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
