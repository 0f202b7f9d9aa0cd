"""Builds: proven or newer ones, all or none, each by its hash."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import builds
from belljar.assets.fetch import fetch_assets
from belljar.assets.manifest import Build, Manifest, read_manifest, write_manifest
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store
from belljar.errors import AssetError


@pytest.fixture
def both(manifest: Manifest, entry) -> Manifest:
    """numpy in a newer version, pandas built anew under the same name."""
    packages = dict(manifest.packages)
    for name, version in (("numpy", "1.1"), ("pandas", "1.0")):
        file = entry(f"{name}-{version}-py3-none-any.whl", f"newer {name}".encode())
        packages[name] = replace(packages[name], newer=Build(version, file.name, file.sha256))
    return replace(manifest, packages=packages)


@pytest.fixture
def newer(both: Manifest, tmp_path: Path) -> Path:
    """A mirror that has only the newer builds."""
    folder = tmp_path / "newer"
    folder.mkdir()
    for name in ("numpy", "pandas"):
        build = both.packages[name].newer
        assert build is not None
        (folder / build.name).write_bytes(f"newer {name}".encode())
    return folder


@pytest.fixture
def assets_dir(tmp_path: Path) -> Path:
    return tmp_path / "assets"


def fetch(manifest: Manifest, assets_dir: Path, *mirrors: Path) -> Manifest:
    mine = builds.chosen(manifest, assets_dir)
    fetch_assets(mine, assets_dir, [str(place) for place in mirrors], Progress(io.StringIO()))
    return mine


def test_a_manifest_with_builds_is_written_and_read_again_the_same(both: Manifest, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(write_manifest(both))
    assert read_manifest(path) == both
    assert '"newer": null' not in path.read_text()


def test_without_a_choice_the_proven_builds_are_taken(
    both: Manifest, assets_dir, folder_mirror, newer
) -> None:
    mine = fetch(both, assets_dir, newer, folder_mirror)
    assert mine is both
    assert load_asset_set(assets_dir, mine).packages["numpy"].version == "1.0"


def test_newer_builds_are_fetched_chosen_and_served_until_the_proven_ones_are_chosen_again(
    both: Manifest, assets_dir, folder_mirror, newer
) -> None:
    assert builds.newest(both, assets_dir, [str(newer)], Progress(io.StringIO())) == 2
    mine = fetch(both, assets_dir, folder_mirror)
    served = load_asset_set(assets_dir, mine).packages
    assert served["numpy"].version == "1.1"
    assert served["pandas"].file.path.read_bytes() == b"newer pandas"
    assert served["seaborn"].version == "1.0"
    builds.proven(assets_dir)
    assert builds.chosen(both, assets_dir) is both


def test_choosing_again_asks_nobody(both: Manifest, assets_dir, newer) -> None:
    builds.newest(both, assets_dir, [str(newer)], Progress(io.StringIO()))
    assert builds.newest(both, assets_dir, [], Progress(io.StringIO())) == 2


@pytest.mark.parametrize("spoiled", [None, b"something else"])
def test_one_that_cant_be_had_changes_nothing(
    both: Manifest, assets_dir, newer, spoiled: bytes | None
) -> None:
    path = newer / "pandas-1.0-py3-none-any.whl"
    if spoiled is None:
        path.unlink()
    else:
        path.write_bytes(spoiled)
    with pytest.raises(AssetError, match=r"newer build pandas-1\.0-py3-none-any\.whl .* Nothing was changed"):
        builds.newest(both, assets_dir, [str(newer)], Progress(io.StringIO()))
    assert builds.chosen(both, assets_dir) is both


def test_a_choice_for_another_pyodide_or_of_other_packages_is_none(
    both: Manifest, manifest: Manifest, assets_dir, newer
) -> None:
    builds.newest(both, assets_dir, [str(newer)], Progress(io.StringIO()))
    later = replace(both, pyodide="314.0.8")
    assert builds.chosen(later, assets_dir) is later
    assert builds.chosen(manifest, assets_dir) is manifest
    (assets_dir / builds.CHOICE_NAME).write_text("[")
    assert builds.chosen(both, assets_dir) is both


def test_a_chosen_build_that_is_lost_is_never_replaced_by_another_of_its_name(
    both: Manifest, assets_dir, folder_mirror, newer
) -> None:
    builds.newest(both, assets_dir, [str(newer)], Progress(io.StringIO()))
    mine = fetch(both, assets_dir, folder_mirror)
    Store(assets_dir).discard(mine.packages["pandas"].file)
    with pytest.raises(AssetError, match=r"pandas-1\.0.*--builds proven"):
        fetch(both, assets_dir, folder_mirror)
