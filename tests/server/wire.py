"""What tests of the HTTP surface share: requests as ASGI sees them, a server as sockets do, the promises."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette

from belljar.settings import Settings
from belljar.web.serve import configure

#: No answer takes longer, on a busy machine.
BOUND_SECONDS = 2.0


@dataclass
class Answer:
    """One response as ASGI messages gave it."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value.decode("latin-1") for key, value in self.headers if key == name.encode()), None)


def ask(
    app: Starlette, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes = b""
) -> Answer:
    """One request, made the way uvicorn makes it of the bytes of its target."""
    raw_path, _, query = target.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    answer = Answer()

    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, object]:
        if waiting:
            return waiting.pop()
        await asyncio.sleep(BOUND_SECONDS)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]  # type: ignore[assignment]
            answer.headers = [(name.lower(), value) for name, value in message["headers"]]  # type: ignore[attr-defined]
        else:
            answer.body += message.get("body", b"")  # type: ignore[operator]

    asyncio.run(asyncio.wait_for(app(scope, receive, send), BOUND_SECONDS))  # type: ignore[arg-type]
    return answer


def hold(answer: Answer, *labels: str) -> None:
    """The promises of every response; `labels` stood in the request and must not come back."""
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("set-cookie") is None
    if answer.status >= 400:
        assert "default-src 'none'" in (answer.header("content-security-policy") or "")
        assert answer.header("cache-control") == "no-store"
    whole = answer.body + b"\n".join(value for pair in answer.headers for value in pair)
    for label in labels:
        assert label.encode() not in whole


@contextlib.contextmanager
def serving(app: Starlette, settings: Settings) -> Iterator[int]:
    """A real server on a loopback port of its own; gives the port."""
    server = uvicorn.Server(configure(app, settings))
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


async def exchange(port: int, sent: bytes, seconds: float) -> tuple[bytes, float]:
    """Sends bytes and reads until the server hangs up; gives what came and after how many seconds."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = bytearray()
    with contextlib.suppress(ConnectionError):
        writer.write(sent)
        async with asyncio.timeout(seconds):
            while data := await reader.read(65_536):
                got += data
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return bytes(got), time.monotonic() - began
