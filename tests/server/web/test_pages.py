"""Pages and frames: each carries what its policy allows, and is embedded by whom it may be."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from belljar.http import headers

from ..conftest import MakeClient
from .answers import assert_sent


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
    assert 'src="static/desk/desk-AB34.js"' in response.text
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
