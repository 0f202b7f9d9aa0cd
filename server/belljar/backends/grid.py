"""Grid: a browser that a Selenium Grid lends by the W3C's WebDriver; belljar drives its DevTools socket.

    POST /session ──► capability se:cdp ──► DevTools ... ──► DELETE /session/…
                      (Selenium Grid 4)     (kept alive)

Sources: W3C WebDriver, "New Session"; Selenium Grid 4 names the socket `se:cdp` in the capabilities.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from belljar.errors import UnavailableError
from belljar.untrusted import read_json

#: Seconds that a Grid has to lend a browser; by itself it lets requests wait five minutes for a free one.
_WAIT = 60.0
_LONGEST = 330.0
#: Seconds for every other answer, and between two signs that the browser is still wanted: a Grid takes it
#: back after five minutes without a command.
_ANSWER = 15.0
_BEAT = 60.0
#: Bytes of an answer that are read at most.
_BYTES = 2**20

_START = "Start it, or correct the address."


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Grid is.

    Attributes:
        base: Its URL, without user and password and without a trailing slash.
        headers: What shows it who asks.
    """

    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, url: str) -> Address:
        """Parses `http://user:password@host:4444`."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        if parts.username is None:
            return cls(base)
        who = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        return cls(base, {"Authorization": f"Basic {base64.b64encode(who).decode()}"})


class LentBrowser:
    """A browser that a Grid lends until it is given back. Made by `borrow`.

    Attributes:
        socket: URL of its DevTools socket.
        headers: What that socket wants to be shown.
    """

    def __init__(self, grid: Address, session: str, socket: str) -> None:
        self.socket = socket
        self.headers = dict(grid.headers)
        self._grid = grid
        self._session = session
        self._beating = asyncio.create_task(self._beat())

    async def give_back(self) -> None:
        """Ends the browser. A Grid that doesn't answer ends it by itself after a while."""
        self._beating.cancel()
        with contextlib.suppress(UnavailableError):
            await _ask(self._grid, "DELETE", f"/session/{self._session}")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            with contextlib.suppress(UnavailableError):
                await _ask(self._grid, "GET", f"/session/{self._session}/timeouts")


async def borrow(url: str, arguments: Sequence[str]) -> LentBrowser:
    """Opens a session at a Grid.

    Args:
        url: Its address, "http://host:4444".
        arguments: The browser's command line.

    Raises:
        UnavailableError: The Grid is out of reach, has no browser free, or none with DevTools.
    """
    grid = Address.of(url)
    options = {"args": list(arguments)}
    wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
    body = {"capabilities": wanted}
    asking = _begin(grid, "POST", "/session", body, _LONGEST, lambda late: _return_late(grid, late))
    try:
        answer = await asyncio.wait_for(asking, _WAIT)
    except TimeoutError:
        raise UnavailableError(
            f"The Selenium Grid at {grid.base} had no free Chrome for {_WAIT:g} seconds. Try again later, or "
            "add nodes with Chrome to it."
        ) from None
    except asyncio.CancelledError:
        # The answer may have come in the same moment.
        if asking.done() and not asking.cancelled() and asking.exception() is None:
            threading.Thread(target=_return_late, args=(grid, asking.result()), daemon=True).start()
        raise
    session, capabilities = _session(grid, answer)
    try:
        return LentBrowser(grid, session, _socket(grid, capabilities))
    except UnavailableError:
        with contextlib.suppress(UnavailableError):
            await _ask(grid, "DELETE", f"/session/{session}")
        raise


