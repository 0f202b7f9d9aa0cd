"""belljar: runs untrusted Python in the reader's own browser, sealed off from everything.

The server in this package only hands out files; no user code ever runs in its process. Programs run code in a
browser, too:

    from belljar import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.execute("sum(range(10))").text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from belljar.answers.execution import Execution
    from belljar.answers.results import Result
    from belljar.client.blocking import Sandbox
    from belljar.client.sandbox import AsyncSandbox, Context
    from belljar.web.policy import Policy

__version__ = "0.1.1"

__all__ = ["AsyncSandbox", "Context", "Execution", "Policy", "Result", "Sandbox", "__version__"]

#: Where the names of this package are: loaded when they are first asked for, so that the server starts fast.
_HOMES = {
    "AsyncSandbox": "client.sandbox",
    "Context": "client.sandbox",
    "Execution": "answers.execution",
    "Policy": "web.policy",
    "Result": "answers.results",
    "Sandbox": "client.blocking",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'belljar' has no attribute {name!r}")
    return getattr(import_module(f"belljar.{_HOMES[name]}"), name)
