"""What tests of snapshots share."""

from __future__ import annotations

import pytest

from belljar.assets import load_asset_set
from belljar.assets.paths import default_assets_dir
from belljar.assets.snapshots import Snapshot, find_snapshot
from belljar.web.frontend import Frontend, find_dist


@pytest.fixture(scope="session")
def core() -> Snapshot:
    """The snapshot of plain Python that `belljar assets build` has made."""
    folder = default_assets_dir()
    found = find_snapshot(folder, load_asset_set(folder), (), Frontend(find_dist()).snapshot_stamp())
    if found is None:
        pytest.skip("no snapshot of core was built with this browser code")
    return found
