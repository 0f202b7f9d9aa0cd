"""Command line: `belljar serve | run | mcp | prompt | export | check | assets | version`.

Exit codes: 0 done, 1 something could not be done (a sentence on stderr says what), 2 the command or a setting
is wrong. `belljar run` ends as the code did; see `execution.EXIT_CODES`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import belljar
from belljar.commands import assets, check, export, mcp, prompt, run, serve
from belljar.commands.arguments import chosen_folder
from belljar.errors import BelljarError, CommandError, SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        with chosen_folder(args):
            code = int(args.func(args))
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (`belljar assets list | head`). Python would complain once
        # more when it ends and flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (CommandError, SettingsError) as error:
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
    serve.add_parser(commands)
    run.add_parser(commands)
    mcp.add_parser(commands)
    prompt.add_parser(commands)
    export.add_parser(commands)
    check.add_parser(commands)
    assets.add_parsers(commands)
    told = commands.add_parser("version", help="print the version", description="Prints the version.")
    told.set_defaults(func=_version)
    return parser


def _version(_: argparse.Namespace) -> int:
    print(f"belljar {belljar.__version__}")
    return 0
