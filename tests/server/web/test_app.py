"""Each route answers with the headers of its kind, and nothing of the request comes back."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from belljar import __version__
from belljar.assets import AssetFile, AssetSet
from belljar.errors import AssetError
from belljar.http import headers
from belljar.settings import Settings
from belljar.web.app import create_app

from ..conftest import MakeClient

ROUTES = [
    "/",
    "/plain",
    "/frame/isolated.html",
    "/frame/plain.html",
    "/output",
    "/output.html",
    "/headless",
    "/embed",
    "/embed.html",
    "/embed.js",
    "/markdown-exec.js",
    "/try-examples.js",
    "/sdk.js",
    "/sdk.d.ts",
    "/ask.js",
    "/ask.d.ts",
    "/policy.json",
    "/healthz",
]


def assert_sent(response: httpx.Response, expected: headers.Headers) -> None:
    assert {name: response.headers.get(name) for name in expected} == expected


def wasm_url(client: TestClient) -> str:
    core = client.get("/policy.json").json()["core"]
    return "/" + next(file["url"] for file in core if file["name"] == "pyodide.asm.wasm")


def test_the_page_links_its_files_relatively(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert 'href="static/page-CD34.css"' in response.text
    assert_sent(response, headers.page(isolated=True))


def test_no_browser_is_told_by_its_name(client: TestClient) -> None:
    safari = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
    response = client.get("/", headers={"user-agent": safari})
    assert_sent(response, headers.page(isolated=True))
    assert "User-Agent" not in response.headers.get("vary", "")


@pytest.mark.parametrize(("path", "plain"), [("/", "/plain"), ("/tab", "/tab-plain")])
def test_each_isolated_page_has_a_twin_that_differs_in_isolation_alone(
    make_client: MakeClient, path: str, plain: str
) -> None:
    client = make_client(tab_key="k" * 16)
    page, twin = client.get(path), client.get(plain)
    assert page.content == twin.content
    isolation = {"cross-origin-opener-policy", "cross-origin-embedder-policy"}
    assert set(page.headers) - set(twin.headers) == isolation
    assert {name: page.headers[name] for name in twin.headers} == dict(twin.headers)
    assert client.head(plain).status_code == 200


def test_isolation_can_be_switched_off(make_client: MakeClient) -> None:
    assert_sent(make_client(isolation=False).get("/"), headers.page(isolated=False))
    assert "cross-origin-opener-policy" not in make_client(isolation=False).get("/").headers


@pytest.mark.parametrize("kind", ["isolated", "plain"])
def test_the_frame_carries_exactly_the_script_that_its_policy_allows(client: TestClient, kind: str) -> None:
    response = client.get(f"/frame/{kind}.html")
    script = response.text.split("<script>")[1].split("</script>")[0]
    assert script == "'the frame, with ünicode'"
    assert_sent(response, headers.frame(headers.script_hash(script), isolated=kind == "isolated"))


def test_the_output_frame_carries_exactly_the_script_that_its_policy_allows(client: TestClient) -> None:
    response = client.get("/output")
    script = response.text.split("<script>")[1].split("</script>")[0]
    assert_sent(response, headers.output(headers.script_hash(script)))


def test_the_output_frame_is_kept_for_ever_under_its_own_name_alone(make_client: MakeClient) -> None:
    client = make_client(tab_key="k" * 16)
    address = client.get("/tab").text.split('data-output="')[1].split('"')[0]
    assert address.startswith("output/")
    kept = client.get(f"/{address}")
    assert kept.headers["cache-control"] == headers.IMMUTABLE
    assert kept.content == client.get("/output").content
    for path in ("/output", "/output/other.html"):
        response = client.get(path)
        assert response.content == kept.content
        assert response.headers["cache-control"] == headers.REVALIDATE
    embedded = make_client(tab_key="k" * 16, embedders=("https://docs.example.org",)).get("/tab").text
    assert f'data-output="{address}"' not in embedded, "what is sent with it differs"


@pytest.mark.parametrize("kind", ["plotly", "vega", "bokeh"])
def test_a_chart_s_frame_carries_exactly_the_scripts_that_its_policy_allows(
    make_client: MakeClient, kind: str
) -> None:
    client = make_client(tab_key="k" * 16)
    response = client.get(f"/charts/{kind}.html")
    scripts = [part.split("</script>")[0] for part in response.text.split("<script>")[1:]]
    assert len(scripts) == 2
    sources = tuple(headers.script_hash(script) for script in reversed(scripts))
    assert_sent(response, headers.chart(sources))
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    [named] = [
        one
        for one in client.get("/tab").text.split('data-charts="')[1].split('"')[0].split()
        if one.startswith(kind)
    ]
    kept = client.get(f"/charts/{named}.html")
    assert (kept.content, kept.headers["cache-control"]) == (response.content, headers.IMMUTABLE)
    assert client.get(f"/charts/{kind}-{'0' * 32}.html").status_code == 404
    assert client.get("/charts/other.html").status_code == 404


def test_pages_look_up_no_host_that_code_has_named(make_client: MakeClient) -> None:
    client = make_client(tab_key="k" * 16)
    for path in ("/", "/tab", "/headless", "/frame/isolated.html", "/frame/plain.html", "/output"):
        assert client.get(path).headers["x-dns-prefetch-control"] == "off"


def test_the_page_where_people_agree_is_embedded_by_nobody(make_client: MakeClient) -> None:
    client = make_client(embedders=("*",), tab_key="k" * 16)
    response = client.get("/tab")
    assert_sent(response, headers.tab(isolated=True))
    policy = response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self';" in policy
    assert 'src="static/tab-AB78.js"' in response.text


def test_the_page_that_asks_has_headers_of_its_own_and_the_others_keep_theirs(
    make_client: MakeClient,
) -> None:
    hosts = ("https://api.example.org",)
    client = make_client(model_hosts=hosts, isolation=False)
    response = client.get("/ask")
    assert_sent(response, headers.ask(hosts))
    assert 'data-model-hosts="https://api.example.org"' in response.text
    assert 'src="static/desk-AB34.js"' in response.text
    for path in ("/", "/plain", "/embed"):
        assert_sent(client.get(path), headers.page(isolated=False))


def test_without_a_key_there_are_no_tabs(client: TestClient) -> None:
    for path in ("/tab", "/tab/program", "/tab/page"):
        response = client.get(path)
        assert response.status_code == 404
        assert "BELLJAR_TAB_KEY" in response.text
        assert_sent(response, headers.refusal())


def test_the_page_for_programs_is_embedded_by_nobody(make_client: MakeClient) -> None:
    client = make_client(embedders=("https://docs.example.org",))
    response = client.get("/headless")
    assert_sent(response, headers.headless(isolated=True))
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert 'src="static/headless-EF56.js"' in response.text


def test_embedders_reach_every_frame(make_client: MakeClient) -> None:
    client = make_client(embedders=("https://docs.example.org",))
    for path in ("/", "/embed", "/frame/isolated.html", "/frame/plain.html", "/output"):
        csp = client.get(path).headers["content-security-policy"]
        assert "frame-ancestors 'self' https://docs.example.org" in csp


READ = [
    "/embed.js",
    "/markdown-exec.js",
    "/try-examples.js",
    "/sdk.js",
    "/sdk.d.ts",
    "/ask.js",
    "/ask.d.ts",
    "/policy.json",
    "/healthz",
    "/static/page-AB12.js",
]


@pytest.mark.parametrize("compress", [True, False])
def test_every_file_is_read_by_embedders_and_by_no_other_site(
    make_client: MakeClient, *, compress: bool
) -> None:
    """In every answer there is: content, 304, 206, a refused range, one that could not be served."""
    named, evil = "https://docs.example.org", "https://evil.example"
    closed, open_ = make_client(), make_client(embedders=(named,), compress=compress)
    for client, origin, reads in ((closed, named, None), (open_, named, named), (open_, evil, None)):
        for path in [*READ, wasm_url(client)]:
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


@pytest.mark.parametrize("path", [*ROUTES, "/static/page-AB12.js"])
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert head.headers["content-length"] == got.headers["content-length"]


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
