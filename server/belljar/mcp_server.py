"""MCP server: `belljar mcp`: the sandbox for any client of the Model Context Protocol.

Over stdio, one client and one sandbox. Over HTTP at `/mcp`, behind a bearer token, a sandbox for each client:
clients that keep a session have theirs by its id. The protocol since 2026-07-28 has no sessions; its clients
get a handle with their first answer and give it back as the argument `session`. The protocol is the official
SDK's; ours are the tools (`belljar.tools`), the sandboxes' lives, progress, and that a cancelled call
interrupts its run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hmac
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import mcp_types as types
import uvicorn
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import belljar
from belljar import tools
from belljar.backends import find_backend
from belljar.errors import AssetError, SettingsError
from belljar.policy import Policy
from belljar.sandbox import AsyncSandbox

#: Bearer token that clients send over HTTP.
TOKEN = "BELLJAR_MCP_TOKEN"  # noqa: S105 - the variable's name
#: Shortest token that is taken, in characters: a guessed one runs code here.
_TOKEN_CHARS = 16
#: Seconds between two signs of life of a run.
_BEAT = 2.0
#: Seconds that sandboxes have to close when the process was told to end.
_FAREWELL = 10.0
_SESSION = {
    "type": "string",
    "description": "Your session, as an earlier answer named it. Without it a new sandbox is opened.",
}

Context = ServerRequestContext[Any, Any]


class NoSuchSessionError(ValueError):
    """A handle that names no sandbox: it never did, or it was closed."""


@dataclass(slots=True)
class _Client:
    """A client's sandbox."""

    sandbox: AsyncSandbox
    calls: int = 0
    used: float = field(default_factory=time.monotonic)


class Clients:
    """The sandboxes of the clients, by key; those that nobody uses are closed.

    Args:
        make: Makes a sandbox.
        most: Sandboxes at most; the one that was idle longest makes room for a new one.
        idle: Seconds without a call after which a sandbox is closed.
    """

    def __init__(self, make: Callable[[], AsyncSandbox], most: int = 4, idle: float = 1800.0) -> None:
        if most < 1:
            raise ValueError(f"There must be room for one sandbox at least, not {most}.")
        self._make = make
        self._most = most
        self._idle = idle
        self._clients: dict[str, _Client] = {}

    @contextlib.asynccontextmanager
    async def use(self, key: str, *, known: bool = False) -> AsyncIterator[AsyncSandbox]:
        """The sandbox of a key, for the time of a call.

        Args:
            key: Whose.
            known: Whether there must be one already.

        Raises:
            NoSuchSessionError: There is none.
            ValueError: All sandboxes are at work.
        """
        await self._sweep()
        if key not in self._clients:
            if known:
                raise NoSuchSessionError(
                    "There is no such session: it was closed, or never opened. Leave out `session` to open a "
                    "new one; its variables and files are its own."
                )
            await self._make_room()
            self._clients[key] = _Client(self._make())
        client = self._clients[key]
        client.calls += 1
        try:
            yield client.sandbox
        finally:
            client.calls -= 1
            client.used = time.monotonic()

    async def close(self) -> None:
        """Closes all sandboxes."""
        for key in list(self._clients):
            await self._end(key)

    async def _sweep(self) -> None:
        now = time.monotonic()
        for key, client in list(self._clients.items()):
            if client.calls == 0 and now - client.used > self._idle:
                await self._end(key)

    async def _make_room(self) -> None:
        if len(self._clients) < self._most:
            return
        idle = [key for key, client in self._clients.items() if client.calls == 0]
        if not idle:
            raise ValueError(f"All {self._most} sandboxes of this server are at work. Try again later.")
        await self._end(min(idle, key=lambda key: self._clients[key].used))

    async def _end(self, key: str) -> None:
        client = self._clients.pop(key, None)
        if client is not None:
            await client.sandbox.close()


