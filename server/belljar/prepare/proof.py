"""Proof: what the first interpreter that was started from a new snapshot must say of itself."""

from __future__ import annotations

import json

from belljar.assets.sets import AssetSet
from belljar.assets.snapshots import Snapshot
from belljar.errors import BelljarError


class NoSnapshotError(BelljarError):
    """This machine can't make snapshots; sandboxes start from the packages instead."""


def check_proof(told: bytes, snapshot: Snapshot, assets: AssetSet) -> None:
    """Compare what was told with what the snapshot was made from.

    Raises:
        NoSnapshotError: It did not start from it, or is not the Python that it was made from.
    """
    said = json.loads(told)
    # The manifest has the release that packages are built for, which has other third numbers than Python.
    language, said["python"] = _language(assets.python), _language(str(said.get("python")))
    expected = {
        "start": "snapshot",
        "python": language,
        "packages": {name: assets.packages[name].version for name in snapshot.load},
        "answer": "499500",
    }
    if wrong := [name for name, value in expected.items() if said.get(name) != value]:
        found = ", ".join(f"{name} is {str(said.get(name))[:200]!r}" for name in wrong)
        raise NoSnapshotError(
            f"The snapshot was made, but a start from it is not what it should be: {found}."
        )


def _language(version: str) -> str:
    """The language's version, such as 3.14 of 3.14.2."""
    return ".".join(version.split(".")[:2])
