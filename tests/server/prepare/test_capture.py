"""Capture: what a snapshot is made of comes from the one page that was opened for it, and nobody else."""

from __future__ import annotations

import http.client
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from belljar.assets.snapshots import PARTS
from belljar.http import headers
from belljar.prepare import capture
from belljar.settings import Settings
from belljar.web.app import create_app
from belljar.web.frontend import Frontend


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[capture._Intake]:
    (tmp_path / "capture.js").write_text("'the page'")
    (tmp_path / "capture-frame.js").write_text("'the frame'")
    intake = capture._Intake(tmp_path, Frontend(tmp_path), "capture", PARTS)
    app = Starlette(routes=[Mount(f"/{intake.secret}", routes=intake.routes)])
    with capture._serving(app) as port:
        intake.origin = f"http://127.0.0.1:{port}"
        yield intake


def put(intake: capture._Intake, name: str, body: bytes = b"planted", **changed: str) -> int:
    """What the intake answers, as another process on this machine hears it."""
    host = intake.origin.removeprefix("http://")
    sent = {"Host": host, "Origin": intake.origin} | {
        key.capitalize(): value for key, value in changed.items()
    }
    secret = sent.pop("Secret", intake.secret)
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("PUT", f"/{secret}/capture/{name}", body, {k: v for k, v in sent.items() if v})
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_page_hands_in_each_part_and_then_says_that_it_is_done(intake: capture._Intake) -> None:
    for part in PARTS:
        assert put(intake, part, part.encode()) == 204
    assert put(intake, "done", b"") == 204
    assert intake.done.is_set()
    assert intake.problem is None
    assert {name: path.read_bytes() for name, path in intake.parts.items()} == {n: n.encode() for n in PARTS}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"secret": "guessed"}, 404),
        ({"secret": "x" * 43}, 404),
        ({"host": "evil.example"}, 403),
        ({"host": "localhost:1"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
    ],
)
def test_who_does_not_know_the_address_or_comes_from_elsewhere_plants_nothing(
    intake: capture._Intake, changed: dict[str, str], status: int
) -> None:
    for part in (*PARTS, "done", "failed"):
        assert put(intake, part, **changed) == status
    assert intake.parts == {}
    assert not intake.done.is_set()
    assert put(intake, "heap") == 204, "the control: the page itself is heard"


def got(intake: capture._Intake, path: str, **sent: str) -> tuple[int, dict[str, str], str]:
    host = intake.origin.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host, **sent})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_the_frame_that_makes_snapshots_is_sealed_and_at_the_secret_address_alone(
    intake: capture._Intake,
) -> None:
    for path, content in {"frame/capture": "'the frame'", "capture.js": "'the page'"}.items():
        status, _, body = got(intake, f"/{intake.secret}/{path}")
        assert status == 200
        assert content in body
        assert got(intake, f"/{path}")[0] == 404
        assert got(intake, f"/guessed/{path}")[0] == 404
        assert got(intake, f"/{intake.secret}/{path}", Host="evil.example")[0] == 403
    _, sent, _ = got(intake, f"/{intake.secret}/frame/capture")
    assert (
        sent["content-security-policy"]
        == headers.frame(headers.script_hash("'the frame'"), isolated=False)["Content-Security-Policy"]
    )


def test_a_server_serves_nothing_of_what_makes_snapshots(tmp_path: Path, dist: Path) -> None:
    for name in ("capture.js", "capture-frame.js"):
        (dist / name).write_text("'only made once'")
    app = create_app(Settings(assets_dir=tmp_path, compress=False), dist=dist)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/frame/plain.html").status_code == 200, "the control: visitors get their frame"
        for path in ("frame/capture", "capture.js", "capture-frame.js", "static/capture.js", "snapshot"):
            assert client.get(f"/{path}").status_code == 404, path
        for path in ("frame/plain.html", "frame/isolated.html", "sdk.js"):
            assert "only made once" not in client.get(f"/{path}").text


def test_a_part_comes_once_and_what_came_first_stays(intake: capture._Intake) -> None:
    assert put(intake, "heap", b"first") == 204
    assert put(intake, "heap", b"second") == 409
    assert intake.parts["heap"].read_bytes() == b"first"


def test_what_is_not_whole_is_not_done_and_after_the_end_nothing_is_taken(intake: capture._Intake) -> None:
    assert put(intake, "heap") == 204
    assert put(intake, "done", b"") == 409
    assert put(intake, "no-such-part") == 404
    assert put(intake, "failed", b"out of memory") == 204
    assert intake.problem == "out of memory"
    assert put(intake, "state") == 409


def test_a_part_that_is_too_long_ends_it(intake: capture._Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "PART_BYTES", 100_000)
    assert put(intake, "heap", b"x" * 200_000) == 413
    assert "longer than 100000 bytes" in str(intake.problem)


def test_no_command_line_shows_the_address_and_the_browser_gets_no_secret_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\n(echo "$@"; env) > {seen}.new && mv {seen}.new {seen}; exec sleep 30\n')
    browser.chmod(0o700)
    monkeypatch.setenv("CLOUD_TOKEN", "of-this-process")
    folder = tmp_path / "work"
    folder.mkdir(0o700)
    with capture._browsing(browser, (folder / "start.html").as_uri(), folder) as process:
        for _ in range(200):
            if seen.exists():
                break
            time.sleep(0.05)
        assert process.poll() is None
    told = seen.read_text()
    assert f"{folder}/start.html" in told, "the control: the command line was seen"
    assert "of-this-process" not in told
    assert f"HOME={folder}" in told
    assert os.environ["CLOUD_TOKEN"] == "of-this-process"


def test_the_page_that_leads_to_the_address_is_for_this_user_alone(
    tmp_path: Path, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[int, int]] = []

    def look(self: capture._Desk, intake: capture._Intake, _: object) -> None:
        start = self._folder / "capture" / "start.html"
        assert intake.secret in start.read_text()
        kept.append((stat.S_IMODE(start.stat().st_mode), stat.S_IMODE(start.parent.stat().st_mode)))

    monkeypatch.setattr(capture._Desk, "_wait", look)
    settings = replace(Settings(assets_dir=tmp_path), profile=())
    capture._Desk(settings, Frontend(dist), Path("/bin/true"), tmp_path).capture()
    assert kept == [(0o600, 0o700)]
