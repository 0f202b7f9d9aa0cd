"""Pipeline: makes the runtime's files ready, in steps that each tell what they did.

    fetch ──► compile ──► lay out ──► capture ──► compile, lay out and capture all the rest
    files     byte-code   images      snapshot
              of what the profile loads

Each step makes what is missing and works on what the one before it has made, or on the plain files where that
could not be done. Nothing is printed: what happened comes as events, while it happens.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from belljar.assets import AssetSet, Manifest, load_asset_set, load_manifest
from belljar.assets.build import NoCompilerError, build_assets
from belljar.assets.bytecode import compiled_files
from belljar.assets.carried import find_carried, take_carried
from belljar.assets.fetch import complete, fetch_assets
from belljar.assets.folder import refusals, working_in
from belljar.assets.images import build_images, find_images
from belljar.assets.progress import Progress
from belljar.assets.snapshots import find_snapshot
from belljar.assets.store import Store
from belljar.errors import AssetError, BelljarError, FrontendError
from belljar.http.encodings import Encodings
from belljar.prepare.capture import make_snapshot
from belljar.prepare.events import (
    Captured,
    Compiled,
    Compressed,
    Event,
    Here,
    Lacking,
    LaidOut,
    Missed,
    Taken,
)
from belljar.prepare.proof import NoSnapshotError
from belljar.settings import Settings
from belljar.web.frontend import Frontend, find_dist
from belljar.web.policy import check_packages, chosen_profile
from belljar.web.site import Site


def check(settings: Settings) -> None:
    """What can be told at once of what stands in the way: before anything is fetched, or anybody is served.

    Raises:
        SettingsError: The profile or the packages are not to be had.
        AssetError: Files are missing, and the folder can't be worked in.
    """
    folder = settings.assets_dir
    with refusals(folder):
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    manifest = load_manifest(folder)
    check_packages(settings, manifest)
    if not complete(folder, manifest.files):
        with working_in(folder):
            pass


def ready(
    settings: Settings,
    mirrors: Sequence[str] = (),
    *,
    progress: Progress | None = None,
    build_missing: bool = False,
) -> Iterator[Event]:
    """Everything that a server with these settings needs, made if files are missing.

    Takes no network when all files are there, and says what could be built of them. A machine that can't
    build serves the plain files.

    Args:
        progress: Told how far it is.
        build_missing: Build also where no file was missing.

    Raises:
        AssetError: Files could not be had; says which, and what to do.
    """
    try:
        lacking = list(_lacking(settings, load_asset_set(settings.assets_dir)))
        if lacking and build_missing:
            yield from _take(settings.assets_dir, progress)
            lacking = list(_lacking(settings, load_asset_set(settings.assets_dir)))
    except AssetError:
        yield from fetch(settings.assets_dir, mirrors, progress)
    else:
        if not (lacking and build_missing):
            yield from lacking
            return
    try:
        yield from build([settings, replace(settings, profile=())], mirrors, progress)
    except BelljarError as error:
        yield Missed(str(error))


def fetch(folder: Path, mirrors: Sequence[str] = (), progress: Progress | None = None) -> Iterator[Event]:
    """Every file of the allowlist.

    Raises:
        AssetError: One could not be had, or has not the bytes it must have.
    """
    yield from _take(folder, progress)
    manifest = load_manifest(folder)
    fetched = fetch_assets(manifest, folder, mirrors, progress)
    load_asset_set(folder, manifest)
    yield Here(fetched, folder)


def _take(folder: Path, progress: Progress | None) -> Iterator[Event]:
    """What an installed `belljar-runtime` has of all of it."""
    carried = find_carried()
    if carried is not None and (taken := take_carried(load_manifest(folder), folder, carried, progress)):
        yield Taken(taken)


def build(
    settings: Sequence[Settings], mirrors: Sequence[str] = (), progress: Progress | None = None
) -> Iterator[Event]:
    """Byte-code, images, and a snapshot of each settings' profile; all have the same folder.

    What the first settings' visitors start from comes first, and then all the rest.

    Raises:
        BelljarError: Files are missing or damaged. A machine that lacks what a step needs is told of as
            `Missed`.
    """
    folder = settings[0].assets_dir
    manifest = load_manifest(folder)
    first = _first(settings[0], manifest)
    able = yield from _compile(manifest, folder, mirrors, progress, first)
    yield from _capture(settings[0])
    if able:
        yield from _compile(manifest, folder, mirrors, progress, None)
    else:
        yield from _lay_out(manifest, folder, progress)
    for one in settings[1:]:
        yield from _capture(one)


def snapshots(settings: Sequence[Settings]) -> Iterator[Event]:
    """The snapshots of further profiles, where this machine could make the first one's: what else is missing
    is said already.

    Raises:
        BelljarError: Files are missing.
    """
    assets = load_asset_set(settings[0].assets_dir)
    if not _has_snapshot(settings[0], assets):
        return
    for one in settings[1:]:
        if not _has_snapshot(one, assets):
            yield from _capture(one)


def starts(settings: Settings) -> list[Settings]:
    """Whatever visitors start from: the profile, and the named ones within it, from which cells of other
    pages start that need no more."""
    manifest = load_manifest(settings.assets_dir)
    whole = frozenset(manifest.closure(chosen_profile(settings, manifest)[1]))
    loads = {name: frozenset(manifest.closure(wanted)) for name, wanted in manifest.profiles.items()}
    less = [name for name, load in {"core": frozenset[str](), **loads}.items() if load < whole]
    return [settings, *(replace(settings, profile=(name,)) for name in less)]


def compress(settings: Settings) -> Iterator[Event]:
    """Every compressed copy that a server could send, the best ones; takes minutes of a processor.

    Raises:
        BelljarError: Files are missing.
    """
    started = time.process_time()
    site = Site(replace(settings, compress=False))
    encodings = Encodings(settings.assets_dir / "encoded")
    # In a thread: the one that compresses has the lowest priority from then on.
    contents = [(item.sha256, item.content) for item in site.everything()]
    thread = threading.Thread(target=encodings.prepare, args=(contents,))
    thread.start()
    thread.join()
    yield Compressed(len(contents), time.process_time() - started)


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


def _compile(
    manifest: Manifest,
    folder: Path,
    mirrors: Sequence[str],
    progress: Progress | None,
    only: Collection[str] | None,
) -> Generator[Event, None, bool]:
    """Byte-code and images of some packages; of all where none are named.

    Returns:
        Whether this machine can compile.
    """
    try:
        built = build_assets(manifest, folder, mirrors, progress, only=only)
    except NoCompilerError as error:
        yield Missed(str(error))
        yield from _lay_out(manifest, folder, progress, only)
        return False
    except BelljarError:
        yield from _lay_out(manifest, folder, progress, only)
        raise
    load_asset_set(folder, manifest)
    if built.compiled or only is None:
        yield Compiled(built)
    yield from _lay_out(manifest, folder, progress, only)
    return True


def _capture(settings: Settings) -> Iterator[Event]:
    name = " ".join(settings.profile) or "core"
    try:
        yield Captured(name, make_snapshot(settings))
    except (NoSnapshotError, FrontendError) as error:
        yield Missed(str(error))


def _first(settings: Settings, manifest: Manifest) -> frozenset[str]:
    """The packages of the profile. One that can't be has none, and is told of by who needs it."""
    with contextlib.suppress(BelljarError):
        return frozenset(manifest.closure(chosen_profile(settings, manifest)[1]))
    return frozenset()


def _lay_out(
    manifest: Manifest,
    folder: Path,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Event]:
    started = time.monotonic()
    if made := build_images(manifest, folder, progress, only=only):
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
