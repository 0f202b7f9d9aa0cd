"""The manifest: what belljar allows, checked before anything is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets.manifest import (
    LOCAL_NAME,
    FileEntry,
    Manifest,
    closure,
    normalise,
    read_local,
    read_manifest,
    write_local,
    write_manifest,
)
from belljar.assets.paths import MANIFEST_NAME, packaged
from belljar.errors import AssetError


def test_a_manifest_that_is_written_and_read_again_is_the_same(manifest: Manifest, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(write_manifest(manifest))
    assert read_manifest(path) == manifest
    assert write_manifest(read_manifest(path)) == path.read_text()


def test_the_committed_manifest_is_consistent_and_carries_what_the_design_names() -> None:
    manifest = read_manifest(packaged(MANIFEST_NAME))
    assert (manifest.pyodide, manifest.python) == ("314.0.7", "3.14.2")
    assert {file.name for file in manifest.core} == {
        "pyodide.mjs",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
    }
    assert {
        "numpy",
        "pandas",
        "matplotlib",
        "scipy",
        "scikit-learn",
        "seaborn",
        "sympy",
    } <= manifest.packages.keys()
    assert {"numpy", "pandas", "matplotlib", "micropip", "tzdata"} <= set(
        manifest.closure(manifest.profiles["data"])
    )


def test_every_file_of_the_committed_manifest_can_be_had_from_registries_alone() -> None:
    manifest = read_manifest(packaged(MANIFEST_NAME))
    elsewhere = {p.file.name for p in manifest.packages.values() if p.origin == "pypi"}
    npm = {file.name for file in manifest.core}
    assert {file.name for file in manifest.files} <= npm | elsewhere | set(manifest.carrier.members)
    # Pure, or built for the sandbox by their authors (PEP 783).
    assert all(name.endswith(("-none-any.whl", f"-{manifest.wheel_platform}.whl")) for name in elsewhere)


def test_what_the_manifest_says_of_its_wheels_their_names_say_too() -> None:
    manifest = read_manifest(packaged(MANIFEST_NAME))
    for package in manifest.packages.values():
        names = [package.file.name, *([package.newer.name] if package.newer else [])]
        assert all(name.endswith(("-none-any.whl", f"-{manifest.wheel_platform}.whl")) for name in names)
        assert package.newer is None or package.origin == "pyodide"


def test_no_name_of_the_allowlist_needs_a_network() -> None:
    names = read_manifest(packaged(MANIFEST_NAME)).packages.keys()
    assert not names & {"requests", "httpx", "urllib3", "aiohttp", "openai", "tiktoken", "certifi"}


def test_dependencies_come_before_what_needs_them_and_each_once(manifest: Manifest) -> None:
    assert manifest.closure(["seaborn", "pandas"]) == ("numpy", "pandas", "seaborn")


def test_packages_that_need_each_other_are_fine() -> None:
    assert set(closure({"a": ["b"], "b": ["a"]}, ["a"])) == {"a", "b"}


def test_a_name_that_is_not_allowed_is_named_with_who_needs_it(manifest: Manifest) -> None:
    with pytest.raises(AssetError, match="'requests' is not on the allowlist"):
        manifest.closure(["requests"])
    with pytest.raises(AssetError, match="'b', needed by a, is not on the allowlist"):
        closure({"a": ["b"]}, ["a"])


@pytest.mark.parametrize(
    ("name", "normalised"),
    [("Pydantic_core", "pydantic-core"), ("ruamel.yaml", "ruamel-yaml"), ("a-_.b", "a-b")],
)
def test_names_are_compared_as_an_index_does(name: str, normalised: str) -> None:
    assert normalise(name) == normalised


@pytest.mark.parametrize("name", ["../x.whl", "a/b.whl", "", ".hidden", "..", "a\\b"])
def test_a_file_name_that_climbs_out_of_its_folder_is_refused(name: str) -> None:
    with pytest.raises(AssetError, match="unusable name"):
        FileEntry(name, 1, "0" * 64)


@pytest.mark.parametrize("sha256", ["", "0" * 63, "G" * 64, "../" + "0" * 61])
def test_a_hash_that_is_none_is_refused(sha256: str) -> None:
    with pytest.raises(AssetError, match="no valid SHA-256"):
        FileEntry("a.whl", 1, sha256)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": 99}', '{"format": 1}', '{"format": 1, "packages": {"A": 1}}']
)
def test_a_damaged_manifest_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(AssetError, match="manifest"):
        read_manifest(path)


def test_a_manifest_whose_packages_need_what_it_lacks_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    data = json.loads(write_manifest(manifest))
    del data["packages"]["numpy"]
    data["profiles"] = {}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(data))
    with pytest.raises(AssetError, match="'numpy', needed by pandas, is not on the allowlist"):
        read_manifest(path)


def test_what_a_machine_added_never_replaces_what_belljar_pinned(manifest: Manifest) -> None:
    other = replace(manifest.packages["numpy"], version="0.1")
    assert manifest.with_packages({"numpy": other}).packages["numpy"].version == "1.0"


def test_what_was_added_for_another_pyodide_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / LOCAL_NAME).write_text(write_local(replace(manifest, pyodide="0.29.0"), {}))
    with pytest.raises(AssetError, match=r"Pyodide 0\.29\.0, but this belljar runs 314\.0\.7"):
        read_local(tmp_path, manifest)
