"""Snapshots: kept by all they were made from, offered only when whole, in pieces that add up."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import snapshots
from belljar.assets.pyodide_lock import LOCK_NAME
from belljar.assets.sets import AssetFile, AssetSet, Package
from belljar.assets.snapshots import find_snapshot, in_pieces, keep_snapshot, snapshot_key
from belljar.prepare import capture
from belljar.prepare.capture import find_browser, make_snapshot
from belljar.prepare.proof import NoSnapshotError
from belljar.settings import Settings
from belljar.web.policy import build_policy

STAMP = "stamp of the browser code"


def test_a_snapshot_has_the_parts_that_browsers_know(repository: Path) -> None:
    source = (repository / "static/src/protocol/snapshot.ts").read_text(encoding="utf-8")
    known = re.search(r"SNAPSHOT_PARTS = \[(.*?)\]", source)
    assert known is not None
    assert set(snapshots.PARTS) == {*re.findall(r'"(\w+)"', known[1]), "heap"}


@pytest.fixture
def small(tmp_path: Path) -> AssetSet:
    def file(name: str) -> AssetFile:
        return AssetFile(name, tmp_path / name, 1, name.encode().hex().ljust(64, "0"))

    packages = {
        name: Package(name, "1.0", file(f"{name}.whl"), depends, (name,))
        for name, depends in {"numpy": (), "pandas": ("numpy",)}.items()
    }
    core = tuple(file(name) for name in ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"))
    return AssetSet("314.0.7", "3.14.2", core, packages, True, {"data": ("pandas",)})


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setattr(snapshots, "HEAP_PIECE", 1000)
    made = {}
    for name, size in {"script": 40, "state": 50, "heap": 2500, "hot": 700, "cold": 800, "rest": 900}.items():
        made[name] = tmp_path / name
        made[name].write_bytes(os.urandom(size))
    return made


LOAD = ("numpy", "pandas")


def keep(assets_dir: Path, assets: AssetSet, stamp: str, parts: dict[str, Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keep_snapshot(assets_dir, assets, stamp, in_pieces(LOAD, parts, Path(folder)))


def test_what_was_kept_is_found_again_the_heap_in_pieces(
    tmp_path: Path, small: AssetSet, parts: dict[str, Path]
) -> None:
    assert find_snapshot(tmp_path, small, LOAD, STAMP) is None
    keep(tmp_path, small, STAMP, parts)
    found = find_snapshot(tmp_path, small, LOAD, STAMP)
    assert found is not None
    assert [file.size for file in found.parts["heap"]] == [1000, 1000, 500]
    assert [file.name for file in found.parts["heap"]] == [f"snapshot-heap-{n}.bin" for n in range(3)]
    for name, path in parts.items():
        assert b"".join(file.path.read_bytes() for file in found.parts[name]) == path.read_bytes()


def other_stamp(assets: AssetSet) -> tuple[AssetSet, tuple[str, ...], str]:
    return assets, LOAD, "another build of the browser code"


def other_core(assets: AssetSet) -> tuple[AssetSet, tuple[str, ...], str]:
    changed = replace(assets.core[0], sha256="f" * 64)
    return replace(assets, core=(changed, *assets.core[1:])), LOAD, STAMP


def other_wheel(assets: AssetSet) -> tuple[AssetSet, tuple[str, ...], str]:
    pandas = assets.packages["pandas"]
    changed = replace(pandas, file=replace(pandas.file, sha256="e" * 64))
    return replace(assets, packages={**assets.packages, "pandas": changed}), LOAD, STAMP


def other_load(assets: AssetSet) -> tuple[AssetSet, tuple[str, ...], str]:
    return assets, ("numpy",), STAMP


@pytest.mark.parametrize("change", [other_stamp, other_core, other_wheel, other_load])
def test_a_change_of_anything_it_was_made_from_makes_it_another_one(
    tmp_path: Path,
    small: AssetSet,
    parts: dict[str, Path],
    change: Callable[[AssetSet], tuple[AssetSet, tuple[str, ...], str]],
) -> None:
    keep(tmp_path, small, STAMP, parts)
    changed, load, stamp = change(small)
    assert snapshot_key(changed, load, stamp) != snapshot_key(small, LOAD, STAMP)
    assert find_snapshot(tmp_path, changed, load, stamp) is None


def test_a_snapshot_stays_when_packages_that_it_does_not_have_are_compiled_after_it(
    tmp_path: Path, small: AssetSet, parts: dict[str, Path]
) -> None:
    """The lock names the archives of all packages, and the profile's are compiled and captured first."""
    lock = AssetFile(LOCK_NAME, tmp_path / LOCK_NAME, 1, "a" * 64)
    before = replace(small, core=(*small.core, lock))
    keep(tmp_path, before, STAMP, parts)
    after = replace(small, core=(*small.core, replace(lock, sha256="b" * 64)))
    assert find_snapshot(tmp_path, after, LOAD, STAMP) is not None


