"""The headers are half of the wall: each test names a line of the threat model."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from belljar.http import headers


def directives(csp: str) -> dict[str, str]:
    return dict((item.strip() + " ").split(" ", 1) for item in csp.split(";"))


@pytest.fixture(params=[True, False], ids=["isolated", "plain"])
def frame(request: pytest.FixtureRequest) -> headers.Headers:
    return headers.frame("sha256-abc=", isolated=request.param)


def test_the_frame_policy_is_exactly_what_the_threat_model_says(frame: headers.Headers) -> None:
    assert frame["Content-Security-Policy"] == (
        "sandbox allow-scripts; default-src 'none'; script-src 'sha256-abc=' 'wasm-unsafe-eval'; "
        "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "require-trusted-types-for 'script'; trusted-types belljar-worker"
    )


def test_the_frame_has_an_opaque_origin_even_when_opened_without_an_iframe(frame: headers.Headers) -> None:
    assert directives(frame["Content-Security-Policy"])["sandbox"].split() == ["allow-scripts"]


def test_no_frame_names_a_network_source_or_allows_eval() -> None:
    for sent in (headers.frame("sha256-x", isolated=True), headers.output("sha256-x")):
        csp = sent["Content-Security-Policy"]
        for source in ("http:", "https:", "ws:", "wss:", "'self' ", "*", "'unsafe-eval'", "connect-src"):
            assert source not in csp.split("frame-ancestors")[0]


def test_the_frame_allows_no_connection_and_no_dns_lookup_ahead_of_time(frame: headers.Headers) -> None:
    assert frame["Connection-Allowlist"] == "()"
    assert frame["X-DNS-Prefetch-Control"] == "off"


def test_only_the_isolated_frame_carries_coep() -> None:
    assert headers.frame("h", isolated=True)["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "Cross-Origin-Embedder-Policy" not in headers.frame("h", isolated=False)


@pytest.mark.parametrize("embedders", [(), ("https://docs.example.org",), ("*",)])
def test_frames_are_shown_by_isolated_pages_in_every_engine_and_read_by_none(
    embedders: tuple[str, ...],
) -> None:
    """Firefox 153 shows no sandboxed frame of `same-origin` in an isolated page, its own included."""
    for sent in (headers.frame("h", embedders, isolated=True), headers.output("h", embedders)):
        assert sent["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Origin" not in sent


def test_the_output_frame_allows_no_connection_and_no_look_up_either() -> None:
    sent = headers.output("h")
    assert sent["Connection-Allowlist"] == "()"
    assert sent["X-DNS-Prefetch-Control"] == "off"


@pytest.mark.parametrize("feature", ["camera", "usb", "serial", "hid", "clipboard-read", "storage-access"])
def test_the_frame_has_every_feature_off(frame: headers.Headers, feature: str) -> None:
    assert f"{feature}=()" in frame["Permissions-Policy"].split(", ")


def test_isolation_itself_is_not_switched_off_by_the_permissions_policy(frame: headers.Headers) -> None:
    assert "cross-origin-isolated" not in frame["Permissions-Policy"]


def test_features_are_listed_once_and_in_order() -> None:
    assert list(headers.FEATURES) == sorted(set(headers.FEATURES))


def test_embedders_are_named_besides_our_own_origin() -> None:
    csp = headers.frame("h", ("https://docs.example.org",), isolated=True)["Content-Security-Policy"]
    assert directives(csp)["frame-ancestors"].split() == ["'self'", "https://docs.example.org"]


def test_any_embedder_is_no_directive_because_a_star_would_refuse_file_pages() -> None:
    assert "frame-ancestors" not in headers.frame("h", ("*",), isolated=True)["Content-Security-Policy"]
    assert "frame-ancestors" not in headers.output("h", ("*",))["Content-Security-Policy"]


def test_the_output_frame_runs_its_own_script_and_shows_inline_styles_and_data_images_only() -> None:
    assert headers.output("sha256-abc=")["Content-Security-Policy"] == (
        "sandbox allow-scripts; default-src 'none'; script-src 'sha256-abc='; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def test_an_isolated_page_may_embed_the_output_frame() -> None:
    assert headers.output("h")["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_the_page_loads_nothing_from_anywhere_else() -> None:
    csp = directives(headers.page(isolated=True)["Content-Security-Policy"])
    assert csp["default-src"].strip() == "'none'"
    assert {csp[name].strip() for name in ("script-src", "style-src", "connect-src", "frame-src")} == {
        "'self'"
    }
    assert csp["img-src"].strip() == "'self' data: blob:"
    assert {csp[name].strip() for name in ("object-src", "base-uri", "form-action")} == {"'none'"}


def test_the_page_refuses_strings_in_dom_sinks_unless_switched_off() -> None:
    with_types = headers.page(isolated=True)["Content-Security-Policy"]
    without = headers.page(isolated=True, trusted_types=False)["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in with_types
    assert "trusted-types" not in without


def test_isolation_is_both_headers_or_none() -> None:
    isolated, plain = headers.page(isolated=True), headers.page(isolated=False)
    assert isolated["Cross-Origin-Opener-Policy"] == "same-origin"
    assert isolated["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert not {"Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"} & plain.keys()


def test_assets_are_immutable() -> None:
    assert headers.asset()["Cache-Control"] == "public, max-age=31536000, immutable"


READABLE = pytest.mark.parametrize("kind", [headers.asset, headers.sdk, headers.json])
DOCS, EVIL = "https://docs.example.org", "https://evil.example"


@READABLE
@pytest.mark.parametrize("origin", [EVIL, "null", "*", ""])
def test_without_embedders_no_other_site_reads_what_the_server_has(
    kind: Callable[..., headers.Headers], origin: str
) -> None:
    sent = kind((), origin)
    assert "Access-Control-Allow-Origin" not in sent
    assert sent["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Vary" not in sent


@READABLE
def test_an_embedder_reads_it_and_nobody_else(kind: Callable[..., headers.Headers]) -> None:
    named = (DOCS, "http://localhost:3000")
    for origin in named:
        assert kind(named, origin)["Access-Control-Allow-Origin"] == origin
    for origin in (EVIL, "null", "", DOCS.upper(), f"{DOCS}.evil.example", f"{DOCS}:8443", f"{DOCS}, {EVIL}"):
        assert "Access-Control-Allow-Origin" not in kind(named, origin)
    # Its pages may be isolated, and a cache keeps the answers to two origins apart, also that to nobody.
    for origin in (*named, EVIL, ""):
        assert kind(named, origin)["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert kind(named, origin)["Vary"] == "Origin"


@READABLE
def test_where_anybody_embeds_anybody_reads_and_one_answer_serves_all(
    kind: Callable[..., headers.Headers],
) -> None:
    for origin in (EVIL, "null", ""):
        sent = kind(("*",), origin)
        assert sent["Access-Control-Allow-Origin"] == "*"
        assert sent["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Vary" not in sent


@READABLE
def test_nobody_reads_with_a_visitors_cookies(kind: Callable[..., headers.Headers]) -> None:
    for embedders in ((), (DOCS,), ("*",)):
        assert "Access-Control-Allow-Credentials" not in kind(embedders, DOCS)


def test_what_has_a_stable_name_is_asked_for_again() -> None:
    for sent in (
        headers.sdk(),
        headers.json(),
        headers.page(isolated=True),
        headers.frame("h", isolated=True),
    ):
        assert sent["Cache-Control"] == "no-cache"


def test_every_kind_is_nosniff_and_sends_no_referrer() -> None:
    kinds = (
        headers.common(), headers.frame("h", isolated=True), headers.output("h"),
        headers.page(isolated=False), headers.asset(), headers.sdk(), headers.json(),
    )  # fmt: skip
    for sent in kinds:
        assert sent["X-Content-Type-Options"] == "nosniff"
        assert sent["Referrer-Policy"] == "no-referrer"


def test_no_kind_sets_a_cookie() -> None:
    assert not any("cookie" in name.lower() for name in headers.page(isolated=True))


def test_the_script_hash_is_of_the_utf8_bytes() -> None:
    digest = hashlib.sha256("ü".encode()).digest()
    assert headers.script_hash("ü") == "sha256-" + base64.b64encode(digest).decode()


def test_a_frame_is_isolated_by_the_page_around_it_or_by_itself() -> None:
    plain, isolated = (headers.frame("sha256-x", isolated=isolated) for isolated in (False, True))
    assert plain["Document-Isolation-Policy"] == "isolate-and-require-corp"
    assert "Cross-Origin-Embedder-Policy" not in plain
    assert isolated["Cross-Origin-Embedder-Policy"] == "require-corp"


PROVIDER = "https://api.example.org"


def test_the_page_that_asks_reaches_the_operators_model_hosts_and_this_machine_and_nothing_else() -> None:
    csp = directives(headers.ask((PROVIDER,))["Content-Security-Policy"])
    assert csp["connect-src"].split() == ["'self'", PROVIDER, "http://127.0.0.1:*", "http://localhost:*"]
    assert directives(headers.ask()["Content-Security-Policy"])["connect-src"].split()[0] == "'self'"
    assert PROVIDER not in str(headers.ask())
    # All else is as the page's: scripts, styles, pictures, sinks.
    page = directives(headers.page(isolated=False)["Content-Security-Policy"])
    assert {name: csp[name] for name in csp if name not in {"connect-src", "frame-ancestors"}} == {
        name: page[name] for name in page if name not in {"connect-src", "frame-ancestors"}
    }


def test_the_page_that_asks_stands_in_nobodys_frame_because_a_press_there_sends() -> None:
    assert "frame-ancestors 'none'" in headers.ask()["Content-Security-Policy"]


def test_only_the_page_that_asks_may_ask_for_this_machine() -> None:
    def features(sent: headers.Headers) -> dict[str, str]:
        return dict(one.split("=", 1) for one in sent["Permissions-Policy"].split(", "))

    page, ask = features(headers.page(isolated=False)), features(headers.ask())
    assert page.keys() == ask.keys()
    differing = {name: value for name, value in ask.items() if page[name] != value}
    assert differing == {"loopback-network": "(self)", "local-network-access": "(self)"}


@pytest.mark.parametrize(
    "sent",
    [
        headers.page(isolated=True),
        headers.page(("*",), isolated=False),
        headers.headless(isolated=True),
        headers.tab(isolated=True),
        headers.frame("sha256-x", isolated=True),
        headers.frame("sha256-x", isolated=False),
        headers.output("sha256-x"),
        headers.chart(("sha256-x",)),
    ],
)
def test_no_other_page_nor_frame_names_this_machine(sent: headers.Headers) -> None:
    assert "127.0.0.1" not in str(sent)
    assert "localhost" not in str(sent)
    assert "loopback-network=()" in sent["Permissions-Policy"]
