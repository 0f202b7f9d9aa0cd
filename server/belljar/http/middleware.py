"""Middleware: what holds for every request, whatever route answers it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from belljar.http import headers


class CommonHeaders:
    """Puts the headers that every response carries on those that lack them: 404, 405, 416 and 500 too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                every = headers.refusal() if message["status"] >= 400 else headers.common()
                for name, value in every.items():
                    sent.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class RequestLimits:
    """Refuses requests larger than anything that is asked for here, before a byte of their body is read.

    Hardly any route reads a body. A client that sends one is answered and cut off, so that it can't keep the
    connection busy with it.

    Args:
        header_bytes: Most bytes of request line and headers together.
        bodies: Bytes of a body by the path of a route that takes one, and nothing else does.
    """

    #: Some clients send a few bytes with a GET; they are dropped unread.
    BODY_BYTES = 1024

    def __init__(self, app: ASGIApp, header_bytes: int, bodies: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.header_bytes = header_bytes
        self.bodies = dict(bodies or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None:
            await self.app(scope, receive, send)
            return
        status, sentence = refused
        response = PlainTextResponse(f"{sentence}\n", status, headers.refusal() | {"Connection": "close"})
        await response(scope, receive, send)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        line = len(scope.get("raw_path") or scope["path"].encode()) + len(scope.get("query_string", b""))
        if line > self.header_bytes:
            return 414, f"The address is longer than the {self.header_bytes} bytes this server reads."
        if line + sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > self.header_bytes:
            return 431, f"The headers are longer than the {self.header_bytes} bytes this server reads."
        sent = dict(scope["headers"])
        if b"transfer-encoding" in sent:
            return 411, "This server takes no body without a Content-Length."
        length = sent.get(b"content-length", b"0")
        if not (length.isdigit() and len(length) < 20):
            return 400, "The Content-Length is not a number."
        most = self.bodies.get(scope["path"].removeprefix(scope.get("root_path", "")))
        if int(length) > (self.BODY_BYTES if most is None else most):
            if most is not None:
                return 413, f"The request is longer than the {most:,} bytes that this server takes here."
            return 413, "This server takes no body: it hands out files and reads nothing."
        return None


class Prefix:
    """Takes the configured path prefix off, where the proxy in front has left it on.

    A proxy that strips the prefix itself works too, and so does mounting the app in another one: we never
    make an absolute URL. The prefix without its slash is sent on to the one with it, else relative links
    would miss.

    Args:
        prefix: `"/tools/belljar"`, or `""` for none.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and self.prefix:
            outer = scope.get("root_path", "")
            path = scope["path"].removeprefix(outer)
            if path == self.prefix and scope["type"] == "http":
                target = self.prefix.rpartition("/")[2] + "/"
                return await RedirectResponse(target, status_code=308)(scope, receive, send)
            if path.startswith(f"{self.prefix}/"):
                scope = {**scope, "root_path": outer + self.prefix}
        return await self.app(scope, receive, send)
