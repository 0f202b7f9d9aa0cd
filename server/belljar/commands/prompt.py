"""Prompt: `belljar prompt`: what a language model has to know about the sandbox."""

from __future__ import annotations

import argparse
import json

from belljar.answers.blocks import PROVIDERS
from belljar.commands.arguments import add_assets_dir, add_config
from belljar.settings import load_settings
from belljar.tools import definitions
from belljar.web.policy import Policy


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "prompt",
        help="print what a language model has to know about the sandbox",
        description="Prints text for a system prompt, written from this server's own policy.",
    )
    add_config(parser)
    add_assets_dir(parser)
    parser.add_argument(
        "--tools",
        choices=PROVIDERS,
        metavar="PROVIDER",
        help=f"print the tools' definitions as JSON instead, for one of: {', '.join(PROVIDERS)}",
    )
    parser.set_defaults(func=prompt_command)


def prompt_command(args: argparse.Namespace) -> int:
    """Prints what was asked for.

    Raises:
        BelljarError: A setting can't be, or the runtime's files are not there.
    """
    if args.tools:
        print(json.dumps(definitions(args.tools), indent=2))
    else:
        print(Policy.load(load_settings(config=args.config)).prompt())
    return 0
