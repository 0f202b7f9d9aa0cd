"""Fetch: source after source until all is there; what arrived is kept; nothing wrong ever is."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from belljar.assets import fetch as fetching
from belljar.assets.fetch import fetch_assets
from belljar.assets.mirrors import SourceDownError
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store
from belljar.errors import AssetError


@pytest.fixture
def assets_dir(tmp_path: Path) -> Path:
    return tmp_path / "assets"


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def run(manifest, assets_dir, said):
    return lambda *mirrors: fetch_assets(manifest, assets_dir, mirrors, Progress(said))


def test_a_machine_with_only_a_folder_gets_everything(run, folder_mirror, manifest, assets_dir, said) -> None:
    fetched = run(str(folder_mirror))
    assert (fetched.files, fetched.new_files) == (7, 7)
    assert load_asset_set(assets_dir, manifest).packages.keys() == {"numpy", "pandas", "seaborn"}
    assert said.getvalue() == "Fetching 7 files (1.3 MB)\n"


def test_a_web_mirror_is_asked_for_each_file_once(run, web, manifest) -> None:
    run(web.url)
    assert sorted(path for _, path, _ in web.requests) == sorted(f"/{file.name}" for file in manifest.files)


def test_a_full_cache_asks_nobody_and_takes_no_time(run, folder_mirror, manifest, monkeypatch) -> None:
    run(str(folder_mirror))
    for cdn in ("official_cdn", "wheels_cdn"):
        monkeypatch.setattr(fetching, cdn, lambda _: pytest.fail("the CDN was asked"))
    started = time.monotonic()
    assert run("http://127.0.0.1:1").new_files == 0
    assert time.monotonic() - started < 0.5


def test_only_what_is_missing_is_fetched(run, web, manifest, assets_dir, folder_mirror) -> None:
    run(str(folder_mirror))
    pandas = manifest.packages["pandas"].file
    Store(assets_dir).discard(pandas)
    run(web.url)
    assert [path for _, path, _ in web.requests] == [f"/{pandas.name}"]


def test_a_damaged_file_is_replaced_with_a_sentence(run, folder_mirror, manifest, assets_dir, said) -> None:
    run(str(folder_mirror))
    numpy = manifest.packages["numpy"].file
    Store(assets_dir).path(numpy).write_bytes(b"bit rot")
    with pytest.raises(
        AssetError, match=r"numpy-1\.0-py3-none-any\.whl is damaged: run `belljar assets fetch`"
    ):
        load_asset_set(assets_dir, manifest)
    run(str(folder_mirror))
    assert "numpy-1.0-py3-none-any.whl in the cache is damaged" in said.getvalue()
    assert load_asset_set(assets_dir, manifest)


def test_sources_are_asked_in_order_and_only_for_what_lacks(
    run, folder_mirror, web, manifest, said, tmp_path
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    for name in ("pyodide.mjs", "pyodide.asm.mjs"):
        (first / name).write_bytes((folder_mirror / name).read_bytes())
    run(str(first), web.url)
    assert f"mirror {first} lacks 5 of 7 files: not there." in said.getvalue()
    assert len(web.requests) == 5


def test_a_source_that_is_down_is_tried_once_and_said_once(run, dead_url, folder_mirror, said) -> None:
    run(dead_url, str(folder_mirror))
    assert said.getvalue().count(f"Nothing (more) from mirror {dead_url}: it can't be reached") == 1


def test_files_that_nobody_has_are_named_with_what_to_do_and_the_others_are_kept(
    run, folder_mirror, manifest, assets_dir, said
) -> None:
    (folder_mirror / "seaborn-1.0-py3-none-any.whl").unlink()
    (folder_mirror / "pandas-1.0-py3-none-any.whl").write_bytes(b"something else")
    with pytest.raises(
        AssetError, match=r"2 files could not be had .*pandas.*seaborn.*The 5 that arrived.*--mirror"
    ):
        run(str(folder_mirror))
    assert Store(assets_dir).state(manifest.packages["numpy"].file) == "ok"
    lines = said.getvalue().splitlines()
    assert [line for line in lines if line.startswith("Nothing (more) from the Pyodide CDN")]
    assert [line for line in lines if line.startswith("Nothing (more) from PyPI (carrier==1.0")]
    assert [line for line in lines if line == "Nothing (more) from PyPI: no registry in tests."]


def test_an_incomplete_cache_is_never_served(manifest, assets_dir) -> None:
    with pytest.raises(
        AssetError, match=r"pyodide\.mjs, .* and 4 more files are missing: run `belljar assets fetch`"
    ):
        load_asset_set(assets_dir, manifest)


def test_registries_are_asked_for_what_they_may_have(run, manifest, monkeypatch, content) -> None:
    asked: dict[str, list[str]] = {}

    def take(source):
        def get(manifest_, entries, store, progress, *_):
            files = [getattr(item, "file", item) for item in entries]
            asked[source] = [file.name for file in files]
            for file in files:
                store.write(file, [content(file.name)])

        return get

    for name in ("from_carrier", "from_npm", "from_pypi"):
        monkeypatch.setattr(fetching, name, take(name))
    run()
    assert asked == {
        "from_carrier": list(manifest.carrier.members),
        "from_pypi": ["seaborn-1.0-py3-none-any.whl"],
    }


def test_core_files_alone_come_from_npm_which_is_smaller(
    run, folder_mirror, manifest, assets_dir, monkeypatch, content
) -> None:
    run(str(folder_mirror))
    Store(assets_dir).discard(manifest.core[0])

    def npm(manifest_, entries, store, progress):
        for file in entries:
            store.write(file, [content(file.name)])

    monkeypatch.setattr(fetching, "from_npm", npm)
    monkeypatch.setattr(fetching, "from_carrier", lambda *_: pytest.fail("the large one was asked"))
    assert run().new_files == 1


def test_a_machine_without_npm_takes_the_core_from_pypi(
    run, folder_mirror, manifest, assets_dir, monkeypatch, content, said
) -> None:
    run(str(folder_mirror))
    Store(assets_dir).discard(manifest.core[0])

    def no_npm(*_):
        raise SourceDownError("npm is not installed")

    def carrier(manifest_, entries, store, progress, *_):
        for file in entries:
            store.write(file, [content(file.name)])

    monkeypatch.setattr(fetching, "from_npm", no_npm)
    monkeypatch.setattr(fetching, "from_carrier", carrier)
    assert run().new_files == 1
    assert "npm is not installed" in said.getvalue()


def test_a_lost_file_of_a_local_package_says_how_to_get_it_back(
    make_manifest, package, assets_dir, folder_mirror
) -> None:
    manifest = make_manifest(package("numpy"), package("ours", origin="local"))
    with pytest.raises(AssetError, match=r"ours came from a file of this machine.*assets remove ours"):
        fetch_assets(manifest, assets_dir, [str(folder_mirror)], Progress(io.StringIO()))


def test_a_terminal_gets_a_bar_with_bytes(manifest, assets_dir, folder_mirror) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    fetch_assets(manifest, assets_dir, [str(folder_mirror)], Progress(terminal))
    assert "Fetching 7 files ░" in terminal.getvalue()
    assert "of 1.3 MB" in terminal.getvalue()
