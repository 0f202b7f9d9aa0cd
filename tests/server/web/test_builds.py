"""New builds are served without a restart, and an open page finds the parts of its own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from belljar.assets import AssetSet
from belljar.http import headers

from ..conftest import MakeClient, make_file
from .answers import assert_sent


def test_a_new_harness_is_served_without_a_restart(client: TestClient, dist: Path) -> None:
    client.get("/policy.json")
    (dist / "harness.json").write_text('{"belljar_harness/session.py": "print()"}')
    url = client.get("/policy.json").json()["core"][-1]["url"]
    assert client.get(f"/{url}").json() == {"belljar_harness/session.py": "print()"}


def test_a_new_build_is_served_without_a_restart(client: TestClient, dist: Path) -> None:
    before = client.get("/frame/plain.html")
    (dist / "frame.js").write_text("'a new frame'")
    after = client.get("/frame/plain.html")
    assert "a new frame" in after.text
    assert after.headers["content-security-policy"] != before.headers["content-security-policy"]


def test_what_any_policy_named_is_served_while_it_is_there(
    client: TestClient, assets: AssetSet, tmp_path: Path, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a server is set up its policy changes several times; a page goes on with the one that it read."""
    folder = tmp_path / "files"
    first = client.get("/policy.json").json()["core"][0]["url"]
    assert client.get(f"/{first}").status_code == 200
    for turn in range(3):
        changed = make_file(folder, f"pyodide-{turn}.mjs", f"'{turn}'".encode())
        now = replace(assets, core=(changed, *assets.core[1:]))
        monkeypatch.setattr("belljar.web.site.load_asset_set", lambda _, now=now: now)
        (dist / "harness.json").write_text(json.dumps({"belljar_harness/session.py": f"{turn}"}))
        assert client.get("/policy.json").json()["core"][0]["url"] != first
        assert client.get(f"/{first}").status_code == 200, turn
    (folder / "pyodide.mjs").unlink()
    (dist / "harness.json").write_text("{}")
    assert client.get(f"/{first}").status_code == 404


def build(dist: Path, page: str, part: str) -> None:
    """Another build: the page and a part that it fetches when it is wanted, each named by what is in it."""
    for old in (dist / "static").glob("*-????????.js"):
        old.unlink()
    (dist / "static" / f"page-{page}.js").write_text(f"import('./part-{part}.js')")
    (dist / "static" / f"part-{part}.js").write_text(f"'{part}'")
    manifest = json.loads((dist / "manifest.json").read_text())
    (dist / "manifest.json").write_text(json.dumps(manifest | {"page.js": f"static/page-{page}.js"}))


def test_parts_of_the_last_builds_stay_served(make_client: MakeClient, dist: Path) -> None:
    build(dist, "AAAAAAAA", "PARTAAAA")
    client = make_client()
    assert client.get("/static/page-AAAAAAAA.js").status_code == 200
    build(dist, "BBBBBBBB", "PARTBBBB")
    # Another process, as after a deployment.
    client = make_client()
    assert client.get("/static/part-PARTBBBB.js").text == "'PARTBBBB'"
    old = client.get("/static/part-PARTAAAA.js")
    assert (old.status_code, old.text) == (200, "'PARTAAAA'")
    assert_sent(old, headers.asset())


def test_an_open_page_survives_a_build_without_a_restart(client: TestClient, dist: Path) -> None:
    build(dist, "AAAAAAAA", "PARTAAAA")
    assert client.get("/static/page-AAAAAAAA.js").status_code == 200
    build(dist, "BBBBBBBB", "PARTBBBB")
    assert client.get("/static/page-BBBBBBBB.js").status_code == 200
    assert client.get("/static/part-PARTAAAA.js").text == "'PARTAAAA'"


def test_so_many_builds_are_kept_and_no_more(make_client: MakeClient, dist: Path) -> None:
    names = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD"]
    client = make_client()
    for name in names:
        build(dist, name, f"PART{name[:4]}")
        assert client.get(f"/static/page-{name}.js").status_code == 200
        time.sleep(0.01)  # which was the later one is told by the clock of the file system
    answers = [client.get(f"/static/part-PART{name[:4]}.js").status_code for name in names]
    assert answers == [404, 200, 200, 200]


def test_only_names_that_carry_their_content_are_kept(
    make_client: MakeClient, dist: Path, tmp_path: Path
) -> None:
    (dist / "static" / "plain.js").write_text("'plain'")
    build(dist, "AAAAAAAA", "PARTAAAA")
    client = make_client()
    assert client.get("/static/plain.js").status_code == 200
    (dist / "static" / "plain.js").unlink()
    build(dist, "BBBBBBBB", "PARTBBBB")
    assert client.get("/static/plain.js").status_code == 404
    kept = {path.name for path in (tmp_path / "assets" / "former").rglob("*.js")}
    assert "plain.js" not in kept
    assert "page-AAAAAAAA.js" in kept


def test_where_nothing_can_be_kept_the_build_is_served_all_the_same(
    make_client: MakeClient, dist: Path, tmp_path: Path
) -> None:
    (tmp_path / "assets").mkdir(exist_ok=True)
    (tmp_path / "assets" / "former").write_text("a file in the place of the folder")
    build(dist, "AAAAAAAA", "PARTAAAA")
    client = make_client()
    assert client.get("/static/part-PARTAAAA.js").status_code == 200
    assert client.get("/static/part-PARTBBBB.js").status_code == 404
