"""Arguments: what several commands take, said once: their flags, and the numbers they are given."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

N = TypeVar("N", int, float)


def add_config(parser: argparse.ArgumentParser) -> None:
    """The flag that names a file with settings."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file with settings (default: belljar.toml)"
    )


def add_backend(parser: argparse.ArgumentParser) -> None:
    """The flag that names a backend."""
    parser.add_argument(
        "--backend", default="headless", metavar="NAME|URL", help="where code runs (default: %(default)s)"
    )


def add_assets_dir(parser: argparse.ArgumentParser) -> None:
    """The flag that names the folder of the runtime's files, for commands without settings as flags."""
    parser.add_argument(
        "--assets-dir",
        type=lambda text: Path(text).expanduser().resolve(),
        metavar="FOLDER",
        help="where the runtime's files are kept (BELLJAR_ASSETS_DIR sets it, too)",
    )


@contextlib.contextmanager
def chosen_folder(args: argparse.Namespace) -> Iterator[None]:
    """The folder of `--assets-dir` for all that a command does: for servers that it starts, too."""
    folder, name = getattr(args, "assets_dir", None), "BELLJAR_ASSETS_DIR"
    before = os.environ.get(name)
    if folder is not None:
        os.environ[name] = str(folder)
    try:
        yield
    finally:
        if folder is not None:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before


def add_seconds(parser: argparse.ArgumentParser, flag: str, text: str, default: float | None = None) -> None:
    """A flag that takes a time in seconds; its help says the default where there is one."""
    told = text if default is None else f"{text} (default: %(default)g)"
    parser.add_argument(flag, type=seconds, default=default, metavar="SECONDS", help=told)


def add_mirror(parser: argparse.ArgumentParser) -> None:
    """The flag that names places to fetch the runtime's files from; `mirrors` reads it."""
    parser.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL|FOLDER",
        help="a place to fetch the runtime's files from first; may be given several times (BELLJAR_MIRROR "
        "names one, too)",
    )


def mirrors(args: argparse.Namespace) -> list[str]:
    """The mirrors of the command line and the environment."""
    configured = os.environ.get("BELLJAR_MIRROR")
    return [*args.mirror, *([configured] if configured else [])]


def seconds(text: str) -> float:
    """A time in seconds."""
    return _number(float, text, lambda value: 0 < value < float("inf"), "more than 0 seconds")


def none_or_more(text: str) -> int:
    """How many of something there may be."""
    return _number(int, text, lambda value: value >= 0, "0 or more")


def one_or_more(text: str) -> int:
    """How many of something there are."""
    return _number(int, text, lambda value: value >= 1, "1 or more")


def port(text: str) -> int:
    """A TCP port."""
    return _number(int, text, lambda value: 0 <= value < 65536, "less than 65536; 0 is any free one")


def _number(kind: Callable[[str], N], text: str, allowed: Callable[[N], bool], says: str) -> N:
    try:
        value = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not allowed(value):
        raise argparse.ArgumentTypeError(f"must be {says}, not {text}")
    return value
