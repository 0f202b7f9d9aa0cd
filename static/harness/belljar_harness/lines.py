"""Line magics: what `%name rest` does, and the help that `name?` gives."""

from __future__ import annotations

import inspect
import os
import re
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import timing
from .reloading import Reloader
from .source import pip

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
_EXPANDED = re.compile(r"\{([^{}\n]{1,200})\}")


class UsageError(Exception):
    """A magic that doesn't exist here, or was used wrongly."""


UsageError.__module__ = "builtins"


class Lines:
    """What the lines do; `_line_name` is what `%name` does.

    Args:
        variables: Gives the user's globals.
        reloader: For `%autoreload`.
    """

    def __init__(self, variables: Callable[[], dict[str, Any]], reloader: Reloader) -> None:
        self._variables = variables
        self._reloader = reloader

    def named(self, name: str) -> Callable[[str], Any] | None:
        """What does `%name`, or None."""
        action: Callable[[str], Any] | None = getattr(self, f"_line_{name}", None)
        return action

    def evaluate(self, code: str, filename: str) -> Any:
        """The value of code, with the variables there are."""
        return timing.evaluate(code, filename, self._variables())

    def expand(self, text: str) -> str:
        """With `{expression}` evaluated, where that works, as notebooks do."""

        def value(found: re.Match[str]) -> str:
            try:
                return str(self.evaluate(found[1], "<magic>"))
            except Exception:  # braces of the command's own
                return found[0]

        return _EXPANDED.sub(value, text)

    def help_more(self, name: str) -> None:
        """`name??`: its source, where there is one of Python, else what `name?` tells."""
        try:
            print(inspect.getsource(self.evaluate(name, "<help>")))
        except (TypeError, OSError, SyntaxError):
            self.help(name)

    def help(self, name: str) -> None:
        """`name?`: signature and documentation."""
        if name.startswith("%"):
            action = self.named(name.strip("%"))
            print(f"{name}: {inspect.getdoc(action) or 'a magic of notebooks.'}")
            return
        if "*" in name:
            self._search(name)
            return
        value = self.evaluate(name, "<help>")
        try:
            head = f"{name}{inspect.signature(value)}\n\n"
        except (TypeError, ValueError):
            head = f"{name}: {type(value).__name__}\n\n"
        print(head + (inspect.getdoc(value) or "No documentation."))

    def _search(self, pattern: str) -> None:
        import fnmatch

        owner, _, last = pattern.rpartition(".")
        names = dir(self.evaluate(owner, "<help>")) if owner else [*self._variables()]
        head = f"{owner}." if owner else ""
        print("\n".join(head + name for name in names if fnmatch.fnmatchcase(name, last)))

    # ------------------------------------------------------------ lines

    def _line_time(self, rest: str) -> Any:
        """How long a statement takes."""
        began = time.perf_counter()
        value = None
        try:
            value = self.evaluate(rest, "<%time>")
        finally:
            timing.tell(began)
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
        os.chdir(os.path.expanduser(self.expand(rest).strip("\"'") or "~"))
        print(os.getcwd())

    def _line_env(self, rest: str) -> Any:
        """Variables of the environment: all, one, or `%env NAME=value`."""
        name, sign, value = (rest if "=" in rest else rest.replace(" ", "=", 1)).partition("=")
        if not rest:
            return dict(os.environ)
        if not sign:
            return os.environ[name.strip()]
        os.environ[name.strip()] = self.expand(value.strip())
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
        print(inspect.getsource(self.evaluate(rest, "<%psource>")))

    def _line_lsmagic(self, rest: str) -> list[str]:
        """The magics there are."""
        named = (name.removeprefix("_line_") for name in dir(self) if name.startswith("_line_"))
        return sorted({*named, *SILENT, "pip"})

    def _line_pylab(self, rest: str) -> None:
        """NumPy and pyplot, with all of their names."""
        code = "import numpy as np, matplotlib.pyplot as plt\nfrom numpy import *\n"
        exec(code + "from matplotlib.pyplot import *", self._variables())  # noqa: S102 - a fixed text
