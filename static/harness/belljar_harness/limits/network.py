"""Network: calls that would need one fail at once, with a sentence.

This is for clear messages only and is never counted as the wall: user code can undo all of it. What keeps
    bytes in is the frame's Content-Security-Policy and its opaque origin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from belljar_harness.interpreter.network import WAYS_OUT
from belljar_harness.patches import ImportHooks, Patches

ADVICE = "Put the data in a file instead."
SCHEMES = ("http", "https", "ftp", "ftps", "ws", "wss", "s3", "gs", "sftp")


class NoNetworkError(ConnectionError):
    """Something tried to reach a network. An OSError, so that code expecting a dead network handles it."""

    #: What URLError and the errors of requests have, for the handlers of their users.
    reason: str | None = None
    response = request = None

    def __str__(self) -> str:
        return str(self.args[0])


NoNetworkError.__module__ = "builtins"


def sentence(target: str) -> str:
    """E.g. "The sandbox has no network: it can't reach example.org. Put the data in a file instead."."""
    try:
        host = urlsplit(target).hostname if "//" in target else target.partition(":")[0]
    except ValueError:  # not a URL at all
        host = None
    reach = f": it can't reach {host[:200]}" if host else ""
    return f"The sandbox has no network{reach}. {ADVICE}"


class Network:
    """Replaces the ways out of the common libraries.

    Args:
        blocked: Called with what was tried and its target, e.g. ("urllib.request.urlopen",
            "http://example.org/").
    """

    def __init__(self, blocked: Callable[[str, str], None]) -> None:
        self._blocked = blocked
        self._patches = Patches()

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Patch what is imported now, and the rest when it gets imported."""
        self._patches = patches
        for name, action in {
            "socket": self._socket,
            "http.client": self._http_client,
            "urllib.request": self._urllib,
            "urllib3.connectionpool": self._urllib3,
            "requests.sessions": self._requests,
            "httpx._client": self._httpx,
            "aiohttp.client": self._aiohttp,
            "webbrowser": self._webbrowser,
        }.items():
            hooks.after(name, action)
        for name, refuse in WAYS_OUT.items():
            hooks.after(name, partial(refuse, self, patches))

    def error(self, what: str, target: Any, also: type[Exception] | None = None) -> NoNetworkError:
        """Report an attempt; returns the error to raise.

        Args:
            what: Name of the call.
            target: URL, host or address.
            also: The library's own error class, which its users catch.
        """
        address = _address(target)
        self._blocked(what, address)
        kind: type[NoNetworkError] = NoNetworkError
        if also is not None:
            kind = type("NoNetworkError", (NoNetworkError, also), {"__module__": "builtins"})
        error = kind(sentence(address))
        error.reason = str(error)
        return error

    def refuse(
        self, what: str, *, position: int = 0, keyword: str = "url", also: type[Exception] | None = None
    ) -> Callable[..., Any]:
        """A function that fails; the target is its argument at `position`, or the one called `keyword`."""

        def refused(*args: Any, **kwargs: Any) -> Any:
            target = args[position] if len(args) > position else kwargs.get(keyword, "")
            raise self.error(what, target, also)

        return refused

    def _socket(self, module: Any) -> None:
        for name in ("connect", "connect_ex", "sendto"):
            position = 2 if name == "sendto" else 1
            self._patches.set(module.socket, name, self.refuse(f"socket.{name}", position=position))
        for name in (
            "create_connection",
            "getaddrinfo",
            "gethostbyname",
            "gethostbyname_ex",
            "gethostbyaddr",
        ):
            if hasattr(module, name):
                self._patches.set(module, name, self.refuse(f"socket.{name}", keyword="host"))

    def _http_client(self, module: Any) -> None:
        def connect(connection: Any) -> None:
            raise self.error("http.client", f"{connection.host}:{connection.port}")

        self._patches.set(module.HTTPConnection, "connect", connect)
        if hasattr(module, "HTTPSConnection"):
            self._patches.set(module.HTTPSConnection, "connect", connect)

    def _urllib(self, module: Any) -> None:
        from urllib.error import URLError

        original = module.OpenerDirector.open

        def open_url(opener: Any, fullurl: Any, *args: Any, **kwargs: Any) -> Any:
            url = fullurl if isinstance(fullurl, str) else getattr(fullurl, "full_url", str(fullurl))
            if url.partition(":")[0].lower() in SCHEMES:
                raise self.error("urllib.request.urlopen", url, URLError)
            return original(opener, fullurl, *args, **kwargs)  # data: and file: need no network

        self._patches.set(module.OpenerDirector, "open", open_url)

    def _urllib3(self, module: Any) -> None:
        def urlopen(pool: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            raise self.error("urllib3", f"{pool.scheme}://{pool.host}{url}")

        self._patches.set(module.HTTPConnectionPool, "urlopen", urlopen)

    def _requests(self, module: Any) -> None:
        from requests.exceptions import ConnectionError as RequestsError

        self._patches.set(module.Session, "request", self.refuse("requests", position=2, also=RequestsError))

        def send(session: Any, request: Any, **kwargs: Any) -> Any:
            raise self.error("requests", request.url, RequestsError)

        self._patches.set(module.Session, "send", send)

    def _httpx(self, module: Any) -> None:
        def send(client: Any, request: Any, **kwargs: Any) -> Any:
            raise self.error("httpx", str(request.url))

        async def send_async(client: Any, request: Any, **kwargs: Any) -> Any:
            raise self.error("httpx", str(request.url))

        self._patches.set(module.Client, "send", send)
        self._patches.set(module.AsyncClient, "send", send_async)

    def _aiohttp(self, module: Any) -> None:
        async def request(session: Any, method: str, url: Any, **kwargs: Any) -> Any:
            raise self.error("aiohttp", str(url))

        self._patches.set(module.ClientSession, "_request", request)

    def _webbrowser(self, module: ModuleType) -> None:
        for name in ("open", "open_new", "open_new_tab"):
            self._patches.set(module, name, self.refuse(f"webbrowser.{name}"))


def _address(target: Any) -> str:
    """A target as text: URL, "host:port", at most 500 characters."""
    if isinstance(target, tuple) and len(target) >= 2:
        return f"{target[0]}:{target[1]}"[:500]
    if isinstance(target, bytes):
        target = target.decode("latin-1")
    return str(getattr(target, "full_url", target))[:500]