def _session(grid: Address, answer: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    session, capabilities = answer.get("sessionId"), answer.get("capabilities")
    if not isinstance(session, str) or not session.replace("-", "").isalnum():
        raise UnavailableError(_no_grid(grid, "no session"))
    return session, capabilities if isinstance(capabilities, dict) else {}


def _socket(grid: Address, capabilities: Mapping[str, Any]) -> str:
    socket = capabilities.get("se:cdp")
    if not isinstance(socket, str) or urlsplit(socket).scheme not in {"ws", "wss"}:
        raise UnavailableError(
            f"The Selenium Grid at {grid.base} lends browsers without DevTools (no se:cdp among the "
            "capabilities). It has to be a Grid 4 whose nodes have Chrome or Chromium."
        )
    if grid.base.startswith("https:") and socket.startswith("ws:"):
        raise UnavailableError(
            f"The Selenium Grid at {grid.base} is asked by https but names an unencrypted socket for its "
            "browser. Start its nodes with the https address as --grid-url."
        )
    return socket


def _return_late(grid: Address, answer: Mapping[str, Any]) -> None:
    """Gives back what came out of the Grid's queue when nobody waited for it any more."""
    with contextlib.suppress(UnavailableError):
        session, _ = _session(grid, answer)
        _ask_now(grid, "DELETE", f"/session/{session}", None, _ANSWER)


async def _ask(grid: Address, method: str, path: str) -> dict[str, Any]:
    """The value of a WebDriver answer, as an object; empty where it is none.

    Raises:
        UnavailableError: There was no answer, or one that refuses; says which.
    """
    return await _begin(grid, method, path, None, _ANSWER, lambda _: None)


def _begin(
    grid: Address,
    method: str,
    path: str,
    body: object,
    seconds: float,
    late: Callable[[dict[str, Any]], None],
) -> asyncio.Future[dict[str, Any]]:
    """Asks in a thread that holds up no end of the process, as those of `asyncio.to_thread` would.

    Args:
        late: Gets the answer, in that thread, when it comes after the future was cancelled.
    """
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[dict[str, Any]] = loop.create_future()

    def deliver(value: dict[str, Any], error: UnavailableError | None) -> None:
        if answered.cancelled():
            threading.Thread(target=late, args=(value,), daemon=True).start()
        elif error is not None:
            answered.set_exception(error)
        else:
            answered.set_result(value)

    def run() -> None:
        value: dict[str, Any] = {}
        error = None
        try:
            value = _ask_now(grid, method, path, body, seconds)
        except UnavailableError as refused:
            error = refused
        try:
            loop.call_soon_threadsafe(deliver, value, error)
        except RuntimeError:  # the loop has ended
            late(value)

    threading.Thread(target=run, name="belljar-grid", daemon=True).start()
    return answered


def _ask_now(grid: Address, method: str, path: str, body: object, seconds: float) -> dict[str, Any]:
    headers = {"Content-Type": "application/json; charset=utf-8", **grid.headers}
    data = None if body is None else json.dumps(body).encode()
    request = Request(grid.base + path, data, headers, method=method)  # noqa: S310 - http or https by its scheme
    # The browser's way is a straight one, too: Playwright takes no proxy of the environment either.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as answer:
            value = read_json(answer.read(_BYTES)).get("value")
    except HTTPError as error:
        with error:  # it is an answer, too, whose connection is open
            raise UnavailableError(_refused(grid, error)) from None
    except (ValueError, AttributeError):
        raise UnavailableError(_no_grid(grid, "what is no JSON of WebDriver's")) from None
    except OSError as error:
        reason = error.reason if isinstance(error, URLError) else error
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise UnavailableError(f"No Selenium Grid answers at {grid.base} ({said}). {_START}") from None
    return value if isinstance(value, dict) else {}


def _refused(grid: Address, error: HTTPError) -> str:
    if error.code == 401:
        return (
            f"The Selenium Grid at {grid.base} wants a user and a password: "
            "headless+grid://user:password@host:port."
        )
    try:
        value = read_json(error.read(_BYTES))["value"]
        said = str(value["message"]).strip().splitlines()[0][:300]
    except (ValueError, KeyError, TypeError, IndexError, OSError):
        return _no_grid(grid, str(error.code))
    return f"The Selenium Grid at {grid.base} lent no browser: {value.get('error')}: {said}"


def _no_grid(grid: Address, answered: str) -> str:
    return f"{grid.base} answered {answered} to a request for a browser. Is it a Selenium Grid 4? {_START}"
