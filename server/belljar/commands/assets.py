"""Assets: `belljar assets ...`: the runtime's files. Each command gives the process's exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from belljar.assets import builds
from belljar.assets.add import add_packages, remove_packages
from belljar.assets.bytecode import compiled_files
from belljar.assets.images import find_images
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
from belljar.assets.store import Store, write_atomically
from belljar.commands.arguments import add_mirror, mirrors
from belljar.errors import AssetError, BelljarError
from belljar.prepare import pipeline
from belljar.prepare.events import Event
from belljar.settings import load_settings

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
    add_mirror(fetch)
    fetch.add_argument(
        "--builds",
        choices=("proven", "newer"),
        help="of packages: those that belljar was tested with, or those of the Pyodide that runs here, which "
        "only its own distribution has; what was chosen stays until the other is",
    )
    build = _add(
        commands,
        "build",
        build_command,
        "compile the files to byte-code and make a snapshot: sandboxes start many times faster",
    )
    add_mirror(build)
    build.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="make the snapshot of this profile (core, pandas, data, science) instead of the one that is "
        "served and those within it; may be given several times",
    )
    build.add_argument(
        "--all",
        action="store_true",
        help="make every compressed copy now, the best ones: minutes of a processor, which a server spends "
        "once somebody asks for a file",
    )
    add = _add(commands, "add", add_command, "allow further packages on this machine, with all they need")
    add.add_argument("target", nargs="+", metavar="NAME|WHEEL|FOLDER", help="what to add")
    add_mirror(add)
    remove = _add(commands, "remove", remove_command, "take added packages off this machine's allowlist")
    remove.add_argument("name", nargs="+", metavar="NAME", help="what to remove")
    _add(commands, "verify", verify_command, "hash every file again; damaged ones are named")
    _add(commands, "list", list_command, "show what is allowed and what is here").add_argument(
        "--json", action="store_true", help="as JSON, for programs"
    )
    _add(commands, "path", path_command, "print the folder the files are in")
    pin = _add(commands, "pin", pin_command, "for maintainers: write the manifest of this checkout anew")
    pin.add_argument("--upgrade", action="store_true", help="take the newest of packages from PyPI, too")


def fetch_command(args: argparse.Namespace) -> int:
    """Make the assets complete."""
    if args.builds == "newer":
        builds.newest(read_manifest(packaged(MANIFEST_NAME)), args.assets_dir, mirrors(args))
    elif args.builds == "proven":
        builds.proven(args.assets_dir)
    return _tell(pipeline.fetch(args.assets_dir, mirrors(args)))


def build_command(args: argparse.Namespace) -> int:
    """Compile the assets, lay them out and make snapshots; a machine that can't is told so."""
    settings = [
        load_settings({"assets_dir": args.assets_dir, "profile": profile})
        for profile in args.profile or [None]
    ]
    wanted = settings if args.profile else pipeline.starts(settings[0])
    code = _tell(pipeline.build(wanted, mirrors(args)))
    return _tell(pipeline.compress(settings[0])) if args.all else code


def _tell(events: Iterable[Event]) -> int:
    """Print what happens while it happens, each sentence once."""
    said: set[str] = set()
    for event in events:
        if (sentence := str(event)) not in said:
            said.add(sentence)
            print(sentence, flush=True)
    return 0


def add_command(args: argparse.Namespace) -> int:
    """Extend this machine's allowlist, and compile what is new if the rest is compiled."""
    own = read_manifest(packaged(MANIFEST_NAME))
    added = add_packages(args.target, own, args.assets_dir, mirrors(args))
    for package in added:
        print(f"Added {package.name} {package.version} ({human(package.file.size)}).")
    return _tell(pipeline.extend(own, args.assets_dir, mirrors(args)))


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
    _list_copies(manifest, store)
    return 0


def _list_copies(manifest: Manifest, store: Store) -> None:
    """How far the compressed copies are: those of packages come when first asked for."""
    images = list(find_images(store).values())
    folder = store.root / "encoded"
    copies = list(folder.iterdir()) if folder.is_dir() else []
    done = {path.name.split(".")[0] for path in copies}
    compressed = sum(image.code.sha256 in done for image in images)
    size = human(sum(path.stat().st_size for path in copies))
    if not images:
        return
    print(
        f"Laid out {len(images)} packages, {compressed} of them compressed ({size} of copies in all). "
        "Others are made when first asked for, or all by `belljar assets build --all`."
    )


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
    pinned = {} if args.upgrade else read_manifest(folder / MANIFEST_NAME).packages
    kept = {name: package.version for name, package in pinned.items() if package.origin == "pypi"}
    manifest, tools = pin(progress.note, kept), pin_tools(progress.note)
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


def main() -> int:
    """`python -m belljar.assets`: the same commands without the server."""
    parser = argparse.ArgumentParser(prog="python -m belljar.assets")
    add_parsers(parser.add_subparsers(required=True))
    args = parser.parse_args(["assets", *sys.argv[1:]])
    try:
        return int(args.func(args))
    except BelljarError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 1
