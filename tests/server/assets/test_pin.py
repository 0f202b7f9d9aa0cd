"""Pin: which builds of a package are accepted. What it reads of registries, the manifest itself shows."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from belljar.assets import allowlist, pin
from belljar.assets.manifest import Build
from belljar.errors import AssetError

ROW = {"version": "1.0", "file_name": "a-1.0.whl", "sha256": "a" * 64, "depends": ["b"], "imports": ["a"]}


@pytest.mark.parametrize(
    ("other", "accepted"),
    [
        (None, None),
        (ROW, None),
        ({**ROW, "sha256": "b" * 64}, Build("1.0", "a-1.0.whl", "b" * 64)),
        (
            {**ROW, "sha256": "b" * 64, "version": "1.1", "file_name": "a-1.1.whl"},
            Build("1.1", "a-1.1.whl", "b" * 64),
        ),
        ({**ROW, "sha256": "b" * 64, "depends": []}, None),
        ({**ROW, "sha256": "b" * 64, "imports": ["a", "c"]}, None),
    ],
)
def test_another_build_is_accepted_if_it_needs_and_offers_the_same(
    other: dict[str, Any] | None, accepted: Build | None
) -> None:
    assert pin._newer(ROW, other) == accepted


@pytest.mark.parametrize(("abi", "fits"), [("2026_0", True), ("2027_0", False)])
def test_wheels_of_another_pyodide_must_have_its_abi(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, abi: str, fits: bool
) -> None:
    lock = {"info": {"abi_version": abi}, "packages": {}}

    def pack(requirement: str, folder: Path) -> Path:
        assert requirement == allowlist.NPM_OF_WHEELS
        path, data = folder / "pyodide.tgz", json.dumps(lock).encode()
        with tarfile.open(path, "w:gz") as archive:
            info = tarfile.TarInfo("package/pyodide-lock.json")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        return path

    monkeypatch.setattr(pin, "npm_pack", pack)
    ours = {"info": {"abi_version": "2026_0"}}
    if fits:
        assert pin._lock_of_wheels(ours, tmp_path, lambda _: None) == lock
    else:
        with pytest.raises(AssetError, match=r"wheels for ABI 2027_0, .* needs 2026_0"):
            pin._lock_of_wheels(ours, tmp_path, lambda _: None)
