"""Every route: HEAD, bodies, unknown paths, prefixes; nothing of the request comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from belljar.assets import AssetSet
from belljar.http import headers
from belljar.settings import Settings
from belljar.web.app import create_app

from ..conftest import MakeClient
from .answers import ROUTES, assert_sent


@pytest.mark.parametrize("path", [*ROUTES, "/static/page-AB12.js"])
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/frame", "/frame/", "/frame/other", "/static/", "/static/nothing.js", "/sdk.js/",
        "/assets/", "/assets/0000/pyodide.mjs", "/static/../frame.js", "/static/%2e%2e/frame.js",
        "/static/..%2fframe.js", "/static//etc/passwd", "/assets/..%2f..%2fmanifest.json",
        "/static/page-AB12.js%00", "/policy.json/x",
    ],
)  # fmt: skip
def test_unknown_paths_and_ways_out_of_the_folder_are_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.text == "Not Found"
    assert_sent(response, headers.common())


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_takes_a_body(client: TestClient, path: str) -> None:
    response = client.post(path, content=b"x")
    assert response.status_code == 405
    assert_sent(response, headers.common())


@pytest.mark.parametrize("path", [*ROUTES, "/nothing"])
def test_nothing_of_the_request_is_reflected(client: TestClient, path: str) -> None:
    plain = client.get(path)
    probed = client.get(
        f"{path}?probe=<script>canary</script>",
        headers={
            "host": "canary.example",
            "referer": "http://canary",
            "cookie": "a=canary",
            "origin": "http://canary",
        },
    )
    assert probed.content == plain.content
    assert not any("canary" in value for value in probed.headers.values())


@pytest.mark.parametrize("path", [*ROUTES, "/nothing", "/static/page-AB12.js"])
def test_no_cookie_is_ever_set(client: TestClient, path: str) -> None:
    assert "set-cookie" not in client.get(path).headers


@pytest.mark.parametrize("path", ["/", "/policy.json", "/frame/isolated.html", "/static/page-AB12.js"])
def test_a_prefix_works_whether_the_proxy_strips_it_or_not(make_client: MakeClient, path: str) -> None:
    client = make_client(root_path="/tools/belljar")
    assert client.get(path).status_code == 200
    assert client.get(f"/tools/belljar{path}").status_code == 200


def test_the_prefix_without_its_slash_leads_to_the_one_with_it(make_client: MakeClient) -> None:
    response = make_client(root_path="/tools/belljar").get("/tools/belljar")
    assert response.status_code == 308
    assert response.headers["location"] == "belljar/"


def test_a_path_that_only_begins_like_the_prefix_is_not_found(make_client: MakeClient) -> None:
    assert make_client(root_path="/tools").get("/toolshed").status_code == 404


def test_the_app_can_be_mounted_in_another_one(
    assets: AssetSet, dist: Path, templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del templates
    monkeypatch.setattr("belljar.web.site.load_asset_set", lambda _: assets)
    inner = create_app(Settings(assets_dir=tmp_path, compress=False), dist=dist)
    client = TestClient(Starlette(routes=[Mount("/sandbox", inner)]))
    assert client.get("/sandbox/").status_code == 200
    assert client.get("/sandbox/policy.json").status_code == 200
    assert client.get("/sandbox/static/page-AB12.js").status_code == 200


def test_no_absolute_url_leaves_the_server(make_client: MakeClient) -> None:
    client = make_client(root_path="/tools/belljar")
    for path in ("/", "/policy.json", "/frame/isolated.html", "/output"):
        response = client.get(f"/tools/belljar{path}")
        assert "http:" not in response.text
        assert "/tools" not in response.text
        assert "testserver" not in json.dumps(dict(response.headers))
