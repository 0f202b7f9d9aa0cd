"""Serve: `belljar serve`: the server, after the runtime's files were made ready."""

from __future__ import annotations

import argparse
from typing import Any

from belljar import options
from belljar.assets.progress import Progress
from belljar.commands.arguments import add_config, add_mirror, mirrors
from belljar.errors import SettingsError
from belljar.prepare import pipeline
from belljar.prepare.events import Here
from belljar.settings import load_settings, settable
from belljar.web import serve
from belljar.web.setup import Setup


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "serve",
        help="serve the page and the sandbox",
        description="Serves the page and the sandbox from the first second on, and makes the runtime's "
        "missing files ready meanwhile.",
        epilog=(
            "Each setting can also stand in the environment (BELLJAR_MAX_TIMEOUT=60) or in belljar.toml "
            "(max_timeout = 60). Flags win over the environment, the environment over the file."
        ),
    )
    add_config(parser)
    parser.add_argument(
        "--no-fetch", action="store_true", help="serve what is here; take no network at the start"
    )
    add_mirror(parser)
    for item in settable():
        flag = f"--{item.name.replace('_', '-')}"
        # `--readonly` alone says as much as `--readonly on`.
        bare: dict[str, Any] = (
            {"nargs": "?", "const": "on"} if item.metadata["parse"] is options.switch else {}
        )
        parser.add_argument(
            flag, dest=item.name, metavar=item.metadata["metavar"], help=item.metadata["help"], **bare
        )
    parser.set_defaults(func=serve_command)


def serve_command(args: argparse.Namespace) -> int:
    """Serves until interrupted, and gives the exit code; what is missing is made ready meanwhile.

    Raises:
        BelljarError: A setting can't be, files can't be had, or the address is taken.
    """
    flags = {item.name: getattr(args, item.name) for item in settable()}
    settings = load_settings(flags, config=args.config)
    if settings.notebook is not None and not settings.notebook.is_file():
        raise SettingsError(f"notebook is {settings.notebook}, and there is no such file.")
    if args.no_fetch:
        return serve.run(settings)
    pipeline.check(settings)

    def prepare(setup: Setup) -> None:
        said: set[str] = set()
        progress = Progress(told=setup.told)
        for event in pipeline.ready(settings, mirrors(args), progress=progress, build_missing=True):
            if isinstance(event, Here):
                setup.end()  # from now on visitors can run cells
            if (sentence := str(event)) not in said:
                said.add(sentence)
                print(sentence, flush=True)

    return serve.run(settings, prepare)
