"""The set that is served, and the lock a sandbox reads."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

from belljar.assets.bytecode import write_index
from belljar.assets.fetch import fetch_assets
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store
from belljar.errors import AssetError


@pytest.fixture
def assets_dir(tmp_path: Path, manifest, folder_mirror) -> Path:
    folder = tmp_path / "assets"
    fetch_assets(manifest, folder, [str(folder_mirror)], Progress(io.StringIO()))
    return folder


def lock_of(assets) -> dict:
    return json.loads(next(file for file in assets.core if file.name == "pyodide-lock.json").path.read_text())


def test_every_file_of_a_set_has_the_bytes_it_says(assets_dir, manifest) -> None:
    for file in load_asset_set(assets_dir, manifest).files:
        data = file.path.read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)


def test_the_lock_names_the_allowlist_and_nothing_else(assets_dir, manifest) -> None:
    lock = lock_of(load_asset_set(assets_dir, manifest))
    assert lock["packages"].keys() == manifest.packages.keys()
    assert lock["info"] == {
        "abi_version": "2026_0",
        "arch": "wasm32",
        "platform": "emscripten_5_0_3",
        "python": "3.14.2",
    }
    assert lock["packages"]["pandas"]["depends"] == ["numpy"]


def test_the_lock_is_the_same_bytes_each_time(assets_dir, manifest, folder_mirror, tmp_path) -> None:
    other = tmp_path / "other"
    fetch_assets(manifest, other, [str(folder_mirror)], Progress(io.StringIO()))
    assert (
        load_asset_set(other, manifest).core[-1].sha256
        == load_asset_set(assets_dir, manifest).core[-1].sha256
    )


def test_compiled_archives_are_served_and_locked_in_place_of_plain_ones(
    assets_dir, manifest, entry, content
) -> None:
    store, numpy = Store(assets_dir), manifest.packages["numpy"].file
    compiled = entry("numpy-1.0-cp314-none-any.whl")
    store.write(compiled, [content(compiled.name)])
    write_index(assets_dir, manifest, {numpy.sha256: compiled})
    assets = load_asset_set(assets_dir, manifest)
    assert assets.packages["numpy"].file.sha256 == compiled.sha256
    assert lock_of(assets)["packages"]["numpy"]["file_name"] == compiled.name
    assert lock_of(assets)["packages"]["numpy"]["sha256"] == compiled.sha256
    assert not assets.bytecode, "the others are plain"


def test_a_damaged_compiled_archive_gives_way_to_the_plain_one(assets_dir, manifest, entry, content) -> None:
    store, numpy = Store(assets_dir), manifest.packages["numpy"].file
    compiled = entry("numpy-1.0-cp314-none-any.whl")
    store.write(compiled, [content(compiled.name)]).write_bytes(b"bit rot")
    write_index(assets_dir, manifest, {numpy.sha256: compiled})
    assert load_asset_set(assets_dir, manifest).packages["numpy"].file.sha256 == numpy.sha256


def test_closure_gives_dependencies_first(assets_dir, manifest) -> None:
    assets = load_asset_set(assets_dir, manifest)
    assert assets.closure(["seaborn"]) == ("numpy", "pandas", "seaborn")
    with pytest.raises(AssetError, match="'scipy' is not on the allowlist"):
        assets.closure(["scipy"])


def test_a_set_is_read_from_a_folder_that_cannot_be_written(assets_dir, manifest) -> None:
    load_asset_set(assets_dir, manifest)
    (assets_dir / "stamps.json").unlink()
    assets_dir.chmod(0o555)
    try:
        assert load_asset_set(assets_dir, manifest).packages
    finally:
        assets_dir.chmod(0o755)
