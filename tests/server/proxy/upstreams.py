"""A model's server for tests: real HTTP on this machine in the wire format, that follows a script."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def chunk(text: str) -> str:
    """One piece of an answer, as Chat Completions sends it."""
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': text}}]})}\n\n"


def usage(sent: int, got: int) -> str:
    return (
        f"data: {json.dumps({'choices': [], 'usage': {'prompt_tokens': sent, 'completion_tokens': got}})}\n\n"
    )


END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = "data: [DONE]\n\n"


class Line:
    """A request that came, and the line on which it is answered."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self._handler = handler
        self.body = body
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.path = handler.path

    def head(self, status: int = 200, **headers: str) -> None:
        """The answer's head; a stream where nothing else is said."""
        self._handler.send_response(status)
        for name, value in ({"content_type": "text/event-stream"} | headers).items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.wfile.flush()

    def say(self, text: str | bytes) -> None:
        self._handler.wfile.write(text.encode() if isinstance(text, str) else text)
        self._handler.wfile.flush()

    def wait_for_the_end(self, seconds: float = 10) -> float:
        """Waits until the other side hangs up; gives after how many seconds it did."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            ready, _, _ = select.select([self._handler.connection], [], [], 0.05)
            with contextlib.suppress(ConnectionError):
                if ready and self._handler.connection.recv(1, socket.MSG_PEEK) != b"":
                    continue
            if ready:
                return time.monotonic() - began
        raise AssertionError("nobody hung up")


@dataclass
class Upstream:
    """Where it is and what it heard."""

    url: str
    script: Script
    heard: list[Line] = field(default_factory=list)
    #: What a script noted.
    noted: list[float] = field(default_factory=list)


Script = Callable[[Line, Upstream], None]


@contextlib.contextmanager
def upstream(script: Script) -> Iterator[Upstream]:
    """A server that answers each request by the script, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            line = Line(self, self.rfile.read(int(self.headers["content-length"])))
            found.heard.append(line)
            with contextlib.suppress(ConnectionError):
                found.script(line, found)
            self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Upstream(f"http://127.0.0.1:{server.server_address[1]}/v1", script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