def build_server(clients: Clients, instructions: str | None = None) -> Server[Any]:
    """The protocol's server.

    Args:
        clients: The sandboxes.
        instructions: What clients tell their model about the sandbox.
    """

    async def list_tools(context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult.model_validate({"tools": _definitions(context)})

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        arguments = dict(params.arguments or {})
        handle = arguments.pop("session", None) if _handles(context) else None
        try:
            if handle is not None and not isinstance(handle, str):
                raise ValueError("The argument session must be a string.")
            key, named = handle or _key(context), handle
            if key is None:
                key = named = secrets.token_urlsafe(16)
            async with clients.use(key, known=handle is not None) as sandbox:
                answer = await _answer(context, sandbox, params.name, arguments)
        except ValueError as error:
            answer, named = tools.Answer(str(error), failed=True, structured={"error": str(error)}), None
        return _result(answer, named)

    return Server(
        "belljar",
        version=belljar.__version__,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


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


def mcp_command(args: argparse.Namespace) -> int:
    """Serves until the client goes or somebody ends it, and gives the exit code.

    Raises:
        SettingsError: The token or the backend can't be.
        AssetError: The runtime's files are not there.
    """
    try:
        return asyncio.run(_serve(args))
    except KeyboardInterrupt:
        return 130


async def _serve(args: argparse.Namespace) -> int:
    try:
        local = args.backend == "headless"
        backend = find_backend(args.backend, **({"pool": args.sandboxes} if local else {}))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    clients = Clients(lambda: AsyncSandbox(backend), args.sandboxes, args.idle)

    async def close() -> None:
        await clients.close()
        await backend.close()

    try:
        server = build_server(clients, _instructions(args.backend))
        await (_serve_http(server, args) if args.http else _serve_stdio(server, close))
    finally:
        with anyio.CancelScope(shield=True):
            await close()
    return 0


async def _serve_stdio(server: Server[Any], close: Callable[[], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    leaving: list[asyncio.Task[None]] = []

    async def leave(number: int) -> None:
        # Runs end with the sandboxes, and their answers go out while this waits.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(close(), _FAREWELL)
        await asyncio.sleep(0.1)
        # A thread waits for the client's next line, and nothing but the client can end that.
        os._exit(128 + number)

    def stop(number: int) -> None:
        leaving.append(loop.create_task(leave(number)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


async def _serve_http(server: Server[Any], args: argparse.Namespace) -> None:
    token = os.environ.get(TOKEN, "")
    if token and len(token) < _TOKEN_CHARS:
        raise SettingsError(f"{TOKEN} must have {_TOKEN_CHARS} characters or more.")
    if not token:
        token = secrets.token_urlsafe(32)
        print(f"belljar: {TOKEN} is not set; this run's token is {token}", file=sys.stderr)
    names = [args.host, "127.0.0.1", "localhost", "[::1]", *args.allowed_host]
    hosts = [*names, *(f"{name}:*" for name in names)]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")],
    )
    app = BearerOnly(
        server.streamable_http_app(host=args.host, transport_security=security, max_sessions=1000), token
    )
    # Runs are told of the end by the sandboxes' closing; a client that stays connected must not hold it up.
    config = uvicorn.Config(
        app, host=args.host, port=args.port, log_level="warning", timeout_graceful_shutdown=5
    )
    print(f"belljar: serving MCP at http://{args.host}:{args.port}/mcp", file=sys.stderr)
    await uvicorn.Server(config).serve()


def _instructions(backend: str) -> str | None:
    """The prompt of the policy, where the sandboxes are those of this machine's policy."""
    try:
        return Policy.load().prompt()
    except AssetError:
        if backend == "headless":
            raise
        return None


def _handles(context: Context) -> bool:
    """Whether this client needs a handle: over HTTP, without a session of the protocol."""
    return context.request is not None and _session_id(context) is None


def _session_id(context: Context) -> str | None:
    headers: Mapping[str, str] = getattr(context.request, "headers", {})
    return headers.get("mcp-session-id")


def _key(context: Context) -> str | None:
    """Whose sandbox it is, where the transport says so."""
    if context.request is None:
        return "stdio"
    session = _session_id(context)
    # Handles and ids must never be taken for each other.
    return None if session is None else f"id {session}"


def _definitions(context: Context) -> list[dict[str, Any]]:
    definitions = tools.definitions("mcp")
    if _handles(context):
        for tool in definitions:
            tool["inputSchema"]["properties"]["session"] = _SESSION
    return definitions


async def _answer(
    context: Context, sandbox: AsyncSandbox, name: str, arguments: Mapping[str, Any]
) -> tools.Answer:
    began, last = time.monotonic(), ""

    def heard(text: str) -> None:
        nonlocal last
        last = text.strip().rsplit("\n", 1)[-1][:200] or last

    async def signs_of_life() -> None:
        await context.session.report_progress(0, message="Starting Python")
        if await sandbox.opened():
            await context.session.report_progress(time.monotonic() - began, message="Python is ready")
        while True:
            await asyncio.sleep(_BEAT)
            passed = time.monotonic() - began
            said = f": {last}" if last else ""
            await context.session.report_progress(passed, message=f"Working for {passed:.0f} s{said}")

    beat = asyncio.create_task(signs_of_life())
    try:
        return await tools.call(sandbox, name, arguments, heard)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            await sandbox.interrupt()
        raise
    finally:
        beat.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await beat


def _result(answer: tools.Answer, session: str | None) -> types.CallToolResult:
    content, structured = answer.blocks("mcp"), dict(answer.structured)
    if session is not None:
        structured["session"] = session
        content.append(
            {"type": "text", "text": f'Your session is "{session}": give it with every further call.'}
        )
    return types.CallToolResult.model_validate(
        {"content": content, "structuredContent": structured, "isError": answer.failed}
    )
