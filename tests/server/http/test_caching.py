"""HTTP caching to the letter: conditions, codings and ranges as RFC 9110 and RFC 9111 have them."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import brotli
import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from belljar.http import headers
from belljar.http.conditions import etags, satisfiable
from belljar.http.encodings import Encodings

from ..conftest import MakeClient
from ..web.answers import assert_sent

CODINGS = ["identity", "gzip", "br"]


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A client of a server whose copies are all there."""
    client = make_client(compress=True)
    site = client.app.state.site  # type: ignore[attr-defined]
    runtime = site.runtime.get()
    resources = [site.sdk.get(), runtime.policy, *runtime.files.values()]
    site.encodings.prepare([(item.sha256, item.content) for item in resources if item.compressible])
    return client


@pytest.fixture
def wasm(client: TestClient) -> str:
    """A large compressible file's path."""
    core = client.get("/policy.json").json()["core"]
    return "/" + next(file["url"] for file in core if file["name"] == "pyodide.asm.wasm")


def raw(client: TestClient, path: str, **given: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its body as it went over the wire."""
    sent = {name.replace("_", "-"): value for name, value in given.items()}
    with client.stream("GET", path, headers={"accept-encoding": "", **sent}) as response:
        return response, b"".join(response.iter_raw())


# ------------------------------------------------------------ entity tags


def test_each_representation_has_a_strong_tag_of_its_own_made_of_its_own_bytes(
    client: TestClient, wasm: str
) -> None:
    tags = [raw(client, wasm, accept_encoding=coding)[0].headers["etag"] for coding in CODINGS]
    assert len(set(tags)) == 3
    assert all(re.fullmatch(r'"[\w-]+"', tag) for tag in tags)


def test_a_better_copy_of_the_same_coding_has_another_tag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a client could put the pieces of two different byte sequences together."""
    seen: list[str] = []
    store = Encodings(tmp_path)

    def quick(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=5))

    def best(data: bytes) -> bytes:
        seen.append(store.copies("a" * 64)["br"].sha256)
        return bytes(brotli.compress(data, quality=11))

    monkeypatch.setattr("belljar.http.encodings.LARGE", 100)
    monkeypatch.setattr("belljar.http.encodings.codings", lambda: {"br": best})
    monkeypatch.setattr("belljar.http.encodings._quick_brotli", quick)
    monkeypatch.setattr("belljar.http.encodings._best_brotli", best)
    store.prepare([("a" * 64, Path(__file__).read_bytes())])
    assert len(seen) == 1
    assert store.copies("a" * 64)["br"].sha256 != seen[0]


# ------------------------------------------------------------ conditions


@pytest.mark.parametrize("coding", CODINGS)
def test_what_the_client_has_and_accepts_is_not_sent_again(client: TestClient, coding: str) -> None:
    tag = raw(client, "/sdk.js", accept_encoding=coding)[0].headers["etag"]
    for form in (tag, f"W/{tag}", f'"a,b" , {tag}', f', ,W/"x",{tag}'):
        again, body = raw(client, "/sdk.js", accept_encoding="gzip, br", if_none_match=form)
        assert (again.status_code, body, again.headers["etag"]) == (304, b"", tag)


def test_a_not_modified_says_what_caches_need_and_nothing_about_a_body(client: TestClient) -> None:
    client.app.state.site.settings = replace(client.app.state.site.settings, embedders=("https://a.example",))  # type: ignore[attr-defined]
    asked = {"accept_encoding": "br", "origin": "https://a.example"}
    first, _ = raw(client, "/sdk.js", **asked)
    again, _ = raw(client, "/sdk.js", **asked, if_none_match=first.headers["etag"])
    for name in ("etag", "vary", "cache-control", "access-control-allow-origin"):
        assert again.headers[name] == first.headers[name]
    assert not {"content-length", "content-type", "content-encoding"} & again.headers.keys()


def test_a_cache_is_not_sent_back_to_a_copy_that_this_client_cannot_read(client: TestClient) -> None:
    """A shared cache lists the tags of all it holds (RFC 9111, section 4.3.1)."""
    packed = raw(client, "/sdk.js", accept_encoding="br")[0].headers["etag"]
    answer, _ = raw(client, "/sdk.js", accept_encoding="gzip", if_none_match=packed)
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")


