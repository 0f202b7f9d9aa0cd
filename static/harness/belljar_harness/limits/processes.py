"""Processes: a browser has none. What would start one fails with a sentence.

But for pip, which installs, and the commands that look at files (`source.commands`).
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches
from belljar_harness.source import commands, pip

from .packages import Packages

NO_PROCESSES = "This Python runs in a browser and can't start other programs"

#: Of a stream of a process: into a pipe, to where another goes, nowhere (`subprocess`'s constants).
_PIPE, _STDOUT = -1, -2


class Processes:
    """What `os` and `subprocess` offer for processes, and `pip` as a module.

    Args:
        packages: For pip, the one program that there is.
    """

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Replace them."""
        for name in ("fork", "forkpty", "execv", "execve", "posix_spawn", "posix_spawnp"):
            patches.set(os, name, _refuse(f"os.{name}"))
        for name in ("_exit", "abort"):
            patches.set(os, name, _stay(f"os.{name}"))
        patches.set(os, "system", self._system)
        patches.set(os, "popen", self._popen)
        hooks.after("subprocess", lambda module: self._subprocess(module, patches))
        for name in ("pip", "pip._internal", "pip._internal.cli", "pip._internal.cli.main", "pip.__main__"):
            hooks.provide(name, lambda name=name: self._module(name))  # type: ignore[misc]

    def _run(self, command: Any) -> tuple[int, str, str] | None:
        """Exit status, stdout and stderr of pip or one of `commands`; None for another program."""
        if not isinstance(command, str):
            try:
                command = [os.fsdecode(word) for word in command]
            except TypeError:
                return None
        words = pip.command(command)
        if words is None:
            parts = commands.pipeline(command)
            return None if parts is None else commands.run(parts)
        try:
            return 0, "".join(f"{line}\n" for line in self._packages.command(words)), ""
        except (ImportError, OSError, ValueError) as error:
            return 1, "", f"ERROR: {error}\n"

    def _system(self, command: Any) -> int:
        done = self._run(command)
        if done is None:
            raise _refused("os.system", command)
        status, out, err = done
        sys.stdout.write(out)
        sys.stderr.write(err)
        return status << 8

    def _popen(self, command: Any, mode: str = "r", buffering: int = -1) -> Any:
        done = self._run(command)
        if done is None:
            raise _refused("os.popen", command)
        sys.stderr.write(done[2])
        return io.StringIO(done[1])

    def _subprocess(self, module: ModuleType, patches: Patches) -> None:
        run = self._run

        def start(self: Any, args: Any = "", *rest: Any, **options: Any) -> None:
            self._child_created = False
            self.returncode = None
            self.stdin = self.stdout = self.stderr = None
            self.pid, self.args = 0, args
            done = run(args)
            if done is None:
                raise _refused("subprocess", args)
            self.returncode, out, err = done
            if options.get("stderr") == _STDOUT:
                out, err = out + err, ""
            named = ("text", "universal_newlines", "encoding", "errors")
            text = any(options.get(name) for name in named)
            given: list[Any] = []
            for name, said in (("stdout", out), ("stderr", err)):
                where = options.get(name)
                if where == _PIPE:
                    stream: Any = io.StringIO(said) if text else io.BytesIO(said.encode())
                    setattr(self, name, stream)
                    given.append(stream.getvalue())
                    continue
                given.append(None)
                if where is None:
                    getattr(sys, name).write(said)
                elif hasattr(where, "write"):
                    where.write(said if hasattr(where, "encoding") else said.encode())
            self.communicate = lambda *_, **__: tuple(given)

        patches.set(vars(module)["Popen"], "__init__", start)

    def _module(self, name: str) -> ModuleType:
        """`pip` as a module, whose `main` old scripts call."""
        made = ModuleType(
            name, "The part of pip that scripts call: `main` installs from this sandbox's list."
        )

        def main(args: list[str] | None = None) -> int:
            status, out, err = self._run(["pip", *(args or sys.argv[1:])]) or (1, "", "")
            sys.stdout.write(out)
            sys.stderr.write(err)
            return status

        made.__dict__.update(main=main, __version__="25.0", __path__=[])
        return made


def _command(command: Any) -> str:
    if isinstance(command, (list, tuple)):
        command = " ".join(str(part) for part in command)
    text = str(command)
    return text if len(text) <= 100 else text[:99] + "…"


def _refused(name: str, command: Any) -> OSError:
    what = f" ({name}: {_command(command)})" if command else f" ({name})"
    return OSError(f"{NO_PROCESSES}{what}. Use a Python function for it instead.")


def _refuse(name: str) -> Callable[..., Any]:
    def refused(command: Any = "", *_: Any, **__: Any) -> Any:
        raise _refused(name, command)

    return refused


def _stay(name: str) -> Callable[..., Any]:
    def refused(status: int = 0) -> None:
        raise RuntimeError(
            f"{name}() would end the sandbox's Python and lose all variables. Use sys.exit() to end a cell."
        )

    return refused
