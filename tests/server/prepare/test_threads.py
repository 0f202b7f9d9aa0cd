"""Without a browser Node makes a snapshot: the same one, proved, and of nothing that was added here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import load_asset_set
from belljar.assets.build import NoCompilerError
from belljar.assets.paths import MANIFEST_NAME, default_assets_dir, packaged
from belljar.assets.sets import AssetFile
from belljar.assets.snapshots import Snapshot
from belljar.prepare import capture, threads
from belljar.prepare.proof import NoSnapshotError
from belljar.prepare.threads import Threads
from belljar.settings import Settings
from belljar.web.frontend import Frontend, find_dist

LACKING = "There is no Chromium here."


def desk(folder: Path, *profile: str) -> Threads:
    settings = Settings(assets_dir=default_assets_dir(), profile=profile)
    assets = load_asset_set(settings.assets_dir)
    try:
        return Threads.instead(settings, Frontend(find_dist()), assets, folder, LACKING)
    except NoSnapshotError as error:
        if "no Node of version" in str(error):
            pytest.skip(str(error))
        raise


@pytest.mark.browser
def test_node_makes_the_snapshot_that_chromium_makes_byte_by_byte(core: Snapshot, tmp_path: Path) -> None:
    made = desk(tmp_path).capture()
    for part, pieces in core.parts.items():
        assert made[part].read_bytes() == b"".join(piece.path.read_bytes() for piece in pieces), part


@pytest.mark.browser
@pytest.mark.parametrize("part", ["", "state", "heap", "hot"])
def test_one_that_starts_is_proved_and_one_that_does_not_is_refused(
    core: Snapshot, part: str, tmp_path: Path
) -> None:
    assets = load_asset_set(default_assets_dir())
    if not part:
        desk(tmp_path).prove(core, assets)
        return
    first, *others = core.parts[part]
    planted = tmp_path / first.name
    planted.write_bytes(bytes(first.size))
    spoiled = replace(core, parts={**core.parts, part: (AssetFile.of(planted), *others)})
    with pytest.raises(NoSnapshotError, match="No snapshot was made"):
        desk(tmp_path).prove(spoiled, assets)


def test_a_package_that_belljar_does_not_pin_is_left_to_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = threads.read_manifest(packaged(MANIFEST_NAME))
    others = {name: package for name, package in ours.packages.items() if name != "numpy"}
    monkeypatch.setattr(threads, "read_manifest", lambda _: replace(ours, packages=others))
    with pytest.raises(NoSnapshotError, match=r"no Chromium here.*was added to this machine \(numpy\)"):
        desk(tmp_path, "data")


def test_another_archive_of_a_name_that_belljar_pins_is_none_of_its_own() -> None:
    ours = threads.read_manifest(packaged(MANIFEST_NAME))
    numpy = ours.packages["numpy"]
    added = replace(numpy, file=replace(numpy.file, sha256="0" * 64))
    here = replace(ours, packages={**ours.packages, "numpy": added})
    assert threads._pinned("numpy", ours, ours)
    assert not threads._pinned("numpy", here, ours)


def test_a_machine_with_neither_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise NoCompilerError("There is no Node of version 24 or newer either: pip can't reach its registry.")

    def no_browser() -> None:
        raise NoSnapshotError(LACKING)

    monkeypatch.setattr(threads, "find_capturing_node", none)
    monkeypatch.setattr(capture, "find_browser", no_browser)
    settings = Settings(assets_dir=default_assets_dir(), profile=())
    assets = load_asset_set(settings.assets_dir)
    with pytest.raises(NoSnapshotError, match=r"no Chromium here\. There is no Node of version 24"):
        capture._desk(settings, Frontend(find_dist()), assets, tmp_path)
