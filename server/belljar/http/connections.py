"""Connections: what one client may cost the server before and after its request, below the app.

uvicorn's own limits count requests, not what a silent client leaves undone. Here each wait has an end:

    connected ──head──► body ──► answering ──sent──► idle ──next request──► …
        │                └─ send_timeout  └─ send_timeout └─ keep_alive (uvicorn's)
        └─ request_timeout

Whole files go from the disk to the socket without passing through Python (`sendfile`), which is what the ASGI
extension `http.response.pathsend` is for; Starlette's `FileResponse` uses it where a server offers it.

Source of what is overridden: uvicorn 0.35 to 0.54, `protocols/http/h11_impl.py`.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import MutableMapping
from typing import Any, ClassVar

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from belljar.http import headers
from belljar.settings import Connections

#: Clients past the limit are told so; they get little time to listen.
BUSY_SECONDS = 2.0

#: Bytes handed to the system at once. A client has `send_timeout` to take as much as this.
PIECE = 256 * 1024

_busy = PlainTextResponse(
    "This server has too many visitors at the moment. Try again in a few seconds.\n",
    503,
    headers.refusal() | {"Retry-After": "5", "Connection": "close"},
)
_unreadable = PlainTextResponse(
    "This is not a request this server can read.\n", 400, headers.refusal() | {"Connection": "close"}
)


class Connection(H11Protocol):
    """One client's connection, with an end to each wait. See `limited`."""

    limits: ClassVar[Connections] = Connections()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: it must send the head of a request in time."""
        super().connection_made(transport)
        # A head and a body are two packets: without this the second waits for the client to confirm the
        # first, 40 ms on Linux. asyncio sets it on the listeners that it makes itself only.
        if (client := transport.get_extra_info("socket")) is not None:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reading: asyncio.TimerHandle | None = None
        self._awaited: str | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._upgraded = False
        self._seconds = self.limits.request_timeout
        self.app: Any = self._offering_files(self.app)
        if len(self.connections) > self.limits.max_connections:
            self.app = _busy
            self._seconds = min(self._seconds, BUSY_SECONDS)
        self._watch_reading()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request. Each byte does not buy another wait: the first one of a request starts it."""
        super().data_received(data)
        self._watch_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        for timer in (self._reading, self._writing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what it asked for: it has some time to go on."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self.limits.send_timeout, self.transport.abort)

    def resume_writing(self) -> None:
        """It went on."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def on_response_complete(self) -> None:
        """An answer is on its way. After the last one, closing waits until all is sent; not for ever."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._leave()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came after the last answer."""
        super().timeout_keep_alive_handler()
        self._leave()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on it is a WebSocket, whose own pings say whether anybody is there."""
        super().handle_websocket_upgrade(event)
        self._upgraded = True
        if self._reading is not None:
            self._reading.cancel()

    def _should_upgrade_to_ws(self) -> bool:
        # Past the limit it is answered like any other request: that there are too many.
        return self.app is not _busy and super()._should_upgrade_to_ws()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all gets the headers that every answer carries."""
        del msg
        head = b"".join(b"%s: %s\r\n" % pair for pair in _unreadable.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, bytes(_unreadable.body)))
        self.transport.close()

    def _offering_files(self, app: ASGIApp) -> ASGIApp:
        """The app, told that this server sends files by their path."""

        async def offering(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_or_file(message: Message) -> None:
                if message["type"] != "http.response.pathsend":
                    await send(message)
                elif await self._send_file(message["path"]):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

            extensions: MutableMapping[str, Any] = {
                **scope.get("extensions", {}),
                "http.response.pathsend": {},
            }
            await app({**scope, "extensions": extensions}, receive, send_or_file)

        return offering

    async def _send_file(self, path: str) -> bool:
        """Sends a file as the body that the head has announced; gives whether all of it went out."""
        try:
            # Opening a local file blocks for microseconds; a thread costs more.
            with open(path, "rb", buffering=0) as file:  # noqa: ASYNC230, PTH123
                size = os.fstat(file.fileno()).st_size
                # h11 counts what is sent without looking at it; it refuses more than the head announced.
                self.conn.send_with_data_passthrough(h11.Data(data=_Length(size)))  # type: ignore[arg-type]
                sent = 0
                while sent < size:
                    if self.transport.is_closing():
                        break
                    async with asyncio.timeout(self.limits.send_timeout):
                        piece = await self.loop.sendfile(self.transport, file, sent, min(PIECE, size - sent))
                    if piece == 0:
                        break  # it was cut short meanwhile
                    sent += piece
        except (OSError, TimeoutError, h11.LocalProtocolError):
            sent, size = 0, 1
        if sent < size:
            self.transport.abort()
            self.cycle.disconnected = True  # as `connection_lost` will say, after the app has returned
        return sent == size

    def _leave(self) -> None:
        self.loop.call_later(self.limits.send_timeout, self.transport.abort)

    def _watch_reading(self) -> None:
        """Starts the clock of what the client has to send next; it goes on while that is the same."""
        awaited, seconds = self._owed()
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if awaited is not None:
            self._reading = self.loop.call_later(seconds, self.transport.abort)

    def _owed(self) -> tuple[str | None, float]:
        """What the client has to send, and the seconds that it has for it."""
        if self._upgraded:
            return None, 0.0
        if self.cycle is None or self.cycle.response_complete:
            return "head", self._seconds
        return ("body", self.limits.send_timeout) if self.cycle.more_body else (None, 0.0)


class _Length:
    """Stands for so many bytes."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size


def limited(limits: Connections) -> type[Connection]:
    """The protocol class for `uvicorn.Config(http=…)` with these limits."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
