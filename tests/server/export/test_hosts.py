"""Real web servers over an exported folder send what the snippets in it say, where they are installed."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import brotli
import httpx
import pytest

from belljar.http import headers

from ...helpers.webservers import headers_by_path, running
from .conftest import Make


@pytest.fixture
def site(make: Make, out: Path) -> Iterator[Path]:
    """An exported folder where a server that is nobody in particular can read it."""
    make(embedders=("https://docs.example.org",), offline=True)
    folder = Path(tempfile.mkdtemp(prefix="belljar-"))
    shutil.copytree(out, folder / "site")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield folder
    shutil.rmtree(folder)


def inner(name: str, site: Path) -> str:
    if name == "nginx":
        return f"include {site}/hosts/nginx.conf;"
    return (site / "hosts" / "Caddyfile").read_text() if name == "caddy" else ""


@pytest.mark.parametrize("name", ["nginx", "apache2", "caddy"])
def test_a_web_server_sends_every_file_with_the_server_s_headers(site: Path, name: str) -> None:
    root = site / "site"
    said = headers_by_path((root / "_headers").read_text())
    assert len(said) > 8
    with running(name, site, inner=inner(name, root), root=root) as address, httpx.Client() as client:
        asked = 0
        for pattern, sent in said.items():
            below = root / pattern.strip("/*")
            files = [path for path in below.rglob("*") if path.is_file()] if pattern.endswith("*") else [None]
            for file in files:
                path = pattern if file is None else f"/{file.relative_to(root).as_posix()}"
                with client.stream(
                    "GET", f"{address}{path}", headers={"accept-encoding": "identity"}
                ) as answer:
                    assert answer.status_code == 200, path
                    for header, value in sent.items():
                        assert answer.headers.get_list(header) == [value], (path, header)
                    on_disk = root / (path.strip("/") or "index.html")
                    assert b"".join(answer.iter_raw()) == on_disk.read_bytes(), path
                asked += 1
        assert asked > 12


@pytest.mark.parametrize("name", ["nginx", "apache2", "caddy"])
def test_scripts_and_webassembly_come_as_what_they_are(site: Path, name: str) -> None:
    root = site / "site"
    with running(name, site, inner=inner(name, root), root=root) as address:
        for suffix, kind in ((".mjs", "text/javascript"), (".wasm", "application/wasm")):
            file = next(root.rglob(f"*{suffix}"))
            sent = httpx.get(f"{address}/{file.relative_to(root).as_posix()}").headers["content-type"]
            assert sent.partition(";")[0] == kind


@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_compressed_copies_are_sent_where_the_server_knows_how(site: Path, name: str) -> None:
    root = site / "site"
    with running(name, site, inner=inner(name, root), root=root) as address:
        twin = next(path for path in root.rglob("*.gz") if "assets" in path.parts)
        path = twin.relative_to(root).as_posix().removesuffix(".gz")
        with httpx.stream("GET", f"{address}/{path}", headers={"accept-encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["cache-control"].endswith("immutable")
            sent = b"".join(answer.iter_raw())
        assert sent == twin.read_bytes()
        assert gzip.decompress(sent) == (root / path).read_bytes()


@pytest.mark.parametrize("name", ["nginx", "apache2", "caddy"])
def test_a_copy_in_brotli_comes_as_what_it_is_and_the_policy_says_that_it_will(site: Path, name: str) -> None:
    root = site / "site"
    with running(name, site, inner=inner(name, root), root=root) as address, httpx.Client() as client:
        policy = client.get(f"{address}/policy.json").headers
        assert policy["belljar-copies"] == "br"
        assert policy["access-control-expose-headers"] == "Belljar-Copies"
        copies = [path for path in root.rglob("*.br") if "assets" in path.parts]
        assert copies
        for copy in copies:
            path = copy.relative_to(root).as_posix()
            with client.stream("GET", f"{address}/{path}") as answer:
                assert answer.headers.get_list("content-encoding") == ["br"]
                assert answer.headers.get_list("cache-control") == [headers.IMMUTABLE]
                sent = b"".join(answer.iter_raw())
            assert sent == copy.read_bytes()
            assert brotli.decompress(sent) == (root / path.removesuffix(".br")).read_bytes()


def test_caddy_sends_the_smallest_copy_that_a_browser_takes(site: Path) -> None:
    root = site / "site"
    copy = next(path for path in root.rglob("*.js.br") if "static" in path.parts)
    with running("caddy", site, inner=inner("caddy", root), root=root) as address:
        path = copy.relative_to(root).as_posix().removesuffix(".br")
        asked = {"accept-encoding": "gzip, deflate, br, zstd"}
        with httpx.stream("GET", f"{address}/{path}", headers=asked) as answer:
            assert answer.headers["content-encoding"] == "br"
            assert answer.headers["content-type"].startswith("text/javascript")
            assert b"".join(answer.iter_raw()) == copy.read_bytes()
