"""Capture: have a headless Chromium make the snapshot of a profile; `threads` has Node do it where none is.

    this process: the app, and a page that hands parts in ◄── HTTP on loopback ── Chromium: that page

The snapshot is made in a frame that nobody else is served, sealed as the visitors' one, from files whose
hashes were checked. A second browser then starts from it as a visitor's does, before anything is kept.
"""

from __future__ import annotations

import os
import secrets
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

from belljar.assets import load_asset_set
from belljar.assets.children import child
from belljar.assets.folder import working_in
from belljar.assets.sets import AssetSet
from belljar.assets.snapshots import (
    PARTS,
    Snapshot,
    find_snapshot,
    in_pieces,
    keep_snapshot,
    prune_snapshots,
)
from belljar.http import headers
from belljar.http.encodings import Encodings
from belljar.http.resources import Resource, respond
from belljar.prepare.proof import NoSnapshotError, check_proof
from belljar.prepare.threads import Threads
from belljar.settings import Settings
from belljar.web.app import create_app
from belljar.web.frames import framed
from belljar.web.frontend import Frontend, find_dist
from belljar.web.policy import chosen_profile

SECONDS = 600.0
"""Longest that a snapshot may take. An idle machine needs 22 s; with two busy processors it took minutes."""

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
<html lang="en" data-task="{task}"><head><meta charset="utf-8"><title>belljar makes a snapshot</title>
<script type="module" src="capture.js"></script></head><body></body></html>
"""

#: Names of environment variables that the browser gets: no token, no proxy, no preload of this process's.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "FONTCONFIG_PATH", "FONTCONFIG_FILE")

#: Longest part, in bytes: a heap of the memory that a sandbox may have.
PART_BYTES = 2 << 30


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
    found = find_snapshot(settings.assets_dir, assets, load, stamp)
    if found is not None:  # also where nobody may write
        return Made(False, load, sum(file.size for file in found.files), time.monotonic() - started)
    with working_in(settings.assets_dir):
        found = find_snapshot(settings.assets_dir, assets, load, stamp)
        new = found is None
        if found is None:
            with tempfile.TemporaryDirectory(prefix="belljar-snapshot-") as name:
                # `mkdtemp` makes it for this user alone; the address of the intake lies in it.
                folder = Path(name)
                desk = _desk(settings, frontend, assets, folder)
                snapshot = in_pieces(load, desk.capture(), _made(folder / "pieces"))
                desk.prove(snapshot, assets)
                keep_snapshot(settings.assets_dir, assets, stamp, snapshot)
            prune_snapshots(settings.assets_dir)
            found = find_snapshot(settings.assets_dir, assets, load, stamp)
    if found is None:
        raise NoSnapshotError("The snapshot was made, but can't be read back.")
    return Made(new, load, sum(file.size for file in found.files), time.monotonic() - started)


def _desk(settings: Settings, frontend: Frontend, assets: AssetSet, folder: Path) -> _Desk | Threads:
    """Who makes it: a browser, as visitors have one; else Node."""
    try:
        return _Desk(settings, frontend, find_browser(), folder)
    except NoSnapshotError as error:
        return Threads.instead(settings, frontend, assets, folder, str(error))


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
    """Takes what the page hands in: each part once, from the one page that knows the secret address.

    Anybody on this machine can reach a loopback port, and so can a website whose name resolves to it. So the
    path holds a secret that no command line shows, and Host and Origin must be the page's own.
    """

    def __init__(self, folder: Path, frontend: Frontend, task: str, names: tuple[str, ...]) -> None:
        self._folder, self._frontend, self._task, self._names = folder, frontend, task, names
        self._begun: set[str] = set()
        self.secret = secrets.token_urlsafe(32)
        self.origin = ""
        self.parts: dict[str, Path] = {}
        self.done = threading.Event()
        self.problem: str | None = None

    @property
    def routes(self) -> list[Route]:
        """The page, its script and its frame, and the intake, below the secret."""
        return [
            Route("/snapshot", self.page),
            Route("/capture.js", self.script),
            Route("/frame/capture", self.frame),
            Route("/capture/{name}", self.take, methods=["PUT"]),
        ]

    def page(self, request: Request) -> Response:
        if not self._of_ours(request, origin=False):
            return Response(status_code=403)
        page = _PAGE.format(task=self._task)
        return HTMLResponse(page, headers=headers.page(isolated=False))

    def script(self, request: Request) -> Response:
        if not self._of_ours(request, origin=False):
            return Response(status_code=403)
        script = Resource.of_file(self._frontend.file("capture.js"))
        return respond(request, script, headers.common(), Encodings(None))

    def frame(self, request: Request) -> Response:
        if not self._of_ours(request, origin=False):
            return Response(status_code=403)
        found = framed(self._frontend, "capture-frame.js", "frame.html.j2")
        sent = headers.frame(found.hash_source, isolated=False)
        return respond(request, found.document, sent, Encodings(None))

    async def take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if not self._of_ours(request):
            return Response(status_code=403)
        if self.done.is_set() or name in self._begun:
            return Response(status_code=409)
        if name == "failed":
            self.problem = (await _limited(request, 8_000)).decode(errors="replace")[:2000]
            self.done.set()
        elif name == "done":
            missing = [part for part in self._names if part not in self.parts]
            if missing:
                return Response(f"missing: {', '.join(missing)}", status_code=409)
            self.done.set()
        elif name in self._names:
            self._begun.add(name)
            path, size = self._folder / name, 0
            with path.open("xb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > PART_BYTES:
                        self.problem = f"the part {name} is longer than {PART_BYTES} bytes"
                        self.done.set()
                        return Response(status_code=413)
                    file.write(chunk)
            self.parts[name] = path
        else:
            return Response(status_code=404)
        return Response(status_code=204)

    def _of_ours(self, request: Request, *, origin: bool = True) -> bool:
        """Whether the request is addressed to this very port, and comes from its own page."""
        sent = request.headers
        return f"http://{sent.get('host')}" == self.origin and (
            not origin or sent.get("origin") == self.origin
        )


async def _limited(request: Request, most: int) -> bytes:
    """The body, or its first `most` bytes and a little."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return body


