"""Mirrors: the hash decides, downloads go on where they stopped, a source that is down is said to be."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets.manifest import FileEntry
from belljar.assets.mirrors import (
    FolderMirror,
    HttpMirror,
    NotThereError,
    SourceDownError,
    mirror,
    official_cdn,
    wheels_cdn,
)
from belljar.assets.progress import Progress
from belljar.assets.store import Store

NAME = "pyodide.asm.wasm"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "assets")


@pytest.fixture
def progress() -> Progress:
    return Progress(io.StringIO())


@pytest.fixture
def wasm(entry: Callable[[str], FileEntry]) -> FileEntry:
    return entry(NAME)


def test_a_file_is_had_by_name(web, store, progress, wasm, content) -> None:
    HttpMirror(web.url).get(wasm, store, progress)
    assert store.path(wasm).read_bytes() == content(NAME)


@pytest.mark.parametrize("layout", ["files", "assets"])
def test_a_file_is_had_by_content_from_a_belljar_server_or_an_assets_folder(
    web, folder_mirror, store, progress, wasm, layout
) -> None:
    target = folder_mirror / layout / wasm.sha256 / NAME
    target.parent.mkdir(parents=True)
    (folder_mirror / NAME).rename(target)
    HttpMirror(web.url).get(wasm, store, progress)
    assert store.state(wasm) == "ok"


def test_a_broken_download_goes_on_where_it_stopped(web, store, progress, wasm) -> None:
    web.cut = 70_000
    HttpMirror(web.url).get(wasm, store, progress)
    assert [request[2] for request in web.requests] == [None, "bytes=70000-"]
    assert store.state(wasm) == "ok"


def test_a_download_of_an_earlier_process_is_resumed(web, store, progress, wasm, content) -> None:
    store.part(wasm).write_bytes(content(NAME)[:50_000])
    HttpMirror(web.url).get(wasm, store, progress)
    assert web.requests == [("GET", f"/{NAME}", "bytes=50000-")]
    assert store.state(wasm) == "ok"
    assert not store.part(wasm).exists()


def test_a_server_without_ranges_starts_again(web, store, progress, wasm, content) -> None:
    web.ranges = False
    store.part(wasm).write_bytes(content(NAME)[:50_000])
    HttpMirror(web.url).get(wasm, store, progress)
    assert store.state(wasm) == "ok"


def test_a_part_from_elsewhere_that_does_not_fit_is_thrown_away(web, store, progress, wasm) -> None:
    store.part(wasm).write_bytes(b"x" * 50_000)
    HttpMirror(web.url).get(wasm, store, progress)
    assert [request[2] for request in web.requests] == ["bytes=50000-", None]
    assert store.state(wasm) == "ok"


def test_a_complete_part_needs_no_request(web, store, progress, wasm, content) -> None:
    store.part(wasm).write_bytes(content(NAME))
    HttpMirror(web.url).get(wasm, store, progress)
    assert web.requests == []
    assert store.state(wasm) == "ok"


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 300_000])
def test_other_bytes_than_the_manifest_says_are_never_kept(
    web, folder_mirror, store, progress, wasm, data
) -> None:
    (folder_mirror / NAME).write_bytes(data)
    with pytest.raises((NotThereError, SourceDownError)):
        HttpMirror(web.url).get(wasm, store, progress)
    assert store.state(wasm) == "absent"


def test_a_file_that_is_not_there_is_the_file_s_matter_not_the_source_s(
    web, folder_mirror, store, progress, wasm
) -> None:
    (folder_mirror / NAME).unlink()
    with pytest.raises(NotThereError, match="404"):
        HttpMirror(web.url).get(wasm, store, progress)


def test_an_address_where_nobody_listens_is_down(dead_url, store, progress, wasm) -> None:
    with pytest.raises(SourceDownError, match="can't be reached: Connection refused"):
        HttpMirror(dead_url).get(wasm, store, progress)


def test_a_name_that_cannot_be_resolved_is_said_so(store, progress, wasm) -> None:
    with pytest.raises(SourceDownError, match="can't be reached"):
        HttpMirror("http://no-such-host.invalid").get(wasm, store, progress)


def test_a_folder_has_files_by_name_or_by_content(folder_mirror, store, progress, wasm) -> None:
    FolderMirror(folder_mirror).get(wasm, store, progress)
    other = Store(store.root.parent / "other")
    FolderMirror(store.root).get(wasm, other, progress)
    assert other.state(wasm) == "ok"


def test_a_folder_with_a_wrong_file_does_not_have_it(folder_mirror, store, progress, wasm) -> None:
    (folder_mirror / NAME).write_bytes(b"x" * wasm.size)
    with pytest.raises(NotThereError, match="another SHA-256"):
        FolderMirror(folder_mirror).get(wasm, store, progress)
    assert store.state(wasm) == "absent"


def test_a_folder_that_is_missing_is_down(tmp_path, store, progress, wasm) -> None:
    with pytest.raises(SourceDownError, match="no such folder"):
        FolderMirror(tmp_path / "none").get(wasm, store, progress)


def test_a_mirror_is_an_address_or_a_folder(tmp_path) -> None:
    assert isinstance(mirror("https://example.org/pyodide/"), HttpMirror)
    for place in (str(tmp_path), tmp_path.as_uri()):
        source = mirror(place)
        assert isinstance(source, FolderMirror)
        assert source.folder == tmp_path


def test_the_cdns_addresses_follow_the_versions_of_runtime_and_wheels(manifest) -> None:
    runtime, wheels = official_cdn(manifest), wheels_cdn(manifest)
    assert "/v314.0.7/full/" in runtime.url
    assert "/v314.0.3/full/" in wheels.url
    assert (runtime.origins, wheels.origins) == ({"runtime"}, {"pyodide"})


def test_one_cdn_has_all_where_both_are_of_one_version(manifest) -> None:
    assert official_cdn(replace(manifest, wheels=manifest.pyodide)).origins == {"runtime", "pyodide"}
