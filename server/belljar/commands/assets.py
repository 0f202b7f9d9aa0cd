"""`belljar assets ...`: the command line of this folder. Each command returns the process's exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from belljar.assets.add import add_packages, remove_packages
from belljar.assets.build import NoCompilerError, build_assets
from belljar.assets.bytecode import compiled_files
from belljar.assets.fetch import fetch_assets
from belljar.assets.images import build_images, find_images
from belljar.assets.manifest import Manifest, read_manifest, write_manifest
from belljar.assets.paths import (
    MANIFEST_NAME,
    REQUIREMENTS_NAME,
    checkout_dir,
    default_assets_dir,
    load_manifest,
    packaged,
)
from belljar.assets.progress import Progress, human
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store, write_atomically
from belljar.errors import AssetError, FrontendError

Command = Callable[[argparse.Namespace], int]


def add_parsers(subparsers: Any) -> None:
    """Add the `assets` command and its own commands to an argparse parser's subparsers."""
    assets: argparse.ArgumentParser = subparsers.add_parser(
        "assets", help="the runtime's files: fetch, verify, compile, list, extend"
    )
    commands = assets.add_subparsers(title="commands", metavar="COMMAND", required=True)
    fetch = _add(
        commands, "fetch", fetch_command, "get every file of the allowlist, from wherever it can be had"
    )
    _add_mirror(fetch)
    build = _add(
        commands,
        "build",
        build_command,
        "compile the files to byte-code and make a snapshot: sandboxes start many times faster",
    )
    _add_mirror(build)
    build.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="make the snapshot of this profile (core, data, science) instead of the one that is served; "
        "may be given several times",
    )
    add = _add(commands, "add", add_command, "allow further packages on this machine, with all they need")
    add.add_argument("target", nargs="+", metavar="NAME|WHEEL|FOLDER", help="what to add")
    _add_mirror(add)
    remove = _add(commands, "remove", remove_command, "take added packages off this machine's allowlist")
    remove.add_argument("name", nargs="+", metavar="NAME", help="what to remove")
    _add(commands, "verify", verify_command, "hash every file again; damaged ones are named")
    _add(commands, "list", list_command, "show what is allowed and what is here").add_argument(
        "--json", action="store_true", help="as JSON, for programs"
    )
    _add(commands, "path", path_command, "print the folder the files are in")
    _add(commands, "pin", pin_command, "for maintainers: write the manifest of this checkout anew")


def fetch_command(args: argparse.Namespace) -> int:
    """Make the assets complete."""
    manifest = load_manifest(args.assets_dir)
    fetched = fetch_assets(manifest, args.assets_dir, _mirrors(args))
    load_asset_set(args.assets_dir, manifest)
    new = f"{fetched.new_files} new, {human(fetched.new_size)}" if fetched.new_files else "nothing to fetch"
    print(f"All {fetched.files} files ({human(fetched.size)}) are in {args.assets_dir}: {new}.")
    return 0


def build_command(args: argparse.Namespace) -> int:
    """Compile the assets; a machine that can't is told so and serves the plain ones."""
    manifest = load_manifest(args.assets_dir)
    try:
        built = build_assets(manifest, args.assets_dir, _mirrors(args))
    except NoCompilerError as error:
        print(f"{error} The plain files are served; a sandbox takes about twice as long to start.")
        _images(manifest, args.assets_dir)
        return 0
    load_asset_set(args.assets_dir, manifest)
    for reason in built.left_plain:
        print(reason)
    if built.compiled:
        print(f"Compiled {built.compiled} of {built.archives} archives in {built.seconds:.0f} s.")
    else:
        print(f"All {built.archives} archives are compiled already.")
    _images(manifest, args.assets_dir)
    for profile in args.profile or [None, "core"]:
        _snapshot(args.assets_dir, profile)
    return 0


def _images(manifest: Manifest, assets_dir: Path) -> None:
    """Lay packages out as sandboxes mount them."""
    started = time.monotonic()
    if made := build_images(manifest, assets_dir):
        print(f"Laid out {made} packages in {time.monotonic() - started:.0f} s.")


def _snapshot(assets_dir: Path, profile: str | None) -> None:
    """Make a snapshot, or say why there is none."""
    from belljar.prepare.capture import NoSnapshotError, make_snapshot  # needs the whole server
    from belljar.settings import load_settings

    settings = load_settings({"assets_dir": assets_dir, "profile": profile})
    try:
        made = make_snapshot(settings)
    except (NoSnapshotError, FrontendError) as error:
        print(f"{error} Sandboxes install their packages at each start, which takes several times as long.")
        return
    name = " ".join(settings.profile) or "core"
    if made.new:
        print(f"Made the snapshot of {name} ({human(made.size)}) in {made.seconds:.0f} s.")
    else:
        print(f"The snapshot of {name} is there already.")


