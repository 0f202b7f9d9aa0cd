"""Servers: where a headless browser gets its page: belljar's own server in a thread, or one that exists."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import uvicorn

from belljar.errors import BelljarError, UnavailableError
from belljar.settings import load_settings
from belljar.web.app import create_app
from belljar.web.serve import configure


@dataclass(frozen=True, slots=True)
class Origin:
    """A server's address.

    Attributes:
        base: Its URL, with a trailing slash.
        host: Host and port as a browser's bypass list names them.
        name: Host alone.
    """

    base: str
    host: str
    name: str

    @classmethod
    def of(cls, url: str) -> Origin:
        """Parses a server's URL.

        Raises:
            UnavailableError: It is none.
        """
        parts = urlsplit(url)
        try:
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (KeyError, ValueError):
            port = 0
        if not parts.hostname or not port:
            raise UnavailableError(
                f"The server {url!r} is no address. It must be like https://belljar.example.org or "
                "http://127.0.0.1:8000."
            )
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
        return cls(f"{parts.scheme}://{name}:{port}{path}", f"{name}:{port}", name)

    def covers(self, url: str) -> bool:
        """Whether a request goes to this server: scheme, host and port."""
        try:
            other = Origin.of(url)
        except UnavailableError:
            return False
        return other.host == self.host and urlsplit(url).scheme == urlsplit(self.base).scheme


class LocalServer:
    """belljar's server on a loopback port of its own, in a thread of this process.

    Args:
        tab_key: Key of programs that may ask it for tabs; "" for none.
    """

    def __init__(self, tab_key: str = "") -> None:
        self._tab_key = tab_key
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    def start(self) -> Origin:
        """Starts it and gives its address. Takes no network: what is missing is named.

        Raises:
            UnavailableError: Files are missing, or a setting can't be.
        """
        try:
            settings = replace(
                load_settings(),
                host="127.0.0.1",
                port=0,
                root_path="",
                compress=False,
                tab_key=self._tab_key,
                redis_url="",
            )
            app = create_app(settings)
        except BelljarError as error:
            raise UnavailableError(f"belljar's own server can't start: {error}") from None
        for problem in app.state.site.problems():
            raise UnavailableError(f"belljar's own server can't start: {problem}")
        listener = socket.create_server((settings.host, settings.port), backlog=2048)
        self._server = uvicorn.Server(configure(app, settings))
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="belljar-server", daemon=True
        )
        self._thread.start()
        return Origin.of(f"http://127.0.0.1:{listener.getsockname()[1]}/")

    def stop(self) -> None:
        """Ends it."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5)
