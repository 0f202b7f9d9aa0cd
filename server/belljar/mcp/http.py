"""MCP over HTTP: at `/mcp` behind a bearer token, until a signal ends it, with every call answered."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import math
import os
import secrets
import signal
import socket
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from belljar.errors import BelljarError, SettingsError
from belljar.http.connections import limited
from belljar.http.listener import Listener, allow_descriptors
from belljar.settings import Connections

#: Bearer token that clients send.
TOKEN = "BELLJAR_MCP_TOKEN"  # noqa: S105 - the variable's name
#: Shortest token that is taken, in characters: a guessed one runs code here.
_TOKEN_CHARS = 16
#: Sessions open at the same time; ids that are known: those whose session has ended unheard are among them.
_SESSIONS = 1000
_IDS = 10 * _SESSIONS
#: Where a request's scope says whose session it belongs to.
SESSION = "belljar.session"
#: Seconds that the last answers have to leave.
_LAST_WORDS = 0.5


class BearerOnly:
    """Lets only requests with the token through."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 401 where the token is missing or wrong."""
        given = dict(scope.get("headers", [])).get(b"authorization", b"")
        if scope["type"] != "lifespan" and not hmac.compare_digest(given, self._expected):
            says = {"error": "This server wants its bearer token in the header Authorization."}
            response = JSONResponse(says, 401, {"WWW-Authenticate": 'Bearer realm="belljar"'})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Sessions:
    """Says which requests belong to a session that this server has opened, and hears when one ends.

    The header alone says nothing: anybody can send any. It counts where this server gave out that id, in
    answer to `initialize`, and where the request's protocol has sessions at all. As all requests carry the
    one bearer token, an id belongs to who holds it.

    Args:
        app: The protocol's app.
        ended: Hears the id of a session that its client, or time, has ended.
    """

    def __init__(self, app: ASGIApp, ended: Callable[[str], None]) -> None:
        self._app = app
        self._ended = ended
        self._ids: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Marks the request with its session, None where it has none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given, version = headers.get("mcp-session-id"), headers.get("mcp-protocol-version")
        handshake = version is None or version in HANDSHAKE_PROTOCOL_VERSIONS
        session = given if handshake and given in self._ids else None
        if session is not None:
            self._ids.move_to_end(session)

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start" and handshake:
                self._answered(scope["method"], given, message)
            await send(message)

        await self._app({**scope, SESSION: session}, receive, heard)

    def _answered(self, method: str, given: str | None, message: Message) -> None:
        status, opened = message["status"], Headers(raw=message["headers"]).get("mcp-session-id")
        if given is None:
            if opened is not None and status < 400:
                self._ids[opened] = None
                if len(self._ids) > _IDS:
                    self._end(next(iter(self._ids)))
        elif given in self._ids and (status == 404 or (method == "DELETE" and status < 300)):
            self._end(given)

    def _end(self, session: str) -> None:
        del self._ids[session]
        self._ended(session)


async def serve_http(
    server: Server[Any],
    close: Callable[[], Awaitable[None]],
    ended: Callable[[str], None],
    *,
    host: str,
    port: int,
    allowed_hosts: Sequence[str] = (),
    limits: Connections,
) -> int:
    """Serves until a signal comes, and gives the exit code: 128 and the signal's number.

    Args:
        server: The protocol's server.
        close: Ends all runs, so that their calls are answered.
        ended: Hears the id of a session that has ended.
        host: Address to listen on.
        port: Port to listen on; 0 is any free one.
        allowed_hosts: Further names under which clients reach it.
        limits: What clients may cost.

    Raises:
        SettingsError: The token is too short.
        BelljarError: The address can't be had.
    """
    token = _token()
    names = [host, "127.0.0.1", "localhost", "[::1]", *allowed_hosts]
    hosts = [*names, *(f"{name}:*" for name in names)]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"{scheme}://{name}" for name in hosts for scheme in ("http", "https")],
    )
    app = server.streamable_http_app(host=host, transport_security=security, max_sessions=_SESSIONS)
    config = configure(BearerOnly(Sessions(app, ended), token), limits)
    allow_descriptors(limits.max_connections)
    with _listen(host, port) as listener:
        named = f"[{host}]" if ":" in host else host
        print(
            f"belljar: serving MCP at http://{named}:{listener.getsockname()[1]}/mcp",
            file=sys.stderr,
            flush=True,
        )
        return await _EndingWell(config, close).until_a_signal(listener)


def configure(app: ASGIApp, limits: Connections) -> uvicorn.Config:
    """What uvicorn is told: the same protocol and limits as `belljar serve` has."""
    return uvicorn.Config(
        app,
        http=limited(limits),
        loop="asyncio",
        ws="none",
        h11_max_incomplete_event_size=limits.header_bytes,
        timeout_keep_alive=max(1, math.ceil(limits.keep_alive)),
        # A client that stays connected must not hold up the end.
        timeout_graceful_shutdown=5,
        log_level="warning",
        server_header=False,
    )


class _EndingWell(uvicorn.Server):
    """A server that answers its calls before it hangs up.

    On a signal uvicorn (and sse-starlette with it) would first end the streams that the answers have to take.
    """

    def __init__(self, config: uvicorn.Config, close: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._close = close
        self._leaving: asyncio.Task[None] | None = None
        self._signal = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leaves the signals to `until_a_signal`."""
        yield

    async def until_a_signal(self, listener: socket.socket) -> int:
        """Serves, and gives the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told, number)
        await self.serve(sockets=[listener])
        if self._leaving is not None:
            await self._leaving
        return 128 + self._signal if self._signal else 0

    def _told(self, number: int) -> None:
        if self._leaving is None:
            self._signal = number
            self._leaving = asyncio.get_running_loop().create_task(self._leave(number))
        else:
            # Who asks twice doesn't want to wait.
            self.force_exit = self.should_exit = True

    async def _leave(self, number: int) -> None:
        try:
            await self._close()
            await asyncio.sleep(_LAST_WORDS)
        finally:
            # The name by which sse-starlette hears of the end, too, and closes streams that stand open.
            self.handle_exit(number, None)


def _token() -> str:
    token = os.environ.get(TOKEN, "")
    if token and len(token) < _TOKEN_CHARS:
        raise SettingsError(f"{TOKEN} must have {_TOKEN_CHARS} characters or more.")
    if not token:
        token = secrets.token_urlsafe(32)
        print(f"belljar: {TOKEN} is not set; this run's token is {token}", file=sys.stderr, flush=True)
    return token


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket of our own, so that a taken port is a sentence and no traceback."""
    try:
        return Listener.on(host, port)
    except OSError as error:
        raise BelljarError(
            f"MCP can't be served at {host}:{port} ({error.strerror or error}). Choose another --port or "
            "--host."
        ) from None