def add_command(args: argparse.Namespace) -> int:
    """Extend this machine's allowlist, and compile what is new if the rest is compiled."""
    own = read_manifest(packaged(MANIFEST_NAME))
    added = add_packages(args.target, own, args.assets_dir, _mirrors(args))
    for package in added:
        print(f"Added {package.name} {package.version} ({human(package.file.size)}).")
    manifest = load_manifest(args.assets_dir)
    if compiled_files(Store(args.assets_dir), own):
        try:
            build_assets(manifest, args.assets_dir, _mirrors(args))
        except NoCompilerError as error:
            print(f"{error} What was added is served as it is.")
    if find_images(Store(args.assets_dir)):
        _images(manifest, args.assets_dir)
    return 0


def remove_command(args: argparse.Namespace) -> int:
    """Shrink this machine's allowlist."""
    remove_packages(args.name, read_manifest(packaged(MANIFEST_NAME)), args.assets_dir)
    print(f"Removed {', '.join(args.name)}.")
    return 0


def verify_command(args: argparse.Namespace) -> int:
    """Hash everything, compiled files included."""
    manifest, store = load_manifest(args.assets_dir), Store(args.assets_dir)
    images = [entry for image in find_images(store).values() for entry in image.files]
    built = (*compiled_files(store, manifest).values(), *images)
    damaged = 0
    for entry in (*manifest.files, *built):
        state = store.state(entry, rehash=True)
        if state != "ok":
            damaged += 1
            store.discard(entry)
            print(
                f"{entry.name} is {state}."
                if state == "absent"
                else f"{entry.name} was damaged and is removed."
            )
    store.save()
    if damaged:
        print("Run `belljar assets fetch` and `belljar assets build` to get them back.")
        return 1
    total = sum(entry.size for entry in (*manifest.files, *built))
    print(f"All {len(manifest.files) + len(built)} files ({human(total)}) have the hashes they must have.")
    return 0


def list_command(args: argparse.Namespace) -> int:
    """The allowlist as a table or as JSON."""
    manifest, store = load_manifest(args.assets_dir), Store(args.assets_dir)
    rows = _rows(manifest, store)
    if args.json:
        print(json.dumps({"pyodide": manifest.pyodide, "packages": rows}, indent=2))
        return 0
    width = max(len(row["name"]) for row in rows)
    versions = max(len(row["version"]) for row in rows)
    print(f"Pyodide {manifest.pyodide} and {len(rows)} packages in {args.assets_dir}")
    for row in rows:
        state = "" if row["here"] == "ok" else f"  {row['here']}"
        size = human(row["size"])
        columns = (f"{row['name']:<{width}}", f"{row['version']:<{versions}}", f"{size:>8}", row["loaded"])
        print(f"  {'  '.join(columns)}{state}".rstrip())
    return 0


def path_command(args: argparse.Namespace) -> int:
    """Where the files are."""
    print(args.assets_dir)
    return 0


def pin_command(args: argparse.Namespace) -> int:
    """Write manifest and build requirements of the checkout anew."""
    from belljar.assets.pin import pin, pin_tools  # only maintainers need it

    folder = checkout_dir()
    if folder is None:
        raise AssetError(
            "`belljar assets pin` writes the manifest of a checkout, and this belljar is not in one."
        )
    progress = Progress()
    manifest, tools = pin(progress.note), pin_tools(progress.note)
    write_atomically(folder / MANIFEST_NAME, write_manifest(manifest))
    write_atomically(folder / REQUIREMENTS_NAME, tools)
    print(f"Pinned Pyodide {manifest.pyodide} and {len(manifest.packages)} packages in {folder}.")
    return 0


def _rows(manifest: Manifest, store: Store) -> list[dict[str, Any]]:
    profiles = {name: set(manifest.closure(load)) for name, load in manifest.profiles.items()}
    return [
        {
            "name": name,
            "version": package.version,
            "size": package.file.size,
            "sha256": package.file.sha256,
            "origin": package.origin,
            "imports": list(package.imports),
            "depends": list(package.depends),
            "loaded": _loaded(name, profiles),
            "here": store.state(package.file),
        }
        for name, package in sorted(manifest.packages.items())
    ]


def _loaded(name: str, profiles: Mapping[str, set[str]]) -> str:
    return (
        ", ".join(f"profile {profile}" for profile, names in profiles.items() if name in names) or "on demand"
    )


def _add(commands: Any, name: str, func: Command, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    parser.add_argument(
        "--assets-dir",
        type=lambda text: Path(text).expanduser().resolve(),
        default=default_assets_dir(),
        metavar="FOLDER",
        help="where the files are kept (default: %(default)s; BELLJAR_ASSETS_DIR sets it)",
    )
    parser.set_defaults(func=func)
    return parser


def _add_mirror(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL|FOLDER",
        help="a place to ask first; may be given several times (BELLJAR_MIRROR names one, too)",
    )


def _mirrors(args: argparse.Namespace) -> list[str]:
    configured = os.environ.get("BELLJAR_MIRROR")
    return [*args.mirror, *([configured] if configured else [])]


def main() -> int:
    """`python -m belljar.assets`: the same commands without the server."""
    parser = argparse.ArgumentParser(prog="python -m belljar.assets")
    add_parsers(parser.add_subparsers(required=True))
    args = parser.parse_args(["assets", *sys.argv[1:]])
    try:
        return int(args.func(args))
    except AssetError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 1
