"""Pipeline: makes the runtime's files ready, in steps that each tell what they did.

    fetch ──► compile ──► lay out ──► capture
    files     byte-code   images      snapshots

Each step makes what is missing and works on what the one before it has made, or on the plain files where that
could not be done. Nothing is printed: what happened comes as events, while it happens.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from belljar.assets import AssetSet, Manifest, load_asset_set, load_manifest
from belljar.assets.build import NoCompilerError, build_assets
from belljar.assets.bytecode import compiled_files
from belljar.assets.fetch import fetch_assets
from belljar.assets.images import build_images, find_images
from belljar.assets.snapshots import find_snapshot
from belljar.assets.store import Store
from belljar.errors import AssetError, BelljarError, FrontendError
from belljar.prepare.capture import NoSnapshotError, make_snapshot
from belljar.prepare.events import Captured, Compiled, Event, Here, Lacking, LaidOut, Missed
from belljar.settings import Settings
from belljar.web.frontend import Frontend, find_dist
from belljar.web.policy import chosen_profile


def ready(settings: Settings, mirrors: Sequence[str] = ()) -> Iterator[Event]:
    """Everything that a server with these settings needs, made if files are missing.

    Takes no network when all files are there, and says what could be built of them. A machine that can't
    build serves the plain files.

    Raises:
        AssetError: Files could not be had; says which, and what to do.
    """
    try:
        assets = load_asset_set(settings.assets_dir)
    except AssetError:
        yield from fetch(settings.assets_dir, mirrors)
        try:
            yield from build([settings, replace(settings, profile=())], mirrors)
        except BelljarError as error:
            yield Missed(str(error))
    else:
        yield from _lacking(settings, assets)


def fetch(folder: Path, mirrors: Sequence[str] = ()) -> Iterator[Event]:
    """Every file of the allowlist.

    Raises:
        AssetError: One could not be had, or has not the bytes it must have.
    """
    manifest = load_manifest(folder)
    fetched = fetch_assets(manifest, folder, mirrors)
    load_asset_set(folder, manifest)
    yield Here(fetched, folder)


def build(settings: Sequence[Settings], mirrors: Sequence[str] = ()) -> Iterator[Event]:
    """Byte-code, images, and a snapshot of each settings' profile; all have the same folder.

    Raises:
        BelljarError: Files are missing or damaged. A machine that lacks what a step needs is told of as
            `Missed`.
    """
    folder = settings[0].assets_dir
    manifest = load_manifest(folder)
    try:
        built = build_assets(manifest, folder, mirrors)
    except NoCompilerError as error:
        yield Missed(str(error))
        yield from _lay_out(manifest, folder)
        return
    except BelljarError:
        yield from _lay_out(manifest, folder)
        raise
    load_asset_set(folder, manifest)
    yield Compiled(built)
    yield from _lay_out(manifest, folder)
    for one in settings:
        try:
            yield Captured(" ".join(one.profile) or "core", make_snapshot(one))
        except (NoSnapshotError, FrontendError) as error:
            yield Missed(str(error))


def extend(packaged: Manifest, folder: Path, mirrors: Sequence[str] = ()) -> Iterator[Event]:
    """What was added since the last build, in the form that the rest has.

    Args:
        packaged: The allowlist without what was added.
    """
    manifest, store = load_manifest(folder), Store(folder)
    if compiled_files(store, packaged):
        try:
            build_assets(manifest, folder, mirrors)
        except NoCompilerError as error:
            yield Missed(str(error), "What was added is served as it is.")
    if find_images(store):
        yield from _lay_out(manifest, folder)


def _lay_out(manifest: Manifest, folder: Path) -> Iterator[Event]:
    started = time.monotonic()
    if made := build_images(manifest, folder):
        yield LaidOut(made, time.monotonic() - started)


def _lacking(settings: Settings, assets: AssetSet) -> Iterator[Event]:
    if not assets.bytecode:
        yield Lacking("byte-code")
    elif not all(package.image for package in assets.packages.values()):
        yield Lacking("images")
    elif not _has_snapshot(settings, assets):
        yield Lacking("snapshot")


def _has_snapshot(settings: Settings, assets: AssetSet) -> bool:
    with contextlib.suppress(BelljarError):
        load = assets.closure(chosen_profile(settings, assets)[1])
        stamp = Frontend(find_dist()).snapshot_stamp()
        return find_snapshot(settings.assets_dir, assets, load, stamp) is not None
    return True  # what is wrong will be said by who needs it
