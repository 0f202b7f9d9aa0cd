"""Command line: `belljar serve | assets | version`.

Exit codes: 0 done, 1 something could not be done (a sentence on stderr says what), 2 the command or a setting
is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import belljar
from belljar import serve
from belljar.assets import commands as assets_commands
from belljar.errors import BelljarError, SettingsError
from belljar.settings import load_settings, settable


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        return int(args.func(args))
    except SettingsError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 2
    except BelljarError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; each subcommand sets `func(args) -> exit code`."""
    parser = argparse.ArgumentParser(
        prog="belljar",
        description="Runs untrusted Python in the reader's own browser, sealed off from everything.",
    )
    parser.add_argument("--version", action="version", version=f"belljar {belljar.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serve(commands)
    assets_commands.add_parsers(commands)
    version = commands.add_parser("version", help="print the version", description="Prints the version.")
    version.set_defaults(func=_version)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        help="serve the page and the sandbox",
        description="Serves the page and the sandbox, after fetching the runtime's files if needed.",
        epilog=(
            "Each setting can also stand in the environment (BELLJAR_MAX_TIMEOUT=60) or in belljar.toml "
            "(max_timeout = 60). Flags win over the environment, the environment over the file."
        ),
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file with settings (default: belljar.toml)"
    )
    parser.add_argument(
        "--no-fetch", action="store_true", help="serve what is here; take no network at the start"
    )
    parser.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL|DIR",
        help="where to fetch the runtime's files from first; may be repeated (BELLJAR_MIRROR names one, too)",
    )
    for item in settable():
        flag = f"--{item.name.replace('_', '-')}"
        parser.add_argument(
            flag, dest=item.name, metavar=item.metadata["metavar"], help=item.metadata["help"]
        )
    parser.set_defaults(func=_serve)


def _serve(args: argparse.Namespace) -> int:
    flags = {item.name: getattr(args, item.name) for item in settable()}
    settings = load_settings(flags, config=args.config)
    if not args.no_fetch:
        mirror = os.environ.get("BELLJAR_MIRROR")
        serve.prepare_assets(settings, [*args.mirror, *([mirror] if mirror else [])])
    return serve.run(settings)


def _version(_: argparse.Namespace) -> int:
    print(f"belljar {belljar.__version__}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
