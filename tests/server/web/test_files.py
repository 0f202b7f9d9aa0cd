"""Files as they are served: their types, how long they are kept, parts of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from belljar.assets import AssetFile, AssetSet
from belljar.http import headers

from ..conftest import MakeClient
from .answers import assert_sent, wasm_url


def test_the_sdk_is_a_module(client: TestClient) -> None:
    response = client.get("/sdk.js")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert_sent(response, headers.sdk())


@pytest.mark.parametrize("path", ["/ask.js", "/embed.js", "/markdown-exec.js", "/try-examples.js"])
def test_the_scripts_of_cells_are_modules_beside_the_sdk(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert_sent(response, headers.sdk())


def test_the_page_of_cells_is_the_same_whatever_its_address_says(client: TestClient) -> None:
    plain, asked = client.get("/embed"), client.get("/embed?code=%3Cscript%3Ealert(1)%3C/script%3E")
    assert plain.content == asked.content
    assert_sent(asked, headers.page(isolated=False))
    assert 'src="static/embed-page-12.js"' in plain.text


def test_the_policy_says_that_there_is_a_page(client: TestClient) -> None:
    assert client.get("/policy.json").json()["page"] == "./"


@pytest.mark.parametrize("path", ["/sdk.d.ts", "/ask.d.ts"])
def test_the_types_lie_beside_the_modules(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert_sent(response, headers.sdk())


def test_the_policy_names_assets_that_are_served_byte_for_byte(
    client: TestClient, assets: AssetSet, dist: Path
) -> None:
    policy = client.get("/policy.json")
    assert_sent(policy, headers.json())
    files = [*policy.json()["core"], *(package["file"] for package in policy.json()["packages"].values())]
    harness = AssetFile.of(dist / "harness.json")
    assert (policy.json()["core"][-1]["name"], harness.name) == ("harness.json", "harness.json")
    on_disk = {file.sha256: file.path.read_bytes() for file in (*assets.files, harness)}
    for file in files:
        response = client.get(f"/{file['url']}")
        assert response.content == on_disk[file["sha256"]]
        assert int(response.headers["content-length"]) == file["size"]
        assert_sent(response, headers.asset())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("pyodide.asm.wasm", "application/wasm"),
        ("pyodide.mjs", "text/javascript; charset=utf-8"),
        ("python_stdlib.zip", "application/zip"),
        ("pyodide-lock.json", "application/json"),
    ],
)
def test_assets_have_the_types_that_browsers_insist_on(
    client: TestClient, name: str, media_type: str
) -> None:
    url = next(file["url"] for file in client.get("/policy.json").json()["core"] if file["name"] == name)
    assert client.get(f"/{url}").headers["content-type"] == media_type


def test_a_package_that_is_not_allowed_is_not_served(make_client: MakeClient, assets: AssetSet) -> None:
    client = make_client(packages=("numpy",), profile=("core",))
    file = assets.packages["pandas"].file
    assert client.get(f"/assets/{file.sha256}/{file.name}").status_code == 404


def test_static_files_are_immutable(client: TestClient) -> None:
    response = client.get("/static/page-AB12.js")
    assert response.status_code == 200
    assert_sent(response, headers.asset())


@pytest.mark.parametrize(
    "path", ["/", "/frame/isolated.html", "/sdk.js", "/policy.json", "/static/page-AB12.js"]
)
def test_what_the_client_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "content-security-policy", "cross-origin-resource-policy"):
        assert again.headers.get(name) == first.headers.get(name)


def test_weak_and_listed_etags_count_and_foreign_ones_do_not(client: TestClient) -> None:
    etag = client.get("/sdk.js").headers["etag"]
    assert client.get("/sdk.js", headers={"if-none-match": f'"other", W/{etag}'}).status_code == 304
    assert client.get("/sdk.js", headers={"if-none-match": "*"}).status_code == 304
    assert client.get("/sdk.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_part_of_an_asset_can_be_had(client: TestClient) -> None:
    url = wasm_url(client)
    whole = client.get(url)
    part = client.get(url, headers={"range": "bytes=8-15", "if-range": whole.headers["etag"]})
    assert part.status_code == 206
    assert part.content == whole.content[8:16]
    assert part.headers["content-range"] == f"bytes 8-15/{len(whole.content)}"
    assert_sent(part, headers.asset())


def test_a_part_that_is_not_there_is_refused_with_the_common_headers(client: TestClient) -> None:
    response = client.get(wasm_url(client), headers={"range": "bytes=99999999-"})
    assert response.status_code == 416
    assert_sent(response, headers.common())


def test_a_publisher_s_notebook_is_served_by_its_name_alone_and_anew_when_it_changes(
    make_client: MakeClient, tmp_path: Path
) -> None:
    file = tmp_path / "demo.ipynb"
    file.write_text('{"cells": []}')
    (tmp_path / "secret.txt").write_text("secret")
    client = make_client(notebook=file)
    answer = client.get("/notebook/demo.ipynb")
    assert (answer.status_code, answer.text) == (200, '{"cells": []}')
    assert answer.headers["content-type"] == "application/x-ipynb+json"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    for other in ("secret.txt", "..%2Fsecret.txt", ""):
        assert client.get(f"/notebook/{other}").status_code == 404
    file.write_text('{"cells": [1]}')
    os.utime(file, (1, 1))
    assert client.get("/notebook/demo.ipynb").text == '{"cells": [1]}'
    file.unlink()
    assert client.get("/notebook/demo.ipynb").status_code == 503
    assert make_client().get("/notebook/demo.ipynb").status_code == 404
