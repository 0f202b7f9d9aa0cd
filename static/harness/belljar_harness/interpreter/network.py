"""Network: Pyodide's own ways to a network, refused as those of the common libraries are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from belljar_harness.patches import Patches


class Refusals(Protocol):
    """Who reports attempts and has the errors for them; `belljar_harness.limits.network.Network` is one."""

    def error(self, what: str, target: Any) -> Exception:
        """Report an attempt; returns the error to raise."""

    def refuse(self, what: str) -> Callable[..., Any]:
        """A function that fails; its first argument, or `url`, is the target."""


def _http(refusals: Refusals, patches: Patches, module: Any) -> None:
    async def pyfetch(url: str = "", *args: Any, **kwargs: Any) -> Any:
        raise refusals.error("pyodide.http.pyfetch", url)

    patches.set(module, "pyfetch", pyfetch)
    patches.set(module, "open_url", refusals.refuse("pyodide.http.open_url"))
    pyxhr = getattr(module, "pyxhr", None)
    for name in ("get", "post", "put", "delete", "patch", "head", "options"):
        if hasattr(pyxhr, name):
            patches.set(pyxhr, name, refusals.refuse(f"pyodide.http.pyxhr.{name}"))


def _webloop(refusals: Refusals, patches: Patches, module: Any) -> None:
    async def create_connection(loop: Any, factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        raise refusals.error("asyncio.open_connection", f"{host}:{port}" if host else "")

    patches.set(module.WebLoop, "create_connection", create_connection)
    for name in ("create_datagram_endpoint", "create_unix_connection"):

        async def refused(loop: Any, *_: Any, _name: str = name, **__: Any) -> Any:
            raise refusals.error(f"asyncio.{_name}", "")

        patches.set(module.WebLoop, name, refused)


#: What to do with a module once it is imported, by its name.
WAYS_OUT: dict[str, Callable[[Refusals, Patches, Any], None]] = {
    "pyodide.http": _http,
    "pyodide.webloop": _webloop,
}
