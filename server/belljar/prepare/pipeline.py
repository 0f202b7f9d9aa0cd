"""Prepare: the runtime's files, fetched, compiled, laid out and captured, before they are served."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from belljar.assets import AssetSet, Manifest, load_asset_set, load_manifest
from belljar.assets.build import build_assets
from belljar.assets.fetch import fetch_assets
from belljar.assets.images import build_images
from belljar.assets.snapshots import find_snapshot
from belljar.errors import AssetError, BelljarError
from belljar.prepare.capture import make_snapshot
from belljar.settings import Settings
from belljar.web.frontend import Frontend, find_dist
from belljar.web.policy import chosen_profile


def prepare_assets(settings: Settings, mirrors: Sequence[str] = ()) -> None:
    """Makes the runtime's files ready: fetches what is missing and then builds what starts come from.

    Takes no network when all is there. A machine that cannot compile serves the plain files.

    Raises:
        AssetError: Files could not be had; says which, and what to do.
    """
    try:
        assets = load_asset_set(settings.assets_dir)
    except AssetError:
        manifest = load_manifest(settings.assets_dir)
        fetch_assets(manifest, settings.assets_dir, mirrors)
        try:
            _build(manifest, settings, mirrors)
        except BelljarError as error:
            print(f"{error} Sandboxes take several times as long to start.")
        return
    if not assets.bytecode:
        print("Not everything is compiled to byte-code: `belljar assets build` makes sandboxes start faster.")
    elif not all(package.image for package in assets.packages.values()):
        print("Not all packages are laid out: `belljar assets build` makes them load faster.")
    elif not _has_snapshot(settings, assets):
        print("There is no snapshot for this version: `belljar assets build` makes sandboxes start faster.")


def _build(manifest: Manifest, settings: Settings, mirrors: Sequence[str]) -> None:
    """Byte-code, images, snapshots: each of what the one before has made, or of the plain files."""
    try:
        build_assets(manifest, settings.assets_dir, mirrors)
    finally:
        build_images(manifest, settings.assets_dir)
    for profile in (settings.profile, ()):
        make_snapshot(replace(settings, profile=profile))


def _has_snapshot(settings: Settings, assets: AssetSet) -> bool:
    with contextlib.suppress(BelljarError):
        load = assets.closure(chosen_profile(settings, assets)[1])
        stamp = Frontend(find_dist()).snapshot_stamp()
        return find_snapshot(settings.assets_dir, assets, load, stamp) is not None
    return True  # what is wrong will be said by who needs it
