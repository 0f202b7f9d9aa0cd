"""Command line: `belljar serve | run | mcp | prompt | assets | version`.

Exit codes: 0 done, 1 something could not be done (a sentence on stderr says what), 2 the command or a setting
is wrong. `belljar run` ends as the code did; see `execution.EXIT_CODES`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import belljar
from belljar.answers.blocks import PROVIDERS
from belljar.commands import assets as assets_commands
from belljar.errors import BelljarError, SettingsError
from belljar.prepare import pipeline
from belljar.settings import load_settings, settable
from belljar.tools import definitions
from belljar.web import serve
from belljar.web.policy import Policy

N = TypeVar("N", int, float)

#: Oldest release of the protocol's SDK that `belljar mcp` works with, as `pyproject.toml` says.
_MCP = "2.3"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        code = int(args.func(args))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (`belljar assets list | head`). Python would complain once
        # more when it ends and flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SettingsError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 2
    except BelljarError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; each subcommand sets `func(args) -> exit code`."""
    parser = argparse.ArgumentParser(
        prog="belljar",
        description="Runs untrusted Python in the reader's own browser, sealed off from everything.",
    )
    parser.add_argument("--version", action="version", version=f"belljar {belljar.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serve(commands)
    _add_run(commands)
    _add_mcp(commands)
    _add_prompt(commands)
    assets_commands.add_parsers(commands)
    told = commands.add_parser("version", help="print the version", description="Prints the version.")
    told.set_defaults(func=_version)
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


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "run",
        help="run a Python file, sealed",
        description="Runs a Python file in a sealed sandbox, in a headless Chromium of this machine.",
        epilog=(
            "Exit codes: 0 it ran, 1 it raised (or what sys.exit said), 124 time was up, 130 interrupted, "
            "126 refused by the policy, 73 it ran but not every file came to --out, 134 Python or "
            "its browser crashed, 69 there is nowhere to run it, 2 the command is wrong."
        ),
    )
    parser.add_argument("script", metavar="SCRIPT", help="the file to run; - reads it from stdin")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="put this file beside the script, under its own name; may be repeated",
    )
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS", help="running time; loading never counts"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write figures and produced files here; into a folder that has other files only data comes",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="let data take the place of files that --out has already"
    )
    parser.add_argument("--json", action="store_true", help="print the whole execution as JSON, nothing else")
    parser.add_argument(
        "--backend", default="headless", metavar="NAME|URL", help="where to run it (default: headless)"
    )
    parser.set_defaults(func=_run)


def _add_mcp(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "mcp",
        help="serve sandboxes to clients of the Model Context Protocol",
        description="Serves the tools execute_python, list_files, read_file, write_file and reset: over "
        "stdio, or over HTTP at /mcp behind the bearer token of BELLJAR_MCP_TOKEN.",
    )
    parser.add_argument("--http", action="store_true", help="serve over streamable HTTP instead of stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address for --http (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8001, help="port for --http (default: %(default)s)")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="further name under which clients reach it, behind a proxy for instance (repeatable)",
    )
    parser.add_argument("--backend", default="headless", help="where code runs (default: %(default)s)")
    parser.add_argument(
        "--sandboxes",
        type=_one_or_more,
        default=4,
        metavar="N",
        help="open at the same time (default: %(default)s)",
    )
    parser.add_argument(
        "--queue",
        type=_none_or_more,
        default=100,
        metavar="N",
        help="clients that may wait for a sandbox, first come, first served; more are told so at once "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--queue-timeout",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="that a client waits for a sandbox (default: %(default)g)",
    )
    parser.add_argument(
        "--idle",
        type=_seconds,
        default=1800.0,
        metavar="SECONDS",
        help="without a call until a sandbox is closed (default: %(default)g)",
    )
    parser.set_defaults(func=_mcp)


def _mcp(args: argparse.Namespace) -> int:
    try:
        # Late: an extra.
        from belljar.mcp.server import mcp_command
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise SettingsError(_no_mcp()) from None
    except ImportError:
        raise SettingsError(_no_mcp()) from None
    return mcp_command(args)


def _no_mcp() -> str:
    """What is needed for `belljar mcp`, and what is there instead."""
    try:
        found = version("mcp")
    except PackageNotFoundError:
        return "`belljar mcp` needs an extra: pip install 'belljar[headless,mcp]'"
    return (
        f"`belljar mcp` needs the package mcp {_MCP} or newer; here is {found}, which another package may "
        f"have brought. Upgrade it (pip install --upgrade 'mcp>={_MCP}'), or install 'belljar[headless,mcp]' "
        "into an environment of its own."
    )


def _seconds(text: str) -> float:
    return _number(float, text, lambda value: 0 < value < float("inf"), "more than 0 seconds")


def _none_or_more(text: str) -> int:
    return _number(int, text, lambda value: value >= 0, "0 or more")


def _one_or_more(text: str) -> int:
    return _number(int, text, lambda value: value >= 1, "1 or more")


def _port(text: str) -> int:
    return _number(int, text, lambda value: 0 <= value < 65536, "less than 65536; 0 is any free one")


def _number(kind: Callable[[str], N], text: str, allowed: Callable[[N], bool], says: str) -> N:
    try:
        value = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not allowed(value):
        raise argparse.ArgumentTypeError(f"must be {says}, not {text}")
    return value


def _add_prompt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "prompt",
        help="print what a language model has to know about the sandbox",
        description="Prints text for a system prompt, written from this server's own policy.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file with settings (default: belljar.toml)"
    )
    parser.add_argument(
        "--tools",
        choices=PROVIDERS,
        metavar="PROVIDER",
        help=f"print the tools' definitions as JSON instead, for one of: {', '.join(PROVIDERS)}",
    )
    parser.set_defaults(func=_prompt)


def _prompt(args: argparse.Namespace) -> int:
    if args.tools:
        print(json.dumps(definitions(args.tools), indent=2))
    else:
        print(Policy.load(load_settings(config=args.config)).prompt())
    return 0


def _run(args: argparse.Namespace) -> int:
    # Late: only this command needs what drives browsers.
    from belljar.commands import run

    return run.run_command(args)


def _serve(args: argparse.Namespace) -> int:
    flags = {item.name: getattr(args, item.name) for item in settable()}
    settings = load_settings(flags, config=args.config)
    if not args.no_fetch:
        mirror = os.environ.get("BELLJAR_MIRROR")
        pipeline.prepare_assets(settings, [*args.mirror, *([mirror] if mirror else [])])
    return serve.run(settings)


def _version(_: argparse.Namespace) -> int:
    print(f"belljar {belljar.__version__}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