@pytest.mark.parametrize("harm", ["gone", "changed", "index"])
def test_a_snapshot_that_is_not_whole_is_none(
    tmp_path: Path, small: AssetSet, parts: dict[str, Path], harm: str
) -> None:
    keep(tmp_path, small, STAMP, parts)
    found = find_snapshot(tmp_path, small, LOAD, STAMP)
    assert found is not None
    victim = found.parts["heap"][1].path
    if harm == "gone":
        victim.unlink()
    elif harm == "changed":
        victim.write_bytes(victim.read_bytes()[:-1] + b"!")
        os.utime(victim, (1, 1))
    else:
        next((tmp_path / "built").glob("snapshot-*.json")).write_text('{"heap": [{}]}')
    assert find_snapshot(tmp_path, small, LOAD, STAMP) is None


def test_a_snapshot_with_a_package_that_is_not_allowed_is_not_offered(
    tmp_path: Path, small: AssetSet, parts: dict[str, Path]
) -> None:
    keep(tmp_path, small, STAMP, parts)
    found = find_snapshot(tmp_path, small, LOAD, STAMP)
    assert found is not None
    settings = Settings(assets_dir=tmp_path, profile=())
    offered = build_policy(settings, small, [found])["snapshots"]
    assert [one["load"] for one in offered] == [list(LOAD)]
    assert [piece["size"] for piece in offered[0]["heap"]] == [1000, 1000, 500]
    assert build_policy(replace(settings, packages=("numpy",)), small, [found])["snapshots"] == []


def test_snapshots_that_nothing_asks_for_are_removed_and_leave_what_others_need(
    tmp_path: Path, small: AssetSet, parts: dict[str, Path]
) -> None:
    keep(tmp_path, small, "an old build", parts)
    parts["heap"].write_bytes(os.urandom(2500))
    keep(tmp_path, small, STAMP, parts)
    assert snapshots.prune_snapshots(tmp_path) == 0
    for index in (tmp_path / "built").glob("snapshot-*.json"):
        os.utime(index, (1, 1))
    # Asking for one keeps it, and the parts that the other one shares with it.
    assert find_snapshot(tmp_path, small, LOAD, STAMP) is not None
    assert snapshots.prune_snapshots(tmp_path) == 2500
    assert find_snapshot(tmp_path, small, LOAD, "an old build") is None
    assert find_snapshot(tmp_path, small, LOAD, STAMP) is not None
    assert len(list((tmp_path / "files").iterdir())) == 8


def test_a_machine_without_a_browser_makes_none_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BELLJAR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoSnapshotError, match="no Chromium here"):
        find_browser()


def test_a_browser_that_ends_at_once_is_a_sentence(
    tmp_path: Path, assets: AssetSet, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dist / "snapshot-stamp.txt").write_text("stamp")
    manifest = (dist / "manifest.json").read_text()
    (dist / "manifest.json").write_text(manifest.replace("{", '{"capture.js": "static/page-AB12.js",', 1))
    monkeypatch.setattr(capture, "load_asset_set", lambda _: assets)
    monkeypatch.setattr(capture, "find_browser", lambda: Path("/bin/false"))
    with pytest.raises(NoSnapshotError, match="ended with exit code 1"):
        make_snapshot(Settings(assets_dir=tmp_path, profile=("data",)), dist)
