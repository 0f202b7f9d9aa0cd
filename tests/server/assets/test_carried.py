"""Carried: a wheel beside belljar's own brings the files, each with its hash; nobody else is asked."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from belljar.assets import fetch as fetching
from belljar.assets.bytecode import read_index, write_index
from belljar.assets.carried import find_carried, pack, take_carried
from belljar.assets.fetch import fetch_assets
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.snapshots import PARTS, read_snapshots
from belljar.assets.store import Store


@pytest.fixture
def carried(manifest, folder_mirror: Path, entry, content, tmp_path: Path) -> Path:
    """A machine that has built everything, packed."""
    built = tmp_path / "built-here"
    fetch_assets(manifest, built, [str(folder_mirror)], Progress(io.StringIO()))
    store = Store(built)
    compiled = {}
    for package in manifest.packages.values():
        result = entry(f"compiled-{package.name}.whl")
        store.write(result, [content(result.name)])
        compiled[package.file.sha256] = result
    write_index(built, manifest, compiled)
    for key in ("ours", "old"):
        parts = {part: [entry(f"snapshot-{key}-{part}.bin")] for part in PARTS}
        for [one] in parts.values():
            store.write(one, [content(one.name)])
        index = {part: [asdict(one) for one in pieces] for part, pieces in parts.items()}
        (built / "built" / f"snapshot-{key}.json").write_text(json.dumps(index))
    target = tmp_path / "site" / "belljar_runtime" / "assets"
    assert pack(manifest, built, target, {"ours"}) > 1e6
    (target.parent / "__init__.py").touch()
    return target


def test_an_installed_runtime_is_found_and_makes_an_empty_folder_whole_without_anybody_else(
    manifest, carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_carried() is None
    monkeypatch.syspath_prepend(str(carried.parent.parent))
    assert find_carried() == carried
    monkeypatch.setattr(fetching, "_fetch", lambda *_: pytest.fail("somebody else was asked"))
    folder = tmp_path / "empty"
    files = len(manifest.files) + len(manifest.packages) + len(PARTS)
    assert take_carried(manifest, folder, carried, Progress(io.StringIO())) == files
    assert fetch_assets(manifest, folder).new_files == 0
    assert load_asset_set(folder, manifest).packages["numpy"].file.name == "compiled-numpy.whl"
    # The snapshot of another version stays where it was.
    assert [index.name for index in read_snapshots(folder)] == ["snapshot-ours.json"]
    assert take_carried(manifest, folder, carried, Progress(io.StringIO())) == 0


def test_what_has_not_its_hash_is_left_and_nothing_stands_for_it(
    manifest, carried: Path, tmp_path: Path
) -> None:
    [snapshot] = read_snapshots(carried).values()
    compiled = read_index(carried, manifest)[manifest.packages["numpy"].file.sha256]
    for bad in (manifest.packages["pandas"].file, compiled, snapshot[2]):
        Store(carried).path(bad).write_bytes(b"something else")
    folder, said = tmp_path / "empty", io.StringIO()
    take_carried(manifest, folder, carried, Progress(said))
    store = Store(folder)
    assert store.state(manifest.packages["pandas"].file) == "absent"
    assert store.state(manifest.packages["numpy"].file) == "ok"
    assert manifest.packages["numpy"].file.sha256 not in read_index(folder, manifest)
    assert not read_snapshots(folder)
    assert said.getvalue().count("it is fetched instead") == 3
