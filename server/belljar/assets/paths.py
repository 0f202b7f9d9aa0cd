"""Where assets and their manifest lie: in the checkout, or in the user's cache and the installed wheel."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from platformdirs import user_cache_path

from belljar.assets.builds import chosen
from belljar.assets.manifest import Manifest, read_local, read_manifest
from belljar.errors import AssetError

MANIFEST_NAME = "manifest.json"
REQUIREMENTS_NAME = "build-requirements.txt"


def checkout_dir() -> Path | None:
    """`pyodide_assets/` of the checkout this code runs from; None when belljar was installed from a wheel."""
    folder = Path(__file__).resolve().parents[3] / "pyodide_assets"
    return (
        folder
        if (folder / MANIFEST_NAME).is_file() and (folder.parent / "pyproject.toml").is_file()
        else None
    )


def default_assets_dir() -> Path:
    """Where assets are kept: `BELLJAR_ASSETS_DIR`, else `pyodide_assets/` of the checkout, else the cache."""
    if configured := os.environ.get("BELLJAR_ASSETS_DIR"):
        return Path(configured).expanduser()
    return checkout_dir() or user_cache_path("belljar", appauthor=False)


def packaged(name: str) -> Path:
    """A file that is committed in `pyodide_assets/` and shipped in the wheel as `belljar/_assets/`.

    Raises:
        AssetError: this installation lacks it.
    """
    folder = checkout_dir() or Path(str(resources.files("belljar"))) / "_assets"
    path = folder / name
    if not path.is_file():
        raise AssetError(f"This installation of belljar lacks {name} ({path}): install it again.")
    return path


def load_manifest(assets_dir: Path) -> Manifest:
    """This belljar's manifest, with the builds that this machine chose and what it added to the allowlist.

    Raises:
        AssetError: a manifest is missing, damaged or of another version.
    """
    manifest = chosen(read_manifest(packaged(MANIFEST_NAME)), assets_dir)
    return manifest.with_packages(read_local(assets_dir, manifest))