class _Desk:
    """Two pages, each in a browser of its own: one makes a snapshot, the other one starts from it."""

    def __init__(self, settings: Settings, frontend: Frontend, browser: Path, folder: Path) -> None:
        self._settings = replace(settings, compress=False, root_path="")
        self._frontend, self._browser, self._folder = frontend, browser, folder

    def capture(self) -> dict[str, Path]:
        """The parts, as the page has handed them in."""
        return self._open("capture", PARTS, None)

    def prove(self, snapshot: Snapshot, assets: AssetSet) -> None:
        """Starts a sandbox from the snapshot as a visitor's would, and looks at what it says of itself.

        Raises:
            NoSnapshotError: It does not start from it, or is not the Python that it was made from.
        """
        check_proof(self._open("proof", ("proof",), snapshot)["proof"].read_bytes(), snapshot, assets)

    def _open(self, task: str, names: tuple[str, ...], offered: Snapshot | None) -> dict[str, Path]:
        folder = _made(self._folder / task)
        intake = _Intake(folder, self._frontend, task, names)
        inner = create_app(self._settings, dist=self._frontend.root, offered=offered)
        app = Starlette(routes=[Mount(f"/{intake.secret}", routes=[*intake.routes, Mount("/", inner)])])
        with _serving(app) as port:
            intake.origin = f"http://127.0.0.1:{port}"
            # Everybody who may list processes sees a command line. This file only its owner can read.
            start = folder / "start.html"
            address = f"{intake.origin}/{intake.secret}/snapshot"
            start.write_text(f'<!doctype html><meta http-equiv="refresh" content="0;url={address}">')
            start.chmod(0o600)
            with _browsing(self._browser, start.as_uri(), folder) as process:
                self._wait(intake, process)
        if intake.problem is not None:
            raise NoSnapshotError(f"No snapshot was made: {intake.problem}")
        return intake.parts

    def _wait(self, intake: _Intake, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + SECONDS
        while not intake.done.wait(0.2):
            if process.poll() is not None:
                raise NoSnapshotError(
                    f"{self._browser} ended with exit code {process.returncode}: no snapshot was made."
                )
            if time.monotonic() > end:
                raise NoSnapshotError(f"The snapshot was not ready within {SECONDS:.0f} s.")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


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
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"), str(folder))
    process = subprocess.Popen(  # noqa: S603 - no shell
        command, stdin=quiet, stdout=quiet, stderr=quiet, env={**kept, **home}
    )
    try:
        with child(process):
            yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
