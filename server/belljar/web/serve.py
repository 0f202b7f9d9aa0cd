"""Serve: the server process, from its listening socket to the last request."""

from __future__ import annotations

import errno
import ipaddress
import logging
import math
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette

from belljar.assets import children
from belljar.errors import BelljarError
from belljar.http.connections import limited
from belljar.http.listener import Listener, allow_descriptors
from belljar.settings import Settings
from belljar.tabs import MAX_MESSAGE
from belljar.web.app import create_app
from belljar.web.setup import Setup

log = logging.getLogger("belljar")


#: Makes ready what is missing, says so while it does, and raises `BelljarError` where it can't.
Prepare = Callable[[Setup], None]


def run(settings: Settings, prepare: Prepare | None = None) -> int:
    """Serves until interrupted, and gives the exit code.

    Args:
        prepare: What is to be done meanwhile, in a thread of its own; visitors are told how far it is.

    Raises:
        BelljarError: The address cannot be had, or a setting asks for what is not there.
    """
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    setup = Setup(lambda sentence: print(sentence, flush=True))
    app = create_app(settings, setup=setup)
    if prepare is None:
        _tell_problems(app)
    with _listen(settings) as listener:
        print(f"belljar serves on {address(settings, listener.getsockname()[1])}", flush=True)
        if not is_loopback(settings.host):
            print(
                "Browsers run the sandbox only on secure origins: other machines need https in front of this "
                "(a proxy), and their pages on plain http will say so.",
                flush=True,
            )
        preparing = threading.Thread(
            target=_prepared, args=(app, setup, prepare), name="belljar-setup", daemon=True
        )
        if prepare is not None:
            setup.begin()
            preparing.start()
        config = configure(app, settings)
        allow_descriptors(settings.connections.max_connections)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            if preparing.is_alive():
                _abandon(preparing)
    return 0


def _abandon(preparing: threading.Thread) -> None:
    """Ends what is being made ready, browsers and compilers among it; what was finished is kept."""
    children.end_all()
    preparing.join(5)
    children.forget_end()


def _prepared(app: Starlette, setup: Setup, prepare: Prepare | None) -> None:
    try:
        if prepare is not None:
            prepare(setup)
    except BelljarError as error:
        setup.end()
        print(f"belljar: {error}", file=sys.stderr)
        print(
            "Visitors are told that this server is not set up yet. Once the files are there (`belljar assets "
            "fetch`, in another terminal) they are served, without a restart.",
            file=sys.stderr,
            flush=True,
        )
    except Exception:
        setup.end()
        log.exception("The runtime's files could not be made ready")
    else:
        setup.end()
        _tell_problems(app)


def _tell_problems(app: Starlette) -> None:
    """What can't be served, once: what is said here is not logged again."""
    for problem in app.state.site.problems(told=True):
        print(f"Not everything can be served: {problem}", flush=True)


def configure(app: Starlette, settings: Settings) -> uvicorn.Config:
    """What uvicorn is told: one protocol, ours, with the limits of the settings; WebSockets only for tabs."""
    limits = settings.connections
    return uvicorn.Config(
        app,
        http=limited(limits),
        # uvloop, taken where it is installed, cannot send files without reading them.
        loop="asyncio",
        ws=_sockets(settings),
        ws_max_size=MAX_MESSAGE,
        # What compresses well could be small on the way and huge here.
        ws_per_message_deflate=False,
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


def _sockets(settings: Settings) -> Any:
    if not settings.tab_key:
        return "none"
    # Late: an extra.
    from belljar.tabs.sockets import limited_sockets

    return limited_sockets(settings.connections)


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
    try:
        return Listener.on(settings.host, settings.port)
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
