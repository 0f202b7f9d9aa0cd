"""A snapshot is kept only after a second browser has started from it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import load_asset_set
from belljar.assets.paths import default_assets_dir
from belljar.assets.sets import AssetFile
from belljar.assets.snapshots import Snapshot
from belljar.prepare.capture import _Desk, find_browser
from belljar.prepare.pipeline import ready
from belljar.prepare.proof import NoSnapshotError
from belljar.settings import Settings
from belljar.web.frontend import Frontend, find_dist

pytestmark = pytest.mark.browser


def prove(snapshot: Snapshot) -> None:
    folder = default_assets_dir()
    with tempfile.TemporaryDirectory() as work:
        desk = _Desk(
            Settings(assets_dir=folder, profile=()), Frontend(find_dist()), find_browser(), Path(work)
        )
        desk.prove(snapshot, load_asset_set(folder))


def test_what_was_built_is_what_a_server_finds(core: Snapshot) -> None:
    """The order of building matters: what comes later must not make stale what came first."""
    assert list(ready(Settings(assets_dir=default_assets_dir()))) == []


def test_a_snapshot_that_was_made_is_proved(core: Snapshot) -> None:
    prove(core)


def test_the_same_files_give_the_same_snapshot(core: Snapshot) -> None:
    """Nothing of it is a matter of chance or time, down to which code is hot."""
    settings = Settings(assets_dir=default_assets_dir(), profile=())
    # Chromium's socket lies in there: in a path as long as pytest's it aborts.
    with tempfile.TemporaryDirectory() as work:
        made = _Desk(settings, Frontend(find_dist()), find_browser(), Path(work)).capture()
        for part, pieces in core.parts.items():
            assert made[part].read_bytes() == b"".join(piece.path.read_bytes() for piece in pieces), part


@pytest.mark.parametrize("part", ["state", "heap"])
def test_a_snapshot_that_does_not_start_is_not_kept(core: Snapshot, part: str, tmp_path: Path) -> None:
    # Planted bytes have a hash of their own, so that only a start can tell.
    first, *others = core.parts[part]
    planted = tmp_path / first.name
    planted.write_bytes(bytes(first.size))
    spoiled = replace(core, parts={**core.parts, part: (AssetFile.of(planted), *others)})
    with pytest.raises(NoSnapshotError, match=r"start is 'wheels'|No snapshot was made"):
        prove(spoiled)
