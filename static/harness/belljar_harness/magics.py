"""Magics: what the calls do that a notebook's lines are made into (see `source.magics`)."""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from . import timing
from .limits.loading import Loader
from .limits.packages import Packages
from .reloading import Reloader
from .show.capture import Captured, Capturing
from .source import commands, pip
from .source import magics as written

#: Accepted without effect: figures show anyway, and there is nothing to load or configure.
SILENT = frozenset(
    {
        "matplotlib",
        "config",
        "load_ext",
        "reload_ext",
        "unload_ext",
        "precision",
        "xmode",
        "colors",
        "gui",
        "automagic",
        "doctest_mode",
        "pdb",
        "aimport",
    }
)
#: What to write instead of the commonest shell commands and magics.
INSTEAD = {
    "dir": "os.listdir()",
    "cd": 'os.chdir("folder")',
    "rmdir": 'os.rmdir("folder")',
    "unzip": 'shutil.unpack_archive("file.zip")',
    "env": "os.environ",
    "python": "%run script.py",
    "python3": "%run script.py",
    "debug": "print(), or the traceback",
    "wget": "the files panel to add a file",
    "curl": "the files panel to add a file",
}
_KINDS = {
    "html": "text/html",
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
}
_EXPANDED = re.compile(r"\{([^{}\n]{1,200})\}")


class UsageError(Exception):
    """A magic that doesn't exist here, or was used wrongly."""


UsageError.__module__ = "builtins"


