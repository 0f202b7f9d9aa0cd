"""Pages of others that the operator names read what cells need, and no other site does."""

from __future__ import annotations

from pathlib import Path

import pytest

from belljar.assets import AssetSet
from belljar.errors import AssetError

from ..conftest import MakeClient
from .answers import READ, wasm_url


def test_embedders_reach_every_frame(make_client: MakeClient) -> None:
    client = make_client(embedders=("https://docs.example.org",))
    for path in ("/", "/embed", "/frame/isolated.html", "/frame/plain.html", "/output"):
        csp = client.get(path).headers["content-security-policy"]
        assert "frame-ancestors 'self' https://docs.example.org" in csp


@pytest.mark.parametrize("compress", [True, False])
def test_every_file_is_read_by_embedders_and_by_no_other_site(
    make_client: MakeClient, *, compress: bool
) -> None:
    """In every answer there is: content, 304, 206, a refused range, one that could not be served."""
    named, evil = "https://docs.example.org", "https://evil.example"
    closed, open_ = make_client(), make_client(embedders=(named,), compress=compress)
    for client, origin, reads in ((closed, named, None), (open_, named, named), (open_, evil, None)):
        for path in [*READ, "/static/page-AB12.js", wasm_url(client)]:
            tag = client.get(path).headers.get("etag", '"x"')
            asked: list[dict[str, str]] = [
                {}, {"if-none-match": tag}, {"range": "bytes=0-3"}, {"range": "bytes=999999999-"}
            ]  # fmt: skip
            for more in asked:
                response = client.get(path, headers={"origin": origin, **more})
                assert response.headers.get("access-control-allow-origin") == reads, (path, more)
                assert ("Origin" in response.headers.get("vary", "")) is (client is open_), (path, more)


def test_an_embedder_can_read_why_nothing_is_served(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: Path) -> AssetSet:
        raise AssetError("numpy.whl is missing: run `belljar assets fetch`.")

    named = "https://docs.example.org"
    client = make_client(embedders=(named,))
    monkeypatch.setattr("belljar.web.site.load_asset_set", missing)
    for origin, reads in ((named, named), ("https://evil.example", None)):
        response = client.get("/policy.json", headers={"origin": origin})
        assert response.status_code == 503
        assert response.headers.get("access-control-allow-origin") == reads
