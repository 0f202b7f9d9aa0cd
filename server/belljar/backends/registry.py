"""Registry: backends by name or URL. Other packages add theirs as entry points (`belljar.backends`).

An entry point's name is a URL scheme without what follows a `+`; its value is called with the whole name or
URL and gives a `Backend`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any
from weakref import WeakKeyDictionary

from belljar.backends.bounds import bounded_close
from belljar.backends.protocol import Backend

GROUP = "belljar.backends"

#: Makes a backend of its name or URL and the options given for it.
Factory = Callable[..., Backend]

_TRANSPORTS = {
    "ws": "ws://",
    "wss": "wss://",
    # A DevTools port answers http; a path names one browser's own socket.
    "cdp": "cdp+http://",
    "cdps": "cdp+https://",
    # Selenium Grid's hub.
    "grid": "grid+http://",
    "grids": "grid+https://",
}


def find_backend(name: str, **options: Any) -> Backend:
    """The backend of a name ("headless") or URL ("headless+ws://grid.example.org:3000").

    Args:
        name: Its name or URL.
        options: What its constructor takes besides.

    Raises:
        ValueError: There is none of that name, or it takes no such option; says what there is.
    """
    scheme = name.split("://", 1)[0].split("+", 1)[0]
    if scheme in _OURS:
        return _OURS[scheme](name, **options)
    for entry in entry_points(group=GROUP):
        if entry.name == scheme:
            backend: Backend = entry.load()(name, **options)
            return backend
    known = sorted({*_OURS, *(entry.name for entry in entry_points(group=GROUP))})
    raise ValueError(f"There is no backend {name!r}. Known are {', '.join(known)}.")


@dataclass(slots=True)
class _Share:
    backend: Backend
    borrowers: int = 0


_shares: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, _Share]] = WeakKeyDictionary()


def borrow(key: object, backend: Backend) -> Backend:
    """The backend that everybody on this event loop shares under a key: who comes first brings it."""
    shares = _shares.setdefault(asyncio.get_running_loop(), {})
    share = shares.setdefault(key, _Share(backend))
    share.borrowers += 1
    return share.backend


async def give_back(key: object) -> None:
    """Ends what was borrowed; the last one closes the backend."""
    shares = _shares.get(asyncio.get_running_loop(), {})
    share = shares[key]
    share.borrowers -= 1
    if share.borrowers == 0:
        del shares[key]
        await bounded_close(share.backend)


def _headless(name: str, **options: Any) -> Backend:
    # Late, because it loads the whole server.
    from belljar.backends.headless import HeadlessBackend

    if name == "headless":
        return HeadlessBackend(**options)
    transport, separator, rest = name.partition("://")
    kind = transport.removeprefix("headless+")
    if not separator or not rest or kind not in _TRANSPORTS:
        allowed = ", ".join(f"headless+{kind}://host:port" for kind in _TRANSPORTS)
        raise ValueError(f"{name!r} names no browser. Allowed are headless, {allowed}.")
    prefix = _TRANSPORTS[kind]
    if kind.startswith("cdp") and rest.partition("/")[2]:
        prefix = prefix.replace("http", "ws")
    return HeadlessBackend(endpoint=f"{prefix}{rest}", **options)


def _tab(name: str, **options: Any) -> Backend:
    from belljar.backends.tab import TabBackend

    if name == "tab":
        return TabBackend(**options)
    kind, separator, rest = name.partition("://")
    scheme = kind.removeprefix("tab+")
    if not separator or not rest or scheme not in {"http", "https"}:
        raise ValueError(
            f"{name!r} names no server. Allowed are tab, tab+http://host:port, tab+https://host."
        )
    return TabBackend(server=f"{scheme}://{rest}", **options)


def _e2b(name: str, **options: Any) -> Backend:
    from belljar.backends.e2b import E2BBackend

    return E2BBackend(**_plain(name, options))


def _llm_sandbox(name: str, **options: Any) -> Backend:
    from belljar.backends.llm_sandbox import LLMSandboxBackend

    return LLMSandboxBackend(**_plain(name, options))


def _plain(name: str, options: dict[str, Any]) -> dict[str, Any]:
    if "+" in name or ":" in name:
        raise ValueError(f"{name!r} takes no address. Say what is wanted as options.")
    return options


_OURS: dict[str, Factory] = {
    "headless": _headless,
    "tab": _tab,
    "e2b": _e2b,
    "llm-sandbox": _llm_sandbox,
}
