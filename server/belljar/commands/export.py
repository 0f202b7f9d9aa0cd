"""`belljar export OUT`: everything a server hands out, as a folder for any file host."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from belljar.assets.paths import load_manifest
from belljar.assets.progress import human
from belljar.commands.arguments import add_assets_dir, add_config, add_mirror, mirrors
from belljar.errors import CellsError
from belljar.export import Exported, export
from belljar.prepare import pipeline
from belljar.settings import Settings, load_settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "export",
        help="write a folder that any file host serves, without a server",
        description="Writes what a server hands out into a folder for a file host: GitHub Pages, Netlify, "
        "a bucket, `python -m http.server`. Nothing in it needs Python or Node to be seen.",
        epilog="The other settings are those of `belljar serve`, from the environment and belljar.toml.",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder; made if it is not there")
    parser.add_argument("--profile", metavar="PROFILE", help="what is loaded before a sandbox is ready")
    parser.add_argument(
        "--packages", metavar="LIST", help="the only packages that may be imported, with all they need"
    )
    parser.add_argument(
        "--embedders", metavar="LIST", help='origins of other sites whose pages use it; "*" is any'
    )
    parser.add_argument(
        "--cells",
        type=Path,
        metavar="DOCS",
        help="take the packages that the cells of a docs folder import, and those of --packages besides",
    )
    parser.add_argument("--page", action="store_true", help="with the notebook page, as index.html")
    parser.add_argument(
        "--offline", action="store_true", help="the page works without network after one visit"
    )
    parser.add_argument(
        "--smallest",
        action="store_const",
        const=True,
        help="make the best copies in Brotli, for hosts that send them: minutes of a processor, once",
    )
    add_config(parser)
    add_assets_dir(parser)
    add_mirror(parser)
    parser.add_argument("--no-fetch", action="store_true", help="take what is here; take no network")
    parser.set_defaults(func=_export)


def _export(args: argparse.Namespace) -> int:
    flags = {name: getattr(args, name) for name in ("profile", "packages", "embedders", "smallest")}
    settings = load_settings(flags, config=args.config)
    if args.cells is not None:
        settings = for_cells(settings, args)
    if not args.no_fetch:
        for event in pipeline.ready(settings, mirrors(args)):
            if event.amiss:
                print(event)
        for event in pipeline.snapshots(pipeline.starts(settings)):
            print(event)
    exported = export(settings, args.out, page=args.page, offline=args.offline, say=_progress)
    _report(args.out, exported)
    return 0


def for_cells(settings: Settings, args: argparse.Namespace) -> Settings:
    """Settings with the packages that cells need, and with a profile of no others."""
    # Late: it comes with what drives browsers.
    from belljar.cells import find_documents, needs_of

    documents = find_documents(args.cells)
    if not documents:
        raise CellsError(
            f"{args.cells} has no cells. Without --cells everything that is allowed is exported."
        )
    manifest = load_manifest(settings.assets_dir)
    needs = needs_of(documents, {name: package.imports for name, package in manifest.packages.items()})
    for module, place in needs.unknown.items():
        print(f"{place} imports {module}, which belljar does not have.")
    profile = settings.profile if args.profile is not None else _profile(needs.packages, manifest.profiles)
    # A profile is a name, or a list of packages.
    first = manifest.profiles.get(profile[0], profile) if len(profile) == 1 else profile
    packages = tuple(sorted({*needs.packages, *(settings.packages or ()), *first}))
    cells = sum(len(document.cells) for document in documents)
    print(f"{cells} cells need {', '.join(needs.packages) or 'nothing but Python'}.")
    return replace(settings, packages=packages, profile=profile)


def _profile(needed: Sequence[str], profiles: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The largest profile that brings nothing which no cell needs, but what installs packages."""
    enough = {*needed, "micropip"}
    fitting = {name: wanted for name, wanted in profiles.items() if wanted and enough.issuperset(wanted)}
    return (max(fitting, key=lambda name: len(fitting[name])),) if fitting else ("core",)


def _progress(done: str) -> None:
    """One line that is written over, where somebody looks."""
    if sys.stderr.isatty():
        count, _, path = done.partition(": ")
        print(f"\r\x1b[KCompressed {count}: {path[-60:]}", end="", file=sys.stderr, flush=True)


def _report(out: Path, exported: Exported) -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    print(f"{len(exported.files)} files, {human(exported.size)} with their compressed copies, are in {out}.")
    for what, belongs in (
        ("snapshots", "/snapshot-"),
        ("packages", (".whl", "-code.bin", "-rest.bin")),
    ):
        found = {path: size for path, size in exported.files.items() if _belongs(path, belongs)}
        if found:
            coded = " or ".join(
                f"{human(sum(sizes.get(path, size) for path, size in found.items()))} ({coding})"
                for coding, sizes in exported.twins.items()
            )
            print(f"  {what}: {len(found)} files, {human(sum(found.values()))}, {coded} on the wire")
    print(f"Try it: python -m http.server --directory {out}")


def _belongs(path: str, sign: str | tuple[str, ...]) -> bool:
    return path.endswith(sign) if isinstance(sign, tuple) else sign in path
