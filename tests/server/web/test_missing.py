"""What is not there yet is told by what does stand."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from belljar import __version__
from belljar.assets import AssetSet
from belljar.errors import AssetError

from ..conftest import MakeClient


def test_health_is_ok_when_everything_can_be_served(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "belljar": __version__}
    assert response.headers["cache-control"] == "no-store"


def test_without_assets_the_page_stands_and_the_policy_says_what_to_do(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(_: Path) -> AssetSet:
        raise AssetError("numpy.whl is missing: run `belljar assets fetch`.")

    client = make_client()
    monkeypatch.setattr("belljar.web.site.load_asset_set", missing)
    with caplog.at_level(logging.ERROR):
        assert client.get("/").status_code == 200
        assert client.get("/frame/isolated.html").status_code == 200
        policy, health = client.get("/policy.json"), client.get("/healthz")
    assert policy.status_code == 503
    assert policy.json() == {
        "error": "This server is not set up yet: whoever runs it finds the reason in its log."
    }
    assert policy.headers["cache-control"] == "no-store"
    assert health.status_code == 503
    assert health.json()["problems"] == ["numpy.whl is missing: run `belljar assets fetch`."]


def test_without_the_browser_code_the_frame_says_what_to_do_and_the_policy_stands(
    make_client: MakeClient, dist: Path
) -> None:
    (dist / "frame.js").unlink()
    client = make_client()
    response = client.get("/frame/isolated.html")
    assert response.status_code == 503
    assert "Run `make build`" in response.text
    assert client.get("/policy.json").status_code == 200


def test_without_the_harness_the_policy_says_what_to_do(make_client: MakeClient, dist: Path) -> None:
    (dist / "harness.json").unlink()
    response = make_client().get("/policy.json")
    assert response.status_code == 503
    assert "Run `make build`" in response.text
