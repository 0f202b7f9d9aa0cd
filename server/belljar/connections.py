"""Connections: what one client may cost the server before and after its request, below the app.

uvicorn's own limits count requests, not what a silent client leaves undone. Here each wait has an end:

    connected ──head read──► answering ──sent──► idle ──next request──► answering …
        └─ request_timeout      └─ send_timeout     └─ keep_alive (uvicorn's)

Source of what is overridden: uvicorn 0.35 to 0.54, `protocols/http/h11_impl.py`.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from belljar import headers
from belljar.settings import Connections

#: Clients past the limit are told so; they get little time to listen.
BUSY_SECONDS = 2.0

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
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._seconds = self.limits.request_timeout
        if len(self.connections) > self.limits.max_connections:
            self.app: Any = _busy
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

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all gets the headers that every answer carries."""
        del msg
        head = b"".join(b"%s: %s\r\n" % pair for pair in _unreadable.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, bytes(_unreadable.body)))
        self.transport.close()

    def _leave(self) -> None:
        self.loop.call_later(self.limits.send_timeout, self.transport.abort)

    def _watch_reading(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering:
            if self._reading is not None:
                self._reading.cancel()
                self._reading = None
        elif self._reading is None:
            self._reading = self.loop.call_later(self._seconds, self.transport.abort)


def limited(limits: Connections) -> type[Connection]:
    """The protocol class for `uvicorn.Config(http=…)` with these limits."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