def test_a_tag_is_compared_whole(client: TestClient) -> None:
    tag = raw(client, "/sdk.js")[0].headers["etag"]
    for form in (tag.strip('"'), tag[:-2] + '"', f'"x{tag[1:]}', tag.upper(), f'"{tag}"'):
        assert raw(client, "/sdk.js", if_none_match=form)[0].status_code == 200


def test_tags_on_several_lines_are_one_list(client: TestClient) -> None:
    tag = client.get("/sdk.js").headers["etag"]
    lines = [("if-none-match", '"other"'), ("if-none-match", tag)]
    assert client.get("/sdk.js", headers=lines).status_code == 304


@pytest.mark.parametrize(
    ("condition", "status"),
    [("*", 200), ("{tag}", 200), ('"other", {tag}', 200), ('"other"', 412), ("W/{tag}", 412)],
)
def test_if_match_compares_strongly(client: TestClient, wasm: str, condition: str, status: int) -> None:
    tag = raw(client, wasm)[0].headers["etag"]
    answer, _ = raw(client, wasm, if_match=condition.format(tag=tag))
    assert answer.status_code == status
    if status == 412:
        assert answer.headers["cache-control"] == "no-store"
        assert_sent(answer, headers.common())


def test_no_date_is_given_so_none_counts(client: TestClient, wasm: str) -> None:
    """Files of the same content have other dates on other machines; their hash they share."""
    date = "Sat, 29 Oct 2044 19:43:31 GMT"
    answer, _ = raw(client, wasm, if_modified_since=date, if_unmodified_since="Sat, 29 Oct 1994 19:43:31 GMT")
    assert answer.status_code == 200
    assert "last-modified" not in answer.headers


def test_all_answers_vary_with_what_is_accepted(client: TestClient, wasm: str) -> None:
    tag = raw(client, wasm)[0].headers["etag"]
    answers = [
        raw(client, wasm)[0],
        raw(client, wasm, accept_encoding="br")[0],
        raw(client, wasm, if_none_match=tag)[0],
        raw(client, wasm, range="bytes=0-1")[0],
        raw(client, wasm, range="bytes=99999999-")[0],
        raw(client, wasm, accept_encoding="identity;q=0")[0],
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 304, 206, 416, 406]
    assert {answer.headers["vary"] for answer in answers} == {"Accept-Encoding"}


# ------------------------------------------------------------ codings


@pytest.mark.parametrize(
    "accepted", ["identity;q=0", "*;q=0", "deflate, *;q=0", "identity;q=0.000, compress"]
)
def test_a_client_that_takes_nothing_we_have_is_told_so(client: TestClient, accepted: str) -> None:
    answer, body = raw(client, "/sdk.js", accept_encoding=accepted)
    assert answer.status_code == 406
    assert b"Accept-Encoding" in body
    assert_sent(answer, headers.common())


@pytest.mark.parametrize("accepted", ["identity;q=0, gzip", "*;q=0, gzip;q=0.1", "x-gzip, identity;q=0"])
def test_a_client_that_refuses_the_content_as_it_is_gets_a_copy(client: TestClient, accepted: str) -> None:
    answer, body = raw(client, "/sdk.js", accept_encoding=accepted)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == client.get("/sdk.js").content


# ------------------------------------------------------------ ranges


@pytest.mark.parametrize("coding", CODINGS)
def test_a_download_that_broke_off_is_continued_with_bytes_of_the_same_copy(
    client: TestClient, wasm: str, coding: str
) -> None:
    whole, body = raw(client, wasm, accept_encoding=coding)
    rest, tail = raw(
        client, wasm, accept_encoding="gzip, br", range="bytes=20-", if_range=whole.headers["etag"]
    )
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes 20-{len(body) - 1}/{len(body)}"
    assert rest.headers.get("content-encoding") == whole.headers.get("content-encoding")
    assert rest.headers["etag"] == whole.headers["etag"]
    assert body[:20] + tail == body


def test_a_range_of_one_copy_alone_is_had_by_if_match(client: TestClient, wasm: str) -> None:
    whole, body = raw(client, wasm, accept_encoding="br")
    part, tail = raw(
        client, wasm, accept_encoding="gzip, br", range="bytes=-5", if_match=whole.headers["etag"]
    )
    assert (part.status_code, part.headers["content-encoding"], tail) == (206, "br", body[-5:])


def test_a_range_for_a_client_that_reads_only_a_copy_is_of_that_copy(client: TestClient, wasm: str) -> None:
    _, body = raw(client, wasm, accept_encoding="br")
    part, tail = raw(client, wasm, accept_encoding="br, identity;q=0", range="bytes=3-7")
    assert (part.headers["content-encoding"], tail) == ("br", body[3:8])


