"""MCP: `belljar mcp`: sandboxes for clients of the Model Context Protocol, if the extra is installed."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version

from belljar.commands.arguments import (
    add_assets_dir,
    add_backend,
    add_seconds,
    none_or_more,
    one_or_more,
    port,
)
from belljar.errors import SettingsError

#: Oldest release of the protocol's SDK that `belljar mcp` works with, as `pyproject.toml` says.
_OLDEST = "2.3"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "mcp",
        help="serve sandboxes to clients of the Model Context Protocol",
        description="Serves the tools execute_python, list_files, read_file, write_file and reset: over "
        "stdio, or over HTTP at /mcp behind the bearer token of BELLJAR_MCP_TOKEN.",
    )
    parser.add_argument("--http", action="store_true", help="serve over streamable HTTP instead of stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address for --http (default: %(default)s)")
    parser.add_argument("--port", type=port, default=8001, help="port for --http (default: %(default)s)")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="further name under which clients reach it, behind a proxy for instance (repeatable)",
    )
    add_backend(parser)
    add_assets_dir(parser)
    parser.add_argument(
        "--sandboxes",
        type=one_or_more,
        default=4,
        metavar="N",
        help="open at the same time (default: %(default)s)",
    )
    parser.add_argument(
        "--queue",
        type=none_or_more,
        default=100,
        metavar="N",
        help="clients that may wait for a sandbox, first come, first served; more are told so at once "
        "(default: %(default)s)",
    )
    add_seconds(parser, "--queue-timeout", "that a client waits for a sandbox", 120.0)
    add_seconds(parser, "--idle", "without a call until a sandbox is closed", 1800.0)
    parser.set_defaults(func=mcp_command)


def mcp_command(args: argparse.Namespace) -> int:
    """Serves until the client, or a signal, ends it, and gives the exit code.

    Raises:
        SettingsError: The extra is not installed, or is too old.
    """
    try:
        # Late: an extra.
        from belljar.mcp.server import serve_clients
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise SettingsError(_no_mcp()) from None
    except ImportError:
        raise SettingsError(_no_mcp()) from None
    return serve_clients(args)


def _no_mcp() -> str:
    """What is needed for `belljar mcp`, and what is there instead."""
    try:
        found = version("mcp")
    except PackageNotFoundError:
        return "`belljar mcp` needs an extra: pip install 'belljar[headless,mcp]'"
    return (
        f"`belljar mcp` needs the package mcp {_OLDEST} or newer; here is {found}, which another package may "
        f"have brought. Upgrade it (pip install --upgrade 'mcp>={_OLDEST}'), or install "
        "'belljar[headless,mcp]' into an environment of its own."
    )
