"""Serve: the server process, from the runtime's files to the last request."""

from __future__ import annotations

import errno
import ipaddress
import logging
import math
import socket
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette

from belljar.app import create_app
from belljar.assets import load_asset_set, load_manifest
from belljar.assets.build import build_assets
from belljar.assets.fetch import fetch_assets
from belljar.connections import limited
from belljar.errors import AssetError, BelljarError
from belljar.settings import Settings


def prepare_assets(settings: Settings, mirrors: Sequence[str] = ()) -> None:
    """Makes the runtime's files ready: fetches what is missing and, after a fetch, compiles it to byte-code.

    Takes no network when all is there. A machine that cannot compile serves the plain files.

    Raises:
        AssetError: Files could not be had; says which, and what to do.
    """
    try:
        assets = load_asset_set(settings.assets_dir)
    except AssetError:
        manifest = load_manifest(settings.assets_dir)
        fetch_assets(manifest, settings.assets_dir, mirrors)
        try:
            build_assets(manifest, settings.assets_dir, mirrors)
        except AssetError as error:
            print(f"{error} The plain files are served; a sandbox takes about twice as long to start.")
        return
    if not assets.bytecode:
        print("Not everything is compiled to byte-code: `belljar assets build` makes sandboxes start faster.")


def run(settings: Settings) -> int:
    """Serves until interrupted, and gives the exit code.

    Raises:
        BelljarError: The address cannot be had, or a setting asks for what is not there.
    """
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    app = create_app(settings)
    for problem in app.state.site.problems():
        print(f"Not everything can be served: {problem}")
    with _listen(settings) as listener:
        print(f"belljar serves on {address(settings, listener.getsockname()[1])}", flush=True)
        if not is_loopback(settings.host):
            print(
                "Browsers run the sandbox only on secure origins: other machines need https in front of this "
                "(a proxy), and their pages on plain http will say so.",
                flush=True,
            )
        config = configure(app, settings)
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def configure(app: Starlette, settings: Settings) -> uvicorn.Config:
    """What uvicorn is told: one protocol, ours, with the limits of the settings, and no WebSocket at all."""
    limits = settings.connections
    return uvicorn.Config(
        app,
        http=limited(limits),
        ws="none",
        h11_max_incomplete_event_size=limits.header_bytes,
        timeout_keep_alive=max(1, math.ceil(limits.keep_alive)),
        timeout_graceful_shutdown=3,
        log_level=settings.log_level,
        log_config=None,
        access_log=settings.log_level in {"info", "debug"},
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.forwarded_allow_ips),
    )


def address(settings: Settings, port: int) -> str:
    """The URL to open: a listener on every address is reached on this machine's own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - only compared
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host: its pages are secure origins without https."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _listen(settings: Settings) -> socket.socket:
    """A listening socket of our own, so that a taken port is a sentence and not a log line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            raise BelljarError(
                f"Port {settings.port} on {settings.host} is taken by another program. "
                "Choose another one: `belljar serve --port 8001`, or `make serve PORT=8001`."
            ) from None
        if error.errno == errno.EACCES:
            raise BelljarError(f"Listening on {where} is not permitted. Choose a port above 1023.") from None
        raise BelljarError(f"Listening on {where} failed: {error.strerror or error}.") from None
