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
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

import belljar
from belljar import tools
from belljar.backends import find_backend
from belljar.client.sandbox import AsyncSandbox
from belljar.errors import AssetError, SettingsError
from belljar.mcp.clients import Clients
from belljar.mcp.http import SESSION, serve_http
from belljar.settings import load_settings
from belljar.web.policy import Policy

#: Seconds between two signs of life of a run.
_BEAT = 2.0
#: Seconds that sandboxes have to close when the process was told to end.
_FAREWELL = 10.0
_NEW_SANDBOX = (
    "Your earlier sandbox was closed to make room for others, or because it was idle too long. This is a new "
    "one: the earlier variables and files are gone."
)
_SESSION = {
    "type": "string",
    "description": "Your session, as an earlier answer named it. Without it a new sandbox is opened.",
}

Context = ServerRequestContext[Any, Any]


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
            key, named = _key(context), handle
            if key is None:
                named = secrets.token_urlsafe(16) if handle is None else handle
                # Handles and ids of sessions must never be taken for each other.
                key = f"handle {named}"
            async with _signs_of_life(context) as life:
                life.waits = lambda: clients.ahead_of(key)
                async with clients.use(key, known=handle is not None) as place:
                    answer = await _answer(life, place.sandbox, params.name, arguments)
                    # Only who has an answer was told.
                    again, place.again = place.again, False
        except ValueError as error:
            answer, named, again = _failed(str(error)), None, False
        return _result(answer, named, again)

    return Server(
        "belljar",
        version=belljar.__version__,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve_clients(args: argparse.Namespace) -> int:
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
        pooled = args.backend.partition("+")[0] == "headless"
        backend = find_backend(args.backend, **({"pool": args.sandboxes} if pooled else {}))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    clients = Clients(
        lambda: AsyncSandbox(backend), args.sandboxes, args.idle, args.queue, args.queue_timeout
    )

    async def close() -> None:
        """Answers all runs, or gives up on those that can't be ended."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(clients.close(), _FAREWELL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(backend.close(), _FAREWELL)

    server = build_server(clients, _instructions(args.backend))
    try:
        if not args.http:
            await _serve_stdio(server, close)
            return 0
        names = args.allowed_host
        return await serve_http(
            server,
            close,
            lambda session: clients.leave(session_key(session)),
            host=args.host,
            port=args.port,
            allowed_hosts=names,
            limits=load_settings().connections,
        )
    finally:
        with anyio.CancelScope(shield=True):
            await close()


async def _serve_stdio(server: Server[Any], close: Callable[[], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    leaving: list[asyncio.Task[None]] = []

    async def leave(number: int) -> None:
        # Runs end with the sandboxes, and their answers go out while this waits.
        await close()
        await asyncio.sleep(0.1)
        # A thread waits for the client's next line, and nothing but the client can end that.
        os._exit(128 + number)

    def stop(number: int) -> None:
        leaving.append(loop.create_task(leave(number)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


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
    """The session of the protocol, as this server has opened it; what the client's header says is nothing."""
    if context.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
        return None
    scope: Mapping[str, Any] = getattr(context.request, "scope", {})
    session: str | None = scope.get(SESSION)
    return session


def session_key(session: str) -> str:
    """Whose sandbox it is in `Clients`, for a session of the protocol."""
    return f"session {session}"


def _key(context: Context) -> str | None:
    """Whose sandbox it is, where the transport says so."""
    if context.request is None:
        return "stdio"
    session = _session_id(context)
    return None if session is None else session_key(session)


def _definitions(context: Context) -> list[dict[str, Any]]:
    definitions = tools.definitions("mcp")
    if _handles(context):
        for tool in definitions:
            tool["inputSchema"]["properties"]["session"] = _SESSION
            tool["outputSchema"]["properties"]["session"] = {"type": "string"}
    return definitions


class _Life:
    """What a client hears while its call works.

    Attributes:
        waits: How many have their turn before it; None where it does not wait.
        sandbox: Where it runs, once it is its turn.
        last: The last line that it printed.
    """

    def __init__(self) -> None:
        self.waits: Callable[[], int | None] = lambda: None
        self.sandbox: asyncio.Future[AsyncSandbox] = asyncio.get_running_loop().create_future()
        self.last = ""

    def heard(self, text: str) -> None:
        """Keeps the last line of what was printed."""
        self.last = text.strip().rsplit("\n", 1)[-1][:200] or self.last


@contextlib.asynccontextmanager
async def _signs_of_life(context: Context) -> AsyncIterator[_Life]:
    """Tells the client how its call goes, as long as the block lasts."""
    life, began = _Life(), time.monotonic()

    async def say(message: str) -> None:
        await context.session.report_progress(time.monotonic() - began, message=message)

    async def tell() -> None:
        # Who gets a sandbox at once hears nothing of a queue.
        await asyncio.sleep(0)
        while not life.sandbox.done():
            if (before := life.waits()) is not None:
                await say(f"Waiting for a sandbox: {before} before you")
            await asyncio.wait({life.sandbox}, timeout=_BEAT)
        await say("Starting Python")
        if await life.sandbox.result().opened():
            await say("Python is ready")
        while True:
            await asyncio.sleep(_BEAT)
            said = f": {life.last}" if life.last else ""
            await say(f"Working for {time.monotonic() - began:.0f} s{said}")

    telling = asyncio.create_task(tell())
    try:
        yield life
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await telling


async def _answer(
    life: _Life, sandbox: AsyncSandbox, name: str, arguments: Mapping[str, Any]
) -> tools.Answer:
    life.sandbox.set_result(sandbox)
    try:
        return await tools.call(sandbox, name, arguments, life.heard)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            await sandbox.interrupt()
        raise


def _failed(reason: str) -> tools.Answer:
    return tools.Answer(reason, failed=True, structured={"error": reason})


def _result(answer: tools.Answer, session: str | None, again: bool) -> types.CallToolResult:
    content, structured = answer.blocks("mcp"), dict(answer.structured)
    if again:
        content.append({"type": "text", "text": _NEW_SANDBOX})
        structured["notice"] = _NEW_SANDBOX
    if session is not None:
        structured["session"] = session
        content.append(
            {"type": "text", "text": f'Your session is "{session}": give it with every further call.'}
        )
    return types.CallToolResult.model_validate(
        {"content": content, "structuredContent": structured, "isError": answer.failed}
    )
