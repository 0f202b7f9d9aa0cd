"""Compressed copies: made once, kept by content, sent to whom wants them."""

from __future__ import annotations

import gzip
import hashlib
import os
import time
from pathlib import Path

import brotli
import pytest
from starlette.testclient import TestClient

from belljar.http import encodings
from belljar.http.encodings import Encodings, choose, codings

from ..conftest import MakeClient

TEXT = b"the same words again and again " * 200
SHA256 = hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("deflate", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br ; Q=0.5 , gzip;q=0.9", "gzip"),
        ("br;q=0.001", "br"),
        ("br;q=0, gzip;q=0, *", "zstd"),
        ("*", "br"),
        ("*;q=0", None),
        ("*;q=0, identity;q=0.1", "identity"),
        ("*;q=0, zstd", "zstd"),
        ("identity;q=0", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("br;q=nonsense", "identity"),
        ("br;q=1.5", "identity"),
        ("br;q=nan", "identity"),
        ("identity;q=1, br;q=0.5", "identity"),
        ("identity;q=0.5, br;q=0.5", "br"),
        ("br;q=0.5, *;q=0.8", "zstd"),
    ],
)
def test_the_most_wanted_coding_is_chosen_and_the_smallest_among_equals(
    header: str, coding: str | None
) -> None:
    assert choose(header, {"identity": 100, "gzip": 40, "br": 30, "zstd": 35}) == coding


def test_what_is_not_there_is_not_chosen() -> None:
    assert choose("br, gzip", {"identity": 100}) == "identity"


def test_copies_hold_the_content(tmp_path: Path) -> None:
    store = Encodings(tmp_path)
    store.prepare([(SHA256, TEXT)])
    copies = store.copies(SHA256)
    assert gzip.decompress(copies["gzip"].path.read_bytes()) == TEXT
    assert brotli.decompress(copies["br"].path.read_bytes()) == TEXT
    assert copies.keys() == codings().keys()


def test_where_one_copy_can_not_be_kept_those_that_are_there_are_sent(tmp_path: Path) -> None:
    first, second = b"a" * 3000, b"b" * 3000
    contents = [(hashlib.sha256(data).hexdigest(), data) for data in (first, second)]
    Encodings(tmp_path).prepare(contents[1:])
    (tmp_path / f"{contents[0][0]}.gzip").mkdir()
    again = Encodings(tmp_path)
    again.prepare(contents)
    assert {"gzip", "br"} <= again.copies(contents[1][0]).keys()
    assert "gzip" not in again.copies(contents[0][0])


def test_copies_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Encodings(tmp_path).prepare([(SHA256, TEXT)])
    monkeypatch.setattr(encodings, "codings", lambda: {"gzip": pytest.fail, "br": pytest.fail})
    again = Encodings(tmp_path)
    again.prepare([(SHA256, TEXT)])
    assert {"gzip", "br"} <= again.copies(SHA256).keys()


def test_a_large_file_gets_a_quick_copy_before_the_best_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(encodings, "LARGE", 100)
    monkeypatch.setattr(encodings, "codings", lambda: {"br": lambda data: seen.append("best") or b"best"})
    monkeypatch.setattr(encodings, "_quick_brotli", lambda data: seen.append("quick") or b"quick")
    monkeypatch.setattr(encodings, "_best_brotli", lambda data: seen.append("best") or b"best")
    store = Encodings(tmp_path)
    store.prepare([(SHA256, TEXT)])
    assert seen == ["quick", "best"]
    assert store.copies(SHA256)["br"].path.read_bytes() == b"best"
    Encodings(tmp_path).prepare([(SHA256, TEXT)])
    assert seen == ["quick", "best"]
    assert [path.name for path in tmp_path.iterdir()] == [f"{SHA256}.br"]


def test_a_quick_copy_that_is_being_sent_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Encodings(tmp_path)
    chosen: list[Path] = []

    def best(_: bytes) -> bytes:
        chosen.append(store.copies(SHA256)["br"].path)
        return b"best"

    monkeypatch.setattr(encodings, "LARGE", 100)
    monkeypatch.setattr(encodings, "codings", lambda: {"br": best})
    monkeypatch.setattr(encodings, "_best_brotli", best)
    store.prepare([(SHA256, TEXT)])
    assert store.copies(SHA256)["br"].path != chosen[0]
    assert brotli.decompress(chosen[0].read_bytes()) == TEXT


def test_what_is_rarely_asked_for_gets_no_slow_copy_where_there_is_a_faster_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def best(_: bytes) -> bytes:
        made.append("best")
        return b"best"

    monkeypatch.setattr(encodings, "LARGE", 100)
    monkeypatch.setattr(encodings, "codings", lambda: {"br": best, "zstd": lambda _: b"zstd"})
    store = Encodings(tmp_path / "both")
    store.prepare([(SHA256, TEXT)], {SHA256})
    assert made == []
    assert brotli.decompress(store.copies(SHA256)["br"].path.read_bytes()) == TEXT
    assert store.copies(SHA256)["zstd"].path.read_bytes() == b"zstd"
    monkeypatch.setattr(encodings, "codings", lambda: {"br": best})
    Encodings(tmp_path / "brotli").prepare([(SHA256, TEXT)], {SHA256})
    assert made == ["best"]


