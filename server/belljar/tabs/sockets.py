"""Sockets: what a WebSocket may cost the server, before and after it has said who it is.

    upgraded ──HELLO characters at most──► admitted by the app ──ws_max_size at most──► …
    a peer that does not take what is sent has `send_timeout`, also for the last words

Source of what is overridden: uvicorn 0.35 to 0.54, `protocols/websockets/websockets_sansio_impl.py`.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from belljar.settings import Connections
from belljar.tabs import ADMIT, MAX_HELLO

#: Pieces that one message may come in: empty ones cost memory and no size.
_PIECES = 1024


class Socket(WebSocketsSansIOProtocol):
    """One client's WebSocket. See `limited_sockets`."""

    limits: ClassVar[Connections] = Connections()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience: asyncio.TimerHandle | None = None
        self._allow(MAX_HELLO)

    def handle_connect(self, event: Request) -> None:
        """A client has asked for a socket: the app hears how to admit it."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][ADMIT] = {"admit": self.admit}

    def admit(self) -> None:
        """The client has said who it is: it may say more at once."""
        self._allow(self.config.ws_max_size)

    def handle_cont(self, event: Frame) -> None:
        """A further piece of a message."""
        if len(self.frames) >= _PIECES:
            self.frames = []
            self.conn.fail(1009, "too many pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def pause_writing(self) -> None:
        """The client does not take what is sent: it has some time to go on."""
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        """It went on."""
        super().resume_writing()
        self._waited()

    def keepalive_timeout(self) -> None:
        """Nobody answered a ping; the last words may not be taken, either."""
        super().keepalive_timeout()
        self._wait()

    async def run_asgi(self) -> None:
        """The app; when it has ended, closing waits until all is sent, but not for ever."""
        try:
            await super().run_asgi()
        finally:
            self._waited()
            self._wait(self.close_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._waited()
        super().connection_lost(exc)

    def _allow(self, size: int) -> None:
        # websockets 15 has one limit, later ones have one each for messages and for their pieces.
        name = "max_message_size" if hasattr(self.conn, "max_message_size") else "max_size"
        setattr(self.conn, name, size)

    def _wait(self, more: float = 0.0) -> None:
        if self._patience is None and not self.disconnected:
            self._patience = self.loop.call_later(self.limits.send_timeout + more, self.transport.abort)

    def _waited(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def limited_sockets(limits: Connections) -> type[Socket]:
    """The protocol class for `uvicorn.Config(ws=…)` with these limits."""
    return type("LimitedSocket", (Socket,), {"limits": limits})
