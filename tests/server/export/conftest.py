"""Fixtures of the exports' tests: a folder that was exported from the small assets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import AssetSet
from belljar.export import Exported, export
from belljar.settings import Settings

Make = Callable[..., Exported]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def make(
    assets: AssetSet,
    dist: Path,
    templates: Path,
    tmp_path: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Make:
    """Exports the small assets with these settings."""
    del templates
    monkeypatch.setattr("belljar.web.site.load_asset_set", lambda _: assets)

    def make(*, page: bool = True, offline: bool = False, **changes: object) -> Exported:
        settings = replace(Settings(assets_dir=tmp_path / "assets"), **changes)  # type: ignore[arg-type]
        return export(settings, out, page=page, offline=offline, dist=dist)

    return make
