"""Requests larger than anything asked for here are refused before their body is read; faults stay our own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from belljar.errors import AssetError, FrontendError, public
from belljar.settings import Connections, Settings

from ..conftest import MakeClient
from ..wire import ask, hold


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"1024")], 405),
        ([(b"content-length", b"1025")], 413),
        ([(b"content-length", b"9" * 4000)], 400),
        ([(b"content-length", b"-5")], 400),
        ([(b"transfer-encoding", b"chunked")], 411),
        ([(b"x", b"x" * 40_000)], 431),
        ([(b"x", b"x")] * 10_000, 431),
    ],
)
def test_a_body_or_a_head_too_large_is_refused(
    client: TestClient, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    answer = ask(client.app, "POST", b"/", headers)  # type: ignore[arg-type]
    assert answer.status == status
    hold(answer)


def test_the_limit_of_the_head_is_a_setting(make_client: MakeClient, tmp_path: Path) -> None:
    settings = Settings(assets_dir=tmp_path, connections=Connections(header_bytes=100))
    app = make_client(settings).app
    assert ask(app, "GET", b"/healthz", []).status == 200  # type: ignore[arg-type]
    assert ask(app, "GET", b"/healthz?" + b"q" * 100, []).status == 414  # type: ignore[arg-type]


def test_a_host_that_is_no_host_is_no_fault_of_ours(make_client: MakeClient, dist: Path) -> None:
    app = make_client().app
    (dist / "frame.js").unlink()
    answer = ask(app, "GET", b"/frame/plain.html", [(b"host", b"[")])  # type: ignore[arg-type]
    assert answer.status == 503
    hold(answer)


def test_compressed_copies_that_were_cleared_away_are_missed_by_nobody(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = make_client(Settings(assets_dir=tmp_path / "assets"))
    client.get("/sdk.js")
    client.app.state.site.encodings.prepare([])  # type: ignore[attr-defined]  # waits for the copies
    compressed = client.get("/sdk.js", headers={"accept-encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    shutil.rmtree(tmp_path / "assets" / "encoded")
    plain = client.get("/sdk.js", headers={"accept-encoding": "gzip"})
    assert plain.status_code == 200
    assert plain.content == compressed.content
    assert "content-encoding" not in plain.headers


def test_a_file_that_vanished_is_named_and_nothing_else(client: TestClient, dist: Path) -> None:
    client.get("/static/page-AB12.js")
    (dist / "static" / "page-AB12.js").unlink()
    answer = client.get("/static/page-AB12.js")
    assert answer.status_code == 503
    assert answer.text.startswith("page-AB12.js is no longer there")


def test_a_fault_of_ours_has_the_headers_of_a_refusal_and_says_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault() -> None:
        raise RuntimeError("secret-of-the-fault")

    monkeypatch.setattr(client.app.state.site.page, "get", fault)  # type: ignore[attr-defined]
    answer = TestClient(client.app, raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ann/belljar/static/dist/frame.js is missing.", "frame.js is missing."),
        ("/srv/x/manifest.json can't be read: [Errno 13] Permission denied: '/srv/x/manifest.json'",
         "manifest.json can't be read: [Errno 13] Permission denied: 'manifest.json'"),
        ("C:\\Users\\Ann\\dist\\frame.js is missing.", "frame.js is missing."),
        ("/my files, and (more)/numpy.whl is missing.", "numpy.whl is missing."),
        ("See https://example.org/a/b and run `belljar assets fetch`.",
         "See https://example.org/a/b and run `belljar assets fetch`."),
        ("static/dist is not built: 1/2 of it.", "static/dist is not built: 1/2 of it."),
    ],
)  # fmt: skip
def test_an_error_shown_to_visitors_names_files_but_no_folders(text: str, shown: str) -> None:
    assert public(AssetError(text), [Path("/my files, and (more)")]) == shown


SECRET = "secret-7f3a9c"


def test_nothing_secret_is_in_any_answer(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the environment and in `belljar.toml`, where the server runs, and who is near it."""
    from belljar.settings import load_settings

    home = tmp_path / SECRET
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("BELLJAR_SECRET", SECRET)
    monkeypatch.setenv("API_KEY", SECRET)
    (home / "belljar.toml").write_text(
        f'# the key is {SECRET}\nhost = "{SECRET}.internal"\nassets_dir = "{home}/{SECRET}"\n'
        'forwarded_allow_ips = ["10.11.12.13"]\n'
    )
    settings = load_settings()
    assert SECRET in settings.host
    client = make_client(replace(settings, compress=False))
    dist = client.app.state.site._frontend.root  # type: ignore[attr-defined]
    paths = [
        "/",
        "/frame/isolated.html",
        "/frame/plain.html",
        "/output",
        "/sdk.js",
        "/policy.json",
        "/healthz",
        "/nowhere",
    ]
    paths += [f"/{name}" for name in client.app.state.site.static.get()]  # type: ignore[attr-defined]
    paths += [f"/assets/{name}" for name in client.app.state.site.runtime.get().files]  # type: ignore[attr-defined]

    def look() -> None:
        for path in paths:
            for method in ("GET", "POST", "OPTIONS"):
                answer = ask(client.app, method, path.encode(), [(b"range", b"bytes=0-")])  # type: ignore[arg-type]
                hold(answer, SECRET, "10.11.12.13", str(tmp_path))

    look()

    def missing(_: Path) -> None:
        raise AssetError(f"The manifest {home}/{SECRET}/manifest.json is missing.")

    def unbuilt(*_: object) -> None:
        raise FrontendError(f"The browser code is not built: {home / 'dist'} is missing. Run `make build`.")

    for path in dist.glob("*.js*"):
        path.unlink()
    client = make_client(replace(settings, compress=False))
    monkeypatch.setattr("belljar.web.site.load_asset_set", missing)
    monkeypatch.setattr("belljar.web.frontend.Frontend.manifest", unbuilt)
    look()
    health = ask(client.app, "GET", b"/healthz", [])  # type: ignore[arg-type]
    assert health.status == 503
    assert b"manifest.json is missing" in health.body
