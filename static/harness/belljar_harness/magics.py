"""Magics: notebook lines that aren't Python (`%timeit`, `!pip install`, `obj?`), made into calls.

Only cells that don't parse are looked at, so a `%` that goes on an expression from the line before stays an
operator. Lines keep their numbers.
"""

from __future__ import annotations

import inspect
import re
import shlex
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from .limits.loading import Loader
from .limits.packages import Packages

#: The module that the calls go through.
MODULE = "belljar_magics"

#: Accepted without effect: figures show anyway, and there is nothing to load or configure.
SILENT = frozenset({"matplotlib", "config", "load_ext", "reload_ext", "autoreload", "precision", "xmode"})
#: What to write instead of the commonest shell commands and magics.
INSTEAD = {
    "ls": "os.listdir()",
    "dir": "os.listdir()",
    "cat": 'print(open("file.txt").read())',
    "head": 'print(open("file.txt").read(1000))',
    "pwd": "os.getcwd()",
    "cd": 'os.chdir("folder")',
    "mkdir": 'os.makedirs("folder", exist_ok=True)',
    "rm": 'os.remove("file.txt")',
    "cp": 'shutil.copy("a.txt", "b.txt")',
    "mv": 'shutil.move("a.txt", "b.txt")',
    "unzip": 'shutil.unpack_archive("file.zip")',
    "who": "dir()",
    "whos": "dir()",
    "env": "os.environ",
    "run": 'runpy.run_path("script.py")',
    "wget": "the files panel to add a file",
    "curl": "the files panel to add a file",
}

_LINE = re.compile(r"^(\s*)((?:[\w.,\s]+=)?\s*)(%{1,2}|!{1,2})\s*([^\s].*)$")
_HELP = re.compile(r"^(\s*)(\?{1,2}\s*([\w.]+)|([\w.]+)\s*\?{1,2})\s*;?\s*$")
_PIP = re.compile(r"^(?:python3?\s+-m\s+|uv\s+)?(?:pip3?|micropip|conda|mamba)\s+install\b\s*(.*)$")


class UsageError(Exception):
    """A magic that doesn't exist here, or was used wrongly."""


UsageError.__module__ = "builtins"


@dataclass(slots=True)
class Translated:
    """A cell without magics.

    Attributes:
        source: Python, with as many lines as before.
        requirements: What its `pip install` lines ask for, to be loaded beforehand.
    """

    source: str
    requirements: list[str] = field(default_factory=list)


def translate(source: str) -> Translated | None:
    """Make calls of the magics of a cell; None if it has none."""
    head, newline, body = source.lstrip("\n").partition("\n")
    blank = "\n" * (len(source) - len(source.lstrip("\n")))
    if head.startswith("%%"):
        name, _, rest = head[2:].strip().partition(" ")
        inner = translate(body)
        if name == "time":
            return Translated(f"{blank}{_call('begin_time')}{newline}{inner.source if inner else body}")
        # The body becomes one argument; its lines follow as blank ones, so that numbers still agree.
        lines = "\n" * body.count("\n")
        return Translated(f"{blank}{_call('cell', name, rest.strip(), body)}{newline}{lines}")
    found = Translated("")
    lines_out = [_translate_line(line, found) for line in source.split("\n")]
    found.source = "\n".join(lines_out)
    return None if found.source == source else found


def _translate_line(line: str, found: Translated) -> str:
    if match := _HELP.match(line):
        return f"{match[1]}{_call('help', match[3] or match[4])}"
    match = _LINE.match(line)
    if match is None:
        return line
    indent, target, sign, text = match.groups()
    text = text.strip()
    if pip := _PIP.match(text):
        found.requirements += requirements(pip[1])
        call = _call("pip", pip[1])
    elif sign[0] == "!":
        call = _call("shell", text)
    else:
        name, _, rest = text.partition(" ")
        call = _call("line", name, rest.strip())
    return f"{indent}{target}{call}"


def _call(name: str, *arguments: str) -> str:
    return f"__import__({MODULE!r}).{name}({', '.join(map(repr, arguments))})"


