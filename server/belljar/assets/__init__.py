"""The runtime's files: what is allowed (manifest), how it gets here (fetch, build), what is served (sets)."""

from belljar.assets.manifest import Manifest
from belljar.assets.paths import default_assets_dir, load_manifest
from belljar.assets.sets import AssetFile, AssetSet, Package, load_asset_set

__all__ = [
    "AssetFile",
    "AssetSet",
    "Manifest",
    "Package",
    "default_assets_dir",
    "load_asset_set",
    "load_manifest",
]
