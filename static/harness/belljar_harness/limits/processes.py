"""Processes: a browser has none. What would start one fails with a sentence.

But for pip, which installs, Python itself, and the commands that look at files (`programs`).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches
from belljar_harness.programs.given import Given, Program
from belljar_harness.programs.run import Done, MissingError, Runner

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

    def _run(self, command: Any, piped: str = "", *, live: bool = False) -> Done | None:
        """Exit status, stdout and stderr of programs that there are; None for another one."""
        if isinstance(command, (bytes, os.PathLike)):
            command = os.fsdecode(command)
        if not isinstance(command, str):
            try:
                command = [os.fsdecode(word) for word in command]
            except TypeError:
                return None
        try:
            return Runner(self._pip, live=live).run(command, piped)
        except MissingError:
            return None

    def _pip(self, words: list[str]) -> Program | None:
        """`pip`, which says what it could not do, as a program does."""
        installs = self._packages.program(words)

        def program(given: Given) -> list[str]:
            try:
                return list(installs(given)) if installs else []
            except (ImportError, OSError, ValueError) as error:
                given.errors = f"ERROR: {error}\n"
                given.status = 1
                return []

        return program if installs else None

    def _system(self, command: Any) -> int:
        done = self._run(command, live=True)
        if done is None:
            raise _refused("os.system", command)
        return done[0] << 8

    def _popen(self, command: Any, mode: str = "r", buffering: int = -1) -> Any:
        done = self._run(command)
        if done is None:
            raise _refused("os.popen", command)
        sys.stderr.write(done[2])
        return io.StringIO(done[1])

    def _subprocess(self, module: ModuleType, patches: Patches) -> None:
        run = self._run

        def start(self: Any, args: Any = "", *_: Any, **options: Any) -> None:
            self._child_created = False
            self.returncode = None
            self.pid, self.args = 0, args
            named = ("text", "universal_newlines", "encoding", "errors")
            text = any(options.get(name) for name in named)
            made = io.StringIO if text else io.BytesIO
            self.stdout = made() if options.get("stdout") == _PIPE else None
            self.stderr = made() if options.get("stderr") == _PIPE else None
            self.stdin = _Input(text, lambda: finish(None)) if options.get("stdin") == _PIPE else None

            def finish(given: Any) -> None:
                """Run it, once."""
                if self.returncode is not None:
                    return
                given = given or (self.stdin.taken() if self.stdin else _content(options.get("stdin")))
                piped = (
                    bytes(given).decode(errors="replace") if isinstance(given, (bytes, bytearray)) else given
                )
                with _surroundings(options):
                    live = options.get("stdout") is None and options.get("stderr") is None
                    done = run(args, str(piped or ""), live=live)
                if done is None:
                    raise _refused("subprocess", args)
                self.returncode, out, err = done
                if options.get("stderr") == _STDOUT:
                    out, err = out + err, ""
                _deliver(self, options, text, out, err)

            def communicate(input: Any = None, timeout: Any = None) -> tuple[Any, Any]:  # noqa: A002
                finish(input)
                return tuple(  # type: ignore[return-value]
                    None if stream is None else stream.read() for stream in (self.stdout, self.stderr)
                )

            def wait(timeout: Any = None) -> Any:
                finish(None)
                return self.returncode

            self.communicate, self.wait, self.poll = communicate, wait, wait
            if self.stdin is None:
                finish(None)

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


class _Input:
    """`Popen.stdin`: kept until it is closed, which is when the program runs."""

    def __init__(self, text: bool, close: Callable[[], None]) -> None:
        self._kept: Any = io.StringIO() if text else io.BytesIO()
        self._close = close
        self.closed = False

    def write(self, data: Any) -> int:
        return int(self._kept.write(data))

    def writelines(self, lines: Any) -> None:
        self._kept.writelines(lines)

    def flush(self) -> None:
        """Nothing: the program has not begun."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._close()

    def taken(self) -> Any:
        """What was written."""
        return self._kept.getvalue()


def _deliver(process: Any, options: dict[str, Any], text: bool, out: str, err: str) -> None:
    """Put what a program said where a process was to write it."""
    for name, said in (("stdout", out), ("stderr", err)):
        where, stream = options.get(name), getattr(process, name)
        if stream is not None:
            stream.write(said if text else said.encode())
            stream.seek(0)
        elif where is None:
            getattr(sys, name).write(said)
        elif hasattr(where, "write"):
            where.write(said if hasattr(where, "encoding") else said.encode())


def _content(source: Any) -> Any:
    """What a file that is to be read as stdin holds."""
    return source.read() if hasattr(source, "read") and not isinstance(source, int) else ""


@contextlib.contextmanager
def _surroundings(options: dict[str, Any]) -> Iterator[None]:
    """With the working directory and the environment that a process was to have."""
    kept = dict(os.environ)
    with contextlib.chdir(options["cwd"]) if options.get("cwd") else contextlib.nullcontext():
        try:
            os.environ.update(options.get("env") or {})
            yield
        finally:
            for name in [name for name in os.environ if name not in kept]:
                del os.environ[name]
            os.environ.update(kept)


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