@pytest.mark.parametrize(
    "condition", ['"other"', "W/{tag}", "Sat, 29 Oct 1994 19:43:31 GMT", "*", "nonsense"]
)
def test_a_range_of_something_else_is_the_whole(client: TestClient, wasm: str, condition: str) -> None:
    tag = raw(client, wasm)[0].headers["etag"]
    answer, body = raw(client, wasm, range="bytes=0-5", if_range=condition.format(tag=tag))
    assert (answer.status_code, len(body)) == (200, 32_000)


@pytest.mark.parametrize(
    "asked",
    [
        "items=0-5", "bytes", "bytes=", "bytes=a-b", "bytes=5-4", "bytes=0-5,7", "bytes=--5", "bytes=0-0x5",
        "bytes=+1-2", "bytes = 0-5", "bytes=0 - 5", "bytes=0-5;", "bytes=" + "9" * 5000 + "-", "=0-5",
        "bytes=٣-٤",
        "bytes=" + ",".join(f"{2 * i}-{2 * i}" for i in range(101)),
    ],
)  # fmt: skip
def test_a_range_that_is_none_is_ignored(client: TestClient, wasm: str, asked: str) -> None:
    sent = [(b"range", asked.encode())]
    answer = client.get(wasm, headers=sent)
    assert (answer.status_code, len(answer.content)) == (200, 32_000)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("BYTES=8-15", 8, 15), ("bytes=31990-", 31_990, 31_999),
        ("bytes=-10", 31_990, 31_999),
        ("bytes=-99999", 0, 31_999), ("bytes=31999-99999", 31_999, 31_999), ("bytes= ,3-4, ", 3, 4),
        ("bytes=0-1,99999-", 0, 1), ("bytes=0-5,3-9", 0, 9),
    ],
)  # fmt: skip
def test_one_range_is_one_part(client: TestClient, wasm: str, asked: str, first: int, last: int) -> None:
    whole = client.get(wasm).content
    part = client.get(wasm, headers={"range": asked})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert part.headers["content-type"] == "application/wasm"
    assert part.content == whole[first : last + 1]
    assert_sent(part, headers.asset())


def test_several_ranges_are_a_multipart(client: TestClient, wasm: str) -> None:
    whole = client.get(wasm).content
    answer = client.get(wasm, headers={"range": "bytes=0-3, 31000-31009, -1"})
    assert answer.status_code == 206
    assert "content-range" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    parts: list[Message] = list(BytesParser().parsebytes(head + answer.content).get_payload())  # type: ignore[arg-type]
    assert [part["content-range"] for part in parts] == [
        "bytes 0-3/32000", "bytes 31000-31009/32000", "bytes 31999-31999/32000",
    ]  # fmt: skip
    assert [part.get_content_type() for part in parts] == ["application/wasm"] * 3
    assert answer.content.count(whole[:4]) >= 1


@pytest.mark.parametrize("asked", ["bytes=32000-", "bytes=32000-32001", "bytes=-0", "bytes=99999-,-0"])
def test_a_range_past_the_end_is_refused_with_the_length_there_is(
    client: TestClient, wasm: str, asked: str
) -> None:
    answer = client.get(wasm, headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */32000"
    assert answer.headers["cache-control"] == "no-store"
    assert_sent(answer, headers.common())


def test_a_condition_comes_before_the_range(client: TestClient, wasm: str) -> None:
    tag = client.get(wasm).headers["etag"]
    sent = {"range": "bytes=0-1", "if-none-match": tag}
    assert client.get(wasm, headers=sent).status_code == 304


def test_head_knows_no_range(client: TestClient, wasm: str) -> None:
    head = client.head(wasm, headers={"range": "bytes=0-5"})
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "32000", b"")


@given(st.text(alphabet='"W/,*ab \t', max_size=40))
def test_what_is_read_of_tags_are_tags(header: str) -> None:
    assert all(re.fullmatch(r'\*|(W/)?"[^"]*"', tag) for tag in etags(header))


@given(st.text(alphabet="bytes=0123456789-, \t", max_size=30).map("bytes={}".format), st.integers(0, 300))
def test_every_range_read_lies_within_the_content(header: str, size: int) -> None:
    for start, end in satisfiable(header, size) or []:
        assert 0 <= start < end <= size
