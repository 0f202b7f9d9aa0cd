"""Whatever is asked: no fault, no reflection, no file from elsewhere, no cookie, no wait.

    BELLJAR_FUZZ_EXAMPLES=20000 pytest tests/server/test_fuzz.py

Each run tries other requests; in CI they are the same each time. A failure prints how to repeat it.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from belljar.settings import Connections, Settings

from ..conftest import MakeClient
from ..wire import ask, exchange, hold, serving

EXAMPLES = int(os.environ.get("BELLJAR_FUZZ_EXAMPLES", "1000"))
fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    deadline=None,
    database=None,
    # The app is the same for every example, and nothing of one is left for the next.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

LABEL = "label" + secrets.token_hex(4)
OUTSIDE = "this stands outside of the site"

ROUTES = [
    "/",
    "/frame/isolated.html",
    "/frame/plain.html",
    "/output",
    "/headless",
    "/sdk.js",
    "/policy.json",
    "/healthz",
]
STATIC = ["/static/page-AB12.js", "/static/page-CD34.css"]
PIECES = [
    *(
        "/",
        "//",
        "..",
        ".",
        "%2e%2e",
        "%2E%2e/",
        "..%2f",
        "..%5c",
        "\\",
        "%5c",
        "%00",
        "%0d%0a",
        "%ff",
        "%",
        "%zz",
    ),
    *(
        "%c0%ae%c0%ae",
        "%c0%af",
        "%e0%80%af",
        "%uff0e",
        "%252e%252e",
        "..;",
        ";",
        "~",
        "C:",
        "file:",
        "etc/passwd",
    ),
    *("static", "assets", "frame", "outside.txt", "dist", "manifest.json", "frame.js", "belljar.toml", LABEL),
    *("%F0%9F%92%A1", "%ed%a0%80", "*", "http://evil.example", "?", "#", "a" * 3000, "../" * 50),
]
TARGET = st.one_of(
    st.sampled_from(ROUTES + STATIC),
    st.lists(st.sampled_from(PIECES), max_size=8).map(lambda pieces: "/" + "/".join(pieces)),
    st.tuples(st.sampled_from(ROUTES + STATIC), st.lists(st.sampled_from(PIECES), max_size=4)).map(
        lambda parts: parts[0] + "".join(parts[1])
    ),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60).map(lambda text: "/" + text),
)
QUERY = st.one_of(
    st.just(""),
    st.just(f"?{LABEL}=<script>{LABEL}</script>"),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=80).map(lambda text: "?" + text),
    st.integers(1, 60_000).map(lambda length: "?" + "q" * length),
)
NUMBER = st.one_of(
    st.integers(0, 40_000).map(str), st.sampled_from(["", "-1", "9" * 30, "9" * 5000, "1e9", "²", "0x1"])
)
RANGE = st.one_of(
    st.lists(st.tuples(NUMBER, NUMBER).map("-".join), max_size=5).map(
        lambda parts: "bytes=" + ",".join(parts)
    ),
    st.sampled_from(
        ["bytes", "bytes=", "bytes=-", "bytes=--1", "BYTES=0-1", "items=0-1", "bytes=5-1", "bytes = 0 - 1"]
    ),
    st.integers(1, 2000).map(lambda count: "bytes=" + ",".join(["0-"] * count)),
    st.integers(1, 200).map(lambda count: "bytes=" + ",".join(f"{2 * i}-{2 * i}" for i in range(count))),
)
CODINGS = st.lists(
    st.tuples(
        st.sampled_from(["gzip", "br", "zstd", "identity", "*", "", LABEL, "x-gzip", "GZIP"]),
        st.sampled_from(
            ["", ";q=0", ";q=1", ";q=0.5", ";q=nan", ";q=inf", ";q=-1", ";q=", ";q=1e400", ";;q", "; Q = 1"]
        ),
    ).map("".join),
    max_size=6,
).map(",".join)
HOST = st.sampled_from(
    ["", f"{LABEL}.example", "[", "[::1", "a:b:c", "a:99999999", "a@b", f"x/{LABEL}", "\x7f", "*", ".."]
)
FREE = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
).map(lambda text: text + LABEL)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "range": RANGE,
        "accept-encoding": st.one_of(CODINGS, FREE),
        "host": HOST,
        "if-none-match": st.one_of(st.sampled_from(["*", 'W/"x"', '"', ",,,", '"' + "a" * 3000 + '"']), FREE),
        "if-range": FREE,
        "if-modified-since": FREE,
        "cookie": FREE,
        "origin": FREE,
        "referer": FREE,
        "user-agent": st.one_of(FREE, st.just("AppleWebKit/ Version/26.0 Safari/1")),
        "x-forwarded-host": HOST,
        "x-forwarded-proto": st.sampled_from(["https", "javascript", LABEL, "https,http"]),
        "x-forwarded-for": st.one_of(FREE, st.just("127.0.0.1, " * 500)),
        "x-forwarded-prefix": st.just(f"/{LABEL}"),
        "forwarded": FREE,
        "x-original-url": st.just("/outside.txt"),
        "content-length": st.one_of(NUMBER, st.just("+5")),
        "transfer-encoding": st.sampled_from(["chunked", "identity", LABEL]),
        "content-type": FREE,
        "access-control-request-method": FREE,
        "upgrade": st.sampled_from(["websocket", "h2c", LABEL]),
        "expect": st.sampled_from(["100-continue", LABEL]),
        "x-large": st.integers(0, 100_000).map(lambda length: "x" * length),
    },
)
METHOD = st.one_of(
    st.sampled_from(
        ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]
    ),
    st.sampled_from(["get", "PROPFIND", "G", LABEL, "A" * 1000]),
)


@pytest.fixture
def app(make_client: MakeClient, tmp_path: Path) -> Starlette:
    """The site, with something beside each of its folders that is none of its."""
    for folder in (tmp_path, tmp_path / "dist", tmp_path / "files"):
        (folder / "outside.txt").write_text(OUTSIDE)
    (tmp_path / "belljar.toml").write_text(f"# {OUTSIDE}")
    return make_client().app  # type: ignore[return-value]


def known(app: Starlette) -> set[str]:
    site = app.state.site
    assets = {f"/assets/{name}" for name in site.runtime.get().files}
    return {*ROUTES, *(f"/{name}" for name in site.static.get()), *assets}


@fuzzed
@given(method=METHOD, target=TARGET, query=QUERY, given_headers=HEADERS)
@example("GET", "/policy.json", "", {"host": "["})
@example("GET", "/static/..%2f..%2foutside.txt", "", {})
@example("GET", "/static/page-AB12.js", "", {"range": "bytes=" + "9" * 5000 + "-"})
def test_a_request_never_fails_the_server_and_never_comes_back(
    app: Starlette, method: str, target: str, query: str, given_headers: dict[str, str]
) -> None:
    sent = [(name.encode(), value.encode("latin-1", "replace")) for name, value in given_headers.items()]
    answer = ask(app, method, (target + query).encode("ascii", "replace"), sent)
    hold(answer, LABEL, OUTSIDE)
    assert answer.status < 500
    path = target.partition("?")[0]
    if answer.status < 400:
        assert method in {"GET", "HEAD"}
        # Only names known beforehand: percent-encoding may spell them otherwise, nothing else may.
        assert re.sub("%2[eE]", ".", path) in known(app)
    if (length := answer.header("content-length")) is not None and method != "HEAD" and answer.status != 304:
        assert int(length) == len(answer.body)


@fuzzed
@given(target=st.sampled_from(ROUTES + STATIC + ["/assets/x/y"]), given_headers=HEADERS)
def test_a_server_that_lacks_everything_says_so_whatever_is_asked(
    app: Starlette, target: str, given_headers: dict[str, str]
) -> None:
    root = app.state.site._frontend.root
    for name in ("manifest.json", "frame.js", "output.js", "sdk.js"):
        (root / name).unlink(missing_ok=True)
    sent = [(name.encode(), value.encode("latin-1", "replace")) for name, value in given_headers.items()]
    answer = ask(app, "GET", target.encode(), sent)
    hold(answer, LABEL, OUTSIDE, str(root), str(root.parent))
    assert answer.status != 500


RAW = st.one_of(
    st.binary(max_size=400),
    st.tuples(
        st.sampled_from([b"GET", b"POST", b"get", b"", b"GET\t", b"\r\nGET", LABEL.encode()]),
        st.sampled_from([b" ", b"  ", b"\t", b""]),
        st.one_of(
            TARGET.map(str.encode),
            st.sampled_from([b"*", b"http://a/b", b"/\x00", b"/\xff", b"/\xc0\xae", b"/a b"]),
        ),
        st.sampled_from(
            [b" HTTP/1.1", b" HTTP/1.0", b" HTTP/0.9", b" HTTP/2.0", b"", b" HTTP/1.1 x", b" http/1.1"]
        ),
        st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n"]),
        st.lists(
            st.one_of(
                st.sampled_from(
                    [
                        b"Host: a\r\n",
                        b"Host: a\r\nHost: b\r\n",
                        b"Host : a\r\n",
                        b" folded: a\r\n",
                        b"Content-Length: 5\r\n",
                        b"Content-Length: 5\r\nContent-Length: 6\r\n",
                        b"Content-Length: -1\r\n",
                        b"Content-Length: 5, 5\r\n",
                        b"Content-Length: 0x5\r\n",
                        b"Transfer-Encoding: chunked\r\n",
                        b"Transfer-Encoding: chunked, identity\r\n",
                        b"Transfer-Encoding:\x0bchunked\r\n",
                        b"Transfer-Encoding: xchunked\r\n",
                        b"Connection: close\r\n",
                        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
                        b"Expect: 100-continue\r\n",
                        b"X: a\nSet-Cookie: b\r\n",
                        b"X: " + LABEL.encode() + b"\x00\r\n",
                        b": empty\r\n",
                        b"no colon\r\n",
                        b"X-Large: " + b"x" * 70_000 + b"\r\n",
                    ]
                ),
                st.binary(max_size=30),
            ),
            max_size=5,
        ).map(b"".join),
        st.sampled_from([b"\r\n", b"", b"\n\n"]),
        st.sampled_from(
            [
                b"",
                b"hello",
                b"5\r\nhello\r\n0\r\n\r\n",
                b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
                b"ffffffffff\r\n",
            ]
        ),
    ).map(b"".join),
)


@pytest.fixture
def hasty() -> Settings:
    """A server that waits for nobody."""
    return Settings(connections=Connections(request_timeout=0.2, keep_alive=1, send_timeout=1))


@settings(fuzzed, max_examples=max(6, EXAMPLES // 70))
@given(batch=st.lists(RAW, min_size=30, max_size=30))
def test_no_bytes_confuse_or_hold_up_a_server_on_the_wire(
    app: Starlette, port: int, batch: list[bytes]
) -> None:
    async def all_of_them() -> list[tuple[bytes, float]]:
        return await asyncio.gather(*(exchange(port, raw, 4) for raw in batch))

    for raw, (got, seconds) in zip(batch, asyncio.run(all_of_them()), strict=True):
        # One wait for the request, or for another one after the answer; then the server hangs up.
        assert seconds < 3.5, raw
        heads = re.findall(rb"HTTP/1\.1 (\d{3}) .*?\r\n(.*?)\r\n\r\n", got, re.DOTALL)
        assert bool(heads) == bool(got), raw
        for status, head in heads:
            assert int(status) < 500, raw
            assert int(status) == 100 or b"x-content-type-options: nosniff" in head.lower(), raw
            assert b"set-cookie" not in head.lower(), raw
        assert LABEL.encode() not in got, raw
        assert OUTSIDE.encode() not in got, raw
    (got, _) = asyncio.run(
        exchange(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 4)
    )
    assert got.startswith(b"HTTP/1.1 200 ")


@pytest.fixture
def port(app: Starlette, hasty: Settings) -> object:
    with serving(app, hasty) as port:
        yield port