def requirements(arguments: str) -> list[str]:
    """The packages that the arguments of a `pip install` name; options are left out."""
    try:
        words = shlex.split(arguments, comments=True)
    except ValueError:
        words = arguments.split()
    return [word for word in words if not word.startswith("-")]


class Magics:
    """What the calls do.

    Args:
        packages: For `pip install`.
        loader: Loads what wasn't loaded beforehand.
        variables: Gives the user's globals.
        display: For `%%html` and the like: called with a bundle keyed by MIME type.
    """

    def __init__(
        self,
        packages: Packages,
        loader: Loader,
        variables: Callable[[], dict[str, Any]],
        display: Callable[[dict[str, Any]], Any],
    ) -> None:
        self._packages = packages
        self._loader = loader
        self._variables = variables
        self._display = display
        self._began: float | None = None

    def module(self) -> ModuleType:
        """The module that the calls import."""
        module = ModuleType(MODULE, "Magics of notebook cells, as functions.")
        for name in ("line", "cell", "shell", "pip", "help", "begin_time"):
            setattr(module, name, getattr(self, name))
        return module

    def end(self) -> None:
        """The cell is over: `%%time` tells how long it took."""
        if self._began is not None:
            print(f"Wall time: {_seconds(time.perf_counter() - self._began)}")
            self._began = None

    def begin_time(self) -> None:
        """`%%time`."""
        self._began = time.perf_counter()

    def line(self, name: str, rest: str) -> Any:
        """`%name rest`."""
        if name in SILENT:
            return None
        if name == "time":
            started = time.perf_counter()
            try:
                return self._evaluate(rest, "<%time>")
            finally:
                print(f"Wall time: {_seconds(time.perf_counter() - started)}")
        if name == "timeit":
            return self._timeit(rest)
        raise UsageError(f"%{name} does not exist in this sandbox.{_instead(name)}")

    def cell(self, name: str, rest: str, body: str) -> None:
        """`%%name rest` over a whole cell."""
        kinds = {
            "html": "text/html",
            "markdown": "text/markdown",
            "latex": "text/latex",
            "svg": "image/svg+xml",
        }
        if name in kinds:
            self._display({kinds[name]: body, "text/plain": body})
        elif name == "timeit":
            self._timeit(body)
        elif name == "writefile" and rest:
            path = rest.rsplit(maxsplit=1)[-1].strip("\"'")
            with open(path, "a" if rest.startswith("-a ") else "w", encoding="utf-8") as file:
                file.write(body if body.endswith("\n") else body + "\n")
            print(f"Wrote {path}")
        else:
            raise UsageError(f"%%{name} does not exist in this sandbox; cells are Python.")

    def shell(self, command: str) -> Any:
        """`!command`."""
        name = command.split(maxsplit=1)[0]
        raise UsageError(f"!{name}: a browser has no shell.{_instead(name)}")

    def pip(self, arguments: str) -> None:
        """`%pip install ...` and `!pip install ...`."""
        names = self._packages.resolve(requirements(arguments))
        self._loader.load_now(names)
        versions = self._packages.versions()
        print("\n".join(f"{name} {versions.get(name, '')} is ready." for name in names))

    def help(self, name: str) -> None:
        """`name?`: signature and documentation."""
        value = self._evaluate(name, "<help>")
        try:
            head = f"{name}{inspect.signature(value)}\n\n"
        except (TypeError, ValueError):
            head = f"{name}: {type(value).__name__}\n\n"
        print(head + (inspect.getdoc(value) or "No documentation."))

    def _evaluate(self, code: str, filename: str) -> Any:
        try:
            compiled = compile(code, filename, "eval", dont_inherit=True)
        except SyntaxError:
            compiled = compile(code, filename, "exec", dont_inherit=True)
        return eval(compiled, self._variables())  # noqa: S307 - running user code is what this is for

    def _timeit(self, code: str) -> None:
        timer = timeit.Timer(code.strip() or "pass", globals=self._variables())
        number, _ = timer.autorange()
        best = min(timer.repeat(repeat=3, number=number)) / number
        print(f"{_seconds(best)} per loop (best of 3 runs, {number:,} loops each)")


def _instead(name: str) -> str:
    return f" Use {INSTEAD[name]} instead." if name in INSTEAD else " Write it in Python instead."


def _seconds(value: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"
