"""Processes: a browser has none. Calls that would start, end or fork one fail with a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches

NO_PROCESSES = "This Python runs in a browser and can't start other programs"


def _command(command: Any) -> str:
    if isinstance(command, (list, tuple)):
        command = " ".join(str(part) for part in command)
    text = str(command)
    return text if len(text) <= 100 else text[:99] + "…"


def _refuse(name: str) -> Callable[..., Any]:
    def refused(command: Any = "", *_: Any, **__: Any) -> Any:
        what = f" ({name}: {_command(command)})" if command else f" ({name})"
        raise OSError(f"{NO_PROCESSES}{what}. Use a Python function for it instead.")

    return refused


def install(hooks: ImportHooks, patches: Patches) -> None:
    """Replace what `os` and `subprocess` offer for processes."""
    for name in ("system", "popen", "fork", "forkpty", "execv", "execve", "posix_spawn", "posix_spawnp"):
        patches.set(os, name, _refuse(f"os.{name}"))
    for name in ("_exit", "abort"):
        patches.set(os, name, _stay(f"os.{name}"))

    def subprocess(module: ModuleType) -> None:
        def start(self: Any, args: Any = "", *_: Any, **__: Any) -> None:
            self._child_created = False
            self.returncode = None
            raise OSError(
                f"{NO_PROCESSES} (subprocess: {_command(args)}). Use a Python function for it instead."
            )

        patches.set(vars(module)["Popen"], "__init__", start)

    hooks.after("subprocess", subprocess)


def _stay(name: str) -> Callable[..., Any]:
    def refused(status: int = 0) -> None:
        raise RuntimeError(
            f"{name}() would end the sandbox's Python and lose all variables. Use sys.exit() to end a cell."
        )

    return refused