class Magics:
    """What the calls do.

    Args:
        packages: For `pip install`.
        loader: Loads what wasn't loaded beforehand.
        variables: Gives the user's globals.
        display: For `%%html` and the like: called with a bundle keyed by MIME type.
        capturing: For `%%capture`.
        reloader: For `%autoreload`.
    """

    def __init__(
        self,
        packages: Packages,
        loader: Loader,
        variables: Callable[[], dict[str, Any]],
        display: Callable[[dict[str, Any]], Any],
        capturing: Capturing,
        reloader: Reloader,
    ) -> None:
        self._packages = packages
        self._loader = loader
        self._variables = variables
        self._display = display
        self._capturing = capturing
        self._reloader = reloader
        self._latest = 0.0
        #: What is to be done at the end of the cell, the last begun first.
        self._endings: list[Callable[[], None]] = []
        #: Magics that code has registered, by name.
        self.own: dict[str, Callable[..., Any]] = {}

    def module(self) -> ModuleType:
        """The module that the calls import."""
        module = ModuleType(written.MODULE, "Magics of notebook cells, as functions.")
        for name in (
            "line",
            "cell",
            "shell",
            "output",
            "pip",
            "help",
            "help_more",
            "nothing",
            "misplaced",
            "begin_capture",
        ):
            setattr(module, name, getattr(self, name))
        module.__dict__.update(begin_time=self.begin_time, end_time=self.end_time)
        return module

    def end(self) -> None:
        """The cell is over: `%%time` tells how long it took, `%%capture` keeps what was shown."""
        while self._endings:
            self._endings.pop()()

    def begin_time(self, rest: str | None = None) -> float:
        """`%%time`; without an argument `%time`, whose end comes by itself."""
        began = time.perf_counter()
        if rest is not None:
            self._endings.append(lambda: self.end_time(began, None))
        else:
            self._latest = began
        return began

    def end_time(self, began: float | None, value: Any) -> Any:
        """Say how long it took since `began`, or the last `%time`; returns `value`."""
        print(
            f"Wall time: {timing.seconds(time.perf_counter() - (self._latest if began is None else began))}"
        )
        return value

    def begin_capture(self, rest: str) -> None:
        """`%%capture [--no-stdout] [--no-stderr] [--no-display] [name]`."""
        words = rest.split()
        name = next((word for word in words if not word.startswith("-")), None)
        end = self._capturing.begin(
            stdout="--no-stdout" not in words,
            stderr="--no-stderr" not in words,
            display="--no-display" not in words,
        )

        def finish() -> None:
            captured = end()
            if name is not None:
                self._variables()[name] = captured

        self._endings.append(finish)

    @contextlib.contextmanager
    def capture(self, stdout: bool = True, stderr: bool = True, display: bool = True) -> Iterator[Captured]:
        """`IPython.utils.capture.capture_output`."""
        captured = Captured(self._display)
        end = self._capturing.begin(stdout=stdout, stderr=stderr, display=display, into=captured)
        try:
            yield captured
        finally:
            end()

    def nothing(self) -> None:
        """A lone sign."""

    def misplaced(self, name: str) -> None:
        """A cell's magic that isn't in its first line."""
        raise UsageError(f"%%{name} goes into the first line of a cell. Put this into a cell of its own.")

    def line(self, name: str, rest: str) -> Any:
        """`%name rest`."""
        if name in self.own:
            return self.own[name](rest)
        if name in SILENT:
            return None
        action = getattr(self, f"_line_{name}", None)
        if action is None:
            if name in commands.COMMANDS:
                return self.shell(f"{name} {rest}")
            raise UsageError(f"%{name} does not exist in this sandbox.{_instead(name)}")
        return action(rest)

    def typed(self, name: str, rest: str) -> Any:
        """`%name rest`, pip's among them, as code asks for it."""
        command = f"{name} {rest}"
        return self.pip(command) if pip.command(command) is not None else self.line(name, rest)

    def cell(self, name: str, rest: str, body: str) -> Any:
        """`%%name rest` over a whole cell."""
        kind = name.lower()
        if name in self.own:
            return self.own[name](rest, body)
        if kind in _KINDS:
            return self._display({_KINDS[kind]: body, "text/plain": body})
        if name == "timeit":
            return timing.timeit(rest, self._variables(), body)
        if name in ("prun", "time", "capture", *written.PLAIN):
            return self._around(name, rest, body)
        if name in ("writefile", "file") and rest:
            return self._write(rest, body)
        if (
            name in ("bash", "sh")
            and (lines := _commands(body))
            and all(pip.command(line) is not None or commands.pipeline(line) for line in lines)
        ):
            for line in lines:
                self.shell(line)
            return None
        raise UsageError(f"%%{name} does not exist in this sandbox; cells are Python.")

    def shell(self, command: str) -> None:
        """`!command`."""
        command = self._expand(command).strip()
        if pip.command(command) is not None:
            self.pip(command)
        else:
            commands.show(self._done(command))

    def output(self, command: str) -> list[str]:
        """`x = !command`: what it says, by line."""
        command = self._expand(command).strip()
        if pip.command(command) is not None:
            return self._packages.command(pip.command(command) or [])
        _, said, failed = self._done(command)
        return (said + failed).splitlines()

    def pip(self, command: str) -> None:
        """`%pip install ...` and `!pip install ...`."""
        if said := self._packages.command(pip.command(self._expand(command)) or []):
            print("\n".join(said))

    def _done(self, command: str) -> tuple[int, str, str]:
        parts = commands.pipeline(command)
        if parts is None:
            name = command.split(maxsplit=1)[0] if command else ""
            raise UsageError(f"!{name}: a browser has no shell.{_instead(name)}")
        return commands.run(parts)

    def help_more(self, name: str) -> None:
        """`name??`: its source, where there is one of Python, else what `name?` tells."""
        try:
            print(inspect.getsource(self._evaluate(name, "<help>")))
        except (TypeError, OSError, SyntaxError):
            self.help(name)

    def help(self, name: str) -> None:
        """`name?`: signature and documentation."""
        if name.startswith("%"):
            action = getattr(self, f"_line_{name.strip('%')}", None)
            print(f"{name}: {inspect.getdoc(action) or 'a magic of notebooks.'}")
            return
        if "*" in name:
            self._search(name)
            return
        value = self._evaluate(name, "<help>")
        try:
            head = f"{name}{inspect.signature(value)}\n\n"
        except (TypeError, ValueError):
            head = f"{name}: {type(value).__name__}\n\n"
        print(head + (inspect.getdoc(value) or "No documentation."))

    # ------------------------------------------------------------ lines

    def _line_time(self, rest: str) -> Any:
        """How long a statement takes."""
        began = time.perf_counter()
        value = None
        try:
            value = self._evaluate(rest, "<%time>")
        finally:
            self.end_time(began, None)
        return value

    def _line_timeit(self, rest: str) -> Any:
        """How long a statement takes, over many loops: -n LOOPS -r RUNS -p DIGITS -o -q."""
        return timing.timeit(rest, self._variables(), None)

    def _line_prun(self, rest: str) -> Any:
        """Where a statement spends its time."""
        return timing.profile(rest, self._variables())

    def _line_autoreload(self, rest: str) -> None:
        """Imports changed files of the working directory again before each cell: 0 (off), 1, 2 (all), now."""
        self._reloader.configure(rest)

    def _line_run(self, rest: str) -> None:
        """Runs a file of Python, whose variables are the cell's then."""
        words = pip.split(rest)
        words = [word for word in words if word not in ("-i", "-e", "-t", "-n")]
        if not words:
            raise UsageError("%run needs the name of a file, e.g. %run script.py")
        path, variables = words[0], self._variables()
        path = path if os.path.exists(path) or path.endswith(".py") else f"{path}.py"
        with open(path, encoding="utf-8-sig") as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        given, sys.argv = sys.argv, words
        own = {"__name__": "__main__", "__file__": os.path.abspath(path), "__builtins__": __builtins__}
        try:
            exec(code, own)  # noqa: S102 - running user code is what this is for
        except SystemExit as error:
            if error.code not in (None, 0, False):
                raise
        finally:
            sys.argv = given
            variables.update((name, value) for name, value in own.items() if not name.startswith("__"))

    def _line_pwd(self, rest: str) -> str:
        """The working directory."""
        return os.getcwd()

    def _line_cd(self, rest: str) -> None:
        """Changes the working directory."""
        os.chdir(os.path.expanduser(self._expand(rest).strip("\"'") or "~"))
        print(os.getcwd())

    def _line_env(self, rest: str) -> Any:
        """Variables of the environment: all, one, or `%env NAME=value`."""
        name, sign, value = (rest if "=" in rest else rest.replace(" ", "=", 1)).partition("=")
        if not rest:
            return dict(os.environ)
        if not sign:
            return os.environ[name.strip()]
        os.environ[name.strip()] = self._expand(value.strip())
        print(f"env: {name.strip()}={value.strip()}")
        return None

    _line_set_env = _line_env

    def _line_who(self, rest: str) -> None:
        """The variables there are."""
        names = self._line_who_ls(rest)
        print("\t".join(names) if names else "No variables yet.")

    def _line_whos(self, rest: str) -> None:
        """The variables there are, with their types."""
        found = self._variables()
        for name in self._line_who_ls(rest):
            print(f"{name:<20} {type(found[name]).__name__:<15} {repr(found[name])[:60]!s}")

    def _line_who_ls(self, rest: str) -> list[str]:
        """The names of the variables there are, as a list."""
        kinds = rest.split()
        return sorted(
            name
            for name, value in self._variables().items()
            if not name.startswith("_")
            and not isinstance(value, ModuleType)
            and (not kinds or type(value).__name__ in kinds)
        )

    def _line_reset(self, rest: str) -> None:
        """Forgets all variables."""
        found = self._variables()
        for name in [name for name in found if not name.startswith("__")]:
            del found[name]

    def _line_pinfo(self, rest: str) -> None:
        """Signature and documentation."""
        self.help(rest)

    _line_pinfo2 = _line_pdoc = _line_pinfo

    def _line_psource(self, rest: str) -> None:
        """The source of a function or class."""
        print(inspect.getsource(self._evaluate(rest, "<%psource>")))

    def _line_lsmagic(self, rest: str) -> list[str]:
        """The magics there are."""
        named = (name.removeprefix("_line_") for name in dir(self) if name.startswith("_line_"))
        return sorted({*named, *SILENT, "pip"})

    def _line_pylab(self, rest: str) -> None:
        """NumPy and pyplot, with all of their names."""
        code = "import numpy as np, matplotlib.pyplot as plt\nfrom numpy import *\n"
        exec(code + "from matplotlib.pyplot import *", self._variables())  # noqa: S102 - a fixed text

    # ------------------------------------------------------------ what they need

    def _around(self, name: str, rest: str, body: str) -> Any:
        """A cell's magic that code asked for by `run_cell_magic`."""
        if name == "prun":
            return timing.profile(body, self._variables())
        count = len(self._endings)
        if name == "time":
            self.begin_time(rest)
        elif name == "capture":
            self.begin_capture(rest)
        try:
            return self.run(body)
        finally:
            while len(self._endings) > count:
                self._endings.pop()()

    def run(self, code: str) -> Any:
        """Run text as a cell does, without `await`; returns the value of an expression at its end."""
        translated = written.translate(code)
        return timing.evaluate(translated.source if translated else code, "<run_cell>", self._variables())

    def _write(self, rest: str, body: str) -> None:
        path = self._expand(rest.rsplit(maxsplit=1)[-1].strip("\"'"))
        append = rest.startswith(("-a ", "--append "))
        there = os.path.exists(path)
        with open(path, "a" if append else "w", encoding="utf-8") as file:
            file.write(body if body.endswith("\n") else body + "\n")
        print(f"{'Appending to' if append else 'Overwriting' if there else 'Wrote'} {path}")

    def _search(self, pattern: str) -> None:
        import fnmatch

        owner, _, last = pattern.rpartition(".")
        names = dir(self._evaluate(owner, "<help>")) if owner else [*self._variables()]
        head = f"{owner}." if owner else ""
        print("\n".join(head + name for name in names if fnmatch.fnmatchcase(name, last)))

    def _expand(self, text: str) -> str:
        """With `{expression}` evaluated, where that works, as notebooks do."""

        def value(found: re.Match[str]) -> str:
            try:
                return str(self._evaluate(found[1], "<magic>"))
            except Exception:  # braces of the command's own
                return found[0]

        return _EXPANDED.sub(value, text)

    def _evaluate(self, code: str, filename: str) -> Any:
        return timing.evaluate(code, filename, self._variables())


def _commands(body: str) -> list[str]:
    return [line for text in body.split("\n") if (line := text.strip()) and not line.startswith("#")]


def _instead(name: str) -> str:
    return f" Use {INSTEAD[name]} instead." if name in INSTEAD else " Write it in Python instead."
