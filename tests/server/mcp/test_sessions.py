"""Whose sandbox it is says the server, not the client; who says goodbye leaves its place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from belljar import AsyncSandbox
from belljar.mcp.clients import Clients, NoSuchSessionError
from belljar.mcp.http import Sessions

from ...helpers.shelf import ShelfBackend
from .on_shelves import TOKEN, on_shelves
from .test_server import connected, text

WHO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
ACCEPT = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {TOKEN}"}
MODERN = "2026-07-28"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with on_shelves(tmp_path / "log") as address:
        yield address


async def opened(http: httpx2.AsyncClient, url: str) -> str:
    """A session of the protocol, as an older client opens one; gives its id."""
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": WHO}
    answer = await http.post(url, json=hello, headers=ACCEPT)
    assert answer.status_code == 200
    session: str = answer.headers["mcp-session-id"]
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert (await http.post(url, json=ready, headers=ACCEPT | {"Mcp-Session-Id": session})).status_code == 202
    return session


async def called(
    http: httpx2.AsyncClient, url: str, tool: str, arguments: dict[str, Any], **headers: str
) -> httpx2.Response:
    """One call of a tool with these headers, whatever they claim."""
    params: dict[str, Any] = {"name": tool, "arguments": arguments}
    claims = {name.replace("_", "-"): value for name, value in headers.items()}
    if claims.get("MCP-Protocol-Version") == MODERN:
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": {"name": "thief", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        claims |= {"Mcp-Method": "tools/call", "Mcp-Name": tool}
    call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    return await http.post(url, json=call, headers=ACCEPT | claims)


async def test_an_id_in_a_header_opens_no_sandbox_to_requests_without_sessions(url: str) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        victim = await opened(http, url)
        secret = {"path": "secret.txt", "content": "mine"}
        await called(http, url, "write_file", secret, Mcp_Session_Id=victim)
        # The control: whose session it is reads its file, so the file is there to be read.
        own = await called(http, url, "list_files", {}, Mcp_Session_Id=victim)
        assert "secret.txt" in own.text
        stolen = await called(http, url, "list_files", {}, Mcp_Session_Id=victim, MCP_Protocol_Version=MODERN)
        assert stolen.status_code == 200, stolen.text
        assert "secret.txt" not in stolen.text
        assert "no files yet" in stolen.text
        assert "Your session is" in stolen.text  # it has a sandbox and a handle of its own


async def test_a_made_up_id_gets_a_sandbox_of_its_own_or_none(url: str) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        older = await called(http, url, "list_files", {}, Mcp_Session_Id="chosen")
        assert older.status_code == 404
        names = []
        for _ in range(2):
            answer = await called(
                http, url, "list_files", {}, Mcp_Session_Id="chosen", MCP_Protocol_Version=MODERN
            )
            names.append(answer.text.partition('Your session is \\"')[2].partition("\\")[0])
        assert len(set(names)) == 2
        assert all(len(name) >= 20 for name in names)


@pytest.mark.parametrize("version", [None, MODERN])
@pytest.mark.parametrize("nested", [b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
async def test_json_nested_deeper_than_python_reads_is_an_answer_and_no_traceback(
    url: str, tmp_path: Path, version: str | None, nested: bytes
) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        said = {} if version is None else {"MCP-Protocol-Version": version}
        headers = ACCEPT | {"Content-Type": "application/json"} | said
        answer = await http.post(url, content=nested, headers=headers)
        assert 400 <= answer.status_code < 500
        await opened(http, url)  # and the next one is answered
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


async def test_an_id_of_a_session_is_no_handle(url: str) -> None:
    async with httpx2.AsyncClient(timeout=30) as http, connected(url) as modern:
        victim = await opened(http, url)
        await called(http, url, "write_file", {"path": "s.txt", "content": "x"}, Mcp_Session_Id=victim)
        for guess in (victim, f"id {victim}", f"session {victim}", ""):
            answer = await modern.call_tool("list_files", {"session": guess})
            assert answer.is_error
            assert "no such session" in text(answer)


async def test_who_says_goodbye_leaves_its_place_and_nobody_else_loses_theirs(url: str) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        leaver, stayer = await opened(http, url), await opened(http, url)
        await called(http, url, "write_file", {"path": "b.txt", "content": "x"}, Mcp_Session_Id=stayer)
        await called(http, url, "write_file", {"path": "c.txt", "content": "x"}, Mcp_Session_Id=leaver)
        gone = await http.delete(url, headers=ACCEPT | {"Mcp-Session-Id": leaver})
        assert gone.status_code == 200
        newcomer = await opened(http, url)
        await called(http, url, "list_files", {}, Mcp_Session_Id=newcomer)
        kept = await called(http, url, "list_files", {}, Mcp_Session_Id=stayer)
        assert "b.txt" in kept.text
        assert "closed to make room" not in kept.text
        # The control: with two live ones a third does take the place of the one that is idle longest.
        third = await opened(http, url)
        await called(http, url, "list_files", {}, Mcp_Session_Id=third)
        lost = await called(http, url, "list_files", {}, Mcp_Session_Id=newcomer)
        assert "variables and files are gone" in lost.text
        assert '"notice"' in lost.text


async def test_whose_handle_lost_its_sandbox_is_told_so_and_nothing_runs(url: str) -> None:
    async with connected(url) as client:
        handles = []
        for _ in range(3):
            answer = await client.call_tool("list_files", {})
            assert answer.structured_content is not None
            handles.append(answer.structured_content["session"])
        lost = await client.call_tool("write_file", {"path": "a", "content": "", "session": handles[0]})
        assert lost.is_error
        assert "its variables and files are gone, and this call was not run" in text(lost)
        kept = await client.call_tool("list_files", {"session": handles[2]})
        assert not kept.is_error


async def test_goodbye_closes_at_once_also_what_runs_and_who_waits_is_next() -> None:
    made: list[AsyncSandbox] = []

    def make() -> AsyncSandbox:
        made.append(AsyncSandbox(ShelfBackend()))  # type: ignore[arg-type]
        return made[-1]

    clients = Clients(make, most=1)
    async with clients.use("a"):
        waiting = asyncio.ensure_future(clients.use("b").__aenter__())
        own = asyncio.ensure_future(clients.use("c").__aenter__())
        await asyncio.sleep(0)
        clients.leave("c")
        with pytest.raises(ValueError, match="goodbye"):
            await asyncio.wait_for(own, 5)
        assert not waiting.done()
        clients.leave("a")
        place = await asyncio.wait_for(waiting, 5)
    assert place.sandbox is made[1]
    assert "closed" in (await made[0].call_tool("list_files", {})).text
    await clients.close()


async def test_what_nobody_uses_is_closed_though_nobody_calls() -> None:
    sandbox = AsyncSandbox(ShelfBackend())  # type: ignore[arg-type]
    clients = Clients(lambda: sandbox, idle=0.05)
    async with clients.use("a"):
        await asyncio.sleep(0.2)
        assert not (await sandbox.call_tool("list_files", {})).failed  # a call keeps it
    await asyncio.sleep(0.5)
    assert "closed" in (await sandbox.call_tool("list_files", {})).text
    with pytest.raises(NoSuchSessionError, match="variables and files are gone"):
        async with clients.use("a", known=True):
            pass
    await clients.close()


async def test_ids_that_nobody_gave_out_are_marked_as_none_and_known_ones_are_few() -> None:
    seen: list[object] = []
    ended: list[str] = []
    number = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal number
        del receive
        seen.append(scope["belljar.session"])
        number += 1
        head = [(b"mcp-session-id", b"%d" % number)]
        await send({"type": "http.response.start", "status": 200, "headers": head})

    async def ask(method: str, **headers: str) -> None:
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

        async def send(message: Any) -> None:
            del message

        await sessions({"type": "http", "method": method, "headers": pairs}, None, send)  # type: ignore[arg-type]

    sessions = Sessions(app, ended.append)
    await ask("POST", mcp_session_id="9")
    await ask("POST")
    await ask("POST", mcp_session_id="2")
    await ask("POST", mcp_session_id="2", mcp_protocol_version=MODERN)
    await ask("DELETE", mcp_session_id="2", mcp_protocol_version=MODERN)
    assert seen == [None, None, "2", None, None]
    await ask("DELETE", mcp_session_id="2")
    assert ended == ["2"]
    for _ in range(10_050):
        await ask("POST")
    assert len(sessions._ids) == 10_000
    assert len(ended) == 51


async def test_the_answers_of_all_tools_fit_their_schemas_and_say_what_they_do() -> None:
    """The official client checks each answer against the tool's schema and raises where it does not fit."""
    from belljar.mcp.server import build_server

    clients = Clients(lambda: AsyncSandbox(ShelfBackend()))  # type: ignore[arg-type]
    async with Client(build_server(clients)) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("execute_python", {"code": "1"}),
            ("execute_python", {}),
            ("write_file", {"path": "a.txt", "content": "x" * 20_000}),
            ("list_files", {}),
            ("read_file", {"path": "a.txt"}),
            ("read_file", {"path": "none"}),
            ("reset", {}),
        ]
        for name, arguments in calls:
            assert (await client.call_tool(name, arguments)).structured_content is not None
        for name, tool in listed.items():
            assert tool.annotations is not None
            assert tool.output_schema is not None
            assert tool.title
            assert tool.annotations.open_world_hint is False
            assert tool.annotations.read_only_hint is (name in {"list_files", "read_file"})
    await clients.close()