def test_a_browser_on_this_machine_gets_of_large_files_what_it_inflates_fastest() -> None:
    sizes = {"identity": 4_000_000, "br": 800_000, "zstd": 880_000, "gzip": 1_200_000}
    everything = "gzip, deflate, br, zstd"
    assert encodings.choose(everything, sizes) == "br"
    assert encodings.choose(everything, sizes, near=True) == "zstd"
    assert encodings.choose("br", sizes, near=True) == "br"
    small = {coding: size // 1000 for coding, size in sizes.items()}
    assert encodings.choose(everything, small, near=True) == "br"


def test_who_is_near_is_told_by_the_address_and_can_be_turned_off(tmp_path: Path) -> None:
    sizes = {"identity": 4_000_000, "br": 800_000, "zstd": 880_000}
    store = Encodings(tmp_path)
    chosen = [
        store.choose("br, zstd", sizes, host) for host in ("127.0.0.1", "::1", "10.0.0.8", "a host", None)
    ]
    assert chosen == ["zstd", "zstd", "br", "br", "br"]
    assert Encodings(tmp_path, smallest=True).choose("br, zstd", sizes, "127.0.0.1") == "br"


def test_a_copy_that_saves_nothing_is_not_sent(tmp_path: Path) -> None:
    noise = os.urandom(5000)
    store = Encodings(tmp_path)
    store.prepare([(hashlib.sha256(noise).hexdigest(), noise)])
    assert store.copies(hashlib.sha256(noise).hexdigest()) == {}


def test_copies_nobody_asked_for_in_a_month_are_removed(tmp_path: Path) -> None:
    old, new = tmp_path / f"{'0' * 64}.br", tmp_path / f"{'1' * 64}.br"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 40 * 86_400,) * 2)
    Encodings(tmp_path).prepare([(SHA256, TEXT)])
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_only_costs_compression(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Encodings(tmp_path / "file")
    store.prepare([(SHA256, TEXT)])
    assert store.copies(SHA256) == {}
    assert "files are sent as they are" in caplog.text


@pytest.fixture
def compressing(make_client: MakeClient) -> TestClient:
    """A client of a server whose copies are all there."""
    client = make_client(compress=True)
    client.get("/policy.json")
    client.get("/sdk.js")
    site = client.app.state.site  # type: ignore[attr-defined]
    runtime = site.runtime.get()
    resources = [site.sdk.get(), runtime.policy, *runtime.files.values()]
    site.encodings.prepare([(item.sha256, item.content) for item in resources if item.compressible])
    return client


def test_answers_are_compressed_as_the_client_likes(compressing: TestClient) -> None:
    plain = compressing.get("/sdk.js")
    packed = compressing.get("/sdk.js", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "br"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.content == plain.content
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


def test_each_encoding_has_an_etag_of_its_own_and_each_is_known_again(compressing: TestClient) -> None:
    etags = {
        compressing.get("/sdk.js", headers={"accept-encoding": coding}).headers["etag"]
        for coding in ("", "gzip", "br")
    }
    assert len(etags) == 3
    for etag in etags:
        again = compressing.get("/sdk.js", headers={"accept-encoding": "gzip, br", "if-none-match": etag})
        assert (again.status_code, again.headers["etag"]) == (304, etag)


def test_parts_are_parts_of_the_content_itself(compressing: TestClient) -> None:
    part = compressing.get("/sdk.js", headers={"accept-encoding": "br", "range": "bytes=0-5"})
    assert (part.status_code, part.content) == (206, b"export")
    assert "content-encoding" not in part.headers


def test_zips_are_left_alone(compressing: TestClient) -> None:
    core = compressing.get("/policy.json").json()["core"]
    url = next(file["url"] for file in core if file["name"] == "python_stdlib.zip")
    response = compressing.get(f"/{url}", headers={"accept-encoding": "br"})
    assert "content-encoding" not in response.headers
    assert "vary" not in response.headers


def test_the_policy_says_how_many_bytes_are_sent_of_a_file_whose_copies_are_kept(
    make_client: MakeClient, tmp_path: Path
) -> None:
    plain = make_client().get("/policy.json").json()["core"]
    assert not [file for file in plain if "sent" in file]
    file, other = plain[0], plain[1]
    kept = tmp_path / "assets" / "encoded"
    kept.mkdir(parents=True, exist_ok=True)
    smallest = file["size"] // 3
    (kept / f"{file['sha256']}.gzip").write_bytes(b"x" * (smallest + 1))
    (kept / f"{file['sha256']}.br").write_bytes(b"x" * smallest)
    # One that saves nothing is not sent.
    (kept / f"{other['sha256']}.gzip").write_bytes(b"x" * other["size"])
    told = make_client(compress=True).get("/policy.json").json()["core"]
    assert told[0]["sent"] == smallest
    assert "sent" not in told[1]


def test_what_is_offered_gets_its_copies_once_somebody_asks(tmp_path: Path) -> None:
    store = Encodings(tmp_path)
    store.offer([(SHA256, TEXT)])
    assert not store.copies(SHA256)
    assert list(tmp_path.iterdir()) == []
    store.ask("f" * 64)  # not offered: nothing to do
    store.ask(SHA256)
    store.ask(SHA256)
    deadline = time.monotonic() + 20
    while len(store.copies(SHA256)) < len(codings()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(store.copies(SHA256)) == set(codings())
    # A later start finds them, and makes none.
    again = Encodings(tmp_path)
    again.offer([(SHA256, TEXT)])
    assert set(again.copies(SHA256)) == set(codings())


def test_without_being_asked_for_all_large_files_get_good_copies_and_not_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "LARGE", 100)
    monkeypatch.setattr(encodings, "_best_brotli", lambda _: pytest.fail("2.5 s for each megabyte"))
    monkeypatch.setattr(
        encodings, "codings", lambda: {"gzip": lambda _: pytest.fail("nobody"), "br": encodings._best_brotli}
    )
    store = Encodings(tmp_path)
    store.prepare([(SHA256, TEXT)], thorough=False)
    assert {path.name for path in tmp_path.iterdir()} == {f"{SHA256}.quick.br", f"{SHA256}.good.br"}
    assert store.copies(SHA256)["br"].path.name == f"{SHA256}.good.br"
